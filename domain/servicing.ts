/**
 * What is owed on a running loan and how payments change it: pure functions of the carried state. Days past due, late
 * interest and the order of allocation are those of `lateness.ts` and `allocation.ts`; here they meet the loan.
 */
import { allocate, totalOf, type AllocationPart, type InstalmentDue } from './allocation.js';
import { daysBetween, laterDate, type IsoDate } from './dates.js';
import { lateInterestOfPrincipalDays } from './lateness.js';
import type { BookedPayment, CarriedInstalment, LoanState, OpenPayment } from './loan.js';
import { payoffQuote, type PayoffQuote } from './payoff.js';
import type { Fen } from './money.js';

/** Later than every due date: allocation over dues that were chosen before. */
const ANY_DAY = '9999-12-31';

export function openPrincipalFen(instalment: CarriedInstalment): Fen {
  return instalment.principalFen - instalment.paidPrincipalFen;
}

export function openInterestFen(instalment: CarriedInstalment): Fen {
  return instalment.interestFen - instalment.forgivenInterestFen - instalment.paidInterestFen;
}

/** Σ overdue principal × days up to a day: the base of late interest, kept while the principal changes. */
function principalDaysAt(instalment: CarriedInstalment, asOf: IsoDate): number {
  const from = instalment.lateComputedTo ?? instalment.dueDay;
  return instalment.latePrincipalDays + openPrincipalFen(instalment) * Math.max(0, daysBetween(from, asOf));
}

/** Late interest (罚息) of one instalment up to a day that is not paid; it starts after the day that counts. */
export function openLateInterestFen(instalment: CarriedInstalment, lateInterestBps: number, asOf: IsoDate): Fen {
  return Math.max(0, lateInterestOfPrincipalDays(principalDaysAt(instalment, asOf), lateInterestBps) - instalment.paidLateInterestFen);
}

function dueOf(loan: LoanState, instalment: CarriedInstalment, asOf: IsoDate): InstalmentDue {
  return {
    no: instalment.no,
    dueDate: instalment.dueDate,
    costsFen: 0,
    lateInterestFen: openLateInterestFen(instalment, loan.terms.lateInterestBps, asOf),
    interestFen: openInterestFen(instalment),
    principalFen: openPrincipalFen(instalment),
    feeFen: instalment.feeFen - instalment.paidFeeFen,
  };
}

/** What is open on every instalment as of a day, oldest first; instalments with nothing open are left out. */
export function openDues(loan: LoanState, asOf: IsoDate): InstalmentDue[] {
  return loan.instalments.map((instalment) => dueOf(loan, instalment, asOf)).filter((due) => totalOf(due) > 0);
}

/** What has fallen due by a day. */
export function dueBy(loan: LoanState, asOf: IsoDate): InstalmentDue[] {
  return openDues(loan, asOf).filter((due) => due.dueDate <= asOf);
}

export function totalFen(dues: InstalmentDue[]): Fen {
  return dues.reduce((sum, due) => sum + totalOf(due), 0);
}

/**
 * What a payment on that day can be put on: all that is due, and the next instalment. After a write-off everything is
 * pursued, but interest of periods to come is not owed yet: of those instalments the principal alone.
 */
export function payableDues(loan: LoanState, asOf: IsoDate): InstalmentDue[] {
  const open = openDues(loan, asOf);
  if (loan.writtenOffOn) return open.map((due) => (due.dueDate <= asOf ? due : { ...due, interestFen: 0, feeFen: 0 }));
  const next = open.find((due) => due.dueDate > asOf);
  return [...open.filter((due) => due.dueDate <= asOf), ...(next ? [next] : [])];
}

/** What "pay what is due" means on that day: all that is due, or the next instalment when nothing is. */
export function payableNowFen(loan: LoanState, asOf: IsoDate): Fen {
  const due = dueBy(loan, asOf);
  return totalFen(due.length > 0 || loan.writtenOffOn ? due : payableDues(loan, asOf));
}

export function outstandingPrincipalFen(loan: LoanState): Fen {
  return loan.instalments.reduce((sum, instalment) => sum + openPrincipalFen(instalment), 0);
}

/** Interest and late interest that have fallen due by a day and are not paid. */
export function outstandingInterestFen(loan: LoanState, asOf: IsoDate): Fen {
  return dueBy(loan, asOf).reduce((sum, due) => sum + due.interestFen + due.lateInterestFen, 0);
}

/** Nothing is owed any more, now or later. */
export function isPaidUp(loan: LoanState, asOf: IsoDate): boolean {
  return loan.instalments.length > 0 && openDues(loan, asOf).length === 0;
}

/** The oldest instalment of which principal or interest is open; an unpaid service fee makes no lender late. */
export function oldestOpen(loan: LoanState): CarriedInstalment | undefined {
  return loan.instalments.find((instalment) => openPrincipalFen(instalment) + openInterestFen(instalment) > 0);
}

/** 逾期天数 of the loan: of its oldest open instalment, from the day that counts. */
export function daysPastDueOf(loan: LoanState, asOf: IsoDate): number {
  const oldest = oldestOpen(loan);
  return oldest ? Math.max(0, daysBetween(oldest.dueDay, asOf)) : 0;
}

/** 结清试算: what ends the loan on that day. */
export function payoffOf(loan: LoanState, asOf: IsoDate): PayoffQuote {
  const rows = loan.instalments.filter((instalment) => totalOf(dueOf(loan, instalment, asOf)) > 0).map((instalment) => ({
    no: instalment.no,
    periodStart: loan.instalments[instalment.no - 2]?.dueDate ?? loan.valueDate ?? instalment.dueDate,
    dueDate: instalment.dueDate,
    interestFen: instalment.interestFen - instalment.forgivenInterestFen,
    paidInterestFen: instalment.paidInterestFen,
    openPrincipalFen: openPrincipalFen(instalment),
    openFeeFen: instalment.feeFen - instalment.paidFeeFen,
    openCostsFen: 0,
    openLateInterestFen: openLateInterestFen(instalment, loan.terms.lateInterestBps, asOf),
  }));
  return payoffQuote({ rows, asOf });
}

/**
 * How a frozen payment is put on the loan, as of the day it counts. A payoff that is whole forgives the interest of days to
 * come (Civil Code 677); anything else fills the dues in the order of `allocation.ts`.
 */
export function bookingOf(loan: LoanState, payment: OpenPayment, frozenFen: Fen, countsOn: IsoDate): BookedPayment {
  const afterWriteOff = loan.writtenOffOn !== null;
  if (payment.source === 'payoff') {
    const quote = payoffOf(loan, countsOn);
    if (quote.totalFen === frozenFen) {
      return { frozenFen, countsOn, afterWriteOff, parts: payoffParts(quote), forgivenInterest: forgivenBy(quote) };
    }
  }
  const dues = payableDues(loan, countsOn);
  const { parts } = allocate(frozenFen, dues, ANY_DAY);
  const endsWrittenOff = afterWriteOff && frozenFen === totalFen(dues);
  return { frozenFen, countsOn, afterWriteOff, parts, forgivenInterest: endsWrittenOff ? interestToCome(loan, countsOn) : [] };
}

/** Interest of periods that end after the day: not owed once the principal is repaid. */
function interestToCome(loan: LoanState, asOf: IsoDate): { no: number; fen: Fen }[] {
  return loan.instalments
    .filter((instalment) => instalment.dueDate > asOf && openInterestFen(instalment) > 0)
    .map((instalment) => ({ no: instalment.no, fen: openInterestFen(instalment) }));
}

function payoffParts(quote: PayoffQuote): AllocationPart[] {
  return quote.perInstalment
    .map(({ no, costsFen, lateInterestFen, interestFen, principalFen, feeFen }) => ({ no, costsFen, lateInterestFen, interestFen, principalFen, feeFen }))
    .filter((part) => totalOf(part) > 0);
}

function forgivenBy(quote: PayoffQuote): { no: number; fen: Fen }[] {
  return quote.perInstalment.filter((row) => row.savedInterestFen > 0).map((row) => ({ no: row.no, fen: row.savedInterestFen }));
}

/** The instalments after a payment was booked. Late interest is settled up to the payment's day, then runs on what is left. */
export function instalmentsAfter(loan: LoanState, booked: BookedPayment): CarriedInstalment[] {
  const after = loan.instalments.map((instalment) => {
    const part = booked.parts.find(({ no }) => no === instalment.no);
    return part ? withPart(instalment, part, booked.countsOn) : instalment;
  });
  return booked.forgivenInterest.length === 0 ? after : after.map((instalment) => forgiven(instalment, booked));
}

function withPart(instalment: CarriedInstalment, part: AllocationPart, countsOn: IsoDate): CarriedInstalment {
  const late = countsOn > instalment.dueDay;
  return {
    ...instalment,
    latePrincipalDays: principalDaysAt(instalment, countsOn),
    lateComputedTo: late ? laterDate(countsOn, instalment.lateComputedTo ?? countsOn) : instalment.lateComputedTo,
    paidPrincipalFen: instalment.paidPrincipalFen + part.principalFen,
    paidInterestFen: instalment.paidInterestFen + part.interestFen,
    paidFeeFen: instalment.paidFeeFen + part.feeFen,
    paidLateInterestFen: instalment.paidLateInterestFen + part.lateInterestFen,
  };
}

/** After a payoff neither the interest nor the service fee of periods that never ran is owed. */
function forgiven(instalment: CarriedInstalment, booked: BookedPayment): CarriedInstalment {
  const fen = booked.forgivenInterest.find(({ no }) => no === instalment.no)?.fen ?? 0;
  return { ...instalment, forgivenInterestFen: instalment.forgivenInterestFen + fen, feeFen: instalment.paidFeeFen };
}
