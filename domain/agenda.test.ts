import { afterDebit, afterReminder, momentOf, nextItem } from './agenda.js';
import { addMonths } from './dates.js';
import { newLoan, type CarriedInstalment, type LoanState } from './loan.js';

const terms = {
  zoneOffsetMinutes: 480, businessMinute: 600, reviewDays: 3, offerDays: 7, preparationDays: 14, fundraisingWorkingDays: 20, disbursementWorkingDays: 2, reminderDays: [-3],
  anxiousReminderDays: [-7, -5], debitDays: [0, 3, 7], partialDebit: true, lateInterestBps: 0, collectAfterDays: 2, legalAfterDays: 91, writeOffAfterDays: 150, recoveryLookDays: 30,
};

/** Two instalments: 6 February and 6 March 2025. */
function loanOf(change: Partial<LoanState> = {}, first: Partial<CarriedInstalment> = {}): LoanState {
  const loan = newLoan({ loanNo: 'LN1', borrowerId: 'P1', profile: 'us', productId: 'x', productVersion: 1, segment: 'consumer', requestedFen: 2, termMonths: 2, purpose: 'x', appliedAt: '2025-01-01T00:00:00.000Z', terms });
  const instalments = [1, 2].map((no): CarriedInstalment => {
    const dueDate = addMonths('2025-01-06', no);
    return {
      no, dueDate, dueDay: dueDate, principalFen: 100, interestFen: 1, feeFen: 0, paidPrincipalFen: 0, paidInterestFen: 0, paidFeeFen: 0, paidLateInterestFen: 0, forgivenInterestFen: 0,
      latePrincipalDays: 0, lateComputedTo: null, reminded: [], debited: [], ...(no === 1 ? first : {}),
    };
  });
  return { ...loan, state: 'repaying', step: 'service', valueDate: '2025-01-06', paidOut: true, instalments, ...change };
}

const paid = { paidPrincipalFen: 100, paidInterestFen: 1 };

describe('the agenda of a loan', () => {
  it('reminds before the due day, debits on it, and on the next day finds the loan late', () => {
    expect(nextItem(loanOf(), '2025-01-06')).toEqual({ kind: 'remind', on: '2025-02-03', no: 1, days: -3 });
    expect(nextItem(loanOf({}, { reminded: [-3] }), '2025-02-03')).toEqual({ kind: 'debit', on: '2025-02-06', no: 1, days: 0 });
    expect(nextItem(loanOf({}, { reminded: [-3], debited: [0] }), '2025-02-06')).toEqual({ kind: 'overdue', on: '2025-02-07' });
  });

  it('happens at the hour of daily business in the platform’s zone', () => {
    expect(new Date(momentOf({ kind: 'overdue', on: '2025-02-07' }, loanOf())).toISOString()).toBe('2025-02-07T02:00:00.000Z');
  });

  it('goes on with the next instalment when one is paid, and is empty when all are', () => {
    expect(nextItem(loanOf({}, paid), '2025-02-06')).toMatchObject({ kind: 'remind', no: 2, on: '2025-03-03' });
    const all = loanOf({}, paid);
    expect(nextItem({ ...all, instalments: all.instalments.map((instalment) => ({ ...instalment, ...paid })) }, '2025-02-06')).toBeUndefined();
  });

  it('has more reminders while the debit before failed', () => {
    expect(nextItem(loanOf({ lastDebitFailed: true }), '2025-01-06')).toMatchObject({ kind: 'remind', on: '2025-01-30', days: -7 });
  });

  it('makes up for missed days once, not for each of them', () => {
    const missed = loanOf({ state: 'overdue', pursuit: 'collection' }, { reminded: [-3] });
    expect(nextItem(missed, '2025-02-20')).toEqual({ kind: 'debit', on: '2025-02-13', no: 1, days: 7 });
    expect(afterDebit(missed, '2025-02-20')[0]!.debited).toEqual([0, 3, 7]);
    expect(nextItem(loanOf({ lastDebitFailed: true }), '2025-02-02')).toMatchObject({ kind: 'remind', on: '2025-02-01', days: -5 });
  });

  it('starts collection when a late loan is pursued by nobody, and never twice', () => {
    const late = loanOf({ state: 'overdue', daysPastDue: 1 }, { reminded: [-3], debited: [0, 3, 7] });
    expect(nextItem(late, '2025-02-07')).toEqual({ kind: 'collect', on: '2025-02-08' });
    expect(nextItem({ ...late, pursuit: 'spent' }, '2025-02-07')!.kind).not.toBe('collect');
  });

  it('passes from bucket to bucket, then writes off, then looks for recoveries', () => {
    const hopeless = { reminded: [-3], debited: [0, 3, 7] };
    const late = (daysPastDue: number) => ({ ...loanOf({ state: 'overdue', pursuit: 'legal', daysPastDue }, hopeless), instalments: loanOf({}, hopeless).instalments.slice(0, 1) });
    expect([1, 31, 61, 91].map((days) => nextItem(late(days), '2025-02-07'))).toEqual([
      { kind: 'age', on: '2025-03-09' }, { kind: 'age', on: '2025-04-08' }, { kind: 'age', on: '2025-05-08' }, { kind: 'writeOff', on: '2025-07-06' },
    ]);
    expect(nextItem({ ...late(150), state: 'writtenOff', writtenOffOn: '2025-07-06', recoveryLookOn: '2025-08-05' }, '2025-07-06')).toEqual({ kind: 'recoveryLook', on: '2025-08-05' });
  });

  it('neither reminds nor debits while contact is on hold', () => {
    expect(nextItem(loanOf({ contactHold: 'disputed' }), '2025-02-03')).toEqual({ kind: 'overdue', on: '2025-02-07' });
  });

  it('does what is owed to others first on a day: the payout, then undelivered shares', () => {
    const busy = loanOf({ paidOut: false, payOutAgainOn: '2025-02-06', undelivered: 1, redeliverOn: '2025-02-06' }, { reminded: [-3] });
    expect(nextItem(busy, '2025-02-06')!.kind).toBe('payOutAgain');
    expect(nextItem({ ...busy, payOutAgainOn: null }, '2025-02-06')!.kind).toBe('redeliver');
  });

  it('debits on a day before it reminds on it, and takes the message about a failed debit for that reminder', () => {
    const ladder = { terms: { ...terms, reminderDays: [-3, 0] } };
    const due = loanOf(ladder, { reminded: [-3] });
    expect(nextItem(due, '2025-02-06')).toEqual({ kind: 'debit', on: '2025-02-06', no: 1, days: 0 });
    expect(afterDebit(due, '2025-02-06').map(({ reminded, debited }) => ({ reminded, debited }))).toEqual([{ reminded: [-3, 0], debited: [0] }, { reminded: [], debited: [] }]);
    const undebited = loanOf({ terms: { ...terms, reminderDays: [-3, 0], debitDays: [2] } }, { reminded: [-3] });
    expect(nextItem(undebited, '2025-02-06')).toEqual({ kind: 'remind', on: '2025-02-06', no: 1, days: 0 });
  });

  it('keeps what was reminded', () => {
    expect(afterReminder(loanOf(), 1, -3).map(({ reminded }) => reminded)).toEqual([[-3], []]);
  });
});
