/** What a lender holds and has bid: the read model of the portfolio page. */
import { eachRow } from './cursor.js';
import { rows, type Db, type Pool } from './pool.js';

export interface PortfolioHolding {
  loanNo: string;
  grade: string | null;
  annualRateBps: number;
  state: string;
  daysPastDue: number;
  writtenOff: boolean;
  principalFen: number;
  paidPrincipalFen: number;
  paidInterestFen: number;
  paidLateInterestFen: number;
  feesFen: number;
  /** Shares of payments that the bank could not deliver yet (未到账). */
  undeliveredFen: number;
  valueDate: string | null;
  nextDue: string | null;
}

export const holdingSorts = ['-newest', 'loan', 'grade', 'rate', 'lent', 'back', 'interest', 'due'] as const;
const sortColumns: Record<string, string> = {
  newest: 'h.id', loan: 'length(h.loan_no), h.loan_no', grade: 'l.grade', rate: 'l.annual_rate_bps', lent: 'h.principal_fen', back: 'h.paid_principal_fen', interest: 'h.paid_interest_fen + h.paid_late_interest_fen', due: '"nextDue"',
};

export interface HoldingQuery {
  lenderId: string;
  /** Of one loan only. */
  loanNo?: string;
  /** One of {@link holdingSorts}; the newest first when left out. */
  sort?: string;
  descending?: boolean;
}

const holdingSql = `SELECT h.loan_no AS "loanNo", l.grade, l.annual_rate_bps AS "annualRateBps", l.state, l.days_past_due AS "daysPastDue", (w.loan_no IS NOT NULL) AS "writtenOff",
    h.principal_fen AS "principalFen", h.paid_principal_fen AS "paidPrincipalFen", h.paid_interest_fen AS "paidInterestFen",
    h.paid_late_interest_fen AS "paidLateInterestFen", h.fees_fen AS "feesFen", l.value_date AS "valueDate",
    (SELECT coalesce(sum(principal_fen + interest_fen + late_interest_fen - fee_fen), 0)::bigint FROM distribution d WHERE d.holding_id = h.id AND d.state = 'undelivered') AS "undeliveredFen",
    (SELECT min(due_date) FROM instalment i WHERE i.loan_no = h.loan_no AND i.version = (SELECT max(version) FROM instalment v WHERE v.loan_no = h.loan_no) AND i.paid_on IS NULL AND l.outstanding_fen > 0) AS "nextDue"
  FROM holding h JOIN loan l ON l.loan_no = h.loan_no LEFT JOIN write_off w ON w.loan_no = h.loan_no
  WHERE h.lender_id = $1 AND ($2::text IS NULL OR h.loan_no = $2)`;
const holdingValues = ({ lenderId, loanNo }: HoldingQuery): unknown[] => [lenderId, loanNo ?? null];

function holdingOrder({ sort = 'newest', descending = true }: HoldingQuery): string {
  const columns = (sortColumns[sort] ?? 'h.id').split(', ').map((column) => `${column} ${descending ? 'DESC' : 'ASC'} NULLS LAST`);
  return `ORDER BY ${columns.join(', ')}, h.id DESC`;
}

export function portfolioHoldings(db: Db, query: HoldingQuery & { limit: number; offset: number }): Promise<PortfolioHolding[]> {
  return rows<PortfolioHolding>(db, `${holdingSql} ${holdingOrder(query)} LIMIT $3 OFFSET $4`, [...holdingValues(query), query.limit, query.offset]);
}

/** All of them, one by one. */
export function eachHolding(pool: Pool, query: HoldingQuery): AsyncGenerator<PortfolioHolding> {
  return eachRow<PortfolioHolding>(pool, `${holdingSql} ${holdingOrder(query)}`, holdingValues(query));
}

export interface PortfolioSums { loans: number; lentFen: number; outstandingFen: number; paidPrincipalFen: number; paidInterestFen: number; feesFen: number; lateFen: number; writtenOffFen: number }

export async function portfolioSums(db: Db, lenderId: string): Promise<PortfolioSums> {
  const [sums] = await rows<PortfolioSums>(
    db,
    `SELECT count(*)::int AS loans, coalesce(sum(h.principal_fen), 0)::bigint AS "lentFen", coalesce(sum(h.principal_fen - h.paid_principal_fen), 0)::bigint AS "outstandingFen",
            coalesce(sum(h.paid_principal_fen), 0)::bigint AS "paidPrincipalFen", coalesce(sum(h.paid_interest_fen + h.paid_late_interest_fen), 0)::bigint AS "paidInterestFen",
            coalesce(sum(h.fees_fen), 0)::bigint AS "feesFen",
            coalesce(sum(h.principal_fen - h.paid_principal_fen) FILTER (WHERE l.days_past_due > 0 AND w.loan_no IS NULL), 0)::bigint AS "lateFen",
            coalesce(sum(h.principal_fen - h.paid_principal_fen) FILTER (WHERE w.loan_no IS NOT NULL), 0)::bigint AS "writtenOffFen"
       FROM holding h JOIN loan l ON l.loan_no = h.loan_no LEFT JOIN write_off w ON w.loan_no = h.loan_no WHERE h.lender_id = $1`,
    [lenderId],
  );
  return sums!;
}

export interface ReceivedPart { paymentNo: string; loanNo: string; asOf: string; principalFen: number; interestFen: number; lateInterestFen: number; feeFen: number; state: string }

/** What payments of borrowers brought this lender, newest first. */
export function receivedParts(db: Db, lenderId: string, loanNo: string | null, limit = 200): Promise<ReceivedPart[]> {
  return rows<ReceivedPart>(
    db,
    `SELECT d.payment_no AS "paymentNo", p.loan_no AS "loanNo", p.as_of AS "asOf", d.principal_fen AS "principalFen", d.interest_fen AS "interestFen",
            d.late_interest_fen AS "lateInterestFen", d.fee_fen AS "feeFen", d.state
       FROM distribution d JOIN holding h ON h.id = d.holding_id JOIN payment p ON p.payment_no = d.payment_no
      WHERE h.lender_id = $1 AND ($2::text IS NULL OR p.loan_no = $2) ORDER BY p.as_of DESC, d.payment_no DESC LIMIT $3`,
    [lenderId, loanNo, limit],
  );
}

/** A part of a payment that the bank refused to credit to this lender; it stays frozen under the loan. */
export interface UndeliveredPart {
  paymentNo: string;
  loanNo: string;
  asOf: string;
  amountFen: number;
  /** The bank's reason, of the newest refusal. */
  reason: string | null;
  /** The day on which the loan's workflow sends it again; null when that is not in the record. */
  nextTryOn: string | null;
}

/** All that waits for this lender, of one loan or all; the oldest first. */
export function undeliveredParts(db: Db, lenderId: string, loanNo: string | null, limit = 200): Promise<UndeliveredPart[]> {
  return rows<UndeliveredPart>(
    db,
    `SELECT d.payment_no AS "paymentNo", p.loan_no AS "loanNo", p.as_of AS "asOf", d.principal_fen + d.interest_fen + d.late_interest_fen - d.fee_fen AS "amountFen", l.carried ->> 'redeliverOn' AS "nextTryOn",
            (SELECT x.reason FROM instruction_detail x JOIN instruction i ON i.request_no = x.batch_no WHERE i.payment_no = d.payment_no AND x.holding_id = d.holding_id AND x.state = 'refused' ORDER BY i.intended_at DESC LIMIT 1) AS reason
       FROM distribution d JOIN holding h ON h.id = d.holding_id JOIN payment p ON p.payment_no = d.payment_no JOIN loan l ON l.loan_no = p.loan_no
      WHERE h.lender_id = $1 AND d.state = 'undelivered' AND ($2::text IS NULL OR p.loan_no = $2) ORDER BY p.as_of, d.payment_no LIMIT $3`,
    [lenderId, loanNo, limit],
  );
}
