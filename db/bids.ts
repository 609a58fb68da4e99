/**
 * Bids (投标): reserved → frozen | refused | expired → lent | released.
 *
 * A batch of bids is placed in one transaction, whatever its size: the listing's row is locked once, the lenders' accounts
 * once, and everything is written by set. What is reserved can never exceed what is free: the listing's CHECK says so too.
 */
import { personal } from './chart.js';
import { instructionsByNo, type Instruction } from './instructions.js';
import { moved, postJournals, type Journal } from './ledger.js';
import { freeFen, lockListing, moveShares, type Listing } from './listings.js';
import { inTransaction, row, rows, type Db, type Pool, type Transaction } from './pool.js';
import { doubtsOf } from './reconciliation.js';

/** Wall time that a bid by hand may take on the bank's page. */
export const reservationMinutes = { password: 5, authorisation: 60 } as const;

/** One statement's bids; more are placed in several batches. */
export const maxBidsPerBatch = 500;

export interface NewBid {
  /** The form's idempotency key; a repeat by the same lender answers the first result. */
  key: string;
  lenderId: string;
  /** The lender's account at the bank, `L-…`. */
  userNo: string;
  amountFen: number;
  /** `password`: on the bank's page. `authorisation`: by standing authorisation (TENDER). */
  by: 'password' | 'authorisation';
  riskNoticeVersion: string | null;
}

export type BidRefusal =
  | 'no-listing' | 'listing-closed' | 'own-loan' | 'below-minimum' | 'not-a-step' | 'above-share' | 'not-enough-free' | 'not-enough-money';

export type Placed =
  | { key: string; bidId: number; requestNo: string; state: BidState }
  /** `freeFen`: what could still be bid for, so that a page can say it. */
  | { key: string; refused: BidRefusal; freeFen: number };

export type BidState = 'reserved' | 'frozen' | 'refused' | 'expired' | 'released' | 'lent';

export interface Bid {
  id: number; loanNo: string; lenderId: string; userNo: string; amountFen: number; requestNo: string; by: NewBid['by'];
  state: BidState; reason: string | null;
  /** Wall clock. */
  placedAt: string; expiresAt: string;
  /** When it was placed, in business time. */
  businessAt: string;
}

export const bidColumns = `id, loan_no AS "loanNo", lender_id AS "lenderId", user_no AS "userNo", amount_fen AS "amountFen", request_no AS "requestNo", by, state, reason,
  placed_at AS "placedAt", expires_at AS "expiresAt", business_at AS "businessAt"`;

export function findBid(db: Db, bidId: number): Promise<Bid | null> {
  return row<Bid>(db, `SELECT ${bidColumns} FROM bid WHERE id = $1`, [bidId]);
}

export function lockBid(tx: Transaction, bidId: number): Promise<Bid | null> {
  return row<Bid>(tx, `SELECT ${bidColumns} FROM bid WHERE id = $1 FOR UPDATE`, [bidId]);
}

export function bidsOfLoan(db: Db, loanNo: string, states: readonly BidState[]): Promise<Bid[]> {
  return rows<Bid>(db, `SELECT ${bidColumns} FROM bid WHERE loan_no = $1 AND state = ANY($2) ORDER BY id`, [loanNo, states]);
}

/** A reserved bid by standing authorisation, with the instruction that asks the bank to freeze it. */
export interface BidToFreeze { instruction: Instruction; projectNo: string }

/** Reserved bids by standing authorisation whose freeze has not ended, oldest first. */
export async function bidsToFreeze(db: Db, loanNo: string, limit: number): Promise<BidToFreeze[]> {
  const found = await rows<{ requestNo: string; projectNo: string }>(
    db, `SELECT i.request_no AS "requestNo", l.project_no AS "projectNo" FROM bid b JOIN listing l USING (loan_no) JOIN instruction i ON i.request_no = b.request_no
          WHERE b.loan_no = $1 AND b.by = 'authorisation' AND b.state = 'reserved' AND i.state NOT IN ('done', 'refused') ORDER BY b.id LIMIT $2`, [loanNo, limit]);
  const instructions = await instructionsByNo(db, found.map((each) => each.requestNo));
  return found.flatMap(({ requestNo, projectNo }) => {
    const instruction = instructions.get(requestNo);
    return instruction ? [{ instruction, projectNo }] : [];
  });
}

/**
 * Places a batch of bids on one listing, first come first served in the order given: share and hold in our ledger, and
 * the instruction with which the bank will be asked to freeze. Whether the lender may bid at all is asked before
 * (`lenderMayBid`). `businessAt` is ISO business time.
 */
export async function placeBids(pool: Pool, loanNo: string, bids: readonly NewBid[], businessAt: string): Promise<Placed[]> {
  if (bids.length > maxBidsPerBatch) throw new RangeError(`at most ${maxBidsPerBatch} bids are placed at once, not ${bids.length}`);
  return inTransaction(pool, async (tx) => {
    const listing = await lockListing(tx, loanNo);
    if (!listing) return bids.map((bid) => ({ key: bid.key, refused: 'no-listing' as const, freeFen: 0 }));
    const known = await knownBids(tx, bids);
    const desk = await openDesk(tx, listing, bids, businessAt);
    const accepted: NewBid[] = [];
    const refusals = new Map<NewBid, BidRefusal>();
    for (const bid of bids) {
      if (known.has(keyOf(bid))) continue;
      const refused = judge(desk, bid);
      if (refused) refusals.set(bid, refused);
      else accepted.push(bid);
      if (!refused) take(desk, bid);
    }
    const written = await writeBids(tx, listing, distinct(accepted), businessAt);
    return bids.map((bid): Placed => {
      const found = known.get(keyOf(bid)) ?? written.get(keyOf(bid));
      return found ? { key: bid.key, ...found } : { key: bid.key, refused: refusals.get(bid) ?? 'not-enough-free', freeFen: freeFen(listing) };
    });
  });
}

type Written = { bidId: number; requestNo: string; state: BidState };
const keyOf = (bid: Pick<NewBid, 'lenderId' | 'key'>): string => `${bid.lenderId} ${bid.key}`;

/** The same form twice in one batch is one bid. */
function distinct(bids: readonly NewBid[]): NewBid[] {
  return [...new Map(bids.map((bid) => [keyOf(bid), bid])).values()];
}

async function knownBids(tx: Transaction, bids: readonly NewBid[]): Promise<Map<string, Written>> {
  const found = await rows<Written & { lenderId: string; key: string }>(
    tx, `SELECT b.id AS "bidId", b.request_no AS "requestNo", b.state, b.lender_id AS "lenderId", b.idempotency_key AS key
           FROM unnest($1::text[], $2::text[]) AS w(lender_id, key) JOIN bid b ON b.lender_id = w.lender_id AND b.idempotency_key = w.key`,
    [bids.map((bid) => bid.lenderId), bids.map((bid) => bid.key)]);
  return new Map(found.map(({ lenderId, key, ...written }) => [keyOf({ lenderId, key }), written]));
}

/** All that decides about the bids of one batch, as the bids before each have left it. */
interface Desk {
  listing: Listing;
  closed: boolean;
  borrowerId: string;
  freeFen: number;
  /** Per lender: reserved and frozen in this listing. */
  taken: Map<string, number>;
  /** Per account: available in our ledger, and not in doubt. */
  available: Map<string, number>;
  seen: Set<string>;
}

async function openDesk(tx: Transaction, listing: Listing, bids: readonly NewBid[], businessAt: string): Promise<Desk> {
  const loan = await row<{ borrowerId: string }>(tx, 'SELECT borrower_id AS "borrowerId" FROM loan WHERE loan_no = $1', [listing.loanNo]);
  const taken = await rows<{ lenderId: string; fen: number }>(
    tx, `SELECT lender_id AS "lenderId", sum(amount_fen)::bigint AS fen FROM bid WHERE loan_no = $1 AND lender_id = ANY($2) AND state IN ('reserved', 'frozen') GROUP BY lender_id`,
    [listing.loanNo, [...new Set(bids.map((bid) => bid.lenderId))]]);
  const accounts = await lockBuckets(tx, bids.map((bid) => bid.userNo));
  const doubts = await doubtsOf(tx, bids.map((bid) => bid.userNo));
  return {
    listing, borrowerId: loan?.borrowerId ?? '', freeFen: freeFen(listing), seen: new Set(),
    closed: listing.state !== 'open' || Date.parse(listing.deadline) <= Date.parse(businessAt),
    taken: new Map(taken.map((each) => [each.lenderId, each.fen])),
    available: new Map(accounts.filter((each) => each.kind === 'lender-available').map((each) => [each.owner, each.balance - (doubts.get(each.owner) ?? 0)])),
  };
}

/** All custody accounts of these persons, locked in the order of their ids, as the ledger's own trigger locks them. */
export function lockBuckets(tx: Transaction, userNos: readonly string[]): Promise<{ owner: string; kind: string; balance: number }[]> {
  return rows(tx, 'SELECT owner, kind, balance FROM account WHERE owner = ANY($1) ORDER BY id FOR NO KEY UPDATE', [[...new Set(userNos)]]);
}

/** A bid for all that is left is welcome whatever minimum and step say: otherwise an odd rest could never be lent. */
function judge({ listing, closed, borrowerId, freeFen: free, taken, available, seen }: Desk, bid: NewBid): BidRefusal | null {
  if (seen.has(keyOf(bid))) return null;
  if (closed) return 'listing-closed';
  if (bid.lenderId === borrowerId) return 'own-loan';
  if (bid.amountFen > free) return 'not-enough-free';
  const takesTheRest = bid.amountFen === free;
  if (bid.amountFen < listing.minBidFen && !takesTheRest) return 'below-minimum';
  if (bid.amountFen % listing.stepFen !== 0 && !takesTheRest) return 'not-a-step';
  if ((taken.get(bid.lenderId) ?? 0) + bid.amountFen > maxShareFen(listing)) return 'above-share';
  return (available.get(bid.userNo) ?? 0) < bid.amountFen ? 'not-enough-money' : null;
}

/** The most one lender may hold of a listing. */
export function maxShareFen(listing: Pick<Listing, 'targetFen' | 'maxShareBps'>): number {
  return Math.floor((listing.targetFen * listing.maxShareBps) / 10_000);
}

function take(desk: Desk, bid: NewBid): void {
  if (desk.seen.has(keyOf(bid))) return;
  desk.seen.add(keyOf(bid));
  desk.freeFen -= bid.amountFen;
  desk.taken.set(bid.lenderId, (desk.taken.get(bid.lenderId) ?? 0) + bid.amountFen);
  desk.available.set(bid.userNo, (desk.available.get(bid.userNo) ?? 0) - bid.amountFen);
}

/** A bid by hand counts as sent at once: its form goes to the bank from the lender's browser, not from us. */
async function writeBids(tx: Transaction, listing: Listing, bids: readonly NewBid[], businessAt: string): Promise<Map<string, Written>> {
  if (bids.length === 0) return new Map();
  const written = await rows<{ id: number; lenderId: string; key: string; userNo: string; amountFen: number; requestNo: string }>(
    tx, `WITH wanted AS (
           SELECT nextval(pg_get_serial_sequence('bid', 'id')) AS id, w.* FROM jsonb_to_recordset($2) AS w(key text, "lenderId" text, "userNo" text, "amountFen" bigint, by text, "riskNoticeVersion" text, minutes int)
         ), placed AS (
           INSERT INTO bid (id, loan_no, lender_id, user_no, amount_fen, idempotency_key, request_no, by, state, risk_notice_version, expires_at, business_at)
           OVERRIDING SYSTEM VALUE
           SELECT id, $1, "lenderId", "userNo", "amountFen", key, 'BID' || id, by, 'reserved', "riskNoticeVersion", clock_timestamp() + make_interval(mins => minutes), $3 FROM wanted
           RETURNING id, lender_id, idempotency_key, user_no, amount_fen, request_no
         )
         SELECT id, lender_id AS "lenderId", idempotency_key AS key, user_no AS "userNo", amount_fen AS "amountFen", request_no AS "requestNo" FROM placed`,
    [listing.loanNo, JSON.stringify(bids.map((bid) => ({ ...bid, minutes: reservationMinutes[bid.by] }))), businessAt]);
  await tx.query(
    `INSERT INTO instruction (request_no, business_key, verb, user_no, loan_no, bid_id, amount_fen, workflow_id, step, details, state, as_of, sent_at)
     SELECT request_no, request_no, 'hold', user_no, loan_no, id, amount_fen, 'fund:' || loan_no, 'fund', jsonb_build_object('returnTo', '/lender/bids/' || id),
            CASE by WHEN 'password' THEN 'sent' ELSE 'intended' END, $2, CASE by WHEN 'password' THEN clock_timestamp() END FROM bid WHERE id = ANY($1)`,
    [written.map((bid) => bid.id), businessAt]);
  await postJournals(tx, written.map((bid) => reservation('reserve', bid, businessAt)));
  await moveShares(tx, listing.loanNo, { reservedFen: written.reduce((sum, bid) => sum + bid.amountFen, 0), frozenFen: 0 });
  return new Map(written.map((bid) => [keyOf(bid), { bidId: bid.id, requestNo: bid.requestNo, state: 'reserved' as const }]));
}

/** The journal that sets a bid's money aside, or gives it back, while the bank still sees it as available. */
export function reservation(kind: 'reserve' | 'unreserve', bid: Pick<Bid, 'requestNo' | 'userNo' | 'amountFen'>, businessAt: string): Journal {
  const [available, reserved] = [personal(bid.userNo, 'available'), personal(bid.userNo, 'reserved')];
  const postings = kind === 'reserve' ? moved(available, reserved, bid.amountFen) : moved(reserved, available, bid.amountFen);
  return { key: `${bid.requestNo}:${kind}`, kind, requestNo: bid.requestNo, businessAt, postings };
}

/** Loans with bids by authorisation whose freeze nobody has sent: their funding may not have been told of them. */
export async function loansWithUnsentBids(db: Db): Promise<string[]> {
  const found = await rows<{ loanNo: string }>(db,
    `SELECT DISTINCT b.loan_no AS "loanNo" FROM bid b JOIN instruction i USING (request_no) WHERE b.state = 'reserved' AND b.by = 'authorisation' AND i.state = 'intended'`);
  return found.map((each) => each.loanNo);
}
