/** Money from the bound card into the person's own sub-account: RECHARGE (password) and DIRECT_RECHARGE (authorisation). */
import type pg from 'pg';
import { isRefusal, lockUsable, marketing, move, outside } from './accounts.js';
import { spend } from './authorisations.js';
import { lockBoundCard, takeFromCard } from './cards.js';
import { done, failed } from './requests.js';
import type { Verdict } from './requests.js';

export interface Deposit { requestNo: string; userNo: string; amountFen: number; atMs: number; byAuthorisation: boolean }

/** All or nothing: a refusal leaves card, authorisation and account as they were. */
export async function deposit(tx: pg.PoolClient, { requestNo, userNo, amountFen, atMs, byAuthorisation }: Deposit): Promise<Verdict> {
  const account = await lockUsable(tx, userNo);
  if (isRefusal(account)) return failed(account);
  // The platform's own money for rewards comes from its company account at another bank, which needs neither card nor authorisation.
  if (userNo === marketing) return credit(tx, requestNo, userNo, amountFen, atMs);
  await tx.query('SAVEPOINT deposit');
  if (byAuthorisation) {
    const spent = await spend(tx, userNo, 'RECHARGE', amountFen, atMs);
    if (isRefusal(spent)) return failed(spent);
  }
  const card = await lockBoundCard(tx, userNo, atMs);
  const refusal = isRefusal(card) ? card : await takeFromCard(tx, card, amountFen, atMs);
  if (refusal) {
    await tx.query('ROLLBACK TO SAVEPOINT deposit');
    return failed(refusal);
  }
  return credit(tx, requestNo, userNo, amountFen, atMs);
}

async function credit(tx: pg.PoolClient, requestNo: string, userNo: string, amountFen: number, atMs: number): Promise<Verdict> {
  await move(tx, atMs, [
    { requestNo, accountNo: outside, availableFen: -amountFen, frozenFen: 0 },
    { requestNo, accountNo: userNo, availableFen: amountFen, frozenFen: 0 },
  ]);
  return done(amountFen);
}
