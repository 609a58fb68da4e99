/** Payouts that come back days after they were done (BACKROLL_RECHARGE): the card's bank could not place the money. */
import type pg from 'pg';
import { inTransaction } from '../frame/database.js';
import { lockAccounts, move, outside } from './accounts.js';
import { giveBack } from './authorisations.js';
import { dateOf, instantOf } from './calendar.js';
import { backrollNo } from './checkfiles.js';
import { openMoment } from './closing.js';
import { writeYuan } from './money.js';
import { notify } from './notifications.js';

const returnHour = 11;

/** Decides, when a payout ends, that it will come back. */
export async function planReturn(tx: pg.PoolClient, requestNo: string, doneMs: number, days: number): Promise<void> {
  await tx.query('UPDATE payout SET return_at = $2 WHERE request_no = $1', [requestNo, new Date(instantOf(dateOf(doneMs + days * 86_400_000), returnHour))]);
}

interface Returning { request_no: string; user_no: string; amount_fen: number; authorisation_no: string | null; return_at: Date; backroll_id: number }

/** Brings back what is due at this business moment (ms). @returns how many */
export async function bringBack(pool: pg.Pool, nowMs: number): Promise<number> {
  const { rows } = await pool.query<{ request_no: string }>('SELECT request_no FROM payout WHERE return_at <= $1 AND returned_at IS NULL ORDER BY return_at, request_no', [new Date(nowMs)]);
  for (const { request_no: requestNo } of rows) await inTransaction(pool, (tx) => bringOneBack(tx, requestNo));
  return rows.length;
}

async function bringOneBack(tx: pg.PoolClient, requestNo: string): Promise<void> {
  const openMs = await openMoment(tx, 0);
  const { rows } = await tx.query<Returning>('SELECT * FROM payout WHERE request_no = $1 AND returned_at IS NULL FOR UPDATE', [requestNo]);
  const payout = rows[0];
  if (!payout) return;
  const { user_no: userNo, amount_fen: amountFen } = payout;
  const atMs = Math.max(payout.return_at.getTime(), openMs);
  await lockAccounts(tx, [userNo]);
  await move(tx, atMs, [
    { requestNo, accountNo: outside, availableFen: -amountFen, frozenFen: 0 },
    { requestNo, accountNo: userNo, availableFen: amountFen, frozenFen: 0 },
  ]);
  await tx.query('UPDATE payout SET returned_at = $2 WHERE request_no = $1', [requestNo, new Date(atMs)]);
  if (payout.authorisation_no !== null) await giveBack(tx, payout.authorisation_no, 'WITHDRAW', userNo, amountFen);
  await notify(tx, 'BACKROLL_RECHARGE', requestNo, {
    requestNo, transactionType: 'BACKROLL_RECHARGE', status: 'SUCCESS', platformUserNo: userNo, amount: writeYuan(amountFen), finishedAt: new Date(atMs).toISOString(), bankNo: backrollNo(payout.backroll_id),
  });
}
