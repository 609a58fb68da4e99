import fc from 'fast-check';
import { cnCalendar } from './calendar.js';
import { cashLimits, cashLimitText, needsSecondLook, refuseCash, secondLook, secondLookDueAt, secondLookText, type CashAct } from './cash-limits.js';

const act = fc.constantFrom<CashAct>('deposit', 'withdraw');
const fen = fc.nat(60_000_000_00);

describe('limits of deposits and withdrawals', () => {
  it('allow nothing above them, whatever was moved before, and never more than is free', () => {
    fc.assert(fc.property(act, fen, fen, fen, (kind, amountFen, movedTodayFen, freeFen) => {
      if (refuseCash(kind, amountFen, { movedTodayFen, freeFen }) !== null) return;
      const { leastFen, mostFen, mostPerDayFen } = cashLimits[kind];
      expect(amountFen).toBeGreaterThanOrEqual(leastFen);
      expect(amountFen).toBeLessThanOrEqual(mostFen);
      expect(amountFen + movedTodayFen).toBeLessThanOrEqual(mostPerDayFen);
      if (kind === 'withdraw') expect(amountFen).toBeLessThanOrEqual(freeFen);
    }));
  });

  it.each<[CashAct, number, number, number, string | null]>([
    ['deposit', 99, 0, 0, 'too-little'], ['deposit', 100, 0, 0, null], ['deposit', 10_000_000_00, 0, 0, null], ['deposit', 10_000_000_01, 0, 0, 'too-much'],
    ['deposit', 100, 50_000_000_00, 0, 'too-much-today'], ['withdraw', 100, 0, 99, 'not-free'], ['withdraw', 100, 0, 100, null], ['withdraw', 101, 19_999_999_00, 1_000, 'too-much-today'],
  ])('%s of %d fen after %d fen today, %d fen free: %s', (kind, amountFen, movedTodayFen, freeFen, refusal) => {
    expect(refuseCash(kind, amountFen, { movedTodayFen, freeFen })).toBe(refusal);
  });

  it('are said in words', () => expect(cashLimitText('withdraw')).toContain('From ¥1 to ¥10,000,000 at once, at most ¥20,000,000 a day'));
});

describe('the second look at a withdrawal', () => {
  const changedAt = '2026-03-02T02:00:00.000Z';
  const after = (hours: number): string => new Date(Date.parse(changedAt) + hours * 3_600_000).toISOString();

  it.each<[string, number, number, string | null, number, boolean]>([
    ['a large amount the day after a change', 50_000_00, 0, changedAt, 25, true], ['one fen less', 49_999_99, 0, changedAt, 25, false], ['the part that makes it large', 10_000_00, 40_000_00, changedAt, 25, true],
    ['a large amount while no change is known', 10_000_000_00, 0, null, 25, false], ['the last moment of the seven days', 50_000_00, 0, changedAt, 7 * 24 - 0.001, true], ['after the seven days', 50_000_00, 0, changedAt, 7 * 24, false],
  ])('%s', (_, amountFen, withdrawnSinceFen, changed, hours, expected) => {
    expect(needsSecondLook(amountFen, { changedAt: changed, withdrawnSinceFen, asOf: after(hours) })).toBe(expected);
  });

  it('however a sum is cut into parts, no part gets by once the sum is large', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 30_000_00 }), { minLength: 1, maxLength: 20 }), (parts) => {
      let withdrawnSinceFen = 0;
      let unseen = 0;
      for (const part of parts) {
        if (!needsSecondLook(part, { changedAt, withdrawnSinceFen, asOf: after(30) })) unseen += part;
        withdrawnSinceFen += part;
      }
      expect(unseen).toBeLessThan(secondLook.fromFen);
    }));
  });

  it.each([['2026-03-02T02:00:00.000Z', '2026-03-03T08:00:00.000Z'], ['2026-03-06T15:59:00.000Z', '2026-03-09T08:00:00.000Z'], ['2026-02-13T02:00:00.000Z', '2026-02-14T08:00:00.000Z']])('asked for at %s it is decided by %s, the cut-off of the next working day', (asOf, dueAt) => {
    expect(secondLookDueAt(asOf, 480, cnCalendar)).toBe(dueAt);
  });

  it('is said in words', () => expect(secondLookText()).toContain('For 7 days after a change of card, phone or trading password, withdrawals that come to ¥50,000.00 or more'));
});
