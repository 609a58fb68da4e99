/** How reservations end without a freeze: after their minutes, with the listing, or because the money has left. */
import { personal } from './chart.js';
import { lockBuckets, reservation, type Bid } from './bids.js';
import { postJournals } from './ledger.js';
import { lockListing, moveShares } from './listings.js';
import { inTransaction, rows, type Pool, type Transaction } from './pool.js';

type Reserved = Pick<Bid, 'id' | 'loanNo' | 'userNo' | 'amountFen' | 'requestNo'>;
const columns = 'id, loan_no AS "loanNo", user_no AS "userNo", amount_fen AS "amountFen", request_no AS "requestNo"';

/**
 * Ends the reservations of a listing whose minutes (wall clock) are over. One that the bank was never asked to freeze is
 * over for good; for one that was asked, the instruction stays open, and a late freeze is dealt with when it is heard of.
 */
export async function expireReservations(pool: Pool, loanNo: string, businessAt: string): Promise<number> {
  return inTransaction(pool, async (tx) => {
    if (!(await lockListing(tx, loanNo))) return 0;
    const over = await rows<Reserved>(
      tx, `SELECT ${columns} FROM bid WHERE loan_no = $1 AND state = 'reserved' AND expires_at <= clock_timestamp()
             AND (by = 'password' OR EXISTS (SELECT 1 FROM instruction i WHERE i.request_no = bid.request_no AND i.state = 'intended')) ORDER BY id FOR UPDATE`, [loanNo]);
    await endReservations(tx, over, 'time-over', businessAt);
    return over.length;
  });
}

/**
 * Ends the reservations of a listing that takes no bids any more, but for those by authorisation that the bank was asked
 * to freeze: they end with its word. The listing must be locked.
 */
export async function dropReservations(tx: Transaction, loanNo: string, reason: string, businessAt: string): Promise<void> {
  const over = await rows<Reserved>(
    tx, `SELECT ${columns} FROM bid WHERE loan_no = $1 AND state = 'reserved'
           AND (by = 'password' OR EXISTS (SELECT 1 FROM instruction i WHERE i.request_no = bid.request_no AND i.state = 'intended')) ORDER BY id FOR UPDATE`, [loanNo]);
  await endReservations(tx, over, reason, businessAt);
}

/** Bids → expired, shares and money free again. The listing must be locked when all are of one; otherwise only the money's side is urgent. */
export async function endReservations(tx: Transaction, bids: readonly Reserved[], reason: string, businessAt: string): Promise<void> {
  if (bids.length === 0) return;
  await tx.query(`UPDATE bid SET state = 'expired', reason = $2 WHERE id = ANY($1)`, [bids.map((bid) => bid.id), reason]);
  await tx.query(
    `UPDATE instruction SET state = 'refused', reason = $2, ended_at = clock_timestamp(), done_at = $3 WHERE request_no = ANY($1) AND state = 'intended'`,
    [bids.map((bid) => bid.requestNo), reason, businessAt]);
  await postJournals(tx, bids.map((bid) => reservation('unreserve', bid, businessAt)));
  for (const [loanNo, fen] of sumByLoan(bids)) await moveShares(tx, loanNo, { reservedFen: -fen, frozenFen: 0 });
}

function sumByLoan(bids: readonly Reserved[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const bid of bids) sums.set(bid.loanNo, (sums.get(bid.loanNo) ?? 0) + bid.amountFen);
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The bank's word used money that our ledger has not got yet; an earlier movement is still to be heard of. Try again. */
export class OutOfOrder extends Error {
  override name = 'OutOfOrder';
  constructor(readonly userNo: string) { super(`${userNo}: an earlier movement is not in the books yet`); }
}

/**
 * Makes sure that so much of a person's money is available in our ledger, because the bank says it has used it. The bank
 * sees reserved money as available: when a person withdraws it, reservations end, the newest first.
 * @throws OutOfOrder when it is not enough even so.
 */
export async function coverAvailable(tx: Transaction, userNo: string, amountFen: number, businessAt: string): Promise<void> {
  const buckets = await lockBuckets(tx, [userNo]);
  const available = buckets.find((each) => each.kind === personal(userNo, 'available').kind)?.balance ?? 0;
  if (available >= amountFen) return;
  let missing = amountFen - available;
  const newest = await rows<Reserved>(tx, `SELECT ${columns} FROM bid WHERE user_no = $1 AND state = 'reserved' ORDER BY id DESC FOR UPDATE`, [userNo]);
  const given: Reserved[] = [];
  for (const bid of newest) {
    if (missing <= 0) break;
    given.push(bid);
    missing -= bid.amountFen;
  }
  if (missing > 0) throw new OutOfOrder(userNo);
  await endReservations(tx, given, 'money-left', businessAt);
}
