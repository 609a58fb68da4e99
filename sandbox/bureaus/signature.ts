import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Questions and answers carry `X-Bureau-Timestamp` (milliseconds since 1970, wall clock) and `X-Bureau-Signature`:
 * hex HMAC-SHA256, keyed with the shared secret, over the timestamp, a full stop, and the raw body.
 */
export const timestampHeader = 'x-bureau-timestamp';
export const signatureHeader = 'x-bureau-signature';
const toleranceMs = 5 * 60 * 1_000;

export function sign(secret: string, timestamp: string, rawBody: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${rawBody}`).digest('hex');
}

/** A missing signature is an invalid one; so is a stale timestamp. */
export function isSigned(secret: string, headers: Record<string, unknown>, rawBody: string, now: number): boolean {
  const timestamp = headers[timestampHeader];
  const signature = headers[signatureHeader];
  if (typeof timestamp !== 'string' || typeof signature !== 'string') return false;
  if (!/^\d{1,15}$/.test(timestamp) || Math.abs(now - Number(timestamp)) > toleranceMs) return false;
  const expected = Buffer.from(sign(secret, timestamp, rawBody));
  const given = Buffer.from(signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
