/** What the market shows of a listing: figures of the loan and of its borrower, never who the borrower is. */
import type { Listing } from './listings.js';
import { row, rows, type Db } from './pool.js';

export interface MarketListing extends Listing {
  borrowerId: string;
  productId: string;
  grade: string;
  termMonths: number;
  method: string;
  annualRateBps: number;
  allInPercent: string;
  purpose: string;
  /** Predicted probability of default over the loan's life, in basis points; null for a loan graded by a reviewer. */
  pdBps: number | null;
  reasons: { code: string; dimension: string; points: number }[];
  annualIncomeFen: number;
  employmentYears: number | null;
  homeOwnership: string;
  region: string;
  elsewhereFen: number;
  /** Other loans of the same borrower here: how many, and how many of them are late. */
  otherLoans: number;
  otherLate: number;
}

const columns = `s.loan_no AS "loanNo", l.borrower_id AS "borrowerId", l.product_id AS "productId", s.project_no AS "projectNo", s.state, s.target_fen AS "targetFen", s.reserved_fen AS "reservedFen", s.frozen_fen AS "frozenFen",
  s.min_bid_fen AS "minBidFen", s.step_fen AS "stepFen", s.max_share_bps AS "maxShareBps", s.opened_at AS "openedAt", s.deadline,
  o.grade, o.term_months AS "termMonths", o.method, o.annual_rate_bps AS "annualRateBps", o.all_in_percent AS "allInPercent", l.purpose,
  c.pd_bps AS "pdBps", coalesce(c.reasons->'points', '[]') AS reasons, a.annual_income_fen AS "annualIncomeFen", a.employment_years::float8 AS "employmentYears",
  a.home_ownership AS "homeOwnership", a.region, a.elsewhere_fen AS "elsewhereFen",
  (SELECT count(*)::int FROM loan x WHERE x.borrower_id = l.borrower_id AND x.loan_no <> l.loan_no AND x.value_date IS NOT NULL) AS "otherLoans",
  (SELECT count(*)::int FROM loan x WHERE x.borrower_id = l.borrower_id AND x.loan_no <> l.loan_no AND x.days_past_due > 0) AS "otherLate"`;
const joined = `listing s JOIN loan l ON l.loan_no = s.loan_no JOIN application a ON a.loan_no = s.loan_no LEFT JOIN score c ON c.loan_no = s.loan_no
  JOIN LATERAL (SELECT * FROM offer WHERE loan_no = s.loan_no ORDER BY version DESC LIMIT 1) o ON true`;

export const marketSorts = ['deadline', '-rate', 'grade', 'term', '-amount'] as const;
const sortColumns: Record<string, string> = { deadline: 's.deadline', rate: 'o.annual_rate_bps', grade: 'o.grade', term: 'o.term_months', amount: 's.target_fen' };

export interface MarketQuery { sort: string; descending: boolean; page: number; pageSize: number; grades: string[]; maxTermMonths: number | null; minRateBps: number | null }

/** Listings open for bids at a business moment; one more than a page, so that the caller sees whether there are more. */
export function openMarket(db: Db, businessNow: string, query: MarketQuery): Promise<MarketListing[]> {
  const order = sortColumns[query.sort] ?? 's.deadline';
  return rows<MarketListing>(
    db,
    `SELECT ${columns} FROM ${joined}
      WHERE s.state = 'open' AND s.deadline > $1 AND (cardinality($2::text[]) = 0 OR o.grade = ANY($2)) AND ($3::int IS NULL OR o.term_months <= $3) AND ($4::int IS NULL OR o.annual_rate_bps >= $4)
      ORDER BY ${order} ${query.descending ? 'DESC' : 'ASC'}, s.loan_no LIMIT $5 OFFSET $6`,
    [businessNow, query.grades, query.maxTermMonths, query.minRateBps, query.pageSize + 1, (query.page - 1) * query.pageSize],
  );
}

export function marketListing(db: Db, loanNo: string): Promise<MarketListing | null> {
  return row<MarketListing>(db, `SELECT ${columns} FROM ${joined} WHERE s.loan_no = $1`, [loanNo]);
}

export interface PublicInstalment { no: number; dueDate: string; principalFen: number; interestFen: number; feeFen: number }

/** The schedule lenders are shown before they bid: the offer's (version 0), or the one in force. */
export function shownSchedule(db: Db, loanNo: string): Promise<PublicInstalment[]> {
  return rows<PublicInstalment>(
    db,
    `SELECT no, due_date AS "dueDate", principal_fen AS "principalFen", interest_fen AS "interestFen", fee_fen AS "feeFen" FROM instalment
      WHERE loan_no = $1 AND version = (SELECT max(version) FROM instalment WHERE loan_no = $1) ORDER BY no`,
    [loanNo],
  );
}

export interface PlatformFigures {
  loans: number; lentFen: number; outstandingFen: number; outstandingLoans: number; repaidPrincipalFen: number; repaidInterestFen: number;
  borrowers: number; lenders: number; lateLoans: number; over90Loans: number; over90Fen: number; writtenOffLoans: number; writtenOffFen: number;
}

/** What stands on the public page: sums over all loans ever disbursed (money is principal unless said). */
export async function platformFigures(db: Db): Promise<PlatformFigures> {
  return (await row<PlatformFigures>(
    db,
    `SELECT count(*)::int AS loans, coalesce(sum(amount_fen), 0)::bigint AS "lentFen", coalesce(sum(outstanding_fen), 0)::bigint AS "outstandingFen",
            count(*) FILTER (WHERE outstanding_fen > 0)::int AS "outstandingLoans", count(DISTINCT borrower_id)::int AS borrowers,
            (SELECT count(DISTINCT lender_id)::int FROM holding) AS lenders,
            (SELECT coalesce(sum(principal_fen), 0)::bigint FROM payment WHERE state = 'distributed') AS "repaidPrincipalFen",
            (SELECT coalesce(sum(interest_fen), 0)::bigint FROM payment WHERE state = 'distributed') AS "repaidInterestFen",
            count(*) FILTER (WHERE days_past_due > 0)::int AS "lateLoans", count(*) FILTER (WHERE days_past_due > 90)::int AS "over90Loans",
            coalesce(sum(outstanding_fen) FILTER (WHERE days_past_due > 90), 0)::bigint AS "over90Fen",
            (SELECT count(*)::int FROM write_off) AS "writtenOffLoans", (SELECT coalesce(sum(principal_fen), 0)::bigint FROM write_off) AS "writtenOffFen"
       FROM loan WHERE value_date IS NOT NULL`,
  ))!;
}
