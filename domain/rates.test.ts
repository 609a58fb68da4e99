import fc from 'fast-check';
import { allInCost, bpsOfPercent, costBps, percentOfBps } from './rates.js';
import { buildSchedule } from './schedule.js';

function costOf(method: 'flat' | 'equal-instalments', upFrontFen = 0): string {
  const rows = buildSchedule({ principalMinor: 1_000_000_00, annualRatePercent: '12', method, every: { months: 1 }, count: 12, startDate: '2025-01-01' });
  const cost = allInCost({ receivedFen: [1_000_000_00], paidFen: [0, ...rows.map((row) => row.principalMinor + row.interestMinor)], feesFen: [upFrontFen], periodsPerYear: 12 });
  return 'refused' in cost ? cost.refused : cost.annualPercent;
}

describe('the all-in yearly cost', () => {
  it('of equal instalments without fees is the nominal rate', () => {
    expect(costOf('equal-instalments')).toBe('12.0000');
  });

  it('of flat 12 % is 21.5 %, and of 12 % with 3 % up front 17.8 %', () => {
    expect(costOf('flat')).toMatch(/^21\.4[5-9]/);
    expect(costOf('equal-instalments', 3_000_000)).toMatch(/^17\.(7[5-9]|8[0-4])/);
  });

  it('is nought when just the principal goes back, and negative when less does', () => {
    expect(allInCost({ receivedFen: [1200], paidFen: [0, 600, 600], feesFen: [], periodsPerYear: 12 })).toEqual({ annualPercent: '0.0000' });
    expect(allInCost({ receivedFen: [1000], paidFen: [0, 500], feesFen: [], periodsPerYear: 1 })).toEqual({ annualPercent: '-50.0000' });
  });

  it('does not exist when nothing was received or nothing paid', () => {
    expect(allInCost({ receivedFen: [], paidFen: [0, 100], feesFen: [], periodsPerYear: 12 })).toEqual({ refused: 'no-rate' });
    expect(allInCost({ receivedFen: [100], paidFen: [], feesFen: [], periodsPerYear: 12 })).toEqual({ refused: 'no-rate' });
    expect(allInCost({ receivedFen: [], paidFen: [], feesFen: [], periodsPerYear: 12 })).toEqual({ refused: 'no-rate' });
  });

  it('makes the payments worth what was received', () => {
    fc.assert(fc.property(fc.integer({ min: 10_000, max: 1_000_000 }), fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 48 }), (received, paid) => {
      const cost = allInCost({ receivedFen: [received], paidFen: [0, ...paid], feesFen: [], periodsPerYear: 12 });
      if ('refused' in cost) return;
      const rate = Number(cost.annualPercent) / 1200;
      fc.pre(rate > -0.5 && rate < 1);
      const value = (change: number) => paid.reduce((sum, fen, index) => sum + fen / (1 + rate + change) ** (index + 1), 0);
      expect(value(-1e-7)).toBeGreaterThanOrEqual(received - 1e-6);
      expect(value(1e-7)).toBeLessThanOrEqual(received + 1e-6);
    }));
  });

  it('is rounded up to basis points, so that just above a cap never looks equal to it', () => {
    expect(['12.0000', '12.0001', '11.9999', '0.0000', '-1.0050'].map(costBps)).toEqual([1200, 1201, 1200, 0, -100]);
  });
});

describe('percentages', () => {
  it('turn into basis points and back', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1_000_000 }), (bps) => expect(bpsOfPercent(percentOfBps(bps))).toBe(bps)));
    expect([percentOfBps(1200), percentOfBps(1123), percentOfBps(1150), percentOfBps(5)]).toEqual(['12', '11.23', '11.5', '0.05']);
  });

  it('finer than a basis point or no number at all are none', () => {
    expect([bpsOfPercent('12.345'), bpsOfPercent('twelve'), bpsOfPercent('-1'), bpsOfPercent('10001')]).toEqual([undefined, undefined, undefined, undefined]);
  });
});
