import fc from 'fast-check';
import { cashLimits, cashLimitText, refuseCash, type CashAct } from './cash-limits.js';

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
