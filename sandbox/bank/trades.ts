/**
 * SYNC_TRANSACTION and COMPENSATORY_REPAYMENT: one trade of a few details, decided and answered at once. All of it is done or
 * nothing: what of a sale, a fee or a single share would be half done is refused as a whole.
 */
import type pg from 'pg';
import { acceptDetails, concludeDetails, detailsOf } from './batches.js';
import type { Detail } from './batches.js';
import { refuse } from './errors.js';
import type { Refusal } from './errors.js';
import { DuplicateError } from './order-verb.js';
import { done, failed } from './requests.js';
import type { Verdict } from './requests.js';
import { bookDetail, openBooks, writeSettled } from './settlement.js';
import type { Books, DetailRow, TradeType } from './settlement.js';

export interface Trade { requestNo: string; trade: TradeType; projectNo: string | null; saleNo: string | null; details: Detail[]; atMs: number }

/** @throws DuplicateError when a detail's number was used before; then the trade's own number is not taken either. */
export async function tradeNow(tx: pg.PoolClient, { requestNo, trade, projectNo, saleNo, details, atMs }: Trade): Promise<Verdict> {
  const used = await acceptDetails(tx, requestNo, details, atMs, 'SYNC_TRANSACTION_DETAIL');
  if (used.length > 0) throw new DuplicateError(`used before: ${used.slice(0, 5).join(', ')}`);
  const rows = await detailsOf(tx, requestNo);
  const books = await openBooks(tx, trade, projectNo, rows, saleNo);
  const refusal = books ? (wrongSale(books, projectNo, rows) ?? firstRefusal(books, rows)) : refuse('notFound', 'PROJECT_UNKNOWN', `no project ${projectNo}`);
  if (!books || refusal) {
    const why = refusal ?? refuse('refused');
    await concludeDetails(tx, [], new Map(rows.map((row) => [row.request_no, why])), new Date(atMs));
    return failed(why);
  }
  await writeSettled(tx, books, rows, atMs);
  await concludeDetails(tx, rows, new Map(), new Date(atMs));
  return done(rows.reduce((sum, row) => sum + row.amount_fen, 0));
}

function firstRefusal(books: Books, rows: DetailRow[]): Refusal | null {
  for (const row of rows) {
    const refusal = bookDetail(books, row);
    if (refusal) return refusal;
  }
  return null;
}

/** A sale is open, of this project, and one lender buys of it, for a price. */
function wrongSale({ trade, sale, accounts, project }: Books, projectNo: string | null, rows: DetailRow[]): Refusal | null {
  if (trade !== 'CREDIT_ASSIGNMENT') return null;
  if (!sale || sale.project_no !== projectNo) return refuse('notFound', 'SALE_UNKNOWN', 'no such claim is for sale under this project');
  if (!sale.open) return refuse('refused', 'SALE_ENDED', `sale ${sale.request_no} has ended`);
  const buyers = [...new Set(rows.map((row) => row.source_no))];
  const buyer = accounts.get(buyers[0] ?? '');
  if (buyers.length !== 1 || !rows.some((row) => row.biz_type === 'PRINCIPAL')) return refuse('refused', 'WRONG_PARTY', 'one lender buys, for a price');
  if (buyer && (buyer.role !== 'INVESTOR' || buyer.user_no === project?.borrower_no)) return refuse('refused', 'WRONG_PARTY', 'only lenders buy claims');
  return null;
}
