/** Selling claims (债权转让) at the bank: put up, taken back, bought. */
import { askPurchase, askSale, findPurchase, findSale, isPaymentRunning, type ClaimPurchase, type ClaimSale } from '../../db/claim-sales.js';
import { platformIncomeUser } from '../../db/chart.js';
import { isClaimRestrained } from '../../db/court-order-lists.js';
import { intend, intendDetails, latestTry, requestNoOf, type Instruction, type NewDetail } from '../../db/instructions.js';
import { recordOutcome } from '../../db/outcomes.js';
import { inTransaction } from '../../db/pool.js';
import type { BankStep, TradeActivities } from '../../workflows/contract.js';
import { NotInRecord } from '../failures.js';
import { wireDetailsOf } from './batches.js';
import { carryOut, pendingOf, unlessDone, type BankDeps } from './carry-out.js';
import { cancelFreeze } from './tend-freezes.js';

/** By the seller's CREDIT_ASSIGNMENT authorisation. (With the password the seller goes to the bank, and the movement follows it.) */
export function sellClaimActivity(deps: BankDeps): TradeActivities['sellClaim'] {
  return async ({ key, holdingId, shareFen, asOf }) => {
    const asked = await askSale(deps.pool, { key, holdingId, shareFen, by: 'authorisation', asOf });
    if ('refused' in asked) return { status: 'refused', code: asked.refused };
    const { sale, instruction } = asked;
    const after = await carryOut(deps, instruction, ({ requestNo, asOf: businessTime }) => deps.custody.sellClaim({ requestNo, projectNo: sale.loanNo, userNo: sale.sellerUserNo, shareFen: sale.shareFen, businessTime }), asOf);
    return unlessDone(after) ?? { status: 'done', saleNo: sale.saleNo };
  };
}

export function cancelClaimSaleActivity(deps: BankDeps): TradeActivities['cancelClaimSale'] {
  return async ({ saleNo, asOf }) => {
    const sale = await mustFind(deps, saleNo);
    const businessKey = `${saleNo}:cancel`;
    const cancel = await intend(deps.pool, { businessKey, verb: 'cancel-claim-sale', userNo: sale.sellerUserNo, loanNo: sale.loanNo, amountFen: sale.shareFen - sale.soldFen, workflowId: `sale:${saleNo}`, step: 'sell', asOf, details: { saleNo } });
    const after = await carryOut(deps, cancel, ({ requestNo, asOf: businessTime }) => deps.custody.cancelClaimSale({ requestNo, saleRequestNo: sale.requestNo, businessTime }), asOf);
    return unlessDone(after) ?? { status: 'done' };
  };
}

async function mustFind({ pool }: BankDeps, saleNo: string): Promise<ClaimSale> {
  const sale = await findSale(pool, saleNo);
  if (!sale) throw new NotInRecord('sale', saleNo);
  return sale;
}

/**
 * The buyer's money is frozen (CREDIT_ASSIGNMENT), then goes to the seller while the share goes to the buyer, in one trade. When
 * that comes to nothing, because the sale has ended or a payment of the loan is under way, the freeze is given back.
 */
export function buyClaimActivity(deps: BankDeps): TradeActivities['buyClaim'] {
  return async ({ key, asOf, ...wish }) => {
    const purchaseNo = requestNoOf(`${wish.saleNo}:buy:${key}`);
    const asked = await askPurchase(deps.pool, { purchaseNo, ...wish });
    if ('refused' in asked) return { status: 'refused', code: asked.refused };
    const { purchase, sale } = asked;
    const hold = await freeze(deps, purchase, sale, asOf);
    const pending = pendingOf(hold);
    if (pending) return pending;
    if (hold.state === 'refused') return { status: 'refused', code: hold.reason ?? 'refused' };
    const trade = await settle(deps, purchase, sale, hold, asOf);
    if (trade && trade.state !== 'refused') return unlessDone(trade) ?? { status: 'done' };
    return giveBack(deps, purchase, sale, hold, asOf);
  };
}

const totalOf = ({ priceFen, accruedFen, feeFen }: ClaimPurchase): number => priceFen + accruedFen + feeFen;

async function freeze(deps: BankDeps, purchase: ClaimPurchase, { loanNo, saleNo }: ClaimSale, at: string): Promise<Instruction> {
  const { purchaseNo, userNo } = purchase;
  const hold = await intend(deps.pool, {
    businessKey: `${purchaseNo}:hold`, verb: 'hold', userNo, loanNo, amountFen: totalOf(purchase), workflowId: `sale:${saleNo}`, step: 'buy', asOf: at, details: { purpose: 'purchase', purchaseNo, by: 'authorisation' },
  });
  return carryOut(deps, hold, ({ requestNo, amountFen, asOf: businessTime }) => deps.custody.hold({ requestNo, projectNo: loanNo, userNo, purpose: 'purchase', amountFen, businessTime }), at);
}

/** Null, or refused: not sent, because a payment has come in between; who is owed that one is decided already. */
async function settle(deps: BankDeps, purchase: ClaimPurchase, sale: ClaimSale, hold: Instruction, at: string): Promise<Instruction | null> {
  const businessKey = `${purchase.purchaseNo}:trade`;
  const known = await latestTry(deps.pool, businessKey);
  if (!known && (await hasEnded(deps, purchase, sale))) return null;
  if (known?.state === 'intended' && (await hasEnded(deps, purchase, sale))) return neverSent(deps, known, at);
  const trade = known ?? (await intendTrade(deps, businessKey, purchase, sale, hold, at));
  return carryOut(deps, trade, async ({ requestNo, asOf: businessTime }) => {
    const details = await wireDetailsOf(deps.pool, requestNo);
    return deps.custody.settleNow({ kind: 'purchase', requestNo, projectNo: sale.loanNo, saleRequestNo: sale.requestNo, details, businessTime });
  }, at);
}

async function hasEnded({ pool }: BankDeps, { purchaseNo }: ClaimPurchase, { loanNo, saleNo, holdingId }: ClaimSale): Promise<boolean> {
  if ((await findPurchase(pool, purchaseNo))?.state === 'refused') return true;
  const reason = (await findSale(pool, saleNo))?.state !== 'open' ? 'sale-ended' : (await isClaimRestrained(pool, holdingId)) ? 'claim-restrained' : (await isPaymentRunning(pool, loanNo)) ? 'payment-running' : null;
  if (reason === null) return false;
  await pool.query(`UPDATE claim_purchase SET state = 'refused', reason = $2 WHERE purchase_no = $1 AND state = 'frozen'`, [purchaseNo, reason]);
  return true;
}

/** Put off because the bank was closed, and overtaken meanwhile: it ends without the bank's having seen this number. */
async function neverSent({ pool }: BankDeps, trade: Instruction, at: string): Promise<Instruction> {
  const { requestNo, details } = trade;
  const code = (await findPurchase(pool, String(details['purchaseNo'])))?.reason ?? 'refused';
  await recordOutcome(pool, { requestNo, at, outcome: { status: 'refused', code, reason: 'overtaken before it was sent' } });
  return { ...trade, state: 'refused', reason: code };
}

function intendTrade({ pool }: BankDeps, businessKey: string, purchase: ClaimPurchase, sale: ClaimSale, hold: Instruction, asOf: string): Promise<Instruction> {
  const { purchaseNo, userNo, priceFen, accruedFen, feeFen, shareFen } = purchase;
  const from = { holdRequestNo: hold.requestNo, fromUserNo: userNo, bidId: null };
  const toSeller = { ...from, toUserNo: sale.sellerUserNo, holdingId: sale.holdingId };
  return inTransaction(pool, async (tx) => {
    const trade = await intend(tx, {
      businessKey, verb: 'buy-claim', userNo, loanNo: sale.loanNo, amountFen: totalOf(purchase), workflowId: `sale:${sale.saleNo}`, step: 'buy', asOf, details: { purchaseNo, saleNo: sale.saleNo },
    });
    const details: NewDetail[] = [
      { ...toSeller, requestNo: `${trade.requestNo}-price`, kind: 'principal', purpose: 'claim-price', amountFen: priceFen, shareFen },
      { ...toSeller, requestNo: `${trade.requestNo}-accrued`, kind: 'interest', purpose: 'accrued-interest', amountFen: accruedFen },
      { ...from, requestNo: `${trade.requestNo}-fee`, toUserNo: platformIncomeUser, holdingId: null, kind: 'commission', purpose: 'sale-fee', amountFen: feeFen },
    ];
    await intendDetails(tx, trade.requestNo, details.filter((detail) => detail.amountFen > 0));
    return trade;
  });
}

async function giveBack(deps: BankDeps, { purchaseNo, userNo }: ClaimPurchase, { loanNo, saleNo }: ClaimSale, hold: Instruction, at: string): Promise<BankStep> {
  const release = await intend(deps.pool, {
    businessKey: `${purchaseNo}:release`, verb: 'release-hold', userNo, loanNo, amountFen: hold.amountFen, workflowId: `sale:${saleNo}`, step: 'buy', asOf: at, details: { holdRequestNo: hold.requestNo, purpose: 'purchase' },
  });
  const pending = pendingOf(await cancelFreeze(deps, release, at));
  return pending ?? { status: 'refused', code: (await findPurchase(deps.pool, purchaseNo))?.reason ?? 'refused' };
}
