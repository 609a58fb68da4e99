/** How late borrowers are pursued: collection episodes, promises, legal cases. Written by the episodes' own workflows. */
import type { IsoDate } from '../domain/dates.js';
import { dropTasksOf } from './tasks.js';
import { endWaiting, pokeWaiting, pokesOf, recordWaiting } from './waiting.js';
import { inTransaction, row, rows } from './pool.js';
import type { Db, Pool, Transaction } from './pool.js';

/** The wait that is written with a projection. */
export interface EpisodeWait { workflowId: string; revision: number; nextAt: string | null; summary: string; seen: number; wakes?: readonly string[] }

export interface CollectionProjection extends EpisodeWait {
  loanNo: string;
  episode: number;
  state: 'running' | 'on-hold' | 'cured' | 'to-legal' | 'ended';
  holdReason: string | null;
  openedOn: IsoDate;
  closedOn: IsoDate | null;
}

/** Writes how an episode stands, if `revision` is newer, with its wait; an ended episode waits for nothing. */
export async function projectCollection(pool: Pool, episode: CollectionProjection): Promise<{ pokes: number }> {
  return inTransaction(pool, async (tx) => {
    const written = await tx.query(
      `INSERT INTO collection (workflow_id, loan_no, episode, state, hold_reason, next_at, revision, opened_on, closed_on)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (workflow_id) DO UPDATE SET state = EXCLUDED.state, hold_reason = EXCLUDED.hold_reason, next_at = EXCLUDED.next_at,
         revision = EXCLUDED.revision, closed_on = EXCLUDED.closed_on
       WHERE collection.revision <= EXCLUDED.revision`,
      [episode.workflowId, episode.loanNo, episode.episode, episode.state, episode.holdReason, episode.nextAt, episode.revision, episode.openedOn, episode.closedOn],
    );
    if (episode.closedOn !== null) await dropTasksOf(tx, episode.workflowId, episode.state);
    return writeWait(tx, episode, written.rowCount === 1, episode.closedOn !== null);
  });
}

async function writeWait(tx: Transaction, wait: EpisodeWait, isNewest: boolean, ended: boolean): Promise<{ pokes: number }> {
  if (!isNewest) return { pokes: await pokesOf(tx, wait.workflowId) };
  await pokeWaiting(tx, wait.wakes ?? []);
  if (!ended) return recordWaiting(tx, wait);
  const pokes = await pokesOf(tx, wait.workflowId);
  await endWaiting(tx, wait.workflowId);
  return { pokes };
}

/** An episode or a case begins again from the record: whatever its new workflow writes counts as newer. */
export async function reopenEpisode(db: Db, workflowId: string): Promise<void> {
  await db.query('UPDATE collection SET revision = 0 WHERE workflow_id = $1', [workflowId]);
  await db.query('UPDATE legal_case SET revision = 0 WHERE workflow_id = $1', [workflowId]);
}

/** Why a loan's debtor must not be contacted now; null when nothing stands against it. */
export async function contactHoldOf(db: Db, loanNo: string, episode: number): Promise<string | null> {
  return (await row<{ hold: string | null }>(db,
    `SELECT COALESCE(c.hold_reason, l.carried->>'contactHold') AS hold FROM loan l
     LEFT JOIN collection c ON c.loan_no = l.loan_no AND c.episode = $2 WHERE l.loan_no = $1`, [loanNo, episode]))?.hold ?? null;
}

// ── Promises ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface NewPromise { key: string; loanNo: string; episode: number; amountFen: number; promisedOn: IsoDate; dueOn: IsoDate; takenBy: string }

/** Takes a promise to pay (还款承诺), once per key. */
export async function insertPromise(db: Db, promise: NewPromise): Promise<{ promiseId: number }> {
  const taken = await row<{ id: number }>(db,
    `INSERT INTO promise (key, loan_no, episode, amount_fen, promised_on, due_on, state, taken_by) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7)
     ON CONFLICT (key) DO UPDATE SET key = EXCLUDED.key RETURNING id`,
    [promise.key, promise.loanNo, promise.episode, promise.amountFen, promise.promisedOn, promise.dueOn, promise.takenBy]);
  if (!taken) throw new RangeError(`the promise ${promise.key} was neither taken nor found`);
  return { promiseId: taken.id };
}

/** The loan a promise is about; null when there is no such promise. */
export async function loanOfPromise(db: Db, promiseId: number): Promise<string | null> {
  return (await row<{ loanNo: string }>(db, 'SELECT loan_no AS "loanNo" FROM promise WHERE id = $1', [promiseId]))?.loanNo ?? null;
}

/**
 * Judges an open promise by the payments that count (frozen at the bank) from the day it was given to `asOf`; a judged
 * one keeps its judgement. `settled`: nothing is due any more, which keeps any promise.
 */
export async function judgePromise(db: Db, promiseId: number, asOf: IsoDate, settled: boolean): Promise<'kept' | 'partly' | 'broken'> {
  const judged = await row<{ state: 'kept' | 'partly' | 'broken' }>(db,
    `UPDATE promise p SET state = CASE
       WHEN p.state <> 'open' THEN p.state
       WHEN $3 OR paid.fen >= p.amount_fen THEN 'kept' WHEN paid.fen > 0 THEN 'partly' ELSE 'broken' END
     FROM (SELECT COALESCE(sum(frozen_fen), 0) AS fen FROM payment, promise this
           WHERE this.id = $1 AND payment.loan_no = this.loan_no AND payment.state <> 'refused' AND payment.as_of BETWEEN this.promised_on AND $2) paid
     WHERE p.id = $1 RETURNING p.state`, [promiseId, asOf, settled]);
  if (!judged) throw new RangeError(`there is no promise ${promiseId}`);
  return judged.state;
}

// ── Legal cases ──────────────────────────────────────────────────────────────────────────────────────────────────────

export type LegalRoute = 'court' | 'arbitration' | 'payment-order' | 'notarised';
export type LegalState = 'preparing' | 'filed' | 'judgment' | 'enforcing' | 'closed';
export interface Evidence { kind: string; reference: string; at: string }

export interface NewLegalCase {
  workflowId: string; loanNo: string; episode: number; claimant: string; route: LegalRoute;
  principalFen: number; interestFen: number; lateInterestFen: number; feeFen: number;
  evidence: readonly Evidence[]; limitationOn: IsoDate; nextDeadline: IsoDate; openedOn: IsoDate;
}

/** Opens a case (legal hand-off), or finds it: what was handed over first stands. */
export async function openLegalCase(db: Db, opened: NewLegalCase): Promise<{ limitationOn: IsoDate; nextDeadline: IsoDate }> {
  await db.query(
    `INSERT INTO legal_case (workflow_id, loan_no, episode, claimant, route, state, principal_fen, interest_fen, late_interest_fen, fee_fen, evidence,
       limitation_on, next_deadline, opened_on)
     VALUES ($1, $2, $3, $4, $5, 'preparing', $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (workflow_id) DO NOTHING`,
    [opened.workflowId, opened.loanNo, opened.episode, opened.claimant, opened.route, opened.principalFen, opened.interestFen, opened.lateInterestFen,
      opened.feeFen, JSON.stringify(opened.evidence), opened.limitationOn, opened.nextDeadline, opened.openedOn],
  );
  const found = await row<{ limitationOn: IsoDate; nextDeadline: IsoDate | null }>(db,
    'SELECT limitation_on AS "limitationOn", next_deadline AS "nextDeadline" FROM legal_case WHERE workflow_id = $1', [opened.workflowId]);
  return { limitationOn: found?.limitationOn ?? opened.limitationOn, nextDeadline: found?.nextDeadline ?? opened.nextDeadline };
}

export interface LegalProjection extends EpisodeWait { state: LegalState; route: LegalRoute | null; costsFen: number | null; nextDeadline: IsoDate | null; closedOn: IsoDate | null }

/** Writes how a case stands, if `revision` is newer. What is null (route, costs) stays as it was. */
export async function projectLegalCase(pool: Pool, projection: LegalProjection): Promise<{ pokes: number }> {
  return inTransaction(pool, async (tx) => {
    const written = await tx.query(
      `UPDATE legal_case SET state = $2, route = COALESCE($3, route), costs_fen = COALESCE($4, costs_fen), next_deadline = $5, closed_on = $6, revision = $7
       WHERE workflow_id = $1 AND revision <= $7`,
      [projection.workflowId, projection.state, projection.route, projection.costsFen, projection.nextDeadline, projection.closedOn, projection.revision],
    );
    if (projection.closedOn !== null) await dropTasksOf(tx, projection.workflowId, 'closed');
    const known = written.rowCount === 1 || !(await row(tx, 'SELECT 1 FROM legal_case WHERE workflow_id = $1', [projection.workflowId]));
    return writeWait(tx, projection, known, projection.closedOn !== null);
  });
}

/**
 * What proves a debt: contract, transfers, schedule, payments, every delivered message and contact, with their places
 * in the record, oldest first.
 */
export async function evidenceOf(db: Db, loanNo: string): Promise<Evidence[]> {
  return rows<Evidence>(db,
    `SELECT kind, reference, at FROM (
       SELECT 'contract' AS kind, sha256 AS reference, sealed_at::text AS at, 1 AS place, 0::bigint AS id FROM contract WHERE loan_no = $1
       UNION ALL SELECT 'transfer', request_no, COALESCE(ended_at, intended_at)::text, 2, 0 FROM instruction
         WHERE loan_no = $1 AND verb IN ('batch-release', 'payout') AND state = 'done'
       UNION ALL SELECT 'schedule', 'version ' || max(version), min(due_date)::text, 3, 0 FROM instalment WHERE loan_no = $1 AND version > 0 HAVING count(*) > 0
       UNION ALL SELECT 'payment', payment_no, as_of::text, 4, n FROM payment WHERE loan_no = $1 AND state <> 'refused'
       UNION ALL SELECT 'message', key, business_at::text, 5, id FROM message WHERE loan_no = $1 AND state IN ('sent', 'delivered')
       UNION ALL SELECT 'contact', key, business_at::text, 6, id FROM contact WHERE loan_no = $1
     ) evidence ORDER BY place, id, reference`, [loanNo]);
}

/** Days on which a demand demonstrably reached the borrower: each starts limitation anew (Civil Code 195). */
export async function demandDates(db: Db, loanNo: string, zoneOffsetMinutes: number): Promise<IsoDate[]> {
  const found = await rows<{ day: IsoDate }>(db,
    `SELECT DISTINCT ((at AT TIME ZONE 'UTC') + make_interval(mins => $2))::date AS day FROM (
       SELECT business_at AS at FROM contact WHERE loan_no = $1 AND COALESCE(outcome, 'none') <> 'none'
       UNION ALL SELECT c.business_at FROM contact c JOIN message m ON m.id = c.message_id WHERE c.loan_no = $1 AND m.state = 'delivered'
     ) demand ORDER BY day`, [loanNo, zoneOffsetMinutes]);
  return found.map((demand) => demand.day);
}
