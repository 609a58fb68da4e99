/** The bank's half of the envelope: opens signed requests, signs what goes out (docs/custody-protocol.md). */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { DoorError } from './errors.js';

const toleranceMs = 10 * 60_000;
const beijingOffsetMs = 8 * 3_600_000;

export type ResponseType = 'ANSWER' | 'NOTIFY' | 'CALLBACK';

export interface BankKeys {
  platformNo: string;
  /** Serial under which the platform knows the bank's public key. */
  serial: string;
  privateKeyPem: string;
  /** The platform's public keys (PEM) by serial. */
  platformKeys: Record<string, string>;
}

export interface Opened { serviceName: string; data: Record<string, unknown> }

export interface Wire {
  /** Checks platform, signature, labels and age of a request. Throws {@link DoorError}. */
  open(fields: unknown): Opened;
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
  const ownKey = createPrivateKey(keys.privateKeyPem);
  const platformKeys = new Map<string, KeyObject>(Object.entries(keys.platformKeys).map(([serial, pem]) => [serial, createPublicKey(pem)]));
  return { open, seal, attest };

  function open(fields: unknown): Opened {
    const parsed = fieldsSchema.safeParse(fields);
    if (!parsed.success) throw new DoorError('json', 'serviceName, platformNo, reqData, keySerial and sign are needed, once each');
    const { serviceName, platformNo, reqData, keySerial, sign: signature } = parsed.data;
    if (platformNo !== keys.platformNo) throw new DoorError('platform', `no platform ${platformNo}`);
    const key = platformKeys.get(keySerial);
    if (!key || signature === '') throw new DoorError('signature', 'no signature under a known keySerial');
    if (!verify('RSA-SHA256', Buffer.from(reqData, 'utf8'), key, Buffer.from(signature, 'base64'))) throw new DoorError('signature', 'the signature does not fit reqData');
    const data = readInner(reqData);
    if ((data.serviceName ?? serviceName) !== serviceName || (data.platformNo ?? platformNo) !== platformNo) throw new DoorError('signature', 'the names beside the signature differ from the signed ones');
    const sentAt = parseTimestamp(data.timestamp);
    if (sentAt === null || Math.abs(now() - sentAt) > toleranceMs) throw new DoorError('signature', 'the timestamp is more than ten minutes off');
    return { serviceName, data };
  }

  function seal(serviceName: string, responseType: ResponseType, data: Record<string, unknown>): Record<string, string> {
    const respData = JSON.stringify({ ...data, serviceName, platformNo: keys.platformNo, responseType, timestamp: timestampOf(now()) });
    return { serviceName, platformNo: keys.platformNo, responseType, respData, ...attest(respData) };
  }

  function attest(text: string): { keySerial: string; sign: string } {
    return { keySerial: keys.serial, sign: sign('RSA-SHA256', Buffer.from(text, 'utf8'), ownKey).toString('base64') };
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
