/** One instruction's whole life: when it was wished, sent, taken on and ended, what the bank said, and what happens next. */
import { eachRow } from './cursor.js';
import { detailColumns, instructionColumns, type InstructionDetail } from './instructions.js';
import { silenceSeconds, type FoundInstruction, type Standing } from './instruction-search.js';
import { row, rows, type Db, type Pool } from './pool.js';

/** All of the wall clock. `unknownAt`: from when the outcome was called unknown; resolved when the instruction has ended since. */
export interface SentTimes { firstSentAt: string | null; sends: number; acceptedAt: string | null; unknownAt: string | null }
export type LivedInstruction = FoundInstruction & SentTimes;

export function findLife(db: Db, requestNo: string): Promise<LivedInstruction | null> {
  return row<LivedInstruction>(
    db, `SELECT ${instructionColumns}, first_sent_at AS "firstSentAt", sends, accepted_at AS "acceptedAt",
                CASE WHEN first_sent_at + make_interval(secs => $2) < coalesce(accepted_at, ended_at, clock_timestamp()) THEN first_sent_at + make_interval(secs => $2) END AS "unknownAt",
                CASE WHEN state = 'sent' AND sent_at < clock_timestamp() - make_interval(secs => $2) THEN 'unknown' ELSE state END AS standing
           FROM instruction WHERE request_no = $1`, [requestNo, silenceSeconds]);
}

export interface BankMessage { id: number; act: string; via: string; outcome: string; receivedAt: string }

/** What the bank sent about it by itself, verified, oldest first; its answers to our questions are not kept. */
export function bankMessagesOf(db: Db, requestNo: string, limit = 200): Promise<BankMessage[]> {
  return rows<BankMessage>(db, 'SELECT id, act, via, outcome, received_at AS "receivedAt" FROM bank_message WHERE request_no = $1 ORDER BY id LIMIT $2', [requestNo, limit]);
}

export interface Relative { requestNo: string; try: number; standing: Standing; relation: 'try' | 'returned' | 'original' }

/** Other tries of the same business act, the return of a payout, and the payout that came back. */
export function relativesOf(db: Db, { requestNo, businessKey }: { requestNo: string; businessKey: string }): Promise<Relative[]> {
  return rows<Relative>(
    db, `SELECT request_no AS "requestNo", try, state AS standing, CASE WHEN business_key = $2 THEN 'try' WHEN request_no = $1 || '-returned' THEN 'returned' ELSE 'original' END AS relation
           FROM instruction WHERE request_no <> $1 AND (business_key = $2 OR request_no IN ($1 || '-returned', regexp_replace($1, '-returned$', ''))) ORDER BY try, request_no`, [requestNo, businessKey]);
}

export interface Attention {
  /** Business time at which its workflow looks again by itself; null: only a message wakes it. */
  nextAt: string | null;
  summary: string;
  /** The bank's word is in the record and the workflow has not taken it in yet. */
  unseen: boolean;
}

/** What the workflow behind it waits for; null when none waits. */
export function attentionOf(db: Db, workflowId: string): Promise<Attention | null> {
  return row<Attention>(db, `SELECT CASE WHEN next_at < '9999-01-01' AND next_at > 'epoch' THEN next_at END AS "nextAt", summary, seen < pokes AS unseen FROM waiting WHERE workflow_id = $1`, [workflowId]);
}

export interface OpenTask { id: number; title: string; role: string; dueAt: string | null }

/** What people have to do about it: tasks of its workflow that name it or name no instruction. */
export function tasksAbout(db: Db, { requestNo, workflowId }: { requestNo: string; workflowId: string }): Promise<OpenTask[]> {
  return rows<OpenTask>(
    db, `SELECT id, title, role, due_at AS "dueAt" FROM task WHERE state = 'open' AND (details ->> 'requestNo' = $1 OR (workflow_id = $2 AND NOT details ? 'requestNo')) ORDER BY id LIMIT 20`, [requestNo, workflowId]);
}

export interface DetailSum { state: InstructionDetail['state']; details: number; amountFen: number }

export function detailSums(db: Db, batchNo: string): Promise<DetailSum[]> {
  return rows<DetailSum>(db, 'SELECT state, count(*)::int AS details, sum(amount_fen)::bigint AS "amountFen" FROM instruction_detail WHERE batch_no = $1 GROUP BY state ORDER BY state', [batchNo]);
}

const detailSql = `SELECT ${detailColumns} FROM instruction_detail WHERE batch_no = $1 ORDER BY request_no`;

export function detailPage(db: Db, batchNo: string, limit: number, offset: number): Promise<InstructionDetail[]> {
  return rows<InstructionDetail>(db, `${detailSql} LIMIT $2 OFFSET $3`, [batchNo, limit, offset]);
}

export function eachDetail(pool: Pool, batchNo: string): AsyncGenerator<InstructionDetail> {
  return eachRow<InstructionDetail>(pool, detailSql, [batchNo]);
}
