import { givenSoFar, holdingsOf } from '../../db/holdings.js';
import { batchesOf, intend, latestTry, type Instruction } from '../../db/instructions.js';
import { askPayment, deliveryOf, findPayment, refusePayment, writeAllocation, type Payment } from '../../db/payments.js';
import { inTransaction } from '../../db/pool.js';
import { dateAt, parseInstant } from '../../domain/dates.js';
import type { TradeActivities } from '../../workflows/contract.js';
import { carryOutBatches, planBatches } from './batches.js';
import { carryOut, pendingOf, type BankDeps } from './carry-out.js';
import { openUndeliveredTask, postEarned } from './distribute.js';
import { loanFacts, type LoanFacts } from './loan-facts.js';
import { detailsFor, shareOut, sumsOf, totalOf } from './sharing.js';

type Compensate = TradeActivities['compensate'];
type Input = Parameters<Compensate>[0];

/**
 * 代偿: a guarantor pays instalments in the borrower's place, by COMPENSATORY authorisation: frozen, shared among the holders to
 * the fen as a payment of the borrower's would be, and what reaches each holder is the guarantor's claim from then on. A
 * guarantor covers lenders; the platform's fee and costs stay the borrower's.
 */
export function compensateActivity(deps: BankDeps): Compensate {
  return async (input) => {
    const { loanNo, paymentNo, asOf } = input;
    const loan = await loanFacts(deps.pool, loanNo);
    const payment = await ask(deps, loan, input);
    if (payment.state === 'refused') return { status: 'refused', code: payment.reason ?? 'refused' };
    const hold = await freeze(deps, payment, input);
    const pending = pendingOf(hold);
    if (pending) return pending;
    if (hold.state === 'refused') {
      const code = hold.reason ?? 'refused';
      await refusePayment(deps.pool, paymentNo, code);
      return { status: 'refused', code };
    }
    const batches = await carryOutBatches(deps, await plan(deps, loan, input, hold.requestNo), loanNo, asOf);
    const still = pendingOf(...batches);
    if (still) return still;
    const { undelivered } = await deliveryOf(deps.pool, paymentNo);
    if (undelivered > 0) await openUndeliveredTask(deps, input, undelivered);
    return { status: 'done', undelivered };
  };
}

function ask({ pool }: BankDeps, { zoneOffsetMinutes }: LoanFacts, { loanNo, paymentNo, n, guarantorUserNo, parts, asOf }: Input): Promise<Payment> {
  const sums = sumsOf(parts);
  if (sums.feeFen > 0 || sums.costsFen > 0) throw new RangeError(`${paymentNo}: a guarantor pays lenders, neither fee nor costs`);
  return askPayment(pool, { paymentNo, loanNo, n, source: 'compensation', askedFen: totalOf(sums), asOf: dateAt(parseInstant(asOf), zoneOffsetMinutes), payerUserNo: guarantorUserNo });
}

async function freeze(deps: BankDeps, payment: Payment, { loanNo, paymentNo, guarantorUserNo, asOf }: Input): Promise<Instruction> {
  const businessKey = `${paymentNo}:hold`;
  const hold = (await latestTry(deps.pool, businessKey)) ?? (await intend(deps.pool, {
    businessKey, verb: 'hold', userNo: guarantorUserNo, loanNo, paymentNo, amountFen: payment.askedFen, workflowId: loanNo, step: 'compensate', asOf, details: { purpose: 'compensation' },
  }));
  return carryOut(deps, hold, ({ requestNo, amountFen, asOf: businessTime }) => deps.custody.hold({ requestNo, projectNo: loanNo, userNo: guarantorUserNo, purpose: 'compensation', amountFen, businessTime }), asOf);
}

function plan({ pool }: BankDeps, loan: LoanFacts, { loanNo, paymentNo, guarantorUserNo, parts, asOf }: Input, holdRequestNo: string): Promise<Instruction[]> {
  return inTransaction(pool, async (tx) => {
    await tx.query('SELECT 1 FROM payment WHERE payment_no = $1 FOR UPDATE', [paymentNo]);
    const businessKey = `${paymentNo}:batch`;
    const payment = await findPayment(tx, paymentNo);
    if (payment?.state !== 'frozen') return batchesOf(tx, businessKey);
    const sums = sumsOf(parts);
    if (totalOf(sums) !== payment.frozenFen) throw new RangeError(`${paymentNo}: parts of ${totalOf(sums)} fen for ${payment.frozenFen} frozen`);
    const holdings = await holdingsOf(tx, loanNo);
    const shares = shareOut(holdings, await givenSoFar(tx, loanNo), sums, loan.product.lenderFeeBps);
    await writeAllocation(tx, payment, { sums, parts, forgivenInterest: [], afterWriteOff: false, shares });
    await postEarned(tx, loanNo, payment, sums, shares, asOf);
    const details = detailsFor({ holdings, shares, sums, holdRequestNo, payerUserNo: guarantorUserNo });
    return planBatches(tx, { businessKey, verb: 'batch-compensation', userNo: guarantorUserNo, loanNo, paymentNo, workflowId: loanNo, step: 'compensate', asOf }, details);
  });
}
