/** Shares of a payment of which the bank's file tells otherwise than its word did: delivered after all, or not, or not whole. */
import { heldForLenders } from '../chart.js';
import type { Instruction, InstructionDetail } from '../instructions.js';
import type { Journal, Posting } from '../ledger.js';
import type { Db, Transaction } from '../pool.js';
import { claimsJournal, creditHoldings, grossOf, judgeDelivery, partsOf, repaymentSettled, sharesOf, type Gross } from './repayments.js';

/** What the claims book says once the bank has delivered a detail of which we had not heard, or heard otherwise. */
export async function claimsWhenDelivered(db: Db, batch: Pick<Instruction, 'paymentNo' | 'loanNo' | 'details'>, detail: InstructionDetail, at: string): Promise<Journal[]> {
  const { paymentNo, loanNo } = batch;
  if (paymentNo === null || loanNo === null) return [];
  const later = batch.details['redelivery'] === true || detail.state === 'refused';
  return claimsJournal(later ? 'delivered-later' : 'settled', loanNo, paymentNo, detail, grossOf(detail, await sharesOf(db, paymentNo)), at);
}

/** Writes down that the bank has delivered such a detail: journals that are posted already stay, holder and payment follow. */
export async function recordDelivered(tx: Transaction, batch: Instruction, detail: InstructionDetail, at: string): Promise<void> {
  await tx.query(`UPDATE instruction_detail SET state = 'done', reason = NULL WHERE request_no = $1`, [detail.requestNo]);
  const later = batch.details['redelivery'] === true || detail.state === 'refused';
  await repaymentSettled(tx, { ...batch, details: { ...batch.details, redelivery: later } }, [{ ...detail, state: 'done', at }], [], at);
}

/** A detail, or the part of it that its receiver did not get after all: what is owed again, by component. */
async function owedAgain(db: Db, paymentNo: string, detail: InstructionDetail, missingFen: number): Promise<Gross> {
  const part = { ...detail, amountFen: missingFen, restOf: missingFen === detail.amountFen ? detail.restOf : detail.requestNo };
  return grossOf(part, await sharesOf(db, paymentNo));
}

/** What the claims book says then: owed to its holder again, out of what is held under the loan. None where no claim hangs on it. */
export async function claimsWhenMissing(db: Db, batch: Pick<Instruction, 'paymentNo' | 'loanNo'>, detail: InstructionDetail, missingFen: number): Promise<Posting[]> {
  const { paymentNo, loanNo } = batch;
  if (paymentNo === null || loanNo === null) return [];
  const parts = partsOf(loanNo, detail.holdingId, await owedAgain(db, paymentNo, detail, missingFen)).filter((part) => part.fen > 0);
  if (parts.length === 0) return [];
  return [{ account: heldForLenders(loanNo), amountFen: -parts.reduce((sum, part) => sum + part.fen, 0) }, ...parts.map((part) => ({ account: part.claim, amountFen: part.fen }))];
}

/** Writes it down: the detail counts as refused, or what is left of it becomes a refused one of its own; it is sent again as those are. */
export async function recordMissing(tx: Transaction, batch: Pick<Instruction, 'requestNo' | 'paymentNo'>, detail: InstructionDetail, missingFen: number): Promise<void> {
  const { paymentNo } = batch;
  if (paymentNo === null) return;
  const { principalFen, interestFen, lateInterestFen, keptBackFen, ...rest } = await owedAgain(tx, paymentNo, detail, missingFen);
  if (missingFen === detail.amountFen) await tx.query(`UPDATE instruction_detail SET state = 'refused', reason = 'not-delivered' WHERE request_no = $1`, [detail.requestNo]);
  else {
    await tx.query(
      `INSERT INTO instruction_detail (request_no, batch_no, hold_request_no, from_user_no, to_user_no, kind, purpose, amount_fen, holding_id, bid_id, rest_of, state, reason)
       SELECT request_no || '-rest', batch_no, hold_request_no, from_user_no, to_user_no, kind, purpose, $2, holding_id, bid_id, request_no, 'refused', 'not-delivered' FROM instruction_detail WHERE request_no = $1`,
      [detail.requestNo, missingFen]);
  }
  await creditHoldings(tx, [{ holdingId: detail.holdingId, ...rest, principalFen: -principalFen, interestFen: -interestFen, lateInterestFen: -lateInterestFen, keptBackFen: -keptBackFen }]);
  await judgeDelivery(tx, paymentNo);
}
