/**
 * Claims for sale (债权转让): put up and taken back at the bank, and bought. With the price the claim goes to the buyer in the
 * claims book, and from then on payments are shared anew, by what each holder has outstanding.
 */
import { recordDecision } from '../acts.js';
import { lockSale, type ClaimPurchase, type ClaimSale } from '../claim-sales.js';
import { claim, personal, platformIncome } from '../chart.js';
import { restartSharing } from '../holdings.js';
import type { Instruction, InstructionDetail } from '../instructions.js';
import { moved, postJournal, postJournals, type Journal } from '../ledger.js';
import { row, type Transaction } from '../pool.js';
import { coverAvailable } from '../reservations.js';
import { endTrade } from './trades.js';
import type { Done, Refused } from './word.js';

export async function saleOpened(tx: Transaction, { requestNo, details }: Instruction): Promise<void> {
  await tx.query(`UPDATE claim_sale SET state = 'open', request_no = $2 WHERE sale_no = $1 AND state = 'asked'`, [details['saleNo'], requestNo]);
}

export async function saleRefused(tx: Transaction, { details }: Instruction, { code }: Refused): Promise<void> {
  await tx.query(`UPDATE claim_sale SET state = 'refused', reason = $2 WHERE sale_no = $1 AND state = 'asked'`, [details['saleNo'], code]);
}

/** What was not sold is the seller's to keep or to put up again. */
export async function saleCancelled(tx: Transaction, { details }: Instruction): Promise<void> {
  await tx.query(`UPDATE claim_sale SET state = 'cancelled' WHERE sale_no = $1 AND state IN ('asked', 'open')`, [details['saleNo']]);
}

export async function purchaseFrozen(tx: Transaction, instruction: Instruction, { amountFen, at }: Done): Promise<void> {
  const userNo = instruction.userNo ?? '';
  await coverAvailable(tx, userNo, amountFen, at);
  const postings = moved(personal(userNo, 'available'), personal(userNo, 'frozen'), amountFen);
  await postJournal(tx, { key: instruction.requestNo, kind: 'purchase-frozen', requestNo: instruction.requestNo, businessAt: at, postings });
  await tx.query(`UPDATE claim_purchase SET state = 'frozen' WHERE purchase_no = $1 AND state = 'asked'`, [instruction.details['purchaseNo']]);
}

export async function purchaseRefused(tx: Transaction, { details }: Instruction, { code }: Refused): Promise<void> {
  await tx.query(`UPDATE claim_purchase SET state = 'refused', reason = $2 WHERE purchase_no = $1 AND state <> 'done'`, [details['purchaseNo'], code]);
}

/** The bank has not sold: the buyer's money stays frozen until it is given back. */
export async function tradeOfPurchaseRefused(tx: Transaction, instruction: Instruction, outcome: Refused): Promise<void> {
  await endTrade(tx, instruction, 'refused', outcome.code);
  await purchaseRefused(tx, instruction, outcome);
}

export async function claimBought(tx: Transaction, instruction: Instruction, { at }: Done): Promise<void> {
  const purchase = await row<ClaimPurchase>(tx, 'SELECT purchase_no AS "purchaseNo", sale_no AS "saleNo", buyer_id AS "buyerId", user_no AS "userNo", share_fen AS "shareFen" FROM claim_purchase WHERE purchase_no = $1 FOR UPDATE', [instruction.details['purchaseNo']]);
  const sale = purchase && (await lockSale(tx, purchase.saleNo));
  if (!purchase || !sale) throw new RangeError(`${instruction.requestNo} names a purchase or sale that is not there`);
  const details = await endTrade(tx, instruction, 'done');
  await postJournals(tx, details.map((detail) => paid(instruction, detail, at)));
  const buyerHolding = await moveHolding(tx, sale, purchase);
  await moveClaim(tx, { sale, purchase, buyerHolding, instruction, at });
  await restartSharing(tx, sale.loanNo);
  await tx.query(`UPDATE claim_purchase SET state = 'done' WHERE purchase_no = $1`, [purchase.purchaseNo]);
  await tx.query(`UPDATE claim_sale SET sold_fen = sold_fen + $2, state = CASE WHEN sold_fen + $2 = share_fen THEN 'sold' ELSE state END WHERE sale_no = $1`, [sale.saleNo, purchase.shareFen]);
}

function paid(instruction: Instruction, { requestNo: key, purpose, fromUserNo, toUserNo, amountFen }: InstructionDetail, businessAt: string): Journal {
  const fee = purpose === 'sale-fee';
  const to = fee ? platformIncome : personal(toUserNo, 'available');
  return { key, kind: fee ? 'sale-fee' : 'purchase', requestNo: instruction.requestNo, businessAt, postings: moved(personal(fromUserNo, 'frozen'), to, amountFen) };
}

/** Principal goes from the seller's holding to the buyer's, who may have had one of this loan before. @returns the buyer's */
async function moveHolding(tx: Transaction, sale: ClaimSale, { buyerId, userNo, shareFen }: ClaimPurchase): Promise<number> {
  await tx.query('SELECT 1 FROM holding WHERE loan_no = $1 ORDER BY id FOR UPDATE', [sale.loanNo]);
  await tx.query('UPDATE holding SET principal_fen = principal_fen - $2 WHERE id = $1', [sale.holdingId, shareFen]);
  const bought = await row<{ id: number }>(
    tx, `INSERT INTO holding AS h (loan_no, lender_id, user_no, principal_fen) VALUES ($1, $2, $3, $4)
           ON CONFLICT (loan_no, lender_id) DO UPDATE SET principal_fen = h.principal_fen + EXCLUDED.principal_fen RETURNING id`, [sale.loanNo, buyerId, userNo, shareFen]);
  return bought?.id ?? 0;
}

interface Transfer { sale: ClaimSale; purchase: ClaimPurchase; buyerHolding: number; instruction: Instruction; at: string }

/** The claims book names the act: the buyer's decision to buy what the seller has offered. */
async function moveClaim(tx: Transaction, { sale, purchase, buyerHolding, instruction, at }: Transfer): Promise<void> {
  const { shareFen, buyerId } = purchase;
  const actId = await recordDecision(tx, {
    actor: buyerId, role: 'lender', verb: 'buy-claim', subject: sale.loanNo, after: { saleNo: sale.saleNo, purchaseNo: purchase.purchaseNo, sellerId: sale.sellerId, shareFen, holdingId: buyerHolding }, businessAt: at,
  });
  const postings = moved(claim(sale.loanNo, sale.holdingId, 'principal'), claim(sale.loanNo, buyerHolding, 'principal'), shareFen);
  await postJournal(tx, { key: `${instruction.requestNo}:claim`, kind: 'claim-sold', actId, businessAt: at, postings });
}
