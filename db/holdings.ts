/** Holdings: each lender's claim on a loan (债权). One per lender and loan, however many bids it came from. */
import { row, rows, type Db, type Transaction } from './pool.js';

export interface Holding {
  id: number;
  loanNo: string;
  lenderId: string;
  userNo: string;
  principalFen: number;
  /** By which payments are shared: the contract's principal, or what was outstanding when the holders last changed. */
  shareFen: number;
  /** What was really delivered, gross; the lender's fee was kept back from interest. */
  paidPrincipalFen: number;
  paidInterestFen: number;
  paidLateInterestFen: number;
  feesFen: number;
}

const columns = `id, loan_no AS "loanNo", lender_id AS "lenderId", user_no AS "userNo", principal_fen AS "principalFen", coalesce(share_fen, principal_fen) AS "shareFen", paid_principal_fen AS "paidPrincipalFen",
  paid_interest_fen AS "paidInterestFen", paid_late_interest_fen AS "paidLateInterestFen", fees_fen AS "feesFen"`;

/** In the order of their ids, which is the order in which fen are shared. */
export function holdingsOf(db: Db, loanNo: string): Promise<Holding[]> {
  return rows<Holding>(db, `SELECT ${columns} FROM holding WHERE loan_no = $1 ORDER BY id`, [loanNo]);
}

/** One holding per lender from the frozen bids of a loan; a repeat changes nothing. */
export async function createHoldings(tx: Transaction, loanNo: string): Promise<Holding[]> {
  await tx.query(
    `INSERT INTO holding (loan_no, lender_id, user_no, principal_fen)
     SELECT loan_no, lender_id, min(user_no), sum(amount_fen) FROM bid WHERE loan_no = $1 AND state = 'frozen' GROUP BY loan_no, lender_id ORDER BY min(id)
         ON CONFLICT (loan_no, lender_id) DO NOTHING`, [loanNo]);
  return holdingsOf(tx, loanNo);
}

/** Each holder's part of the loan's payments since the holders last changed, delivered or not: what a next sharing goes on from. */
export function givenSoFar(db: Db, loanNo: string): Promise<{ holdingId: number; principalFen: number; interestFen: number; lateInterestFen: number }[]> {
  return rows(
    db, `SELECT h.id AS "holdingId", coalesce(sum(d.principal_fen), 0)::bigint AS "principalFen", coalesce(sum(d.interest_fen), 0)::bigint AS "interestFen",
                coalesce(sum(d.late_interest_fen), 0)::bigint AS "lateInterestFen"
           FROM holding h LEFT JOIN (distribution d JOIN payment p USING (payment_no)) ON d.holding_id = h.id AND p.n > h.shared_from WHERE h.loan_no = $1 GROUP BY h.id ORDER BY h.id`, [loanNo]);
}

/** Shares of payments that the bank refused and that wait to be delivered. */
export async function undeliveredCount(db: Db, loanNo: string): Promise<number> {
  const found = await row<{ shares: number }>(
    db, `SELECT count(*)::int AS shares FROM distribution d JOIN payment p USING (payment_no) WHERE p.loan_no = $1 AND d.state = 'undelivered'`, [loanNo]);
  return found?.shares ?? 0;
}

/** From the next payment on each holder has a share by what is outstanding now; what was given before is not counted again. */
export async function restartSharing(tx: Transaction, loanNo: string): Promise<void> {
  await tx.query(
    `UPDATE holding h SET share_fen = h.principal_fen - (SELECT coalesce(sum(d.principal_fen), 0) FROM distribution d WHERE d.holding_id = h.id),
            shared_from = (SELECT coalesce(max(p.n), 0) FROM payment p WHERE p.loan_no = $1 AND EXISTS (SELECT 1 FROM distribution d WHERE d.payment_no = p.payment_no))
      WHERE h.loan_no = $1`, [loanNo]);
}
