import fc from 'fast-check';
import { addDays, addMonths, compareDates } from './dates.js';
import { buildSchedule, scheduleProblem, type ScheduleInput } from './schedule.js';

const base: ScheduleInput = {
  principalMinor: 1_200_000, annualRatePercent: '12', method: 'equal-instalments', every: { months: 1 }, count: 12, startDate: '2025-01-31',
};

const anyInput: fc.Arbitrary<ScheduleInput> = fc
  .record({
    principalMinor: fc.integer({ min: 1, max: 100_000_000 }),
    annualRatePercent: fc.integer({ min: 0, max: 400_000 }).map((thousandths) => (thousandths / 1000).toFixed(3)),
    method: fc.constantFrom('equal-instalments', 'equal-principal', 'interest-only', 'bullet', 'flat'),
    every: fc.oneof(
      fc.record({ months: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ weeks: fc.integer({ min: 1, max: 26 }) }),
      fc.record({ days: fc.integer({ min: 1, max: 200 }) }),
    ),
    count: fc.integer({ min: 1, max: 60 }),
    startDate: fc.integer({ min: 0, max: 20_000 }).map((days) => addDays('2000-01-01', days)),
    dayCount: fc.constantFrom('periodic', '30/360', '30/365', 'ACT/360', 'ACT/365', 'ACT/ACT'),
    yearSplit: fc.constantFrom('jan1', 'dec31'),
    rounding: fc.constantFrom('half-even', 'half-up'),
    balancing: fc.constantFrom('last', 'smooth'),
    instalmentMultipleMinor: fc.constantFrom(1, 10, 100),
    graceShare: fc.integer({ min: 0, max: 99 }),
    downShare: fc.integer({ min: 0, max: 99 }),
  })
  .map(({ graceShare, downShare, ...input }) => ({
    ...input,
    graceOnPrincipal: Math.floor((input.count * graceShare) / 100),
    downPaymentMinor: Math.floor((input.principalMinor * downShare) / 100),
  }));

describe('a repayment schedule', () => {
  it('repays the loan exactly, with no negative amount and a balance that falls to nothing, for every method and term', () => {
    fc.assert(fc.property(anyInput, (input) => {
      const rows = buildSchedule(input);
      let balance = input.principalMinor;
      const wrong = rows.filter((row) => {
        balance -= row.principalMinor;
        return row.principalMinor < 0 || row.interestMinor < 0 || row.balanceMinor !== balance;
      });
      expect(wrong).toEqual([]);
      expect(balance).toBe(0);
    }), { numRuns: 1000 });
  });

  it('falls due on rising dates counted from the start', () => {
    fc.assert(fc.property(anyInput, (input) => {
      const rows = buildSchedule(input);
      expect(rows.slice(1).filter((row, index) => compareDates(rows[index]!.dueDate, row.dueDate) !== -1)).toEqual([]);
      const last = rows[rows.length - 1]!.dueDate;
      if ('months' in input.every) expect(last).toBe(addMonths(input.startDate, input.every.months * input.count));
    }));
  });

  it('clamps the 31st to each month and does not forget it', () => {
    expect(buildSchedule({ ...base, startDate: '2024-01-31', count: 3 }).map((row) => row.dueDate)).toEqual(['2024-02-29', '2024-03-31', '2024-04-30']);
  });

  it('has equal instalments but for the last, which takes the remainder', () => {
    const rows = buildSchedule(base);
    const instalments = rows.map((row) => row.principalMinor + row.interestMinor);
    expect(new Set(instalments.slice(0, -1))).toEqual(new Set([106_619]));
    expect(Math.abs(instalments[11]! - 106_619)).toBeLessThan(12);
  });

  it('charges interest on what is still owed under equal principal', () => {
    const rows = buildSchedule({ ...base, method: 'equal-principal' });
    expect(rows[0]).toEqual({ dueDate: '2025-02-28', principalMinor: 100_000, interestMinor: 12_000, balanceMinor: 1_100_000 });
    expect(rows[11]).toEqual({ dueDate: '2026-01-31', principalMinor: 100_000, interestMinor: 1_000, balanceMinor: 0 });
  });

  it('asks only for interest until the end under interest-only', () => {
    const rows = buildSchedule({ ...base, method: 'interest-only', count: 3 });
    expect(rows.map((row) => [row.principalMinor, row.interestMinor])).toEqual([[0, 12_000], [0, 12_000], [1_200_000, 12_000]]);
  });

  it('is one row at maturity under bullet', () => {
    expect(buildSchedule({ ...base, method: 'bullet' })).toEqual([
      { dueDate: '2026-01-31', principalMinor: 1_200_000, interestMinor: 144_000, balanceMinor: 0 },
    ]);
  });

  it('charges interest on the original principal throughout under flat', () => {
    const rows = buildSchedule({ ...base, method: 'flat' });
    expect(new Set(rows.map((row) => row.interestMinor))).toEqual(new Set([12_000]));
    expect(rows[0]!.principalMinor).toBe(100_000);
  });

  it('starts principal after the grace instalments', () => {
    const rows = buildSchedule({ ...base, graceOnPrincipal: 3 });
    expect(rows.slice(0, 3).map((row) => [row.principalMinor, row.interestMinor])).toEqual([[0, 12_000], [0, 12_000], [0, 12_000]]);
    expect(rows[3]!.principalMinor).toBeGreaterThan(0);
  });

  it('breaks ties of interest to the even neighbour only when asked', () => {
    const input: ScheduleInput = { ...base, principalMinor: 50, annualRatePercent: '12', method: 'interest-only', count: 1 };
    expect(buildSchedule(input)[0]!.interestMinor).toBe(1);
    expect(buildSchedule({ ...input, rounding: 'half-even' })[0]!.interestMinor).toBe(0);
  });

  it.each([
    [{ count: 0 }, 'count: must be at least 1'],
    [{ count: 1.5 }, 'count: must be at least 1'],
    [{ principalMinor: 0 }, 'principalMinor: must be a whole number of at least 1'],
    [{ principalMinor: 2 ** 53 }, 'principalMinor: must be a whole number of at least 1'],
    [{ annualRatePercent: '-1' }, 'annualRatePercent: must be a decimal string from 0 to 10000 with at most thirty decimals'],
    [{ annualRatePercent: 12 as unknown as string }, 'annualRatePercent: must be a decimal string from 0 to 10000 with at most thirty decimals'],
    [{ startDate: '2025-02-30' }, 'startDate: must be a date (YYYY-MM-DD)'],
    [{ every: { months: 0 } }, 'every: months must be from 1 to 120'],
    [{ every: {} as { months: number } }, 'every: must be one of {months}, {weeks}, {days}'],
    [{ downPaymentMinor: 1_200_000 }, 'downPaymentMinor: must be less than the principal'],
    [{ graceOnPrincipal: 12 }, 'graceOnPrincipal: must be less than count'],
    [{ method: 'balloon' as 'flat' }, 'method: must be one of equal-instalments, equal-principal, interest-only, bullet, flat'],
    [{ startDate: '9990-01-01', count: 120 }, 'count: the schedule ends after the year 9998'],
  ])('names what is wrong with %j', (change, problem) => {
    expect(scheduleProblem({ ...base, ...change })).toBe(problem);
    expect(() => buildSchedule({ ...base, ...change })).toThrow(problem);
  });
});
