import { isMoneyRestrained } from '../../db/court-order-lists.js';
import { availableFen } from '../../db/outcomes/cash.js';
import { intend, latestTry, openOfUser, type Instruction } from '../../db/instructions.js';
import { askPayment, refusePayment, type Payment } from '../../db/payments.js';
import { dateAt, parseInstant } from '../../domain/dates.js';
import type { BankActivities, WholePayment } from '../../workflows/contract.js';
import { askAndRecord, carryOut, eachOf, pendingOf, type BankDeps } from './carry-out.js';
import { distributeActivity } from './distribute.js';
import { loanFacts, type LoanFacts } from './loan-facts.js';

type TakePayment = BankActivities['takePayment'];
type Input = Parameters<TakePayment>[0];
type Step = Awaited<ReturnType<TakePayment>>;

/**
 * Card pull (代扣) if custody is short, then one freeze: the payment counts from there. It takes at most what was asked
 * for; what is there beyond that stays the borrower's own. Less is taken only where that is agreed (`partial`).
 */
export function takePaymentActivity(deps: BankDeps): TakePayment {
  const distribute = distributeActivity(deps);
  return async (input) => {
    const taken = await take(deps, input);
    if (taken.status !== 'done' || !isWhole(taken, input)) return taken;
    const { loanNo, paymentNo, asOf, whole } = input;
    const { parts, forgivenInterest, afterWriteOff } = whole;
    const sharing = await distribute({ loanNo, paymentNo, parts, forgivenInterest, afterWriteOff, asOf });
    return sharing.status === 'done' ? { ...taken, shared: { undelivered: sharing.undelivered } } : taken;
  };
}

/** All that was asked for is frozen, on the day for which its sharing was worked out. */
function isWhole(taken: Extract<Step, { status: 'done' }>, input: Input): input is Input & { whole: WholePayment } {
  return input.whole !== null && taken.frozenFen === input.amountFen && taken.countsOn === input.whole.countsOn;
}

async function take(deps: BankDeps, input: Input): Promise<Step> {
  const loan = await loanFacts(deps.pool, input.loanNo);
  const asOf = dateAt(parseInstant(input.asOf), loan.zoneOffsetMinutes);
  const payment = await askPayment(deps.pool, { paymentNo: input.paymentNo, loanNo: input.loanNo, n: input.n, source: input.source, askedFen: input.amountFen, asOf });
  if (payment.state === 'refused') return { status: 'refused', code: payment.reason ?? 'refused' };
  if (payment.state !== 'asked') return { status: 'done', frozenFen: payment.frozenFen, countsOn: payment.asOf, shared: null };
  const hold = (await latestTry(deps.pool, `${input.paymentNo}:hold`)) ?? (await prepareHold(deps, loan, payment, input));
  return 'status' in hold ? hold : freeze(deps, loan, payment, hold, input.asOf);
}

/** Decides how much is frozen, once: the row of the freeze is the decision. Or says why there is nothing to freeze (yet). */
async function prepareHold(deps: BankDeps, loan: LoanFacts, payment: Payment, input: Input): Promise<Instruction | Step> {
  const { pool } = deps;
  const { paymentNo, loanNo, asOf } = input;
  const pull = await pullFromCard(deps, loan, payment, input);
  const pending = pull && pendingOf(pull);
  if (pending) return pending;
  const amountFen = Math.min(payment.askedFen, await spendableFen(deps, loan.borrowerUserNo, asOf));
  if (amountFen === 0 || (amountFen < payment.askedFen && !input.partial)) {
    const code = pull?.reason ?? 'insufficient-funds';
    await refusePayment(pool, paymentNo, code);
    return { status: 'refused', code };
  }
  return intend(pool, { businessKey: `${paymentNo}:hold`, verb: 'hold', userNo: loan.borrowerUserNo, loanNo, paymentNo, amountFen, workflowId: loanNo, step: 'service', asOf });
}

/** One pull a payment: the rest of what is asked for, or nothing when custody has enough. */
async function pullFromCard(deps: BankDeps, { borrowerUserNo }: LoanFacts, payment: Payment, input: Input): Promise<Instruction | null> {
  const businessKey = `${payment.paymentNo}:pull`;
  let pull = await latestTry(deps.pool, businessKey);
  if (!pull) {
    const missingFen = payment.askedFen - (await spendableFen(deps, borrowerUserNo, input.asOf));
    // What is pulled into an account that a court has frozen never reaches the lenders.
    if (!input.pull || missingFen <= 0 || (await isMoneyRestrained(deps.pool, borrowerUserNo))) return null;
    pull = await intend(deps.pool, { businessKey, verb: 'pull', userNo: borrowerUserNo, loanNo: payment.loanNo, paymentNo: payment.paymentNo, amountFen: missingFen, workflowId: payment.loanNo, step: 'service', asOf: input.asOf });
  }
  return carryOut(deps, pull, ({ requestNo, amountFen, asOf }) => deps.custody.pullFromCard({ requestNo, userNo: borrowerUserNo, amountFen, businessTime: asOf }), input.asOf);
}

/** What both our ledger and the bank say is available; where they differ, movements not heard of are asked about first. */
async function spendableFen(deps: BankDeps, userNo: string, asOf: string): Promise<number> {
  const atTheBank = (await deps.custody.queryUser(userNo))?.availableFen ?? 0;
  const inOurBooks = await availableFen(deps.pool, userNo);
  if (atTheBank === inOurBooks) return atTheBank;
  const silent = (await openOfUser(deps.pool, userNo)).filter((open) => open.state !== 'intended' && open.paymentNo === null);
  await eachOf(silent, 4, (open) => askAndRecord(deps, open, asOf));
  return Math.min(atTheBank, await availableFen(deps.pool, userNo));
}

async function freeze(deps: BankDeps, loan: LoanFacts, payment: Payment, hold: Instruction, asOf: string): Promise<Step> {
  const after = await carryOut(deps, hold, ({ requestNo, amountFen, asOf: businessTime }) =>
    deps.custody.hold({ requestNo, projectNo: loan.loanNo, userNo: loan.borrowerUserNo, purpose: 'repayment', amountFen, businessTime }), asOf);
  const pending = pendingOf(after);
  if (pending) return pending;
  if (after.state === 'done') return { status: 'done', frozenFen: after.amountFen, countsOn: payment.asOf, shared: null };
  const code = after.reason ?? 'refused';
  await refusePayment(deps.pool, payment.paymentNo, code);
  return { status: 'refused', code };
}
