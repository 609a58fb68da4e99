/** What collectors read: loans in arrears with their episodes, and legal cases. */
import type { IsoDate } from '../domain/dates.js';
import type { LoanState } from '../domain/loan.js';
import type { Evidence, LegalRoute, LegalState } from './pursuit.js';
import { row, rows, type Db } from './pool.js';

export interface LastContact { at: string; channel: string; state: string; outcome: string | null }
export interface OpenPromise { amountFen: number; dueOn: IsoDate; takenBy: string }

/** A loan in arrears with the episode that pursues it; the sums follow from `carried`. */
export interface ArrearsRow {
  loanNo: string;
  borrowerId: string;
  carried: LoanState;
  /** Frozen at the bank for payments that are not distributed yet: not owed any more. */
  frozenFen: number;
  workflowId: string | null;
  episode: number | null;
  episodeState: 'running' | 'on-hold' | null;
  hold: string | null;
  nextAt: string | null;
  summary: string | null;
  lastContact: LastContact | null;
  promise: OpenPromise | null;
  /** Open tasks for a collector or about the hold. */
  tasks: { id: number; kind: string; role: string; title: string; details: Record<string, unknown> }[];
}

const arrearsSql = `SELECT l.loan_no AS "loanNo", l.borrower_id AS "borrowerId", l.carried,
    (SELECT coalesce(sum(p.frozen_fen), 0)::bigint FROM payment p WHERE p.loan_no = l.loan_no AND p.state IN ('frozen', 'distributing')) AS "frozenFen",
    c.workflow_id AS "workflowId", c.episode, c.state AS "episodeState", coalesce(c.hold_reason, l.carried->>'contactHold') AS hold, c.next_at AS "nextAt", w.summary,
    (SELECT jsonb_build_object('at', to_char(x.business_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'channel', x.channel, 'state', x.state, 'outcome', x.outcome)
       FROM contact x WHERE x.loan_no = l.loan_no ORDER BY x.id DESC LIMIT 1) AS "lastContact",
    (SELECT jsonb_build_object('amountFen', x.amount_fen, 'dueOn', x.due_on, 'takenBy', x.taken_by) FROM promise x WHERE x.loan_no = l.loan_no AND x.state = 'open' ORDER BY x.id DESC LIMIT 1) AS promise,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'kind', t.kind, 'role', t.role, 'title', t.title, 'details', t.details) ORDER BY t.id), '[]')
       FROM task t WHERE t.loan_no = l.loan_no AND t.state = 'open' AND t.kind IN ('collect', 'dispute', 'not-me', 'already-paid', 'hardship')) AS tasks
  FROM loan l
  LEFT JOIN LATERAL (SELECT * FROM collection x WHERE x.loan_no = l.loan_no AND x.state IN ('running', 'on-hold') ORDER BY x.episode DESC LIMIT 1) c ON true
  LEFT JOIN waiting w ON w.workflow_id = c.workflow_id`;

/** Loans in arrears that are pursued by collectors, none of this person's own; at most `limit`, the longest overdue first. */
export function arrears(db: Db, viewerId: string, limit: number): Promise<ArrearsRow[]> {
  return rows<ArrearsRow>(db,
    `${arrearsSql} WHERE (l.state IN ('overdue', 'writtenOff') OR c.workflow_id IS NOT NULL) AND l.borrower_id <> $1 ORDER BY l.days_past_due DESC, l.loan_no LIMIT $2`, [viewerId, limit]);
}

/** One loan as a collector sees it, in whatever state. */
export function arrearsOf(db: Db, loanNo: string): Promise<ArrearsRow | null> {
  return row<ArrearsRow>(db, `${arrearsSql} WHERE l.loan_no = $1`, [loanNo]);
}

export interface ShownPromise { id: number; episode: number; amountFen: number; promisedOn: IsoDate; dueOn: IsoDate; state: 'open' | 'kept' | 'partly' | 'broken'; takenBy: string }

/** All promises about a loan, newest first. */
export function promisesOf(db: Db, loanNo: string): Promise<ShownPromise[]> {
  return rows<ShownPromise>(db,
    `SELECT id, episode, amount_fen AS "amountFen", promised_on AS "promisedOn", due_on AS "dueOn", state, taken_by AS "takenBy" FROM promise WHERE loan_no = $1 ORDER BY id DESC`, [loanNo]);
}

export interface LegalCaseRow {
  workflowId: string;
  loanNo: string;
  borrowerId: string;
  episode: number;
  claimant: string;
  route: LegalRoute;
  state: LegalState;
  principalFen: number;
  interestFen: number;
  lateInterestFen: number;
  feeFen: number;
  costsFen: number;
  evidence: Evidence[];
  limitationOn: IsoDate;
  nextDeadline: IsoDate | null;
  openedOn: IsoDate;
  closedOn: IsoDate | null;
}

const caseSql = `SELECT c.workflow_id AS "workflowId", c.loan_no AS "loanNo", l.borrower_id AS "borrowerId", c.episode, c.claimant, c.route, c.state, c.principal_fen AS "principalFen",
    c.interest_fen AS "interestFen", c.late_interest_fen AS "lateInterestFen", c.fee_fen AS "feeFen", c.costs_fen AS "costsFen", c.evidence, c.limitation_on AS "limitationOn",
    c.next_deadline AS "nextDeadline", c.opened_on AS "openedOn", c.closed_on AS "closedOn"
  FROM legal_case c JOIN loan l ON l.loan_no = c.loan_no`;

export const legalCaseSorts = ['deadline', 'loan', 'state', 'limitation', 'opened'] as const;
const caseSortColumns: Record<string, string> = { deadline: 'c.next_deadline', loan: 'c.loan_no', state: 'c.state', limitation: 'c.limitation_on', opened: 'c.opened_on' };

/** Legal cases, the next deadline first unless another sort is asked for; closed ones only when asked for. */
export function legalCases(db: Db, query: { closed: boolean; loanNo: string | null; sort?: string; descending?: boolean; limit: number; offset: number }): Promise<LegalCaseRow[]> {
  return rows<LegalCaseRow>(db,
    `${caseSql} WHERE ((c.state = 'closed') = $1) AND ($2::text IS NULL OR c.loan_no = $2)
      ORDER BY ${caseSortColumns[query.sort ?? ''] ?? 'c.next_deadline'} ${query.descending ? 'DESC' : 'ASC'} NULLS LAST, c.opened_on, c.workflow_id LIMIT $3 OFFSET $4`,
    [query.closed, query.loanNo, query.limit, query.offset]);
}

export function legalCase(db: Db, workflowId: string): Promise<LegalCaseRow | null> {
  return row<LegalCaseRow>(db, `${caseSql} WHERE c.workflow_id = $1`, [workflowId]);
}
