/** What people at the desks read: open tasks with their loans, and what is known of a person. */
import type { LoanStateName } from '../domain/loan.js';
import type { BureauReport, Identification } from './reports.js';
import type { Task, TaskKind } from './tasks.js';
import { row, rows, type Db } from './pool.js';

/** A task as a queue shows it, with the loan it is about. */
export interface DeskTask extends Task {
  loanState: LoanStateName | null;
  requestedFen: number | null;
  grade: string | null;
  purpose: string | null;
}

const taskColumns = `t.id, t.key, t.kind, t.role, t.workflow_id AS "workflowId", t.loan_no AS "loanNo", t.person_id AS "personId", t.title, t.details, t.due_at AS "dueAt",
  t.taken_by AS "takenBy", t.state, t.decision, t.note, t.opened_at AS "openedAt", t.closed_at AS "closedAt",
  l.state AS "loanState", l.requested_fen AS "requestedFen", COALESCE(l.grade, s.grade) AS grade, l.purpose`;
const taskTables = 'task t LEFT JOIN loan l ON l.loan_no = t.loan_no LEFT JOIN score s ON s.loan_no = t.loan_no';

export interface TaskQuery {
  kinds: readonly TaskKind[];
  roles: readonly string[];
  limit: number;
  offset?: number;
  /** Leaves out what is about this person: nobody decides on themselves. */
  notAbout?: string;
  /** One of {@link taskSorts}; the most urgent first when left out. */
  sort?: string;
  descending?: boolean;
}

export const taskSorts = ['due', 'since', 'kind', 'loan'] as const;
const sortColumns: Record<string, string> = { due: 't.due_at', since: 't.opened_at', kind: 't.kind', loan: 't.loan_no' };

/** Open tasks of these kinds and roles; those without a date after those with one, the oldest first. */
export function deskTasks(db: Db, query: TaskQuery): Promise<DeskTask[]> {
  return rows<DeskTask>(db,
    `SELECT ${taskColumns} FROM ${taskTables} WHERE t.state = 'open' AND t.kind = ANY($1) AND t.role = ANY($2) AND ($5::text IS NULL OR t.person_id IS DISTINCT FROM $5)
      ORDER BY ${sortColumns[query.sort ?? 'due'] ?? 't.due_at'} ${query.descending ? 'DESC' : 'ASC'} NULLS LAST, t.id LIMIT $3 OFFSET $4`, [query.kinds, query.roles, query.limit, query.offset ?? 0, query.notAbout ?? null]);
}

export function deskTask(db: Db, id: number): Promise<DeskTask | null> {
  return row<DeskTask>(db, `SELECT ${taskColumns} FROM ${taskTables} WHERE t.id = $1`, [id]);
}

/** Adds a person's own words to a task; they stay in the record and never enter a workflow. */
export async function noteTask(db: Db, id: number, note: string): Promise<void> {
  await db.query('UPDATE task SET note = $2 WHERE id = $1', [id, note]);
}

export type DatedReport = BureauReport & { askedAt: string };

/** All bureau reports on a person, newest first. */
export function reportsOnPerson(db: Db, personId: string): Promise<DatedReport[]> {
  return rows<DatedReport>(db,
    `SELECT person_id AS "personId", loan_no AS "loanNo", bureau, reference, status, report_no AS "reportNo", facts, why, expires_on AS "expiresOn", asked_at AS "askedAt"
       FROM bureau_report WHERE person_id = $1 ORDER BY id DESC LIMIT 100`, [personId]);
}

/** A person's identifications, newest first. */
export function identificationsOf(db: Db, personId: string): Promise<Identification[]> {
  return rows<Identification>(db,
    `SELECT workflow_id AS "workflowId", person_id AS "personId", attempt, purpose, state, reason FROM identification WHERE person_id = $1 ORDER BY attempt DESC`, [personId]);
}
