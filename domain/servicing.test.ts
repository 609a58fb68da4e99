import fc from 'fast-check';
import { totalOf } from './allocation.js';
import { addDays, addMonths } from './dates.js';
import { newLoan, type CarriedInstalment, type LoanState } from './loan.js';
import { bookingOf, daysPastDueOf, dueBy, instalmentsAfter, isPaidUp, openDues, outstandingPrincipalFen, payableDues, payableNowFen, payoffOf, totalFen } from './servicing.js';

const VALUE_DATE = '2025-01-06';
const terms = {
  zoneOffsetMinutes: 480, businessMinute: 600, reviewDays: 3, offerDays: 7, preparationDays: 14, fundraisingWorkingDays: 20, disbursementWorkingDays: 2, reminderDays: [-3],
  anxiousReminderDays: [-5], debitDays: [0, 3], partialDebit: true, lateInterestBps: 1825, collectAfterDays: 1, legalAfterDays: 91, writeOffAfterDays: 150, recoveryLookDays: 30,
};

function instalment(no: number): CarriedInstalment {
  const dueDate = addMonths(VALUE_DATE, no);
  return {
    no, dueDate, dueDay: dueDate, principalFen: 100_000, interestFen: 3_100 - no * 1_000, feeFen: 500, paidPrincipalFen: 0, paidInterestFen: 0, paidFeeFen: 0, paidLateInterestFen: 0,
    forgivenInterestFen: 0, latePrincipalDays: 0, lateComputedTo: null, reminded: [], debited: [],
  };
}

function loanOf(change: Partial<LoanState> = {}): LoanState {
  const loan = newLoan({ loanNo: 'LN1', borrowerId: 'P1', profile: 'us', productId: 'x', productVersion: 1, segment: 'consumer', requestedFen: 300_000, termMonths: 3, purpose: 'x', appliedAt: '2025-01-01T00:00:00.000Z', terms });
  return { ...loan, state: 'repaying', step: 'service', valueDate: VALUE_DATE, paidOut: true, instalments: [1, 2, 3].map(instalment), ...change };
}

const payment = (source: 'manual' | 'payoff', amountFen: number) => ({ n: 1, source, key: null, amountFen, pull: false, partial: false, booked: null });
const afterPaying = (loan: LoanState, fen: number, on: string, source: 'manual' | 'payoff' = 'manual'): LoanState => ({ ...loan, instalments: instalmentsAfter(loan, bookingOf(loan, payment(source, fen), fen, on)) });

describe('what is owed', () => {
  it('is nothing before the first due date, but the next instalment can be paid', () => {
    const loan = loanOf();
    expect(dueBy(loan, '2025-02-05')).toEqual([]);
    expect(payableNowFen(loan, '2025-02-05')).toBe(102_600);
  });

  it('grows by late interest on overdue principal alone, as a running total that a part payment does not lose', () => {
    const loan = loanOf();
    const due = '2025-02-06';
    // 18.25 % a year on 1,000.00 is 50 fen a day.
    expect(dueBy(loan, addDays(due, 10))[0]!.lateInterestFen).toBe(500);
    const paid = afterPaying(loan, 500 + 2_100 + 40_000, addDays(due, 10));
    expect(paid.instalments[0]).toMatchObject({ paidLateInterestFen: 500, paidInterestFen: 2_100, paidPrincipalFen: 40_000 });
    expect(dueBy(paid, addDays(due, 20))[0]!.lateInterestFen).toBe(300);
  });

  it('makes a loan late from the oldest instalment with principal or interest open, not for a service fee', () => {
    const loan = loanOf();
    expect([daysPastDueOf(loan, '2025-02-06'), daysPastDueOf(loan, '2025-02-07')]).toEqual([0, 1]);
    expect(daysPastDueOf(afterPaying(loan, 102_100, '2025-02-06'), '2025-02-20')).toBe(0);
  });

  it('after a write-off is all principal, but of periods to come no interest and no fee', () => {
    const loan = loanOf({ state: 'writtenOff', writtenOffOn: '2025-02-20' });
    const [first, second, third] = payableDues(loan, '2025-02-20');
    expect(totalOf(first!)).toBeGreaterThan(102_600);
    expect([second, third].map((due) => due && totalOf(due))).toEqual([100_000, 100_000]);
    const all = totalFen(payableDues(loan, '2025-02-20'));
    expect(isPaidUp(afterPaying(loan, all, '2025-02-20'), '2025-02-20')).toBe(true);
  });
});

describe('a payoff', () => {
  it.each(['2025-01-06', '2025-01-20', '2025-02-06', '2025-02-20', '2025-04-06', '2025-05-01'])('on %s leaves nothing owed, then or later', (on) => {
    const loan = loanOf();
    const ended = afterPaying(loan, payoffOf(loan, on).totalFen, on, 'payoff');
    expect([isPaidUp(ended, on), isPaidUp(ended, '2030-01-01'), outstandingPrincipalFen(ended)]).toEqual([true, true, 0]);
  });
});

it('any course of payments repays the principal exactly, never more than is owed, and nothing is ever negative', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 0, max: 25 })), { maxLength: 25 }), (course) => {
    let loan = loanOf();
    let day = VALUE_DATE;
    for (const [fen, days] of course) {
      day = addDays(day, days);
      const owed = totalFen(payableDues(loan, day));
      if (owed === 0) continue;
      const booked = bookingOf(loan, payment('manual', fen), Math.min(fen, owed), day);
      expect(booked.parts.reduce((sum, part) => sum + totalOf(part), 0)).toBe(Math.min(fen, owed));
      loan = { ...loan, instalments: instalmentsAfter(loan, booked) };
      for (const due of openDues(loan, day)) expect(Math.min(due.principalFen, due.interestFen, due.feeFen, due.lateInterestFen)).toBeGreaterThanOrEqual(0);
    }
    const quote = payoffOf(loan, day);
    const ended = quote.totalFen > 0 ? afterPaying(loan, quote.totalFen, day, 'payoff') : loan;
    expect(outstandingPrincipalFen(ended)).toBe(0);
    expect(ended.instalments.reduce((sum, { paidPrincipalFen }) => sum + paidPrincipalFen, 0)).toBe(300_000);
  }));
});
