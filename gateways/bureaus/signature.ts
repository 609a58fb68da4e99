import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Both directions of the bureaus' wire are signed alike: HMAC-SHA256, in hex, over `<timestamp>.<raw body>`, the timestamp
 * in milliseconds since 1970 (wall clock).
 */
export const timestampHeader = 'x-bureau-timestamp';
export const signatureHeader = 'x-bureau-signature';

/** How far apart the two wall clocks may be. */
export const toleranceMs = 5 * 60 * 1_000;

export function sign(secret: string, timestamp: string, rawBody: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${rawBody}`, 'utf8').digest('hex');
}

/** Null when the signature holds, otherwise why it does not. A missing signature is an invalid one. */
export function signatureTrouble(input: {
  secret: string; timestamp: string | null; signature: string | null; rawBody: string; now: number;
}): string | null {
  const { timestamp, signature } = input;
  if (!timestamp || !signature) return 'the answer is not signed';
  if (!/^\d{1,15}$/.test(timestamp) || Math.abs(input.now - Number(timestamp)) > toleranceMs) return 'the answer is stale';
  const expected = Buffer.from(sign(input.secret, timestamp, input.rawBody), 'utf8');
  const given = Buffer.from(signature, 'utf8');
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return 'the signature does not hold';
  return null;
}
