/** Payouts called back before they arrive: CANCEL_WITHDRAW until the bank has handed them on (at any time while they wait to be confirmed), INTERCEPT_WITHDRAW until they are on the card. */
import type pg from 'pg';
import { lockAccounts, move } from './accounts.js';
import { giveBack } from './authorisations.js';
import { refuse } from './errors.js';
import { notify } from './notifications.js';
import { conclude, describe, done, failed } from './requests.js';
import type { Verdict } from './requests.js';

export interface Recall { requestNo: string; payoutNo: string; atMs: number; until: 'remitted' | 'arrived' }

interface Open { user_no: string; amount_fen: number; authorisation_no: string | null; remit_at: Date; due_at: Date; confirmed: boolean }

/** The frozen amount is available again, its authorisation too; the payout itself ends as refused (CANCELLED), and both ends are told. */
export async function recallPayout(tx: pg.PoolClient, { requestNo, payoutNo, atMs, until }: Recall): Promise<Verdict> {
  const { rows } = await tx.query<Open>('SELECT user_no, amount_fen, authorisation_no, remit_at, due_at, confirmed FROM payout WHERE request_no = $1 AND open FOR UPDATE', [payoutNo]);
  const payout = rows[0];
  if (!payout) return failed(refuse('notFound', 'PAYOUT_ENDED', `no payout ${payoutNo} is under way`));
  const limit = until === 'remitted' ? payout.remit_at : payout.due_at;
  if (payout.confirmed && limit.getTime() <= atMs) return failed(refuse('refused', 'PAYOUT_ENDED', `payout ${payoutNo} has ${until} already`));
  const { user_no: userNo, amount_fen: amountFen } = payout;
  await lockAccounts(tx, [userNo]);
  await move(tx, atMs, [{ requestNo, accountNo: userNo, availableFen: amountFen, frozenFen: -amountFen }]);
  if (payout.authorisation_no !== null) await giveBack(tx, payout.authorisation_no, 'WITHDRAW', userNo, amountFen);
  await tx.query('UPDATE payout SET open = false WHERE request_no = $1', [payoutNo]);
  const row = await conclude(tx, payoutNo, failed(refuse('refused', 'CANCELLED', 'called back before it arrived')), atMs);
  await notify(tx, row.service_name, payoutNo, describe(row));
  return done(amountFen);
}
