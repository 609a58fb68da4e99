/** Proof of the phone that the bank knows: a code of six digits for one visit, five tries. */
import { randomInt } from 'node:crypto';
import type pg from 'pg';
import { refuse } from './errors.js';
import { failed } from './requests.js';
import type { Verdict } from './requests.js';
import { writeText } from './texts.js';

const allowedTries = 5;

/** Texts a fresh code, once for each request. `what`: what it is for, as the text says it. */
export async function sendCode(tx: pg.PoolClient, requestNo: string, mobile: string, what: string): Promise<void> {
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  await tx.query('INSERT INTO phone_code (request_no, code) VALUES ($1, $2)', [requestNo, code]);
  await writeText(tx, mobile, `Harbour Custody Bank: ${code} is the code to ${what}. Nobody from the bank or the platform asks for it. If it was not you, do nothing.`);
}

/** @returns null when it is right; otherwise what to tell the person, or the end of the request after the fifth wrong one */
export async function checkCode(tx: pg.PoolClient, requestNo: string, typed: string): Promise<{ stay: string } | Verdict | null> {
  const { rows } = await tx.query<{ code: string; wrong: number }>('SELECT code, wrong FROM phone_code WHERE request_no = $1 FOR UPDATE', [requestNo]);
  const sent = rows[0];
  if (sent && typed.trim() === sent.code) return null;
  const wrong = (sent?.wrong ?? 0) + 1;
  await tx.query('UPDATE phone_code SET wrong = $2 WHERE request_no = $1', [requestNo, wrong]);
  if (wrong >= allowedTries) return failed(refuse('refused', 'CODE_WRONG', 'the code was wrong five times'));
  return { stay: `This is not the code we sent: ${allowedTries - wrong} more ${wrong === allowedTries - 1 ? 'try' : 'tries'}.` };
}
