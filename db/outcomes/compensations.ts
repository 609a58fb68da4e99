/**
 * A guarantor pays in the borrower's place (代偿), and is repaid. What reaches a lender is the guarantor's claim from that moment
 * (subrogation, 代位): the borrower owes it all the same. A share that the bank refuses stays the lender's claim until it is delivered.
 */
import { claim, debt, personal, platformIncome, subrogatedClaim } from '../chart.js';
import type { DetailPurpose, Instruction } from '../instructions.js';
import { moved, postJournal, postJournals, type Journal, type Posting } from '../ledger.js';
import type { Transaction } from '../pool.js';
import { creditHoldings, grossOf, judgeDelivery, sharesOf, type Gross } from './repayments.js';
import { endTrade } from './trades.js';
import type { Done, EndedDetail, Refused } from './word.js';

export async function compensationSettled(tx: Transaction, batch: Instruction, done: readonly EndedDetail[]): Promise<void> {
  const { paymentNo, loanNo } = batch;
  if (paymentNo === null || loanNo === null) throw new RangeError(`${batch.requestNo} names no payment`);
  const shares = await sharesOf(tx, paymentNo);
  const gross = done.map((detail) => ({ detail, gross: grossOf(detail, shares) }));
  await postJournals(tx, [...done.map((detail) => paid(batch, detail)), ...gross.flatMap((each) => subrogated(loanNo, paymentNo, each.detail, each.gross))]);
  await creditHoldings(tx, gross.map((each) => ({ holdingId: each.detail.holdingId, ...each.gross })));
  await judgeDelivery(tx, paymentNo);
}

function paid(batch: Instruction, { requestNo: key, purpose, fromUserNo, toUserNo, amountFen, at }: EndedDetail): Journal {
  const fee = purpose === 'lender-fee';
  return {
    key, kind: fee ? 'lender-fee' : 'compensation', requestNo: batch.requestNo, businessAt: at,
    postings: moved(personal(fromUserNo, 'frozen'), fee ? platformIncome : personal(toUserNo, 'available'), amountFen),
  };
}

/** The whole of the lender's claim that was paid, its fee included: the lender was paid it and has paid the fee of it. */
function subrogated(loanNo: string, paymentNo: string, { requestNo, holdingId, fromUserNo, at }: EndedDetail, { principalFen, interestFen, lateInterestFen }: Gross): Journal[] {
  if (holdingId === null) return [];
  const parts = ([['principal', principalFen], ['interest', interestFen], ['late-interest', lateInterestFen]] as const).filter(([, fen]) => fen > 0);
  if (parts.length === 0) return [];
  const postings: Posting[] = parts.flatMap(([component, fen]) => moved(claim(loanNo, holdingId, component), subrogatedClaim(loanNo, fromUserNo, component), fen));
  return [{ key: `${requestNo}:subrogated`, kind: 'subrogated', paymentNo, businessAt: at, postings }];
}

const components: Partial<Record<DetailPurpose, 'principal' | 'interest' | 'late-interest'>> = {
  'guarantor-principal': 'principal', 'guarantor-interest': 'interest', 'guarantor-late-interest': 'late-interest',
};

/** COMPENSATORY_REPAYMENT: the borrower owes the guarantor less. */
export async function guarantorRepaid(tx: Transaction, instruction: Instruction, { at }: Done): Promise<void> {
  const { paymentNo, loanNo, requestNo } = instruction;
  if (paymentNo === null || loanNo === null) throw new RangeError(`${requestNo} names no payment`);
  const details = await endTrade(tx, instruction, 'done');
  await postJournals(tx, details.map(({ requestNo: key, fromUserNo, toUserNo, amountFen }): Journal => (
    { key, kind: 'guarantor-repaid', requestNo, businessAt: at, postings: moved(personal(fromUserNo, 'frozen'), personal(toUserNo, 'available'), amountFen) })));
  const postings = details.flatMap(({ purpose, toUserNo, amountFen }) => {
    const component = components[purpose];
    if (!component) throw new RangeError(`${requestNo}: ${purpose} is nothing that a guarantor is owed`);
    return moved(subrogatedClaim(loanNo, toUserNo, component), debt(loanNo, component), amountFen);
  });
  await postJournal(tx, { key: `${requestNo}:recourse`, kind: 'recourse-settled', paymentNo, businessAt: at, postings });
  const sum = (wanted: DetailPurpose): number => details.filter(({ purpose }) => purpose === wanted).reduce((fen, { amountFen }) => fen + amountFen, 0);
  await tx.query(
    `UPDATE payment SET state = 'distributed', principal_fen = $2, interest_fen = $3, late_interest_fen = $4 WHERE payment_no = $1`,
    [paymentNo, sum('guarantor-principal'), sum('guarantor-interest'), sum('guarantor-late-interest')]);
}

/** The borrower's money stays frozen until it is given back. */
export async function guarantorNotRepaid(tx: Transaction, instruction: Instruction, { code }: Refused): Promise<void> {
  await endTrade(tx, instruction, 'refused', code);
  await tx.query(`UPDATE payment SET state = 'refused', reason = $2 WHERE payment_no = $1 AND state = 'frozen'`, [instruction.paymentNo, code]);
}
