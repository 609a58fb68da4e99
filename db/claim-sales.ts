/** Claims for sale (债权转让): what a holder has put up at the bank, and what buyers take of it. */
import { isClaimRestrained } from './court-order-lists.js';
import type { Instruction, NewInstruction } from './instructions.js';
import { intend, requestNoOf } from './instructions.js';
import { inTransaction, row, rows, type Db, type Pool, type Transaction } from './pool.js';

export interface ClaimSale {
  saleNo: string;
  /** The number under which the bank knows it. */
  requestNo: string;
  holdingId: number;
  loanNo: string;
  sellerId: string;
  sellerUserNo: string;
  /** Outstanding principal that is for sale, and what of it is sold. */
  shareFen: number;
  soldFen: number;
  by: 'password' | 'authorisation';
  state: 'asked' | 'open' | 'sold' | 'cancelled' | 'refused';
  reason: string | null;
}

const saleSql = `SELECT s.sale_no AS "saleNo", s.request_no AS "requestNo", s.holding_id AS "holdingId", h.loan_no AS "loanNo", h.lender_id AS "sellerId", h.user_no AS "sellerUserNo", s.share_fen AS "shareFen", s.sold_fen AS "soldFen", s.by, s.state, s.reason
  FROM claim_sale s JOIN holding h ON h.id = s.holding_id`;

export function findSale(db: Db, saleNo: string): Promise<ClaimSale | null> {
  return row<ClaimSale>(db, `${saleSql} WHERE s.sale_no = $1`, [saleNo]);
}

/** The sale, locked: one buyer after another takes of it. */
export function lockSale(tx: Transaction, saleNo: string): Promise<ClaimSale | null> {
  return row<ClaimSale>(tx, `${saleSql} WHERE s.sale_no = $1 FOR UPDATE OF s`, [saleNo]);
}

export type SaleRefusal = 'no-such-claim' | 'share-short' | 'claim-restrained';

/**
 * Writes the wish to sell a part of a holding, with the instruction that asks the bank. By hand the form goes to the bank from
 * the lender's browser, so that the instruction counts as sent at once. A repeat under the same key finds the first.
 */
export function askSale(pool: Pool, wish: { key: string; holdingId: number; shareFen: number; by: ClaimSale['by']; asOf: string }): Promise<{ sale: ClaimSale; instruction: Instruction } | { refused: SaleRefusal }> {
  return inTransaction(pool, async (tx): Promise<{ sale: ClaimSale; instruction: Instruction } | { refused: SaleRefusal }> => {
    const holding = await row<{ loanNo: string; userNo: string; freeFen: number }>(
      tx, `SELECT loan_no AS "loanNo", user_no AS "userNo",
                  (principal_fen - (SELECT coalesce(sum(d.principal_fen), 0) FROM distribution d WHERE d.holding_id = h.id)
                    - (SELECT coalesce(sum(s.share_fen - s.sold_fen), 0) FROM claim_sale s WHERE s.holding_id = h.id AND s.state IN ('asked', 'open')))::bigint AS "freeFen"
             FROM holding h WHERE id = $1 FOR UPDATE`, [wish.holdingId]);
    if (!holding) return { refused: 'no-such-claim' };
    const businessKey = `${holding.loanNo}:h${wish.holdingId}:sale:${wish.key}`;
    const instruction = await intend(tx, saleInstruction(businessKey, holding, wish));
    const saleNo = instruction.requestNo;
    const known = await findSale(tx, saleNo);
    if (known) return { sale: known, instruction };
    if (await isClaimRestrained(tx, wish.holdingId)) throw new NotForSale('claim-restrained');
    if (holding.freeFen < wish.shareFen) throw new NotForSale('share-short');
    await tx.query(`INSERT INTO claim_sale (sale_no, request_no, holding_id, share_fen, by, state) VALUES ($1, $1, $2, $3, $4, 'asked')`, [saleNo, wish.holdingId, wish.shareFen, wish.by]);
    if (wish.by === 'password') await tx.query(`UPDATE instruction SET state = 'sent', sent_at = clock_timestamp() WHERE request_no = $1 AND state = 'intended'`, [saleNo]);
    const sale = await findSale(tx, saleNo);
    if (!sale) throw new RangeError(`the sale ${saleNo} was not written`);
    return { sale, instruction };
  }).catch((error: unknown) => {
    if (error instanceof NotForSale) return { refused: error.code };
    throw error;
  });
}

/** Takes the instruction back that was written with the wish. */
class NotForSale extends Error {
  constructor(readonly code: SaleRefusal) { super(code); }
}

function saleInstruction(businessKey: string, holding: { loanNo: string; userNo: string }, wish: { shareFen: number; by: ClaimSale['by']; asOf: string }): NewInstruction {
  const { shareFen, by, asOf } = wish;
  const saleNo = requestNoOf(businessKey);
  return { businessKey, verb: 'sell-claim', userNo: holding.userNo, loanNo: holding.loanNo, amountFen: shareFen, workflowId: `sale:${saleNo}`, step: 'sell', asOf, details: { by, saleNo } };
}

export interface ClaimPurchase {
  purchaseNo: string;
  saleNo: string;
  buyerId: string;
  userNo: string;
  /** Principal that goes to the buyer; what the seller gets for it and for interest accrued until now; the platform's fee. */
  shareFen: number;
  priceFen: number;
  accruedFen: number;
  feeFen: number;
  state: 'asked' | 'frozen' | 'done' | 'refused';
  reason: string | null;
}

const purchaseColumns = `purchase_no AS "purchaseNo", sale_no AS "saleNo", buyer_id AS "buyerId", user_no AS "userNo", share_fen AS "shareFen", price_fen AS "priceFen", accrued_fen AS "accruedFen", fee_fen AS "feeFen", state, reason`;

export function findPurchase(db: Db, purchaseNo: string): Promise<ClaimPurchase | null> {
  return row<ClaimPurchase>(db, `SELECT ${purchaseColumns} FROM claim_purchase WHERE purchase_no = $1`, [purchaseNo]);
}

export type PurchaseRefusal = 'sale-ended' | 'share-short' | 'claim-restrained' | 'own-claim' | 'own-loan' | 'payment-running' | 'no-account';

/** Writes the purchase, with its share set aside; a repeat finds the first. */
export function askPurchase(pool: Pool, wish: Omit<ClaimPurchase, 'state' | 'reason' | 'userNo'>): Promise<{ purchase: ClaimPurchase; sale: ClaimSale } | { refused: PurchaseRefusal }> {
  return inTransaction(pool, async (tx) => {
    const sale = await lockSale(tx, wish.saleNo);
    if (!sale) return { refused: 'sale-ended' };
    const known = await findPurchase(tx, wish.purchaseNo);
    if (known) return { purchase: known, sale };
    const account = await row<{ userNo: string }>(tx, `SELECT user_no AS "userNo" FROM custody_account WHERE person_id = $1 AND bank_role = 'INVESTOR' ORDER BY user_no LIMIT 1`, [wish.buyerId]);
    const refused = account ? await wrongPurchase(tx, sale, wish) : 'no-account';
    if (refused || !account) return { refused: refused ?? 'no-account' };
    await tx.query(
      `INSERT INTO claim_purchase (purchase_no, sale_no, buyer_id, user_no, share_fen, price_fen, accrued_fen, fee_fen, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'asked')`,
      [wish.purchaseNo, wish.saleNo, wish.buyerId, account.userNo, wish.shareFen, wish.priceFen, wish.accruedFen, wish.feeFen]);
    return { purchase: { ...wish, userNo: account.userNo, state: 'asked', reason: null }, sale };
  });
}

async function wrongPurchase(tx: Transaction, sale: ClaimSale, wish: Pick<ClaimPurchase, 'buyerId' | 'shareFen'>): Promise<PurchaseRefusal | null> {
  if (sale.state !== 'open') return 'sale-ended';
  if (await isClaimRestrained(tx, sale.holdingId)) return 'claim-restrained';
  if (sale.sellerId === wish.buyerId) return 'own-claim';
  const loan = await row<{ borrowerId: string }>(tx, 'SELECT borrower_id AS "borrowerId" FROM loan WHERE loan_no = $1', [sale.loanNo]);
  if (loan?.borrowerId === wish.buyerId) return 'own-loan';
  const [taken] = await rows<{ fen: number }>(tx, `SELECT coalesce(sum(share_fen), 0)::bigint AS fen FROM claim_purchase WHERE sale_no = $1 AND state IN ('asked', 'frozen')`, [sale.saleNo]);
  if (sale.shareFen - sale.soldFen - (taken?.fen ?? 0) < wish.shareFen) return 'share-short';
  return (await isPaymentRunning(tx, sale.loanNo)) ? 'payment-running' : null;
}

/** A sale never settles between the moment that decides who is owed a payment and its distribution. */
export async function isPaymentRunning(db: Db, loanNo: string): Promise<boolean> {
  return (await row(db, `SELECT 1 AS found FROM payment WHERE loan_no = $1 AND state IN ('asked', 'frozen', 'distributing') LIMIT 1`, [loanNo])) !== null;
}
