/**
 * ASYNC_TRANSACTION: a batch is first accepted, or refused as a whole; then every detail is done or refused by itself.
 * TENDER: from lenders' freezes to the borrower. REPAYMENT: from the borrower's freeze to lenders and the platform's fee.
 */
import type pg from 'pg';
import { income, lockAccounts, move, unusable } from './accounts.js';
import type { Account } from './accounts.js';
import { openMoment } from './closing.js';
import { refuse } from './errors.js';
import type { Refusal } from './errors.js';
import type { Hold } from './holds.js';
import { notify } from './notifications.js';
import { lockProject } from './projects.js';
import type { Project } from './projects.js';
import { conclude, describe, done } from './requests.js';
import type { RequestRow } from './requests.js';

export interface Detail { requestNo: string; holdNo: string; sourceNo: string; targetNo: string; bizType: 'PRINCIPAL' | 'INTEREST' | 'COMMISSION'; amountFen: number }

/** The verb under which details are known to QUERY_TRANSACTION. */
export const detailService = 'ASYNC_TRANSACTION_DETAIL';

/** Takes the details' numbers. @returns the numbers that were used before; empty = all taken */
export async function acceptDetails(tx: pg.PoolClient, batchNo: string, details: Detail[], atMs: number): Promise<string[]> {
  const { rows } = await tx.query<{ request_no: string }>(
    `INSERT INTO request (request_no, service_name, user_no, amount_fen, status, business_at)
     SELECT no, $4, source, fen, 'ACCEPT', $5 FROM unnest($1::text[], $2::text[], $3::bigint[]) AS d(no, source, fen) ORDER BY no ON CONFLICT (request_no) DO NOTHING RETURNING request_no`,
    [details.map((d) => d.requestNo), details.map((d) => d.sourceNo), details.map((d) => d.amountFen), detailService, new Date(atMs)]);
  const taken = new Set(rows.map((row) => row.request_no));
  const used = details.filter((detail) => !taken.has(detail.requestNo)).map((detail) => detail.requestNo);
  if (used.length > 0) return used;
  await tx.query(
    `INSERT INTO batch_detail (request_no, batch_no, position, hold_no, source_no, target_no, biz_type, amount_fen)
     SELECT no, $1, place, hold, source, target, biz, fen FROM unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[]) AS d(no, place, hold, source, target, biz, fen)`,
    [batchNo, details.map((d) => d.requestNo), details.map((_, place) => place), details.map((d) => d.holdNo), details.map((d) => d.sourceNo), details.map((d) => d.targetNo), details.map((d) => d.bizType), details.map((d) => d.amountFen)]);
  return [];
}

interface DetailRow { request_no: string; hold_no: string; source_no: string; target_no: string; biz_type: Detail['bizType']; amount_fen: number }
interface Books { project: Project; tender: boolean; accounts: Map<string, Account>; holds: Map<string, Hold> }

/** Executes one accepted batch in one transaction: every detail's end, the batch's end and the notification together. */
export async function executeBatch(tx: pg.PoolClient, batchNo: string): Promise<void> {
  const openMs = await openMoment(tx, 0);
  const claimed = await tx.query<RequestRow>("SELECT * FROM request WHERE request_no = $1 AND status = 'ACCEPT' FOR UPDATE", [batchNo]);
  const batch = claimed.rows[0];
  if (!batch) return;
  const { rows: details } = await tx.query<DetailRow>('SELECT * FROM batch_detail WHERE batch_no = $1 ORDER BY position', [batchNo]);
  const books = await openBooks(tx, String(batch.body['projectNo']), batch.body['bizType'] === 'TENDER', details);
  const refused = new Map<string, Refusal>();
  const settled = details.filter((detail) => {
    const refusal = books ? book(books, detail) : refuse('notFound', 'PROJECT_UNKNOWN');
    if (refusal) refused.set(detail.request_no, refusal);
    return refusal === null;
  });
  const atMs = Math.max(batch.business_at.getTime(), openMs);
  if (books && settled.length > 0) await write(tx, books, settled, atMs);
  await concludeDetails(tx, settled, refused, new Date(atMs));
  const row = await conclude(tx, batchNo, done(settled.reduce((sum, detail) => sum + detail.amount_fen, 0)), atMs);
  await notify(tx, row.service_name, batchNo, await describeBatch(tx, row));
}

async function openBooks(tx: pg.PoolClient, projectNo: string, tender: boolean, details: DetailRow[]): Promise<Books | null> {
  const project = await lockProject(tx, projectNo);
  if (!project) return null;
  const accounts = await lockAccounts(tx, [...new Set(details.flatMap((detail) => [detail.source_no, detail.target_no]))]);
  const { rows } = await tx.query<Hold>('SELECT * FROM hold WHERE request_no = ANY($1) AND project_no = $2 ORDER BY request_no FOR UPDATE', [[...new Set(details.map((detail) => detail.hold_no))], projectNo]);
  return { project, tender, accounts, holds: new Map(rows.map((hold) => [hold.request_no, hold])) };
}

/** Decides one detail against the books as the details before it have left them, and takes its money off the freeze. */
function book(books: Books, detail: DetailRow): Refusal | null {
  const refusal = wrongState(books) ?? wrongHold(books, detail) ?? wrongTarget(books, detail);
  if (refusal) return refusal;
  const hold = books.holds.get(detail.hold_no);
  if (!hold || hold.remaining_fen < detail.amount_fen) return refuse('balance', '', `freeze ${detail.hold_no} holds less than that`);
  if (books.tender && books.project.released_fen + detail.amount_fen > books.project.amount_fen) return refuse('refused', 'PROJECT_AMOUNT', "more than the project's amount");
  hold.remaining_fen -= detail.amount_fen;
  if (books.tender) books.project.released_fen += detail.amount_fen;
  else if (detail.biz_type === 'PRINCIPAL') books.project.repaid_fen += detail.amount_fen;
  return null;
}

function wrongState({ project, tender }: Books): Refusal | null {
  const needed = tender ? 'COLLECTING' : 'REPAYING';
  return project.state === needed ? null : refuse('projectState', '', `project ${project.project_no} is ${project.state}, not ${needed}`);
}

function wrongHold({ holds, accounts, tender }: Books, detail: DetailRow): Refusal | null {
  const hold = holds.get(detail.hold_no);
  if (!hold) return refuse('notFound', 'HOLD_UNKNOWN', `no freeze ${detail.hold_no} under this project`);
  if (hold.user_no !== detail.source_no || (hold.biz_type === 'TENDER') !== tender) return refuse('refused', 'HOLD_OTHER', `freeze ${detail.hold_no} is not the payer's for this`);
  const source = accounts.get(detail.source_no);
  return source ? unusable(source) : refuse('noUser', '', `no user ${detail.source_no}`);
}

/** A commission lands on the platform's income account and nothing else does; a release only on the borrower. */
function wrongTarget({ accounts, project, tender }: Books, detail: DetailRow): Refusal | null {
  const target = accounts.get(detail.target_no);
  if (!target) return refuse('noUser', '', `no user ${detail.target_no}`);
  const wrong = (why: string) => refuse('refused', 'WRONG_PARTY', why);
  if (detail.biz_type === 'COMMISSION') return target.user_no === income ? unusable(target) : wrong(`a commission goes to ${income}`);
  if (target.role.startsWith('PLATFORM')) return wrong('principal and interest never go to the platform');
  if (tender && target.user_no !== project.borrower_no) return wrong("a release goes to the project's borrower");
  if (!tender && target.user_no === project.borrower_no) return wrong('a repayment goes to lenders');
  return unusable(target);
}

async function write(tx: pg.PoolClient, { project, holds }: Books, settled: DetailRow[], atMs: number): Promise<void> {
  await move(tx, atMs, settled.flatMap((detail) => [
    { requestNo: detail.request_no, accountNo: detail.source_no, availableFen: 0, frozenFen: -detail.amount_fen },
    { requestNo: detail.request_no, accountNo: detail.target_no, availableFen: detail.amount_fen, frozenFen: 0 },
  ]));
  const left = [...holds.values()];
  await tx.query('UPDATE hold SET remaining_fen = l.fen FROM unnest($1::text[], $2::bigint[]) AS l(no, fen) WHERE request_no = l.no', [left.map((hold) => hold.request_no), left.map((hold) => hold.remaining_fen)]);
  await tx.query('UPDATE project SET released_fen = $2, repaid_fen = $3 WHERE project_no = $1', [project.project_no, project.released_fen, project.repaid_fen]);
}

async function concludeDetails(tx: pg.PoolClient, settled: DetailRow[], refused: Map<string, Refusal>, at: Date): Promise<void> {
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
