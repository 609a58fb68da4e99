import { claim, debt, platformClaim } from '../../db/chart.js';
import { givenSoFar, holdingsOf } from '../../db/holdings.js';
import { batchesOf, intend, latestTry, requestNoOf, type Instruction } from '../../db/instructions.js';
import { postJournal, type Posting } from '../../db/ledger.js';
import { deliveryOf, findPayment, writeAllocation, type HolderShare, type Payment, type PaymentSums } from '../../db/payments.js';
import { inTransaction, type Db, type Transaction } from '../../db/pool.js';
import { openTask } from '../../db/tasks.js';
import type { BankActivities } from '../../workflows/contract.js';
import { NotInRecord } from '../failures.js';
import { carryOutBatches, planBatches } from './batches.js';
import { pendingOf, type BankDeps } from './carry-out.js';
import { loanFacts, type LoanFacts } from './loan-facts.js';
import { detailsFor, shareOut, sumsOf, totalOf } from './sharing.js';
import { cancelFreeze } from './tend-freezes.js';

type Distribute = BankActivities['distribute'];
type Input = Parameters<Distribute>[0];

/**
 * 回款分配: what was frozen goes to the holders and the agreed fees, all of it and to the fen. Written whole before the
 * first batch is sent; the borrower owes less from that moment, whatever the bank's batches take.
 */
export function distributeActivity(deps: BankDeps): Distribute {
  return async (input) => {
    const { pool } = deps;
    const { loanNo, paymentNo, asOf } = input;
    const loan = await loanFacts(pool, loanNo);
    const surplus = await giveBackSurplus(deps, loan, input);
    const pending = surplus && pendingOf(surplus);
    if (pending) return pending;
    const planned = await planDistribution(deps, loan, input);
    const batches = await carryOutBatches(deps, planned, loanNo, asOf);
    const still = pendingOf(...batches);
    if (still) return still;
    const { undelivered } = await deliveryOf(pool, paymentNo);
    if (undelivered > 0) await openUndeliveredTask(deps, input, undelivered);
    return { status: 'done', undelivered };
  };
}

/** What was frozen and is not owed after all is the borrower's own again, before anything is shared. */
async function giveBackSurplus(deps: BankDeps, { borrowerUserNo }: LoanFacts, { loanNo, paymentNo, parts, asOf }: Input): Promise<Instruction | null> {
  const payment = await mustFind(deps, paymentNo);
  const businessKey = `${paymentNo}:surplus`;
  let release = await latestTry(deps.pool, businessKey);
  const surplusFen = payment.frozenFen - totalOf(sumsOf(parts));
  if (!release && (payment.state !== 'frozen' || surplusFen <= 0)) return null;
  release ??= await intend(deps.pool, {
    businessKey, verb: 'release-hold', userNo: borrowerUserNo, loanNo, paymentNo, amountFen: surplusFen, workflowId: loanNo, step: 'service', asOf, details: { holdRequestNo: await freezeOf(deps.pool, paymentNo) },
  });
  return cancelFreeze(deps, release, asOf);
}

/** The number under which the bank has frozen the payment. */
async function freezeOf(db: Db, paymentNo: string): Promise<string> {
  const businessKey = `${paymentNo}:hold`;
  return (await latestTry(db, businessKey))?.requestNo ?? requestNoOf(businessKey);
}

async function mustFind({ pool }: BankDeps, paymentNo: string): Promise<Payment> {
  const payment = await findPayment(pool, paymentNo);
  if (!payment) throw new NotInRecord('payment', paymentNo);
  return payment;
}

function planDistribution({ pool }: BankDeps, loan: LoanFacts, input: Input): Promise<Instruction[]> {
  const { paymentNo, loanNo, parts, asOf } = input;
  return inTransaction(pool, async (tx) => {
    await tx.query('SELECT 1 FROM payment WHERE payment_no = $1 FOR UPDATE', [paymentNo]);
    const businessKey = `${paymentNo}:batch`;
    const payment = await findPayment(tx, paymentNo);
    if (!payment || payment.state === 'asked' || payment.state === 'refused') throw new RangeError(`${paymentNo} has nothing frozen to share`);
    if (payment.state !== 'frozen') return batchesOf(tx, businessKey);
    const sums = sumsOf(parts);
    if (totalOf(sums) !== payment.frozenFen) throw new RangeError(`${paymentNo}: parts of ${totalOf(sums)} fen for ${payment.frozenFen} frozen`);
    const holdings = await holdingsOf(tx, loanNo);
    const shares = shareOut(holdings, await givenSoFar(tx, loanNo), sums, loan.product.lenderFeeBps);
    await writeAllocation(tx, payment, { sums, parts, forgivenInterest: input.forgivenInterest, afterWriteOff: input.afterWriteOff, shares });
    await postEarned(tx, loanNo, payment, sums, shares, asOf);
    const details = detailsFor({ holdings, shares, sums, holdRequestNo: await freezeOf(tx, paymentNo), payerUserNo: loan.borrowerUserNo });
    return planBatches(tx, { businessKey, verb: 'batch-repayment', userNo: loan.borrowerUserNo, loanNo, paymentNo, workflowId: loanNo, step: 'service', asOf }, details);
  });
}

/** Interest, late interest, fees and costs enter the claims book with the payment that covers them. */
export async function postEarned(tx: Transaction, loanNo: string, payment: Payment, sums: PaymentSums, shares: readonly HolderShare[], businessAt: string): Promise<void> {
  const postings: Posting[] = [
    { account: debt(loanNo, 'interest'), amountFen: -sums.interestFen },
    { account: debt(loanNo, 'late-interest'), amountFen: -sums.lateInterestFen },
    { account: debt(loanNo, 'fee'), amountFen: -sums.feeFen },
    { account: debt(loanNo, 'costs'), amountFen: -sums.costsFen },
    { account: platformClaim(loanNo, 'fee'), amountFen: sums.feeFen },
    { account: platformClaim(loanNo, 'costs'), amountFen: sums.costsFen },
    ...shares.flatMap((share) => [
      { account: claim(loanNo, share.holdingId, 'interest'), amountFen: share.interestFen },
      { account: claim(loanNo, share.holdingId, 'late-interest'), amountFen: share.lateInterestFen },
    ]),
  ].filter((posting) => posting.amountFen !== 0);
  if (postings.length > 0) await postJournal(tx, { key: `${payment.paymentNo}:earned`, kind: 'earned', paymentNo: payment.paymentNo, businessAt, postings });
}

/** The borrower is not late for it; somebody finds out why the bank cannot credit the lender. */
export async function openUndeliveredTask({ pool }: BankDeps, { loanNo, paymentNo, asOf }: Pick<Input, 'loanNo' | 'paymentNo' | 'asOf'>, shares: number): Promise<void> {
  await openTask(pool, {
    key: `${paymentNo}:undelivered`, kind: 'undelivered', role: 'operations', workflowId: loanNo, loanNo, personId: null,
    title: `The bank refused ${shares} share${shares === 1 ? '' : 's'} of payment ${paymentNo}`, details: { paymentNo, shares }, dueAt: null, asOf,
  });
}
