import { subrogatedClaim } from '../../db/chart.js';
import { intend, intendDetails, latestTry, type DetailPurpose, type Instruction, type NewDetail } from '../../db/instructions.js';
import { balanceOf } from '../../db/ledger.js';
import { askPayment, findPayment, refusePayment, type Payment } from '../../db/payments.js';
import { inTransaction } from '../../db/pool.js';
import { dateAt, parseInstant } from '../../domain/dates.js';
import type { BankStep, TradeActivities } from '../../workflows/contract.js';
import { wireDetailsOf } from './batches.js';
import { carryOut, pendingOf, unlessDone, type BankDeps } from './carry-out.js';
import { loanFacts } from './loan-facts.js';
import { cancelFreeze } from './tend-freezes.js';

type Repay = TradeActivities['repayGuarantor'];
type Input = Parameters<Repay>[0];

/**
 * The borrower repays a guarantor who has paid in the borrower's place (COMPENSATORY_REPAYMENT): late interest first, then
 * interest, then principal, never more than was paid. When the bank refuses, the borrower's money is given back.
 */
export function repayGuarantorActivity(deps: BankDeps): Repay {
  return async (input) => {
    const { loanNo, paymentNo, asOf } = input;
    const { borrowerUserNo, zoneOffsetMinutes } = await loanFacts(deps.pool, loanNo);
    const payment = await ask(deps, input, dateAt(parseInstant(asOf), zoneOffsetMinutes));
    if (!payment) return { status: 'refused', code: 'nothing-owed' };
    const hold = await freeze(deps, payment, borrowerUserNo, input);
    const pending = pendingOf(hold);
    if (pending) return pending;
    if (hold.state === 'refused') {
      const code = hold.reason ?? 'refused';
      await refusePayment(deps.pool, paymentNo, code);
      return { status: 'refused', code };
    }
    const trade = await settle(deps, payment, hold, input);
    return trade.state === 'refused' ? giveBack(deps, payment, hold, trade, asOf) : (unlessDone(trade) ?? { status: 'done', paidFen: payment.askedFen });
  };
}

type Component = 'late-interest' | 'interest' | 'principal';
const order: readonly { component: Component; purpose: DetailPurpose; kind: NewDetail['kind'] }[] = [
  { component: 'late-interest', purpose: 'guarantor-late-interest', kind: 'interest' },
  { component: 'interest', purpose: 'guarantor-interest', kind: 'interest' },
  { component: 'principal', purpose: 'guarantor-principal', kind: 'principal' },
];

async function owedOf({ pool }: BankDeps, { loanNo, guarantorUserNo }: Input): Promise<Record<Component, number>> {
  const of = (component: Component): Promise<number> => balanceOf(pool, subrogatedClaim(loanNo, guarantorUserNo, component));
  return { 'late-interest': await of('late-interest'), interest: await of('interest'), principal: await of('principal') };
}

/** Null when nothing is owed to the guarantor (any more). */
async function ask(deps: BankDeps, input: Input, asOf: string): Promise<Payment | null> {
  const { loanNo, paymentNo, n, amountFen } = input;
  const known = await findPayment(deps.pool, paymentNo);
  if (known) return known;
  const owed = await owedOf(deps, input);
  const askedFen = Math.min(amountFen, owed['late-interest'] + owed.interest + owed.principal);
  return askedFen === 0 ? null : askPayment(deps.pool, { paymentNo, loanNo, n, source: 'recourse', askedFen, asOf });
}

async function freeze(deps: BankDeps, payment: Payment, userNo: string, { loanNo, paymentNo, asOf }: Input): Promise<Instruction> {
  const businessKey = `${paymentNo}:hold`;
  const hold = (await latestTry(deps.pool, businessKey)) ?? (await intend(deps.pool, { businessKey, verb: 'hold', userNo, loanNo, paymentNo, amountFen: payment.askedFen, workflowId: loanNo, step: 'recourse', asOf }));
  return carryOut(deps, hold, ({ requestNo, amountFen, asOf: businessTime }) => deps.custody.hold({ requestNo, projectNo: loanNo, userNo, purpose: 'repayment', amountFen, businessTime }), asOf);
}

async function settle(deps: BankDeps, payment: Payment, hold: Instruction, input: Input): Promise<Instruction> {
  const businessKey = `${payment.paymentNo}:recourse`;
  const trade = (await latestTry(deps.pool, businessKey)) ?? (await intendTrade(deps, businessKey, hold, input));
  return carryOut(deps, trade, async ({ requestNo, asOf: businessTime }) => {
    const details = await wireDetailsOf(deps.pool, requestNo);
    return deps.custody.settleNow({ kind: 'guarantor-repayment', requestNo, projectNo: input.loanNo, details, businessTime });
  }, input.asOf);
}

async function intendTrade(deps: BankDeps, businessKey: string, hold: Instruction, input: Input): Promise<Instruction> {
  const { loanNo, paymentNo, guarantorUserNo, asOf } = input;
  const owed = await owedOf(deps, input);
  let leftFen = hold.amountFen;
  const parts = order.map((part) => {
    const amountFen = Math.min(leftFen, owed[part.component]);
    leftFen -= amountFen;
    return { ...part, amountFen };
  });
  if (leftFen > 0) throw new RangeError(`${paymentNo}: ${leftFen} fen more are frozen than the guarantor is owed`);
  return inTransaction(deps.pool, async (tx) => {
    const trade = await intend(tx, { businessKey, verb: 'repay-guarantor', userNo: hold.userNo, loanNo, paymentNo, amountFen: hold.amountFen, workflowId: loanNo, step: 'recourse', asOf });
    const details = parts.filter((part) => part.amountFen > 0).map(({ component, purpose, kind, amountFen }): NewDetail => (
      { requestNo: `${trade.requestNo}-${component}`, holdRequestNo: hold.requestNo, fromUserNo: hold.userNo ?? '', toUserNo: guarantorUserNo, kind, purpose, amountFen, holdingId: null, bidId: null }));
    await intendDetails(tx, trade.requestNo, details);
    return trade;
  });
}

async function giveBack(deps: BankDeps, { paymentNo }: Payment, hold: Instruction, trade: Instruction, at: string): Promise<BankStep<never>> {
  const { userNo, loanNo, amountFen, workflowId, step, requestNo } = hold;
  const release = await intend(deps.pool, { businessKey: `${paymentNo}:release`, verb: 'release-hold', userNo, loanNo, paymentNo, amountFen, workflowId, step, asOf: at, details: { holdRequestNo: requestNo } });
  return pendingOf(await cancelFreeze(deps, release, at)) ?? { status: 'refused', code: trade.reason ?? 'refused' };
}
