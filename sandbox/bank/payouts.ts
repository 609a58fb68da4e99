/**
 * Money from the sub-account to its owner's bound card: WITHDRAW (password) and AUTO_WITHDRAW (authorisation).
 * CONFIRMING → ACCEPT → REMITING → SUCCESS | FAIL; meanwhile the amount is frozen. CONFIRMING lasts until the platform
 * confirms or cancels what it has sent to be confirmed; other payouts begin with ACCEPT. Nobody runs when the moment comes:
 * due payouts are settled when the clock is looked at or somebody asks, dated with the moment they were due.
 */
import type pg from 'pg';
import { inTransaction } from '../frame/database.js';
import { isRefusal, lockAccounts, lockUsable, move, outside } from './accounts.js';
import { giveBack, spend } from './authorisations.js';
import { dateOf, normalPayoutTimes } from './calendar.js';
import { lockBoundCard, lockCard, payToCard } from './cards.js';
import { openMoment } from './closing.js';
import { refuse } from './errors.js';
import { takeMode } from './hostility.js';
import { notify } from './notifications.js';
import { conclude, describe, done, failed } from './requests.js';
import type { Verdict } from './requests.js';
import { planReturn } from './returns.js';

export interface PayoutOrder { requestNo: string; userNo: string; amountFen: number; urgency: 'NORMAL' | 'URGENT'; toBeConfirmed?: boolean; atMs: number; byAuthorisation: boolean }

/** Freezes the amount and sets its moment; an urgent payout leaves and arrives at once. */
export async function startPayout(tx: pg.PoolClient, { requestNo, userNo, amountFen, urgency, toBeConfirmed = false, atMs, byAuthorisation }: PayoutOrder): Promise<Verdict> {
  const account = await lockUsable(tx, userNo);
  if (isRefusal(account)) return failed(account);
  if (account.available_fen < amountFen) return failed(refuse('balance'));
  const card = await lockBoundCard(tx, userNo, atMs);
  if (isRefusal(card)) return failed(card);
  const spent = byAuthorisation ? await spend(tx, userNo, 'WITHDRAW', amountFen, atMs) : { authorisationNo: null };
  if (isRefusal(spent)) return failed(spent);
  await move(tx, atMs, [{ requestNo, accountNo: userNo, availableFen: -amountFen, frozenFen: amountFen }]);
  const { remitAt, dueAt } = payoutTimes(urgency, atMs);
  const payout: Payout = { request_no: requestNo, user_no: userNo, card_number: card.number, amount_fen: amountFen, authorisation_no: spent.authorisationNo, due_at: new Date(dueAt) };
  await tx.query('INSERT INTO payout (request_no, user_no, card_number, amount_fen, authorisation_no, remit_at, due_at, urgency, confirmed) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)',
    [requestNo, userNo, card.number, amountFen, spent.authorisationNo, new Date(remitAt), payout.due_at, urgency, !toBeConfirmed]);
  if (toBeConfirmed) return { status: 'CONFIRMING' };
  return urgency === 'URGENT' ? settle(tx, payout) : { status: 'ACCEPT' };
}

interface Payout { request_no: string; user_no: string; card_number: string; amount_fen: number; authorisation_no: string | null; due_at: Date }

function payoutTimes(urgency: 'NORMAL' | 'URGENT', atMs: number): { remitAt: number; dueAt: number } {
  return urgency === 'URGENT' ? { remitAt: atMs, dueAt: atMs } : normalPayoutTimes(atMs);
}

/** CONFIRM_WITHDRAW: from now on it goes the way of every payout, as if it had been asked for now. Both ends are told. */
export async function confirmPayout(tx: pg.PoolClient, payoutNo: string, atMs: number): Promise<Verdict> {
  const { rows } = await tx.query<Payout & { urgency: 'NORMAL' | 'URGENT'; confirmed: boolean }>('SELECT * FROM payout WHERE request_no = $1 AND open FOR UPDATE', [payoutNo]);
  const payout = rows[0];
  if (!payout) return failed(refuse('notFound', 'PAYOUT_ENDED', `no payout ${payoutNo} is under way`));
  if (payout.confirmed) return failed(refuse('refused', 'PAYOUT_CONFIRMED', `payout ${payoutNo} does not wait to be confirmed`));
  const account = await lockUsable(tx, payout.user_no);
  if (isRefusal(account)) return failed(account);
  const { remitAt, dueAt } = payoutTimes(payout.urgency, atMs);
  await tx.query('UPDATE payout SET confirmed = true, remit_at = $2, due_at = $3 WHERE request_no = $1', [payoutNo, new Date(remitAt), new Date(dueAt)]);
  const verdict: Verdict = payout.urgency === 'URGENT' ? await settle(tx, { ...payout, due_at: new Date(dueAt) }) : { status: 'ACCEPT' };
  const row = await conclude(tx, payoutNo, verdict, atMs);
  await notify(tx, row.service_name, payoutNo, describe(row));
  return done(payout.amount_fen);
}

/** The money reaches the card, or the card's bank sends it back to the sub-account. */
async function settle(tx: pg.PoolClient, payout: Payout): Promise<Verdict> {
  const { request_no: requestNo, user_no: userNo, amount_fen: amountFen } = payout;
  await lockAccounts(tx, [userNo]);
  const card = await lockCard(tx, payout.card_number, dateOf(payout.due_at.getTime()));
  const returns = card?.open ? await takeMode(tx, 'payout-returned', payout.authorisation_no === null ? 'WITHDRAW' : 'AUTO_WITHDRAW') : null;
  const refusal = !card ? refuse('refused', 'CARD_MISSING') : returns ? null : await payToCard(tx, card, amountFen);
  const arrives = refusal === null;
  await move(tx, payout.due_at.getTime(), [
    { requestNo, accountNo: userNo, availableFen: arrives ? 0 : amountFen, frozenFen: -amountFen },
    ...(arrives ? [{ requestNo, accountNo: outside, availableFen: amountFen, frozenFen: 0 }] : []),
  ]);
  await tx.query('UPDATE payout SET open = false WHERE request_no = $1', [requestNo]);
  if (returns) await planReturn(tx, requestNo, payout.due_at.getTime(), returns.days);
  if (!arrives && payout.authorisation_no !== null) await giveBack(tx, payout.authorisation_no, 'WITHDRAW', userNo, amountFen);
  const at = payout.due_at.getTime();
  return arrives ? { status: 'SUCCESS', amountFen, at } : { status: 'FAIL', refusal, at };
}

/** Brings every payout to where it is at this business moment (ms). @returns how many ended */
export async function advancePayouts(pool: pg.Pool, nowMs: number): Promise<number> {
  await pool.query("UPDATE request r SET status = 'REMITING' FROM payout p WHERE p.request_no = r.request_no AND p.open AND p.remit_at <= $1 AND r.status = 'ACCEPT'", [new Date(nowMs)]);
  const { rows } = await pool.query<{ request_no: string }>('SELECT request_no FROM payout WHERE open AND confirmed AND due_at <= $1 ORDER BY due_at, request_no', [new Date(nowMs)]);
  for (const { request_no } of rows) await inTransaction(pool, (tx) => finishPayout(tx, request_no));
  return rows.length;
}

async function finishPayout(tx: pg.PoolClient, requestNo: string): Promise<void> {
  const openMs = await openMoment(tx, 0);
  const { rows } = await tx.query<Payout>('SELECT * FROM payout WHERE request_no = $1 AND open FOR UPDATE', [requestNo]);
  const found = rows[0];
  if (!found) return;
  const payout = { ...found, due_at: new Date(Math.max(found.due_at.getTime(), openMs)) };
  const row = await conclude(tx, requestNo, await settle(tx, payout), payout.due_at.getTime());
  await notify(tx, row.service_name, requestNo, describe(row));
}

/** Whether the clock has to be watched at all. */
export async function hasOpenPayouts(pool: pg.Pool): Promise<boolean> {
  const { rowCount } = await pool.query('SELECT 1 FROM payout WHERE open OR (return_at IS NOT NULL AND returned_at IS NULL) LIMIT 1');
  return (rowCount ?? 0) > 0;
}
