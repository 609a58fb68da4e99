/**
 * ASYNC_TRANSACTION: a batch is first accepted, or refused as a whole; then every detail is done or refused by itself.
 * TENDER: from lenders' freezes to the borrower. REPAYMENT: from the borrower's freeze to lenders and the platform's fee.
 * COMPENSATORY (代偿): from a guarantor's freeze to lenders, in the borrower's place.
 */
import type pg from 'pg';
import { openMoment } from './closing.js';
import { refuse } from './errors.js';
import type { Refusal } from './errors.js';
import { notify } from './notifications.js';
import { conclude, describe, done } from './requests.js';
import type { RequestRow } from './requests.js';
import { bookDetail, openBooks, writeSettled } from './settlement.js';
import type { DetailRow, TradeType } from './settlement.js';

/** `holdNo` null: out of available money. `shareFen`: of a claim that is sold with it. */
export interface Detail { requestNo: string; holdNo: string | null; sourceNo: string; targetNo: string; bizType: DetailRow['biz_type']; amountFen: number; shareFen: number | null }

/** What QUERY_TRANSACTION calls a detail of a batch, and of a single trade. */
export type DetailService = 'ASYNC_TRANSACTION_DETAIL' | 'SYNC_TRANSACTION_DETAIL';

/** Takes the details' numbers. @returns the numbers that were used before; empty = all taken */
export async function acceptDetails(tx: pg.PoolClient, batchNo: string, details: Detail[], atMs: number, service: DetailService = 'ASYNC_TRANSACTION_DETAIL'): Promise<string[]> {
  const { rows } = await tx.query<{ request_no: string }>(
    `INSERT INTO request (request_no, service_name, user_no, amount_fen, status, business_at)
     SELECT no, $4, source, fen, 'ACCEPT', $5 FROM unnest($1::text[], $2::text[], $3::bigint[]) AS d(no, source, fen) ORDER BY no ON CONFLICT (request_no) DO NOTHING RETURNING request_no`,
    [details.map((d) => d.requestNo), details.map((d) => d.sourceNo), details.map((d) => d.amountFen), service, new Date(atMs)]);
  const taken = new Set(rows.map((row) => row.request_no));
  const used = details.filter((detail) => !taken.has(detail.requestNo)).map((detail) => detail.requestNo);
  if (used.length > 0) return used;
  await tx.query(
    `INSERT INTO batch_detail (request_no, batch_no, position, hold_no, source_no, target_no, biz_type, amount_fen, share_fen)
     SELECT no, $1, place, hold, source, target, biz, fen, share
       FROM unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[]) AS d(no, place, hold, source, target, biz, fen, share)`,
    [batchNo, details.map((d) => d.requestNo), details.map((_, place) => place), details.map((d) => d.holdNo), details.map((d) => d.sourceNo), details.map((d) => d.targetNo), details.map((d) => d.bizType), details.map((d) => d.amountFen), details.map((d) => d.shareFen)]);
  return [];
}

export function detailsOf(tx: pg.PoolClient, batchNo: string): Promise<DetailRow[]> {
  return tx.query<DetailRow>('SELECT * FROM batch_detail WHERE batch_no = $1 ORDER BY position', [batchNo]).then(({ rows }) => rows);
}

/** Executes one accepted batch in one transaction: every detail's end, the batch's end and the notification together. */
export async function executeBatch(tx: pg.PoolClient, batchNo: string): Promise<void> {
  const openMs = await openMoment(tx, 0);
  const claimed = await tx.query<RequestRow>("SELECT * FROM request WHERE request_no = $1 AND status = 'ACCEPT' FOR UPDATE", [batchNo]);
  const batch = claimed.rows[0];
  if (!batch) return;
  const details = await detailsOf(tx, batchNo);
  const books = await openBooks(tx, batch.body['bizType'] as TradeType, String(batch.body['projectNo']), details);
  const refused = new Map<string, Refusal>();
  const settled = details.filter((detail) => {
    const refusal = books ? bookDetail(books, detail) : refuse('notFound', 'PROJECT_UNKNOWN');
    if (refusal) refused.set(detail.request_no, refusal);
    return refusal === null;
  });
  const atMs = Math.max(batch.business_at.getTime(), openMs);
  if (books && settled.length > 0) await writeSettled(tx, books, settled, atMs);
  await concludeDetails(tx, settled, refused, new Date(atMs));
  const row = await conclude(tx, batchNo, done(settled.reduce((sum, detail) => sum + detail.amount_fen, 0)), atMs);
  await notify(tx, row.service_name, batchNo, await describeBatch(tx, row));
}

/** Writes the ends of details: those that are in `settled`, and those with their refusals. */
export async function concludeDetails(tx: pg.PoolClient, settled: DetailRow[], refused: Map<string, Refusal>, at: Date): Promise<void> {
  if (settled.length > 0) await tx.query("UPDATE request SET status = 'SUCCESS', finished_at = $2 WHERE request_no = ANY($1)", [settled.map((detail) => detail.request_no), at]);
  if (refused.size === 0) return;
  const refusals = [...refused.values()];
  await tx.query(
    `UPDATE request SET status = 'FAIL', finished_at = $5, error_code = r.code, reason_code = r.reason, error_message = r.why
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS r(no, code, reason, why) WHERE request_no = r.no`,
    [[...refused.keys()], refusals.map((one) => one.errorCode), refusals.map((one) => one.reasonCode), refusals.map((one) => one.errorMessage), at]);
}

/** A batch with its details, as QUERY_TRANSACTION and the notification show it. */
export async function describeBatch(tx: pg.Pool | pg.PoolClient, batch: RequestRow): Promise<Record<string, unknown>> {
  const { rows } = await tx.query<RequestRow>('SELECT r.* FROM batch_detail d JOIN request r USING (request_no) WHERE d.batch_no = $1 ORDER BY d.position', [batch.request_no]);
  const { requestNo, ...own } = describe(batch);
  return { batchNo: requestNo, ...own, details: rows.map(describe) };
}
