/** Lists of loans as operations looks through them. */
import type { LoanOwner, LoanStateName } from '../domain/loan.js';
import { row, rows, type Db } from './pool.js';

export interface ListedLoan {
  loanNo: string;
  borrowerId: string;
  segment: string;
  state: LoanStateName;
  owner: LoanOwner;
  nextAt: string | null;
  reason: string | null;
  grade: string | null;
  requestedFen: number;
  amountFen: number | null;
  outstandingFen: number;
  daysPastDue: number;
  appliedAt: string;
  /** What its workflow waits for, in its own words; null when it waits for nothing. */
  waitsFor: string | null;
}

export interface LoanListQuery {
  /** A loan's or a person's number, or the beginning of one; null: all. */
  search: string | null;
  state: string | null;
  owner: string | null;
  /** Only loans past due. */
  late: boolean;
  sort: string;
  descending: boolean;
  limit: number;
  offset: number;
}

export const loanListSorts = ['next', '-applied', 'loan', '-late', '-outstanding', 'state'] as const;
const sortColumns: Record<string, string> = {
  next: 'l.next_at', applied: 'l.applied_at', loan: 'length(l.loan_no), l.loan_no', late: 'l.days_past_due', outstanding: 'l.outstanding_fen', state: 'l.state',
};

const fits = `($1::text IS NULL OR starts_with(l.loan_no, upper($1)) OR starts_with(l.borrower_id, upper($1)))
       AND ($2::text IS NULL OR l.state = $2) AND ($3::text IS NULL OR l.owner = $3) AND (NOT $4 OR l.days_past_due > 0)`;
const fitValues = ({ search, state, owner, late }: Pick<LoanListQuery, 'search' | 'state' | 'owner' | 'late'>): unknown[] => [search, state, owner, late];

export function listLoans(db: Db, query: LoanListQuery): Promise<ListedLoan[]> {
  const direction = query.descending ? 'DESC' : 'ASC';
  const order = (sortColumns[query.sort] ?? 'l.next_at').split(', ').map((column) => `${column} ${direction} NULLS LAST`).join(', ');
  return rows<ListedLoan>(db,
    `SELECT l.loan_no AS "loanNo", l.borrower_id AS "borrowerId", l.segment, l.state, l.owner, l.next_at AS "nextAt", l.reason, l.grade, l.requested_fen AS "requestedFen",
       l.amount_fen AS "amountFen", l.outstanding_fen AS "outstandingFen", l.days_past_due AS "daysPastDue", l.applied_at AS "appliedAt", w.summary AS "waitsFor"
     FROM loan l LEFT JOIN waiting w ON w.workflow_id = l.loan_no
     WHERE ${fits}
     ORDER BY ${order}, l.loan_no LIMIT $5 OFFSET $6`,
    [...fitValues(query), query.limit, query.offset]);
}

export interface LoanTotals { loans: number; amountFen: number; outstandingFen: number; late: number }

/** Of all that fit, not only of the page; the amount is what was offered, or asked for while there is no offer. */
export async function loanTotals(db: Db, query: Pick<LoanListQuery, 'search' | 'state' | 'owner' | 'late'>): Promise<LoanTotals> {
  const found = await row<LoanTotals>(db,
    `SELECT count(*)::int AS loans, coalesce(sum(coalesce(l.amount_fen, l.requested_fen)), 0)::bigint AS "amountFen", coalesce(sum(l.outstanding_fen), 0)::bigint AS "outstandingFen", count(*) FILTER (WHERE l.days_past_due > 0)::int AS late
       FROM loan l WHERE ${fits}`, fitValues(query));
  return found ?? { loans: 0, amountFen: 0, outstandingFen: 0, late: 0 };
}

export interface StateCount { state: LoanStateName; owner: LoanOwner; loans: number; outstandingFen: number }

/** How many loans are in each state, and who has to act on them. */
export function loanCounts(db: Db): Promise<StateCount[]> {
  return rows<StateCount>(db,
    `SELECT state, owner, count(*)::int AS loans, coalesce(sum(outstanding_fen), 0)::bigint AS "outstandingFen" FROM loan GROUP BY state, owner ORDER BY state, owner`);
}

/** Open tasks by kind and role. */
export function taskCounts(db: Db): Promise<{ kind: string; role: string; tasks: number }[]> {
  return rows(db, `SELECT kind, role, count(*)::int AS tasks FROM task WHERE state = 'open' GROUP BY kind, role ORDER BY role, kind`);
}

/** What a workflow waits for. `seen` below `pokes`: it has not taken in everything yet. */
export interface Wait { nextAt: string; summary: string; pokes: number; seen: number }

export function waitOf(db: Db, workflowId: string): Promise<Wait | null> {
  return row<Wait>(db, 'SELECT next_at AS "nextAt", summary, pokes, seen FROM waiting WHERE workflow_id = $1', [workflowId]);
}
