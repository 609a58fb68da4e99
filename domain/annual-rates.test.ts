import fc from 'fast-check';
import { apr, xirr, type XirrDayCount } from './annual-rates.js';
import { addDays, daysBetween } from './dates.js';

const twoFlows = (from: string, to: string, back: string, dayCount?: XirrDayCount) =>
  Number(xirr({ flows: [{ date: from, amount: '-1000' }, { date: to, amount: back }], dayCount }).rate);

describe('XIRR', () => {
  it('finds the rate of one payment out and one back', () => {
    fc.assert(fc.property(fc.integer({ min: 30, max: 4000 }), fc.integer({ min: 100, max: 9000 }), (days, back) => {
      const rate = twoFlows('2020-01-01', addDays('2020-01-01', days), String(back));
      const exact = (back / 1000) ** (365 / days) - 1;
      expect(Math.abs(rate - exact)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(exact)));
    }));
  });

  it('does not mind the order of flows', () => {
    const flows = [{ date: '2020-01-01', amount: '-1000' }, { date: '2020-07-01', amount: '300' }, { date: '2021-01-01', amount: '800' }];
    expect(xirr({ flows: [...flows].reverse() })).toEqual(xirr({ flows }));
  });

  it.each([
    ['no flows', []],
    ['one sign', [{ date: '2020-01-01', amount: '5' }, { date: '2021-01-01', amount: '5' }]],
    ['all nought', [{ date: '2020-01-01', amount: '0' }]],
    ['no root', [{ date: '2020-01-01', amount: '-1' }, { date: '2021-01-01', amount: '1' }, { date: '2022-01-01', amount: '-1' }]],
  ])('has no rate: %s', (_, flows) => expect(xirr({ flows })).toEqual({ rate: null }));

  it('calls money that never comes back a total loss', () => {
    expect(xirr({ flows: [{ date: '2020-01-01', amount: '-5' }, { date: '2021-01-01', amount: '0' }] })).toEqual({ rate: '-1' });
  });

  it('counts days by each convention', () => {
    const years: Record<XirrDayCount, number> = {
      'ACT/365F': 366 / 365, 'ACT/360': 366 / 360, '30/360 SIA': 1, '30/360 ISDA': 1, '30E/360': 1, 'ACT/ACT ISDA': 1,
    };
    for (const [dayCount, length] of Object.entries(years)) {
      expect(twoFlows('2020-01-01', '2021-01-01', '1100', dayCount as XirrDayCount)).toBeCloseTo(1.1 ** (1 / length) - 1, 9);
    }
  });

  it.each([
    ['30/360 SIA', '2023-02-28', '2023-08-31', 180], ['30/360 ISDA', '2023-02-28', '2023-08-31', 183], ['30E/360', '2023-02-28', '2023-08-31', 182],
    ['30/360 SIA', '2024-02-29', '2025-02-28', 360], ['30/360 ISDA', '2023-01-15', '2023-01-31', 16], ['30E/360', '2023-01-15', '2023-01-31', 15],
  ] as [XirrDayCount, string, string, number][])('%s from %s to %s is %i days', (dayCount, from, to, days) => {
    expect(Math.log(1.1) / Math.log(1 + twoFlows(from, to, '1100', dayCount)) * 360).toBeCloseTo(days, 6);
  });

  it('splits ACT/ACT ISDA at New Year', () => {
    const years = daysBetween('2023-07-01', '2024-01-01') / 365 + daysBetween('2024-01-01', '2024-07-01') / 366;
    expect(twoFlows('2023-07-01', '2024-07-01', '1100', 'ACT/ACT ISDA')).toBeCloseTo(1.1 ** (1 / years) - 1, 9);
  });
});

describe('APR (eu)', () => {
  it('of one payment a year later is the plain interest', () => {
    expect(apr({ convention: 'eu', advances: [{ amount: '1000', atYear: 0 }], payments: [{ amount: '1100', atYear: 1 }] })).toEqual({ aprPercent: '10' });
  });

  it('takes series of equal payments as well as single ones', () => {
    const advances = [{ amount: '1200', atYear: 0 }];
    const single = Array.from({ length: 12 }, (_, k) => ({ amount: '110', atYear: (k + 1) / 12 }));
    const series = apr({ convention: 'eu', advances, payments: [{ amount: '110', firstYear: 1 / 12, stepYears: 1 / 12, count: 12 }] });
    expect(series).toEqual(apr({ convention: 'eu', advances, payments: single }));
  });

  it('does not exist without payments', () => {
    expect(apr({ convention: 'eu', advances: [{ amount: '1', atYear: 0 }], payments: [] })).toEqual({ refused: 'no-rate' });
  });
});
