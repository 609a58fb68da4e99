/** Listings (标的): a loan on the market, with the sums that many people change at once. */
import { row, type Db, type Transaction } from './pool.js';

export interface Listing {
  loanNo: string;
  /** Its number at the bank. */
  projectNo: string;
  targetFen: number;
  /** Shares "being paid": held in our ledger, not yet frozen at the bank. */
  reservedFen: number;
  /** Frozen at the bank. Full (满标) is this, not what is reserved. */
  frozenFen: number;
  minBidFen: number;
  stepFen: number;
  maxShareBps: number;
  openedAt: string;
  deadline: string;
  state: 'open' | 'full' | 'concluded' | 'failed';
}

const columns = `loan_no AS "loanNo", project_no AS "projectNo", target_fen AS "targetFen", reserved_fen AS "reservedFen", frozen_fen AS "frozenFen", min_bid_fen AS "minBidFen",
  step_fen AS "stepFen", max_share_bps AS "maxShareBps", opened_at AS "openedAt", deadline, state`;

export type NewListing = Pick<Listing, 'loanNo' | 'projectNo' | 'targetFen' | 'minBidFen' | 'stepFen' | 'maxShareBps' | 'openedAt' | 'deadline'>;

/** Opens the listing; a repeat finds it as it is. */
export async function openListing(db: Db, listing: NewListing): Promise<Listing> {
  await db.query(
    `INSERT INTO listing (loan_no, project_no, target_fen, min_bid_fen, step_fen, max_share_bps, opened_at, deadline, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open') ON CONFLICT (loan_no) DO NOTHING`,
    [listing.loanNo, listing.projectNo, listing.targetFen, listing.minBidFen, listing.stepFen, listing.maxShareBps, listing.openedAt, listing.deadline]);
  const opened = await findListing(db, listing.loanNo);
  if (!opened) throw new RangeError(`the listing of ${listing.loanNo} was neither opened nor found`);
  return opened;
}

export function findListing(db: Db, loanNo: string): Promise<Listing | null> {
  return row<Listing>(db, `SELECT ${columns} FROM listing WHERE loan_no = $1`, [loanNo]);
}

/** Whoever changes a listing's sums locks it first, before its bids and before any account. */
export function lockListing(tx: Transaction, loanNo: string): Promise<Listing | null> {
  return row<Listing>(tx, `SELECT ${columns} FROM listing WHERE loan_no = $1 FOR UPDATE`, [loanNo]);
}

/** What nobody has reserved or frozen. */
export const freeFen = (listing: Pick<Listing, 'targetFen' | 'reservedFen' | 'frozenFen'>): number => listing.targetFen - listing.reservedFen - listing.frozenFen;

/** Changes the sums of a locked listing; it becomes full when all of it is frozen at the bank. */
export async function moveShares(tx: Transaction, loanNo: string, change: { reservedFen: number; frozenFen: number }): Promise<void> {
  await tx.query(
    `UPDATE listing SET reserved_fen = reserved_fen + $2, frozen_fen = frozen_fen + $3,
       state = CASE WHEN state = 'open' AND frozen_fen + $3 = target_fen THEN 'full' ELSE state END WHERE loan_no = $1`,
    [loanNo, change.reservedFen, change.frozenFen]);
}

export async function setListingState(tx: Transaction, loanNo: string, state: Listing['state']): Promise<void> {
  await tx.query('UPDATE listing SET state = $2 WHERE loan_no = $1', [loanNo, state]);
}

export interface ListingSums {
  targetFen: number; reservedFen: number; frozenFen: number;
  /** Bids that wait for the bank: by standing authorisation, and by hand. */
  waiting: number; byHand: number;
  /** Beside them, what waits for the bank to open: the earliest moment, and how much it is. */
  putOff?: { until: string; fen: number };
}

/** The sums of a listing at a business moment. */
export async function fundingSums(db: Db, loanNo: string, at: string): Promise<ListingSums | null> {
  const found = await row<Omit<ListingSums, 'putOff'> & { putOffUntil: string | null; putOffFen: number }>(
    db, `SELECT l.target_fen AS "targetFen", l.reserved_fen AS "reservedFen", l.frozen_fen AS "frozenFen",
           count(b.id) FILTER (WHERE b.by = 'authorisation' AND w.until IS NULL)::int AS waiting, count(b.id) FILTER (WHERE b.by = 'password')::int AS "byHand",
           min(w.until) AS "putOffUntil", coalesce(sum(b.amount_fen) FILTER (WHERE w.until IS NOT NULL), 0)::bigint AS "putOffFen"
           FROM listing l LEFT JOIN bid b ON b.loan_no = l.loan_no AND b.state = 'reserved'
           LEFT JOIN LATERAL (SELECT (i.details ->> 'notBefore')::timestamptz AS until FROM instruction i
                               WHERE i.request_no = b.request_no AND i.state = 'intended' AND (i.details ->> 'notBefore')::timestamptz > $2) w ON true
          WHERE l.loan_no = $1 GROUP BY l.loan_no`, [loanNo, at]);
  if (!found) return null;
  const { putOffUntil, putOffFen, ...sums } = found;
  return putOffUntil === null ? sums : { ...sums, putOff: { until: putOffUntil, fen: putOffFen } };
}
