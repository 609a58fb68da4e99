/**
 * What is unfinished at a business moment: the business clock stands still until there is none of it (DESIGN: time).
 */
import { personalVerbs } from './instructions.js';
import type { Db } from './pool.js';

/** A workflow that is to be told the time, or that has not yet taken in what the record has for it. */
export interface DueWorkflow {
  workflowId: string;
  summary: string;
  nextAt: string;
  /** Its moment has come. */
  reached: boolean;
  /** It wrote that moment when it had come already: it is at work, and knows what time it is. */
  knows: boolean;
  pokes: number;
  seen: number;
  /** Wall milliseconds since the last poke; null when it was never poked. */
  pokedMsAgo: number | null;
}

/** Anything else that is under way and ends by itself: a message, an instruction at the bank, a ringing call. */
export interface OpenMatter {
  kind: 'message' | 'instruction' | 'contact';
  id: string;
  about: string;
}

export interface DueWork {
  workflows: DueWorkflow[];
  matters: OpenMatter[];
  /** The earliest business moment after this one that anybody waits for (ms). */
  nextAt: number | null;
}

/** More than this need not be read at once: none of it is forgotten. */
const most = 500;

/** A call that rings longer than this (wall time) is somebody's fault, not unfinished work. */
const longestCall = '3 minutes';

interface DueRow {
  kind: 'workflow' | 'message' | 'instruction' | 'contact' | 'next';
  id: string; about: string; nextAt: string | null; reached: boolean | null; knows: boolean | null; pokes: number | null; seen: number | null; pokedMsAgo: number | null;
}

/**
 * The earliest moment after `$1` that anybody waits for. A wait with a stride is put off, stride by stride, to its last moment
 * before the next one without: days on which nothing happens are not stood still at one by one.
 */
const nextMoment = `(
  WITH ahead AS (SELECT next_at, stride FROM waiting WHERE next_at > $1 AND next_at < '9999-01-01'),
    firm AS (SELECT min(next_at) AS at FROM ahead WHERE stride IS NULL)
  SELECT min(CASE WHEN stride IS NULL OR firm.at IS NULL OR next_at >= firm.at THEN next_at
      ELSE next_at + (ceil(EXTRACT(EPOCH FROM firm.at - next_at) / EXTRACT(EPOCH FROM stride)) - 1) * stride END)
  FROM ahead, firm)`;

/**
 * An instruction that names a later moment is unfinished all the same until the bank is known to have it: else a bank that is
 * down would get it on a later day than it was meant for. A person's act at the bank takes as long as the person takes, and the
 * bank's page itself holds the clock; once the bank has accepted one and names a later moment it counts like any other.
 *
 * What is due and unfinished at `now` (business ms), and the next moment after it. One statement, so that all of it is
 * seen at the same instant: a workflow that writes its next moment meanwhile is either still due or already waiting.
 */
export async function dueWork(db: Db, now: number): Promise<DueWork> {
  // Asked dozens of times a second while work is under way: planned once.
  const { rows: found } = await db.query<DueRow>({ name: 'due-work', values: [new Date(now).toISOString(), personalVerbs], text:
    `(SELECT 'workflow' AS kind, workflow_id AS id, summary AS about, next_at AS "nextAt", next_at <= $1 AS reached, COALESCE(known_at >= next_at, false) AS knows, pokes, seen,
        (EXTRACT(EPOCH FROM clock_timestamp() - poked_at) * 1000)::float8 AS "pokedMsAgo"
      FROM waiting WHERE next_at <= $1 OR seen < pokes ORDER BY next_at, workflow_id LIMIT ${most})
     UNION ALL
     (SELECT 'message', id::text, template, NULL, NULL, NULL, NULL, NULL, NULL FROM message WHERE state = 'pending' ORDER BY id LIMIT ${most})
     UNION ALL
     (SELECT 'instruction', i.request_no, i.verb, NULL, NULL, NULL, NULL, NULL, NULL FROM instruction i LEFT JOIN bid b ON b.id = i.bid_id
      WHERE i.state NOT IN ('done', 'refused') AND (i.waits_until IS NULL OR i.waits_until <= $1 OR i.state = 'sent')
        AND NOT ((i.verb = ANY($2) OR COALESCE(b.by, i.details ->> 'by', '') = 'password') AND (i.state <> 'accepted' OR i.waits_until IS NULL))
      ORDER BY i.intended_at LIMIT ${most})
     UNION ALL
     (SELECT 'contact', id::text, loan_no, NULL, NULL, NULL, NULL, NULL, NULL FROM contact
      WHERE state = 'dialling' AND ended_at IS NULL AND placed_at > now() - interval '${longestCall}' ORDER BY id LIMIT ${most})
     UNION ALL
     (SELECT 'next', '', '', ${nextMoment}, NULL, NULL, NULL, NULL, NULL)` });
  const next = found.find(({ kind }) => kind === 'next')?.nextAt;
  return { workflows: found.flatMap(workflowOf), matters: found.flatMap(matterOf), nextAt: next ? Date.parse(next) : null };
}

function workflowOf({ kind, id, about, nextAt, reached, knows, pokes, seen, pokedMsAgo }: DueRow): DueWorkflow[] {
  if (kind !== 'workflow' || nextAt === null) return [];
  return [{ workflowId: id, summary: about, nextAt, reached: reached ?? false, knows: knows ?? false, pokes: pokes ?? 0, seen: seen ?? 0, pokedMsAgo }];
}

function matterOf({ kind, id, about }: DueRow): OpenMatter[] {
  return kind === 'workflow' || kind === 'next' ? [] : [{ kind, id, about }];
}

/** Forgets a wait that nobody is behind any more, unless it changed since it was read. */
export async function forgetWait(db: Db, wait: Pick<DueWorkflow, 'workflowId' | 'pokes' | 'nextAt'>): Promise<boolean> {
  const gone = await db.query('DELETE FROM waiting WHERE workflow_id = $1 AND pokes = $2 AND next_at = $3', [wait.workflowId, wait.pokes, wait.nextAt]);
  return gone.rowCount === 1;
}
