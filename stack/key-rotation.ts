/**
 * Replacing the RSA keys between platform and bank (docs/custody-protocol.md): a new pair is added to the files, signs from a
 * moment on, and the old one is withdrawn later. Each side reads the files when it starts.
 */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Advice } from './advice.mjs';
import { BANK_KEY_SERIAL, PLATFORM_KEY_SERIAL, writeSecret } from './keys.js';
import type { KeyFiles } from './keys.js';

export type KeySide = 'platform' | 'bank';
interface RingKey { pem: string; from?: string; withdrawnAt?: string }
type Ring = Record<string, RingKey>;

export interface ListedKey { side: KeySide; serial: string; signsFrom: string | null; withdrawnAt: string | null }

const sides: readonly KeySide[] = ['platform', 'bank'];
const firstSerial: Record<KeySide, string> = { platform: PLATFORM_KEY_SERIAL, bank: BANK_KEY_SERIAL };
const filesOf = (files: KeyFiles, side: KeySide): { own: string; known: string } =>
  side === 'platform' ? { own: files.platformPrivateKey, known: files.platformKeys } : { own: files.bankPrivateKey, known: files.bankKeys };

export function listKeys(files: KeyFiles): ListedKey[] {
  return sides.flatMap((side) => Object.entries(readOwn(files, side)).map(([serial, key]) => ({ side, serial, signsFrom: key.from ?? null, withdrawnAt: key.withdrawnAt ?? null })));
}

/**
 * Adds a key pair of one side. The public half is written first: nobody signs with what the other side cannot know.
 * @param from wall instant (ISO) from which it signs @returns its serial
 */
export function addKey(files: KeyFiles, side: KeySide, from: string): string {
  const { own, known } = filesOf(files, side);
  const ring = readOwn(files, side);
  const letter = firstSerial[side].slice(0, 1);
  const serial = `${letter}${Math.max(...Object.keys(ring).map((each) => Number(each.slice(1)) || 0)) + 1}`;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeSecret(known, JSON.stringify({ ...readRing(known), [serial]: { pem: publicKey.export({ type: 'spki', format: 'pem' }).toString() } }, null, 2));
  writeSecret(own, JSON.stringify({ ...ring, [serial]: { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), from } }, null, 2));
  return serial;
}

/**
 * From `at` (wall instant, ISO) on the key neither signs nor verifies.
 * @throws Advice where there is no such key, or no other that signs by then.
 */
export function withdrawKey(files: KeyFiles, serial: string, at: string): KeySide {
  const side = sides.find((each) => Object.hasOwn(readOwn(files, each), serial));
  if (!side) throw new Advice(`There is no key ${serial}: "npm run keys -- list" shows them.`);
  const { own, known } = filesOf(files, side);
  const ring = readOwn(files, side);
  const others = Object.entries(ring).filter(([other, key]) => other !== serial && (key.from ?? '') <= at && (key.withdrawnAt === undefined || key.withdrawnAt > at));
  if (others.length === 0) throw new Advice(`${serial} would leave the ${side} without a key: add one first ("npm run keys -- add ${side}").`);
  const withdrawn = (keys: Ring): Ring => Object.fromEntries(Object.entries(keys).map(([each, key]) => [each, each === serial ? { ...key, withdrawnAt: at } : key]));
  writeSecret(own, JSON.stringify(withdrawn(ring), null, 2));
  writeSecret(known, JSON.stringify(withdrawn(readRing(known)), null, 2));
  return side;
}

function readOwn(files: KeyFiles, side: KeySide): Ring {
  const text = readFileSync(filesOf(files, side).own, 'utf8');
  return text.trimStart().startsWith('{') ? ringOf(JSON.parse(text)) : { [firstSerial[side]]: { pem: text } };
}

const readRing = (file: string): Ring => ringOf(JSON.parse(readFileSync(file, 'utf8')));

function ringOf(value: unknown): Ring {
  return Object.fromEntries(Object.entries(value as Record<string, string | RingKey>).map(([serial, key]) => [serial, typeof key === 'string' ? { pem: key } : key]));
}
