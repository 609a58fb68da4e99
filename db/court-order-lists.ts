/** What courts hold, as pages and the gates of bidding and withdrawal read it. Nothing here writes. */
import { orderColumns, restrainingStates, type CourtOrder } from './court-orders.js';
import { eachRow } from './cursor.js';
import { row, rows, type Db, type Pool } from './pool.js';

export interface OrderQuery {
  /** The beginning of its number. */
  orderNo?: string | undefined;
  personIds?: readonly string[] | undefined;
  userNo?: string | undefined;
  state?: string | undefined;
  covers?: string | undefined;
  /** Ends on or before this day. */
  expiresUntil?: string | undefined;
}

/** $1 number, $2 people, $3 account, $4 state, $5 covers, $6 day. */
const found = `FROM court_order o
  WHERE ($1::text IS NULL OR starts_with(o.order_no, $1)) AND ($2::text[] IS NULL OR o.person_id = ANY($2)) AND ($3::text IS NULL OR o.user_no = $3 OR (o.user_no IS NULL AND $3 IN ('L-' || o.person_id, 'B-' || o.person_id)))
    AND ($4::text IS NULL OR o.state = $4) AND ($5::text IS NULL OR o.covers = $5) AND ($6::date IS NULL OR o.expires_on <= $6)`;
const valuesOf = (by: OrderQuery): unknown[] => [by.orderNo ?? null, by.personIds ?? null, by.userNo ?? null, by.state ?? null, by.covers ?? null, by.expiresUntil ?? null];
const newestFirst = 'ORDER BY o.entered_at DESC, o.order_no DESC';

export function listOrders(db: Db, by: OrderQuery & { limit: number; offset: number }): Promise<CourtOrder[]> {
  return rows<CourtOrder>(db, `SELECT ${orderColumns} ${found} ${newestFirst} LIMIT $7 OFFSET $8`, [...valuesOf(by), by.limit, by.offset]);
}

export function eachOrder(pool: Pool, by: OrderQuery): AsyncGenerator<CourtOrder> {
  return eachRow<CourtOrder>(pool, `SELECT ${orderColumns} ${found} ${newestFirst}`, valuesOf(by));
}

/** Of all that fit, not only of the page. */
export async function orderTotals(db: Db, by: OrderQuery): Promise<{ orders: number; heldFen: number }> {
  const totals = await row<{ orders: number; heldFen: number }>(db, `SELECT count(*)::int AS orders, coalesce(sum("heldFen"), 0)::bigint AS "heldFen" FROM (SELECT ${orderColumns} ${found}) each`, valuesOf(by));
  return totals ?? { orders: 0, heldFen: 0 };
}

/** Orders that hold something of this person now, the oldest first. */
export function restraintsOn(db: Db, personId: string): Promise<CourtOrder[]> {
  return rows<CourtOrder>(db, `SELECT ${orderColumns} FROM court_order o WHERE o.person_id = $1 AND o.state = ANY($2) ORDER BY o.entered_at, o.order_no`, [personId, restrainingStates]);
}

/**
 * Whether a court holds back what comes into this account and what is in it. Once a sum is wholly held, what is there beyond
 * it is the person's to use: a court may not freeze more than its order says.
 */
export async function isMoneyRestrained(db: Db, userNo: string): Promise<boolean> {
  const restraints = await rows<CourtOrder>(
    db, `SELECT ${orderColumns} FROM court_order o WHERE o.state = ANY($2) AND o.covers <> 'claims' AND (o.user_no = $1 OR (o.user_no IS NULL AND $1 IN ('L-' || o.person_id, 'B-' || o.person_id)))`, [userNo, restrainingStates]);
  return restraints.some((order) => order.sumFen === null || order.state !== 'standing' || order.heldFen < order.sumFen);
}

export interface HeldClaim { holdingId: number; loanNo: string; orderNo: string; heldAt: string; outstandingFen: number }

const heldClaims = `SELECT h.id AS "holdingId", h.loan_no AS "loanNo", c.order_no AS "orderNo", c.held_at AS "heldAt", h.principal_fen - h.paid_principal_fen AS "outstandingFen"
  FROM held_claim c JOIN holding h ON h.id = c.holding_id WHERE c.released_at IS NULL`;

/** Claims of a lender that a court holds back now. */
export function heldClaimsOf(db: Db, lenderId: string): Promise<HeldClaim[]> {
  return rows<HeldClaim>(db, `${heldClaims} AND h.lender_id = $1 ORDER BY h.id`, [lenderId]);
}

/** Claims that an order holds, also when it is over. */
export function claimsOfOrder(db: Db, orderNo: string): Promise<(HeldClaim & { releasedAt: string | null })[]> {
  return rows(db, `SELECT h.id AS "holdingId", h.loan_no AS "loanNo", c.order_no AS "orderNo", c.held_at AS "heldAt", c.released_at AS "releasedAt", h.principal_fen - h.paid_principal_fen AS "outstandingFen"
    FROM held_claim c JOIN holding h ON h.id = c.holding_id WHERE c.order_no = $1 ORDER BY h.id`, [orderNo]);
}

/** Whether this claim may not be sold: a court holds it, or all that the lender has. */
export async function isClaimRestrained(db: Db, holdingId: number): Promise<boolean> {
  const held = await row(
    db, `SELECT 1 AS held FROM holding h WHERE h.id = $1 AND (EXISTS (SELECT 1 FROM held_claim c WHERE c.holding_id = h.id AND c.released_at IS NULL)
           OR EXISTS (SELECT 1 FROM court_order o WHERE o.person_id = h.lender_id AND o.covers <> 'money' AND o.state = ANY($2) AND (o.sum_fen IS NULL OR o.state = 'placing')))`, [holdingId, restrainingStates]);
  return held !== null;
}
