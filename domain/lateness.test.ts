import fc from 'fast-check';
import { cnCalendar } from './calendar.js';
import { addDays } from './dates.js';
import { daysPastDue, delinquencyBucket, dueDay, lateInterestFen, lateInterestOfPrincipalDays } from './lateness.js';

describe('lateness', () => {
  it('counts from the first working day on or after the due date where deadlines move', () => {
    expect(dueDay('2025-10-01', cnCalendar, 'cn')).toBe('2025-10-09');
    expect(daysPastDue('2025-10-01', '2025-10-09', cnCalendar, 'cn')).toBe(0);
    expect(daysPastDue('2025-10-01', '2025-10-10', cnCalendar, 'cn')).toBe(1);
  });

  it('counts from the printed date where they do not', () => {
    expect(daysPastDue('2025-10-01', '2025-10-09', cnCalendar, 'us')).toBe(8);
  });

  it('is never negative', () => {
    fc.assert(fc.property(fc.integer({ min: -400, max: 0 }), (days) => {
      expect(daysPastDue('2025-06-10', addDays('2025-06-10', days), cnCalendar, 'cn')).toBe(0);
    }));
  });

  it.each([[0, 'current'], [1, '1-30'], [30, '1-30'], [31, '31-60'], [60, '31-60'], [90, '61-90'], [91, '91-180'], [180, '91-180'], [181, '181+'], [4000, '181+']])(
    '%i days past due is bucket %s', (days, bucket) => expect(delinquencyBucket(days)).toBe(bucket),
  );

  it('charges late interest on overdue principal per day over 365, rounded down', () => {
    expect(lateInterestFen(1_000_000, 1095, 1)).toBe(300);
    expect(lateInterestFen(1_000_000, 1095, 365)).toBe(109_500);
    expect(lateInterestFen(100, 1000, 1)).toBe(0);
    expect(lateInterestFen(0, 1000, 10)).toBe(0);
  });

  it('never falls from day to day and never passes the yearly rate', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 100_000_000 }), fc.integer({ min: 0, max: 3600 }), fc.integer({ min: 0, max: 2000 }), (principal, bps, days) => {
      const today = lateInterestFen(principal, bps, days);
      expect(lateInterestFen(principal, bps, days + 1)).toBeGreaterThanOrEqual(today);
      expect(BigInt(today) * 3_650_000n).toBeLessThanOrEqual(BigInt(principal) * BigInt(bps) * BigInt(days));
    }));
  });

  it('is one running total over a principal that is paid down in between', () => {
    expect(lateInterestOfPrincipalDays(1_000_000 * 10 + 400_000 * 5, 1095)).toBe(3_600);
  });
});
