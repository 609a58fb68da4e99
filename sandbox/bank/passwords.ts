/** Trading passwords: six digits, known to the bank alone, five tries. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type pg from 'pg';
import type { Account } from './accounts.js';

const passwordPattern = /^\d{6}$/;
const allowedTries = 5;
const lockMs = 10 * 60_000;
const keyLength = 32;
/** Light on purpose: this is a sandbox, and a replay opens thousands of accounts. */
const cost = 1_024;

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => scrypt(password, salt, keyLength, { N: cost }, (error, key) => (error ? reject(error) : resolve(key))));
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString('base64')}:${(await derive(password, salt)).toString('base64')}`;
}

async function fits(password: string, stored: string): Promise<boolean> {
  const [salt = '', key = ''] = stored.split(':');
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'base64')), Buffer.from(key, 'base64'));
}

/** What is wrong with a trading password that is being chosen, or null. */
export function newPasswordProblem(password: string, again: string): string | null {
  if (!passwordPattern.test(password)) return 'The trading password has exactly six digits.';
  return password === again ? null : 'The two trading passwords differ.';
}

/**
 * Checks the password of a locked account and counts wrong ones (wall clock, ms). The count must be committed.
 * @returns what to tell the person, or null when it is right
 */
export async function checkPassword(tx: pg.PoolClient, account: Account, password: string, wallMs: number): Promise<string | null> {
  if (account.locked_until && account.locked_until.getTime() > wallMs) return `Too many wrong passwords: locked until ${minutesFrom(wallMs, account.locked_until.getTime())}. Nothing was changed.`;
  if (account.password_hash !== null && passwordPattern.test(password) && (await fits(password, account.password_hash))) {
    if (account.failed_passwords > 0) await tx.query('UPDATE account SET failed_passwords = 0, locked_until = NULL WHERE user_no = $1', [account.user_no]);
    return null;
  }
  const tries = account.failed_passwords + 1;
  const locks = tries >= allowedTries;
  await tx.query('UPDATE account SET failed_passwords = $2, locked_until = $3 WHERE user_no = $1', [account.user_no, locks ? 0 : tries, locks ? new Date(wallMs + lockMs) : null]);
  return locks ? 'Wrong trading password, for the fifth time: locked for ten minutes.' : `Wrong trading password: ${allowedTries - tries} more ${allowedTries - tries === 1 ? 'try' : 'tries'} before it is locked for ten minutes.`;
}

function minutesFrom(nowMs: number, untilMs: number): string {
  const minutes = Math.ceil((untilMs - nowMs) / 60_000);
  return `${minutes} ${minutes === 1 ? 'minute' : 'minutes'} from now`;
}
