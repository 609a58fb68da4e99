/**
 * Keeps personal data unreadable in the database and in its backups: values are sealed with a key that has an id, so
 * that keys can be changed, and found again through a blind index.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

export type IndexedKind = 'phone' | 'email' | 'id-number' | 'name';

export interface Vault {
  /** AES-256-GCM under the active key: `keyId:iv:tag:cipher`, the last three in base64url. Twice the same text gives two different results. */
  seal(text: string): string;
  /** The text that was sealed. @throws Error when the key is unknown or the value was altered. */
  open(sealed: string): string;
  /** HMAC-SHA256 (hex) of the value as people mean it: e-mail, ID number and name without regard to case, a phone without spaces. */
  index(kind: IndexedKind, value: string): string;
}

export interface VaultSettings {
  /** Id of the key that seals. */
  active: string;
  /** Keys by id, each 32 bytes in base64. Old ones stay as long as something is sealed with them. */
  keys: Record<string, string>;
  /** 32 bytes in base64; changing it means computing every index again. */
  indexKey: string;
}

const keyBytes = 32;
const ivBytes = 12;

export function createVault(settings: VaultSettings): Vault {
  const keys = new Map(Object.entries(settings.keys).map(([id, key]) => [id, readKey(key, `key ${id}`)]));
  const indexKey = readKey(settings.indexKey, 'the index key');
  const activeKey = keys.get(settings.active);
  if (!activeKey) throw new Error(`the vault's active key ${settings.active} is not among its keys`);
  if (settings.active.includes(':')) throw new Error('a key id must not contain a colon');

  return {
    seal(text) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', activeKey, iv);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return [settings.active, ...[iv, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'))].join(':');
    },
    open(sealed) {
      const [id = '', iv = '', tag = '', text = ''] = sealed.split(':');
      const key = keys.get(id);
      if (!key) throw new Error(`the vault has no key ${id}`);
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), { authTagLength: 16 });
      decipher.setAuthTag(Buffer.from(tag, 'base64url'));
      return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8');
    },
    index: (kind, value) => createHmac('sha256', indexKey).update(`${kind}:${normalised(kind, value)}`).digest('hex'),
  };
}

function readKey(base64: string, what: string): Buffer {
  const key = Buffer.from(base64, 'base64');
  if (key.length !== keyBytes) throw new Error(`${what} of the vault must be ${keyBytes} bytes in base64`);
  return key;
}

function normalised(kind: IndexedKind, value: string): string {
  if (kind === 'phone') return value.replace(/[\s()-]/g, '').replace(/^\+86(?=1\d{10}$)/, '');
  if (kind === 'name') return value.trim().replace(/\s+/g, ' ').toLowerCase();
  return kind === 'id-number' ? value.trim().toUpperCase() : value.trim().toLowerCase();
}
