/** A person's own deposits and withdrawals: what was moved today, what is under way, and how each stands. */
import { row, rows, type Db } from './pool.js';

/** As a person sees an act of theirs; a withdrawal that was done may come back days later (退票). */
export type CashState = 'pending' | 'done' | 'failed' | 'came-back';

export interface CashActRow { requestNo: string; verb: 'deposit' | 'withdraw'; amountFen: number; asOf: string; state: CashState; reason: string | null }

const stateSql = `CASE WHEN i.state = 'refused' THEN 'failed' WHEN i.state <> 'done' THEN 'pending'
  WHEN EXISTS (SELECT 1 FROM instruction b WHERE b.request_no = i.request_no || '-returned' AND b.verb = 'payout-returned' AND b.state = 'done') THEN 'came-back' ELSE 'done' END`;

/** Deposits and withdrawals of an account by the person's own hand, the newest first. */
export function cashActsOf(db: Db, userNo: string, limit: number): Promise<CashActRow[]> {
  return rows<CashActRow>(
    db, `SELECT i.request_no AS "requestNo", i.verb, i.amount_fen AS "amountFen", i.as_of AS "asOf", ${stateSql} AS state, i.reason FROM instruction i
          WHERE i.user_no = $1 AND i.verb IN ('deposit', 'withdraw') ORDER BY i.as_of DESC, i.request_no DESC LIMIT $2`, [userNo, limit]);
}

/** What became of a payout that was done: when it came back, or null. */
export async function cameBackAt(db: Db, requestNo: string): Promise<string | null> {
  return (await row<{ at: string }>(db, `SELECT done_at AS at FROM instruction WHERE request_no = $1 || '-returned' AND verb = 'payout-returned' AND state = 'done'`, [requestNo]))?.at ?? null;
}

/** Sums in fen since a business moment, refused acts (and the act `except`) left out; `withdrawingFen` is of all withdrawals that have not ended, whenever they began. */
export async function cashSums(db: Db, userNo: string, since: string, except = ''): Promise<{ depositFen: number; withdrawFen: number; withdrawingFen: number }> {
  const found = await row<{ depositFen: number; withdrawFen: number; withdrawingFen: number }>(
    db, `SELECT coalesce(sum(amount_fen) FILTER (WHERE verb = 'deposit' AND state <> 'refused' AND as_of >= $2), 0)::bigint AS "depositFen",
                coalesce(sum(amount_fen) FILTER (WHERE verb = 'withdraw' AND state <> 'refused' AND as_of >= $2), 0)::bigint AS "withdrawFen",
                coalesce(sum(amount_fen) FILTER (WHERE verb = 'withdraw' AND state NOT IN ('done', 'refused')), 0)::bigint AS "withdrawingFen"
           FROM instruction WHERE user_no = $1 AND verb IN ('deposit', 'withdraw') AND request_no <> $3`, [userNo, since, except]);
  return found ?? { depositFen: 0, withdrawFen: 0, withdrawingFen: 0 };
}
