/** Keys and secrets of an installation: made at its first start, kept in its data folder, never shown. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Secrets {
  sessionSecret: string;
  bureausSecret: string;
  clockToken: string;
  sandboxToken: string;
  twilioAccountSid: string;
  twilioAuthToken: string;
  postgresPassword: string;
  sandboxPostgresPassword: string;
  /** With which a newcomer logs in as one of the demo's people. */
  demoPassword: string;
}

/** Where the files are that the processes are pointed at. */
export interface KeyFiles {
  dataKeys: string;
  platformPrivateKey: string;
  /** JSON {keySerial: PEM}: the platform's public keys, as the bank knows them. */
  platformKeys: string;
  bankPrivateKey: string;
  /** JSON {keySerial: PEM}: the bank's public keys, as the platform knows them. */
  bankKeys: string;
}

export const PLATFORM_KEY_SERIAL = 'P1';
export const BANK_KEY_SERIAL = 'B1';

/** Written whole or not at all, so that a crash in between leaves nothing half-made behind. */
export function writeSecret(file: string, content: string): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The public half is written first: where the private key exists, both do. */
function ensureKeyPair(privateFile: string, publicFile: string, serial: string): void {
  if (existsSync(privateFile)) return;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeSecret(publicFile, JSON.stringify({ [serial]: publicKey.export({ type: 'spki', format: 'pem' }) }, null, 2));
  writeSecret(privateFile, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
}

function ensureDataKeys(file: string): void {
  if (existsSync(file)) return;
  const key = (): string => randomBytes(32).toString('base64');
  writeSecret(file, JSON.stringify({ active: 'k1', keys: { k1: key() }, indexKey: key() }, null, 2));
}

function ensureSecrets(file: string): Secrets {
  const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
  const fresh: Secrets = {
    sessionSecret: hex(32),
    bureausSecret: hex(32),
    clockToken: hex(16),
    sandboxToken: hex(16),
    twilioAccountSid: `AC${hex(16)}`,
    twilioAuthToken: hex(16),
    postgresPassword: hex(16),
    sandboxPostgresPassword: hex(16),
    demoPassword: `river-${hex(4)}`,
  };
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>) : {};
  const secrets = { ...fresh, ...kept };
  if (Object.keys(kept).length < Object.keys(secrets).length) writeSecret(file, JSON.stringify(secrets, null, 2));
  return secrets;
}

/** Makes what is missing in `folder` and leaves what is there. */
export function ensureKeys(folder: string): { secrets: Secrets; files: KeyFiles } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files: KeyFiles = {
    dataKeys: join(folder, 'data-keys.json'),
    platformPrivateKey: join(folder, 'platform-key.pem'),
    platformKeys: join(folder, 'platform-public-keys.json'),
    bankPrivateKey: join(folder, 'bank-key.pem'),
    bankKeys: join(folder, 'bank-public-keys.json'),
  };
  ensureKeyPair(files.platformPrivateKey, files.platformKeys, PLATFORM_KEY_SERIAL);
  ensureKeyPair(files.bankPrivateKey, files.bankKeys, BANK_KEY_SERIAL);
  ensureDataKeys(files.dataKeys);
  return { secrets: ensureSecrets(join(folder, 'secrets.json')), files };
}
