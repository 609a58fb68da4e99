/** One-time codes: proof of a phone, a forgotten password, a change. Only a hash is kept; wall clock throughout. */
import { createHmac, randomInt, timingSafeEqual } from 'node:crypto';
import { inTransaction, row, type Db, type Pool } from './pool.js';

export type CodePurpose = 'sign-up' | 'reset-password' | 'change-phone';
export type CodeVerdict = 'right' | 'wrong' | 'expired' | 'too-many-attempts';

/** What a code is for: a purpose, and whose (a person's id, or the blind index of a phone). */
export interface CodeFor { purpose: CodePurpose; subject: string }

export const codeMinutes = 10;
export const codeAttempts = 5;

/** Six digits from a cryptographic source. */
export const newCode = (): string => String(randomInt(1_000_000)).padStart(6, '0');

/** Writes a new code; older ones for the same purpose and subject are void. */
export async function recordCode(tx: Db, pepper: string, { purpose, subject }: CodeFor, code: string, now: string): Promise<void> {
  await tx.query('UPDATE one_time_code SET expires_at = LEAST(expires_at, $3::timestamptz) WHERE purpose = $1 AND subject = $2 AND used_at IS NULL', [purpose, subject, now]);
  await tx.query(
    `INSERT INTO one_time_code (purpose, subject, code_hash, expires_at, created_at) VALUES ($1, $2, $3, $4::timestamptz + make_interval(mins => $5), $4)`,
    [purpose, subject, hashOf(pepper, { purpose, subject }, code), now, codeMinutes],
  );
}

/** Uses up the newest code if it is right. A wrong one counts as an attempt; the count is committed whatever the caller does afterwards. */
export function useCode(pool: Pool, pepper: string, codeFor: CodeFor, code: string, now: string): Promise<CodeVerdict> {
  return inTransaction(pool, async (tx) => {
    const newest = await row<{ id: number; hash: string; attempts: number; expired: boolean }>(
      tx,
      `SELECT id, code_hash AS hash, attempts, used_at IS NOT NULL OR expires_at <= $3::timestamptz AS expired FROM one_time_code
       WHERE purpose = $1 AND subject = $2 ORDER BY id DESC LIMIT 1 FOR UPDATE`,
      [codeFor.purpose, codeFor.subject, now],
    );
    if (!newest || newest.expired) return 'expired';
    if (newest.attempts >= codeAttempts) return 'too-many-attempts';
    const right = timingSafeEqual(Buffer.from(newest.hash, 'hex'), Buffer.from(hashOf(pepper, codeFor, code), 'hex'));
    await tx.query('UPDATE one_time_code SET attempts = attempts + 1, used_at = CASE WHEN $2 THEN $3::timestamptz END WHERE id = $1', [newest.id, right, now]);
    return right ? 'right' : 'wrong';
  });
}

/** Once a code is used, the message that carried it need not tell it any more. `keyPrefix`: how the keys of its messages begin. */
export async function hideSentCodes(db: Db, keyPrefix: string): Promise<void> {
  await db.query(
    `UPDATE message SET body = regexp_replace(body, '[0-9]{6}', '••••••') WHERE starts_with(key, $1) AND template = 'code' AND state <> 'pending'`,
    [keyPrefix],
  );
}

/** Keyed, because a million codes are soon tried against a plain hash. */
function hashOf(pepper: string, { purpose, subject }: CodeFor, code: string): string {
  return createHmac('sha256', pepper).update(`${purpose}:${subject}:${code.trim()}`).digest('hex');
}
