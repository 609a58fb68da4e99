/** The bank's half of the envelope: opens signed requests, signs what goes out (docs/custody-protocol.md). */
import { sign, verify } from 'node:crypto';
import { z } from 'zod';
import { DoorError } from './errors.js';
import { readOwnKeys, readPlatformKeys } from './keys.js';
import type { KeyRing } from './keys.js';

const toleranceMs = 10 * 60_000;
const beijingOffsetMs = 8 * 3_600_000;

export type ResponseType = 'ANSWER' | 'NOTIFY' | 'CALLBACK';

export interface BankKeys {
  platformNo: string;
  /** Serial under which the platform knows the bank's public key, where `privateKeyPem` is one key. */
  serial: string;
  /** One private key (PEM), or a ring of them as JSON: the newest in force signs. */
  privateKeyPem: string;
  /** The platform's public keys by serial. */
  platformKeys: KeyRing;
}

export interface Opened { serviceName: string; data: Record<string, unknown> }

export interface Wire {
  /** Checks platform, signature, labels and age of a request. Throws {@link DoorError}. */
  open(fields: unknown): Opened;
  /** A question that was asked before, with the same nonce, is a replay. (An order is known by its number.) Throws {@link DoorError}. */
  mustBeNew(data: Record<string, unknown>): void;
  /** The signed form fields of an answer or message, stamped now. */
  seal(serviceName: string, responseType: ResponseType, data: Record<string, unknown>): Record<string, string>;
  /** Signs a text that is no message: the headers of a check file. */
  attest(text: string): { keySerial: string; sign: string };
}

const fieldsSchema = z.object({
  serviceName: z.string().max(64), platformNo: z.string().max(64), reqData: z.string(), keySerial: z.string().max(64).default(''), sign: z.string().max(2_048).default(''),
});
/** The names beside the signature must equal their signed copies where a platform signs copies (ours does). */
const innerSchema = z.looseObject({ timestamp: z.string(), serviceName: z.string().optional(), platformNo: z.string().optional() });

/** @param now wall clock in milliseconds */
export function createWire(keys: BankKeys, now: () => number): Wire {
  const ownKey = readOwnKeys(keys.serial, keys.privateKeyPem);
  const platformKey = readPlatformKeys(keys.platformKeys);
  /** Nonces of questions with the wall instant of each, oldest first. */
  const asked = new Map<string, number>();
  return { open, mustBeNew, seal, attest };

  function open(fields: unknown): Opened {
    const parsed = fieldsSchema.safeParse(fields);
    if (!parsed.success) throw new DoorError('json', 'serviceName, platformNo, reqData, keySerial and sign are needed, once each');
    const { serviceName, platformNo, reqData, keySerial, sign: signature } = parsed.data;
    if (platformNo !== keys.platformNo) throw new DoorError('platform', `no platform ${platformNo}`);
    const key = platformKey(keySerial, now());
    if (key === 'unknown' || signature === '') throw new DoorError('signature', 'no signature under a known keySerial');
    if (key === 'withdrawn') throw new DoorError('signature', `the key ${keySerial} was withdrawn`);
    if (!verify('RSA-SHA256', Buffer.from(reqData, 'utf8'), key, Buffer.from(signature, 'base64'))) throw new DoorError('signature', 'the signature does not fit reqData');
    const data = readInner(reqData);
    if ((data.serviceName ?? serviceName) !== serviceName || (data.platformNo ?? platformNo) !== platformNo) throw new DoorError('signature', 'the names beside the signature differ from the signed ones');
    const sentAt = parseTimestamp(data.timestamp);
    if (sentAt === null || Math.abs(now() - sentAt) > toleranceMs) throw new DoorError('signature', 'the timestamp is more than ten minutes off');
    return { serviceName, data };
  }

  /** Remembered for as long as its timestamp could be believed. */
  function mustBeNew({ nonce }: Record<string, unknown>): void {
    if (typeof nonce !== 'string' || nonce === '') return;
    for (const [old, at] of asked) {
      if (at > now() - 2 * toleranceMs) break;
      asked.delete(old);
    }
    if (asked.has(nonce)) throw new DoorError('signature', 'this was asked before: a replay');
    asked.set(nonce, now());
  }

  function seal(serviceName: string, responseType: ResponseType, data: Record<string, unknown>): Record<string, string> {
    const respData = JSON.stringify({ ...data, serviceName, platformNo: keys.platformNo, responseType, timestamp: timestampOf(now()) });
    return { serviceName, platformNo: keys.platformNo, responseType, respData, ...attest(respData) };
  }

  function attest(text: string): { keySerial: string; sign: string } {
    const { serial, key } = ownKey(now());
    return { keySerial: serial, sign: sign('RSA-SHA256', Buffer.from(text, 'utf8'), key).toString('base64') };
  }
}

function readInner(reqData: string): z.infer<typeof innerSchema> {
  let value: unknown;
  try {
    value = JSON.parse(reqData);
  } catch {
    throw new DoorError('json', 'reqData is not JSON');
  }
  if (!isStorable(value, deepest)) throw new DoorError('json', 'reqData has text that is no Unicode or has NUL in it, or is nested too deeply');
  const inner = innerSchema.safeParse(value);
  if (!inner.success) throw new DoorError('json', 'reqData needs a timestamp');
  return inner.data;
}

/** A batch is an object with an array of objects. */
const deepest = 6;

/** PostgreSQL keeps neither NUL nor half of a surrogate pair, and no sender means them. */
function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return !/[\0\p{Cs}]/u.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.entries(value).every(([name, inner]) => isStorable(name, 0) && isStorable(inner, depth - 1));
}

/** `yyyyMMddHHmmss`, Beijing time. */
export function timestampOf(ms: number): string {
  return new Date(ms + beijingOffsetMs).toISOString().slice(0, 19).replace(/[-:T]/g, '');
}

function parseTimestamp(text: string): number | null {
  const match = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (!match) return null;
  const ms = Date.parse(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}+08:00`);
  return Number.isNaN(ms) ? null : ms;
}
