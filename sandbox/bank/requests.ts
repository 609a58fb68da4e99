/** One row per requestNo, for ever: what was asked, and how it ended. */
import type pg from 'pg';
import type { Refusal } from './errors.js';
import { writeYuan } from './money.js';

export type Status = 'INIT' | 'CONFIRMING' | 'ACCEPT' | 'REMITING' | 'SUCCESS' | 'FAIL';

/** How a request stands after it was worked on: finished well, refused for good, or under way. */
export type Verdict =
  | { status: 'SUCCESS'; amountFen: number; at?: number }
  | { status: 'ACCEPT' | 'CONFIRMING' }
  | { status: 'FAIL'; refusal: Refusal; at?: number };

export const done = (amountFen: number): Verdict => ({ status: 'SUCCESS', amountFen });
export const failed = (refusal: Refusal): Verdict => ({ status: 'FAIL', refusal });

export interface RequestRow {
  id: number; request_no: string; service_name: string; user_no: string | null; amount_fen: number | null; status: Status;
  error_code: string | null; reason_code: string | null; error_message: string | null;
  business_at: Date; finished_at: Date | null; body: Record<string, unknown>; page_token: string | null; page_ends_at: Date | null;
}

export interface NewRequest {
  requestNo: string; serviceName: string; userNo: string | null; amountFen: number | null; businessAt: number;
  status: Status; body?: Record<string, unknown>; pageToken?: string; pageEndsAt?: number;
}

/** Takes the number. False when it was used before; a concurrent use waits until the first has committed. */
export async function takeNumber(tx: pg.PoolClient, request: NewRequest): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'take-number',
    text: `INSERT INTO request (request_no, service_name, user_no, amount_fen, status, business_at, body, page_token, page_ends_at)
           VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT (request_no) DO NOTHING`,
    values: [request.requestNo, request.serviceName, request.userNo, request.amountFen, request.status, new Date(request.businessAt), request.body ?? {},
      request.pageToken ?? null, request.pageEndsAt === undefined ? null : new Date(request.pageEndsAt)],
  });
  return rowCount === 1;
}

/** Writes how the request stands. `at` is the business moment (ms) of its end, unless the verdict brings its own. */
export async function conclude(tx: pg.PoolClient, requestNo: string, verdict: Verdict, at: number): Promise<RequestRow> {
  const refusal = verdict.status === 'FAIL' ? verdict.refusal : null;
  const finishedAt = verdict.status === 'SUCCESS' || verdict.status === 'FAIL' ? new Date(verdict.at ?? at) : null;
  const { rows } = await tx.query<RequestRow>({
    name: 'conclude-request',
    text: `UPDATE request SET status = $2, amount_fen = coalesce($3, amount_fen), error_code = $4, reason_code = $5, error_message = $6, finished_at = $7
           WHERE request_no = $1 AND status NOT IN ('SUCCESS','FAIL') RETURNING *`,
    values: [requestNo, verdict.status, verdict.status === 'SUCCESS' ? verdict.amountFen : null, refusal?.errorCode ?? null, refusal?.reasonCode ?? null, refusal?.errorMessage ?? null, finishedAt],
  });
  if (!rows[0]) throw new Error(`${requestNo} has already ended`);
  return rows[0];
}

export async function findRequest(tx: pg.Pool | pg.PoolClient, requestNo: string): Promise<RequestRow | null> {
  const { rows } = await tx.query<RequestRow>('SELECT * FROM request WHERE request_no = $1', [requestNo]);
  return rows[0] ?? null;
}

/** The bank's own serial number of a request. */
export function bankNo(row: Pick<RequestRow, 'id'>): string {
  return `BK${String(row.id).padStart(10, '0')}`;
}

/** A request as answers, notifications and queries show it. */
export function describe(row: RequestRow): Record<string, unknown> {
  const failure = row.status === 'FAIL' ? { errorCode: row.error_code, errorMessage: row.error_message, ...(row.reason_code ? { reasonCode: row.reason_code } : {}) } : {};
  return {
    requestNo: row.request_no,
    transactionType: row.service_name,
    status: row.status,
    ...(row.amount_fen === null ? {} : { amount: writeYuan(row.amount_fen) }),
    ...(row.finished_at === null ? {} : { finishedAt: row.finished_at.toISOString() }),
    bankNo: bankNo(row),
    ...failure,
  };
}
