/**
 * What each workflow waits for (table `waiting`). `pokes` counts facts in the record that need the workflow's attention,
 * `seen` those it has taken in. Off production the business clock stands still while a row's `next_at` has passed or
 * `seen < pokes`.
 */
import { row } from './pool.js';
import type { Db } from './pool.js';

export interface Waiting {
  workflowId: string;
  /** ISO instant of business time; null = nothing by itself, only a message wakes it. */
  nextAt: string | null;
  /** A wait that returns every so often and may be reached late, in whole strides (ms); absent: it must be reached on its moment. */
  strideMs?: number | null;
  /** The business time that the workflow knows; it need not be told that again. */
  knownAt?: string | null;
  /** What is waited for, for operations; no personal data. */
  summary: string;
  /** Pokes taken in. */
  seen: number;
  /** All pokes that are there count as seen. */
  takesAll?: boolean;
}

/** A wait without an own moment; a far date keeps the column plain. */
const never = '9999-12-31T00:00:00.000Z';

/** There is news in the record for this workflow. Call it in the transaction that writes the news. */
export async function poke(db: Db, workflowId: string): Promise<void> {
  await db.query(
    `INSERT INTO waiting (workflow_id, next_at, summary, pokes, poked_at) VALUES ($1, 'epoch', 'starting', 1, clock_timestamp())
     ON CONFLICT (workflow_id) DO UPDATE SET pokes = waiting.pokes + 1, poked_at = clock_timestamp()`,
    [workflowId],
  );
}

/** As `poke`, for workflows that were told something by another: one that has ended in the meantime is not waited for. */
export async function pokeWaiting(db: Db, workflowIds: readonly string[]): Promise<void> {
  if (workflowIds.length === 0) return;
  await db.query(
    `UPDATE waiting SET pokes = pokes + 1, poked_at = clock_timestamp()
     WHERE workflow_id IN (SELECT workflow_id FROM waiting WHERE workflow_id = ANY($1) ORDER BY workflow_id FOR UPDATE)`,
    [workflowIds],
  );
}

/** Writes what the workflow waits for now and answers the pokes in the record; more than `seen` means: look again. */
export async function recordWaiting(db: Db, waiting: Waiting): Promise<{ pokes: number }> {
  const written = await row<{ pokes: number }>(db,
    `INSERT INTO waiting (workflow_id, next_at, summary, seen, stride, known_at) VALUES ($1, $2, $3, $4, $6::bigint * interval '1 millisecond', $7)
     ON CONFLICT (workflow_id) DO UPDATE SET next_at = EXCLUDED.next_at, stride = EXCLUDED.stride, known_at = EXCLUDED.known_at, summary = EXCLUDED.summary,
       seen = CASE WHEN $5 THEN waiting.pokes ELSE GREATEST(waiting.seen, EXCLUDED.seen) END, updated_at = now()
     RETURNING pokes`,
    [waiting.workflowId, waiting.nextAt ?? never, waiting.summary, waiting.seen, waiting.takesAll ?? false, waiting.strideMs ?? null, waiting.knownAt ?? null],
  );
  return { pokes: written?.pokes ?? 0 };
}

/** The business time that a workflow knew when it last wrote its wait; null when that is not known. */
export async function knownTimeOf(db: Db, workflowId: string): Promise<string | null> {
  return (await row<{ knownAt: string | null }>(db, 'SELECT known_at AS "knownAt" FROM waiting WHERE workflow_id = $1', [workflowId]))?.knownAt ?? null;
}

/** Pokes of a workflow that writes no wait now. */
export async function pokesOf(db: Db, workflowId: string): Promise<number> {
  return (await row<{ pokes: number }>(db, 'SELECT pokes FROM waiting WHERE workflow_id = $1', [workflowId]))?.pokes ?? 0;
}

/** The workflow ends: nobody waits any more. */
export async function endWaiting(db: Db, workflowId: string): Promise<void> {
  await db.query('DELETE FROM waiting WHERE workflow_id = $1', [workflowId]);
}
