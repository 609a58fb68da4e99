/**
 * One payment, whoever began it: the money is taken (card pull, freeze), it counts from that moment, and it is shared among the
 * lenders. A payment that was begun is carried until it is booked, so that a loan started again ends it under the same number.
 */
import { patched } from '@temporalio/workflow';
import type { OpenPayment, PaymentSource } from '../../domain/loan.js';
import { redeliveryPauseDays } from '../../domain/distribution.js';
import { bookingOf, daysPastDueOf, instalmentsAfter } from '../../domain/servicing.js';
import type { BankStep, PayResult, WholePayment } from '../contract.js';
import { addDays } from '../../domain/dates.js';
import { showBusy } from '../course.js';
import { noteAct, type Life } from '../life.js';
import { atBank, inRecord } from '../retries.js';
import { settle } from '../settle.js';
import { attempt } from '../stuck.js';
import { tellChildren } from './standing.js';

export interface Taken { status: 'paid' | 'refused'; paidFen: number; code: string | null }
export type NewPayment = Omit<OpenPayment, 'n' | 'booked'>;

export const paymentNoOf = (loanNo: string, n: number): string => `${loanNo}:p${n}`;

/** Takes a payment and shares it out. `settled` is called when it counts (or is refused), `asked` when the bank lets us wait. */
export async function takePayment(life: Life, payment: NewPayment, on: { settled?: (taken: Taken) => Promise<void>; asked?: () => void } = {}): Promise<Taken> {
  const { loan } = life;
  loan.payment = { ...payment, n: loan.payments + 1, booked: null };
  if (payment.key !== null) await showBusy(life, 'bank', `Payment ${loan.payment.n} is being taken`);
  const taken = await take(life, loan.payment, on.asked);
  await on.settled?.(taken);
  await share(life);
  return taken;
}

/** A payment that was begun before the loan was started again. */
export async function finishOpenPayment(life: Life): Promise<void> {
  const { loan } = life;
  if (!loan.payment) return;
  if (!loan.payment.booked) {
    const { key } = loan.payment;
    const taken = await take(life, loan.payment);
    if (key) remember(life, key, { ...taken });
  }
  await share(life);
}

async function take(life: Life, payment: OpenPayment, onSilence?: () => void): Promise<Taken> {
  const { loan } = life;
  const { n, source, amountFen, pull, partial } = payment;
  const paymentNo = paymentNoOf(loan.loanNo, n);
  const taken = await settle(life, {
    what: `Payment ${n}`, onSilence,
    ask: () => atBank(`Takes payment ${n}: ${source}`).takePayment({ loanNo: loan.loanNo, paymentNo, n, source, amountFen, pull, partial, whole: wholeOf(life, payment), asOf: life.asOf() }),
  });
  loan.payments = n;
  if (taken.status === 'refused' || taken.frozenFen === 0) {
    loan.payment = null;
    return { status: 'refused', paidFen: 0, code: taken.status === 'refused' ? taken.code : 'nothing-there' };
  }
  book(life, payment, taken);
  if (taken.shared) await endSharing(life, taken.shared.undelivered);
  return { status: 'paid', paidFen: taken.frozenFen, code: null };
}

/** A payment that no person waits for may be shared in the same breath, if it is whole and counts today. */
function wholeOf(life: Life, payment: OpenPayment): WholePayment | null {
  if (payment.key !== null) return null;
  const { parts, forgivenInterest, afterWriteOff, countsOn } = bookingOf(life.loan, payment, payment.amountFen, life.today());
  return { parts, forgivenInterest, afterWriteOff, countsOn };
}

function book(life: Life, payment: OpenPayment, taken: { frozenFen: number; countsOn: string }): void {
  const { loan } = life;
  const booked = bookingOf(loan, payment, taken.frozenFen, taken.countsOn);
  loan.instalments = instalmentsAfter(loan, booked);
  loan.payment = { ...payment, booked };
  if (booked.afterWriteOff) loan.recoveredFen += taken.frozenFen;
  loan.daysPastDue = daysPastDueOf(loan, life.today());
  noteAct(life, 'payment', { after: { n: payment.n, source: payment.source, frozenFen: taken.frozenFen, countsOn: taken.countsOn } });
}

/** Shares a booked payment among lenders and fees. Shares that a lender's account refuses are sent again later; the borrower is not late for them. */
async function share(life: Life): Promise<void> {
  const { loan } = life;
  if (!loan.payment?.booked) return;
  const { n, booked } = loan.payment;
  const { parts, forgivenInterest, afterWriteOff } = booked;
  const paymentNo = paymentNoOf(loan.loanNo, n);
  const shared = await settle(life, {
    what: `Sharing of payment ${n}`,
    ask: () => atBank(`Shares payment ${n} among the lenders`).distribute({ loanNo: loan.loanNo, paymentNo, parts, forgivenInterest, afterWriteOff, asOf: life.asOf() }),
    look: () => sharedInRecord(paymentNo),
  });
  if (shared.status === 'refused') await caseOf(life, `payment-${n}-refused`, `The bank refused to share payment ${n}`, shared.code);
  await endSharing(life, shared.status === 'done' ? shared.undelivered : 1);
}

async function endSharing(life: Life, undeliveredShares: number): Promise<void> {
  const { loan } = life;
  loan.payment = null;
  if (undeliveredShares > 0) await undelivered(life, undeliveredShares);
  if (loan.daysPastDue > 0 && loan.openChildren.length > 0) await tellChildren(life, 'partly');
}

/** The bank's word is in the record before we hear of it: no need to ask the bank again. */
async function sharedInRecord(paymentNo: string): Promise<BankStep<{ undelivered: number }> | undefined> {
  const { state, undelivered: count } = await inRecord('Has the payment been shared?').lookAtPayment({ paymentNo });
  return state === 'distributed' ? { status: 'done', undelivered: count } : undefined;
}

async function undelivered(life: Life, count: number): Promise<void> {
  const { loan } = life;
  loan.undelivered = count;
  loan.redeliverOn = addDays(life.today(), 1);
  await caseOf(life, 'undelivered', `${count} shares of payments could not be delivered`, 'undelivered');
}

async function caseOf(life: Life, suffix: string, title: string, code: string): Promise<void> {
  const { loan } = life;
  await inRecord('A task for operations').openTask({
    key: `${loan.loanNo}:${suffix}:${loan.payments}`, kind: 'undelivered', role: 'operations', workflowId: loan.loanNo, loanNo: loan.loanNo, personId: null,
    title, details: { code, payment: loan.payments }, dueAt: null, asOf: life.asOf(),
  });
}

/** Sends refused shares again. */
export async function redeliver(life: Life): Promise<void> {
  const { loan } = life;
  const result = await attempt(life, 'Undelivered shares', () => atBank('Sends undelivered shares again').redeliver({ loanNo: loan.loanNo, asOf: life.asOf() }));
  loan.undelivered = result.undelivered;
  const grows = patched('redelivery-pauses-grow');
  loan.redeliveries = result.undelivered > 0 ? (loan.redeliveries ?? 0) + 1 : 0;
  loan.redeliverOn = result.undelivered > 0 ? addDays(life.today(), grows ? redeliveryPauseDays(loan.redeliveries) : 1) : null;
}

const MOST_HANDLED = 50;

/** Keeps an act's answer, for whoever asks again with the same key. */
export function remember(life: Life, key: string, result: PayResult): void {
  const { loan } = life;
  const { status, paidFen, code } = result;
  loan.handled = [...loan.handled.filter((act) => act.key !== key), { key, status, paidFen, code }].slice(-MOST_HANDLED);
}

/** After a write-off every payment is a recovery (核销后回收). */
export function sourceOf(life: Life, asked: PaymentSource): PaymentSource {
  return life.loan.writtenOffOn ? 'recovery' : asked;
}
