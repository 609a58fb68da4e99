/** What the record says of a loan when it is over: read-only SQL for whole-system tests. */
import { row, rows, type Pool } from '../db/pool.js';

/** Amounts in fen; nothing in it depends on when or how often anything was tried. */
export interface LoanEnd {
  state: string;
  outstandingFen: number;
  paymentStates: string[];
  paidFen: { principal: number; interest: number; total: number };
  payments: { source: string; principalFen: number; interestFen: number; state: string }[];
  /** Per lender, in the order of their bids' size and number. */
  lenders: { lentFen: number; principalFen: number; interestFen: number; feesFen: number }[];
  paidOutFen: number;
}

export async function endOf(pool: Pool, loanNo: string): Promise<LoanEnd> {
  const loan = await row<{ state: string; outstandingFen: number }>(pool, `SELECT state, outstanding_fen AS "outstandingFen" FROM loan WHERE loan_no = $1`, [loanNo]);
  const payments = await rows<LoanEnd['payments'][number] & { frozenFen: number }>(
    pool, `SELECT source, principal_fen AS "principalFen", interest_fen AS "interestFen", frozen_fen AS "frozenFen", state FROM payment WHERE loan_no = $1 ORDER BY n`, [loanNo]);
  const lenders = await rows<LoanEnd['lenders'][number]>(
    pool, `SELECT principal_fen AS "lentFen", paid_principal_fen AS "principalFen", paid_interest_fen AS "interestFen", fees_fen AS "feesFen" FROM holding WHERE loan_no = $1 ORDER BY principal_fen, paid_interest_fen`, [loanNo]);
  const paidOut = await row<{ fen: number }>(pool, `SELECT coalesce(sum(amount_fen), 0)::bigint AS fen FROM instruction WHERE loan_no = $1 AND verb = 'payout' AND state = 'done'`, [loanNo]);
  const sum = (of: (each: (typeof payments)[number]) => number): number => payments.reduce((total, each) => total + of(each), 0);
  return {
    state: loan?.state ?? 'no such loan', outstandingFen: loan?.outstandingFen ?? 0, lenders, paidOutFen: paidOut?.fen ?? 0,
    paymentStates: [...new Set(payments.map((each) => each.state))],
    paidFen: { principal: sum((each) => each.principalFen), interest: sum((each) => each.interestFen), total: sum((each) => each.frozenFen) },
    payments: payments.map(({ source, principalFen, interestFen, state }) => ({ source, principalFen, interestFen, state })),
  };
}

/** Workflows of the loan that anybody still waits for. */
export async function waitingFor(pool: Pool, loanNo: string): Promise<string[]> {
  const found = await rows<{ workflowId: string }>(
    pool, `SELECT workflow_id AS "workflowId" FROM waiting
            WHERE workflow_id = $1 OR split_part(workflow_id, ':', 2) = $1 OR workflow_id IN (SELECT 'message:' || id FROM message WHERE loan_no = $1)`, [loanNo]);
  return found.map((each) => each.workflowId);
}

/** How many messages about the loan there are in each state, by channel: `sms delivered: 4`. */
export async function messageStates(pool: Pool, loanNo: string): Promise<Record<string, number>> {
  const found = await rows<{ what: string; count: number }>(pool, `SELECT channel || ' ' || state AS what, count(*)::int AS count FROM message WHERE loan_no = $1 GROUP BY 1`, [loanNo]);
  return Object.fromEntries(found.map(({ what, count }) => [what, count]));
}
