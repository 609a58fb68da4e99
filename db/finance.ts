/** What finance reads: day closes, and shares that the bank refused. Nothing here writes. */
import { rows, type Db } from './pool.js';

export interface DayClose { day: string; trialBalanceFen: number; accountsCompared: number; differences: unknown[]; openInstructions: number; closedAt: string }

/** How the latest business days closed. */
export function dayCloses(db: Db, limit: number): Promise<DayClose[]> {
  return rows<DayClose>(db,
    `SELECT day, trial_balance_fen AS "trialBalanceFen", accounts_compared AS "accountsCompared", differences, open_instructions AS "openInstructions", closed_at AS "closedAt" FROM day_close ORDER BY day DESC LIMIT $1`, [limit]);
}

export interface Share {
  paymentNo: string; loanNo: string; holdingId: number; lenderId: string; userNo: string; principalFen: number; interestFen: number; lateInterestFen: number; feeFen: number;
  state: 'sending' | 'delivered' | 'undelivered';
  asOf: string;
  /** The bank's reason for refusing, of the newest refused detail. */
  reason: string | null;
  /** The day on which the loan's workflow sends what is undelivered again. */
  nextTryOn: string | null;
}

/** Selects {@link Share}s. */
export const shareSql = `SELECT d.payment_no AS "paymentNo", p.loan_no AS "loanNo", d.holding_id AS "holdingId", h.lender_id AS "lenderId", h.user_no AS "userNo", d.principal_fen AS "principalFen", d.interest_fen AS "interestFen",
    d.late_interest_fen AS "lateInterestFen", d.fee_fen AS "feeFen", d.state, p.as_of AS "asOf", (SELECT l.carried ->> 'redeliverOn' FROM loan l WHERE l.loan_no = p.loan_no) AS "nextTryOn",
    (SELECT x.reason FROM instruction_detail x JOIN instruction i ON i.request_no = x.batch_no WHERE i.payment_no = d.payment_no AND x.holding_id = d.holding_id AND x.state = 'refused' ORDER BY i.intended_at DESC LIMIT 1) AS reason
  FROM distribution d JOIN payment p ON p.payment_no = d.payment_no JOIN holding h ON h.id = d.holding_id`;

/** How one payment was shared. */
export function sharesOf(db: Db, paymentNo: string, limit: number, offset: number): Promise<Share[]> {
  return rows<Share>(db, `${shareSql} WHERE d.payment_no = $1 ORDER BY d.holding_id LIMIT $2 OFFSET $3`, [paymentNo, limit, offset]);
}

/** Sums of a loan's distributions by payment and state. */
export function distributionSums(db: Db, loanNo: string): Promise<{ paymentNo: string; state: Share['state']; shares: number; fen: number }[]> {
  return rows(db,
    `SELECT d.payment_no AS "paymentNo", d.state, count(*)::int AS shares, sum(d.principal_fen + d.interest_fen + d.late_interest_fen - d.fee_fen)::bigint AS fen
       FROM distribution d JOIN payment p ON p.payment_no = d.payment_no WHERE p.loan_no = $1 GROUP BY d.payment_no, d.state`, [loanNo]);
}

/** A loan's episodes of collection and law, oldest first. */
export function episodesOf(db: Db, loanNo: string): Promise<{ workflowId: string; kind: 'collection' | 'legal'; state: string; openedOn: string; closedOn: string | null }[]> {
  return rows(db,
    `SELECT workflow_id AS "workflowId", 'collection' AS kind, state, opened_on AS "openedOn", closed_on AS "closedOn" FROM collection WHERE loan_no = $1
     UNION ALL SELECT workflow_id, 'legal', state, opened_on, closed_on FROM legal_case WHERE loan_no = $1 ORDER BY 4, 1`, [loanNo]);
}
