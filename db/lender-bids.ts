/** A lender's own bids, all that were ever placed, as the lender looks through them. */
import { bidColumns, type Bid } from './bids.js';
import { eachRow } from './cursor.js';
import { row, rows, type Db, type Pool } from './pool.js';

export const lenderBidSorts = ['-newest', 'loan', 'amount'] as const;
const sortColumns: Record<string, string> = { newest: 'id', loan: 'loan_no', amount: 'amount_fen' };

export interface LenderBidQuery {
  lenderId: string;
  /** States wanted; absent: all. */
  states?: readonly Bid['state'][] | undefined;
  loanNo?: string | undefined;
  sort?: string;
  descending?: boolean;
}

const source = 'FROM bid WHERE lender_id = $1 AND ($2::text[] IS NULL OR state = ANY($2)) AND ($3::text IS NULL OR loan_no = $3)';
const valuesOf = ({ lenderId, states, loanNo }: LenderBidQuery): unknown[] => [lenderId, states ?? null, loanNo ?? null];
const orderOf = ({ sort = 'newest', descending = true }: LenderBidQuery): string => `ORDER BY ${sortColumns[sort] ?? 'id'} ${descending ? 'DESC' : 'ASC'}, id DESC`;

/** One page; the newest first unless another sort is asked for. */
export function lenderBids(db: Db, query: LenderBidQuery & { limit: number; offset: number }): Promise<Bid[]> {
  return rows<Bid>(db, `SELECT ${bidColumns} ${source} ${orderOf(query)} LIMIT $4 OFFSET $5`, [...valuesOf(query), query.limit, query.offset]);
}

export interface LenderBidTotals { bids: number; amountFen: number }

/** Of all that fit, not only of the page. */
export async function lenderBidTotals(db: Db, query: LenderBidQuery): Promise<LenderBidTotals> {
  return (await row<LenderBidTotals>(db, `SELECT count(*)::int AS bids, coalesce(sum(amount_fen), 0)::bigint AS "amountFen" ${source}`, valuesOf(query))) ?? { bids: 0, amountFen: 0 };
}

/** All that fit, one by one. */
export function eachLenderBid(pool: Pool, query: LenderBidQuery): AsyncGenerator<Bid> {
  return eachRow<Bid>(pool, `SELECT ${bidColumns} ${source} ${orderOf(query)}`, valuesOf(query));
}
