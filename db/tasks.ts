/** What a person has to decide or do. A task is opened by a workflow and closed by the Update that answers it. */
import { row, rows } from './pool.js';
import type { Db } from './pool.js';

export type TaskKind = 'review' | 'identity-review' | 'stuck-step' | 'collect' | 'dispute' | 'not-me' | 'already-paid' | 'hardship' | 'legal' | 'undelivered' | 'case';

export interface NewTask {
  /** Business key: the same key opens one task. */
  key: string;
  kind: TaskKind;
  role: string;
  workflowId: string;
  loanNo: string | null;
  personId: string | null;
  title: string;
  details: Record<string, unknown>;
  dueAt: string | null;
  /** Business time. */
  asOf: string;
}

export interface Task extends Omit<NewTask, 'asOf'> {
  id: number;
  takenBy: string | null;
  state: 'open' | 'done' | 'dropped';
  decision: string | null;
  note: string | null;
  openedAt: string;
  closedAt: string | null;
}

const columns = `id, key, kind, role, workflow_id AS "workflowId", loan_no AS "loanNo", person_id AS "personId", title, details, due_at AS "dueAt",
  taken_by AS "takenBy", state, decision, note, opened_at AS "openedAt", closed_at AS "closedAt"`;

/** Opens the task, or finds the one with this key; one that was closed stays closed. */
export async function openTask(db: Db, task: NewTask): Promise<{ taskId: number }> {
  const opened = await row<{ id: number }>(db,
    `INSERT INTO task (key, kind, role, workflow_id, loan_no, person_id, title, details, due_at, state, opened_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10)
     ON CONFLICT (key) DO UPDATE SET key = EXCLUDED.key
     RETURNING id`,
    [task.key, task.kind, task.role, task.workflowId, task.loanNo, task.personId, task.title, JSON.stringify(task.details), task.dueAt, task.asOf],
  );
  if (!opened) throw new RangeError(`the task ${task.key} was neither opened nor found`);
  return { taskId: opened.id };
}

/** Closes an open task; a closed one keeps its first decision. `at` null: the wall clock. */
export async function closeTask(db: Db, closing: { key: string; state: 'done' | 'dropped'; decision: string; by: string; note?: string; at?: string | null }): Promise<void> {
  await db.query(
    `UPDATE task SET state = $2, decision = $3, taken_by = COALESCE(taken_by, $4), note = COALESCE($5, note), closed_at = COALESCE($6::timestamptz, now())
     WHERE key = $1 AND state = 'open'`,
    [closing.key, closing.state, closing.decision, closing.by, closing.note ?? null, closing.at ?? null],
  );
}

/** A person takes an open task that nobody else has. False when somebody has it. */
export async function takeTask(db: Db, taskId: number, personId: string): Promise<boolean> {
  const taken = await db.query(`UPDATE task SET taken_by = $2 WHERE id = $1 AND state = 'open' AND (taken_by IS NULL OR taken_by = $2)`, [taskId, personId]);
  return taken.rowCount === 1;
}

/** Puts a task back into the queue. */
export async function returnTask(db: Db, taskId: number, personId: string): Promise<boolean> {
  const returned = await db.query(`UPDATE task SET taken_by = NULL WHERE id = $1 AND state = 'open' AND taken_by = $2`, [taskId, personId]);
  return returned.rowCount === 1;
}

export async function findTask(db: Db, taskId: number): Promise<Task | null> {
  return row<Task>(db, `SELECT ${columns} FROM task WHERE id = $1`, [taskId]);
}

/** Open tasks of a role, the most urgent first; those without a date last. */
export async function openTasks(db: Db, role: string, limit = 200): Promise<Task[]> {
  return rows<Task>(db, `SELECT ${columns} FROM task WHERE role = $1 AND state = 'open' ORDER BY due_at NULLS LAST, id LIMIT $2`, [role, limit]);
}

/** All tasks about a loan, oldest first. */
export async function tasksOfLoan(db: Db, loanNo: string): Promise<Task[]> {
  return rows<Task>(db, `SELECT ${columns} FROM task WHERE loan_no = $1 ORDER BY id`, [loanNo]);
}

/** Drops what a workflow that has ended still asked of people. */
export async function dropTasksOf(db: Db, workflowId: string, decision: string): Promise<void> {
  await db.query(`UPDATE task SET state = 'dropped', decision = $2, closed_at = now() WHERE workflow_id = $1 AND state = 'open'`, [workflowId, decision]);
}

/** Closes a workflow's open tasks of one kind, because a person has done what was asked. */
export async function closeTasksOf(db: Db, closing: { workflowId: string; kind: TaskKind; decision: string; by: string }): Promise<void> {
  await db.query(
    `UPDATE task SET state = 'done', decision = $3, taken_by = COALESCE(taken_by, $4), closed_at = now() WHERE workflow_id = $1 AND kind = $2 AND state = 'open'`,
    [closing.workflowId, closing.kind, closing.decision, closing.by],
  );
}
