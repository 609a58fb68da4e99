/**
 * The custody bank's envelope: what is signed, how, and how old it may be (docs/custody-protocol.md).
 *
 * Only `reqData`/`respData` is signed, as raw UTF-8 bytes. The names beside it (serviceName, platformNo, responseType)
 * are therefore repeated inside, and a message whose copies differ is refused: nobody can re-label a signed message.
 */
import { sign, verify } from 'node:crypto';
import { z } from 'zod';
import type { KnownKeys, Signer } from './keys.js';

/** Messages further off than this (wall clock, either way) are refused on both sides. */
export const timestampToleranceMs = 10 * 60_000;

/** Beijing time has had no daylight saving since 1991: a fixed offset is exact. */
const beijingOffsetMs = 8 * 3_600_000;

export type WireFault = 'malformed' | 'unsigned' | 'wrong-signature' | 'unknown-key' | 'withdrawn-key' | 'wrong-platform' | 'stale' | 'relabelled';

/** A message of the bank that cannot be trusted; {@link fault} says why. */
export class WireError extends Error {
  override name = 'WireError';
  constructor(readonly fault: WireFault, message: string) { super(message); }
}

/** Base64 of the RSA-SHA256 signature (PKCS#1 v1.5) over the text's UTF-8 bytes. */
export function signText(text: string, signer: Signer): string {
  return sign('RSA-SHA256', Buffer.from(text, 'utf8'), signer.key).toString('base64');
}

/** Wall-clock milliseconds → `yyyyMMddHHmmss` in Beijing time. */
export function wireTimestamp(ms: number): string {
  return new Date(ms + beijingOffsetMs).toISOString().slice(0, 19).replace(/[-:T]/g, '');
}

/** `yyyyMMddHHmmss` in Beijing time → milliseconds; null if it is no such moment. */
export function parseWireTimestamp(text: string): number | null {
  const match = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (!match) return null;
  const ms = Date.parse(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}+08:00`);
  return Number.isNaN(ms) ? null : ms;
}

/** The five fields that every request carries, as form fields. */
export function signRequest(serviceName: string, platformNo: string, data: Record<string, unknown>, signer: Signer, nowMs: number): Record<string, string> {
  const reqData = JSON.stringify({ ...data, serviceName, platformNo, timestamp: wireTimestamp(nowMs) });
  return { serviceName, platformNo, reqData, keySerial: signer.keySerial, sign: signText(reqData, signer) };
}

const envelopeSchema = z.object({
  serviceName: z.string(),
  platformNo: z.string(),
  responseType: z.string().optional(),
  keySerial: z.string().optional(),
  respData: z.string(),
  sign: z.string().optional(),
});

const signedCopySchema = z.looseObject({
  serviceName: z.string(),
  platformNo: z.string(),
  responseType: z.string(),
  timestamp: z.string(),
});

export interface Trusted { serviceName: string; responseType: string; data: Record<string, unknown> }

/**
 * Reads an answer or notification of the bank and returns its data only if every check holds.
 * @throws WireError otherwise. A missing signature is a wrong one.
 */
export function openEnvelope(body: unknown, expected: { platformNo: string; bankKeys: KnownKeys; nowMs: number }): Trusted {
  const parsed = envelopeSchema.safeParse(body);
  if (!parsed.success) throw new WireError('malformed', 'not a message of the custody bank');
  const envelope = parsed.data;
  verifyText(envelope.respData, envelope, expected);
  const inner = readSigned(envelope.respData);
  checkLabels(envelope, inner, expected.platformNo);
  const sentAt = parseWireTimestamp(inner.timestamp);
  if (sentAt === null || Math.abs(expected.nowMs - sentAt) > timestampToleranceMs) throw new WireError('stale', `timestamp ${inner.timestamp} is more than ten minutes off`);
  return { serviceName: inner.serviceName, responseType: inner.responseType, data: inner };
}

type Envelope = z.infer<typeof envelopeSchema>;
type SignedCopy = z.infer<typeof signedCopySchema>;

/**
 * Whether the bank has signed this text.
 * @throws WireError when it has not, or nobody says so.
 */
export function verifyText(text: string, signed: { keySerial?: string | null | undefined; sign?: string | null | undefined }, { bankKeys, nowMs }: { bankKeys: KnownKeys; nowMs: number }): void {
  if (!signed.sign || !signed.keySerial) throw new WireError('unsigned', 'the message carries no signature');
  const known = bankKeys.get(signed.keySerial);
  if (!known) throw new WireError('unknown-key', `no key with serial ${signed.keySerial.slice(0, 40)}`);
  if (nowMs >= known.withdrawnAtMs) throw new WireError('withdrawn-key', `the key ${signed.keySerial} was withdrawn`);
  const valid = verify('RSA-SHA256', Buffer.from(text, 'utf8'), known.key, Buffer.from(signed.sign, 'base64'));
  if (!valid) throw new WireError('wrong-signature', 'the signature does not fit the message');
}

function readSigned(respData: string): SignedCopy {
  let value: unknown;
  try {
    value = JSON.parse(respData);
  } catch {
    throw new WireError('malformed', 'the signed data is not JSON');
  }
  const inner = signedCopySchema.safeParse(value);
  if (!inner.success) throw new WireError('malformed', 'the signed data lacks serviceName, platformNo, responseType or timestamp');
  return inner.data;
}

function checkLabels(envelope: Envelope, inner: SignedCopy, platformNo: string): void {
  if (envelope.platformNo !== platformNo || inner.platformNo !== platformNo) throw new WireError('wrong-platform', 'the message is for another platform');
  const sameService = envelope.serviceName === inner.serviceName;
  const sameType = envelope.responseType === undefined || envelope.responseType === inner.responseType;
  if (!sameService || !sameType) throw new WireError('relabelled', 'the names beside the signature differ from the signed ones');
}
