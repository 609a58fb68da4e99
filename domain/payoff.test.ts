import fc from 'fast-check';
import { addDays } from './dates.js';
import { accruedInterestFen, payoffQuote, type OpenInstalment } from './payoff.js';
import { buildSchedule } from './schedule.js';

function openRows(change: Partial<OpenInstalment>[] = []): OpenInstalment[] {
  const startDate = '2025-01-10';
  const rows = buildSchedule({ principalMinor: 1_200_000, annualRatePercent: '12', method: 'equal-instalments', every: { months: 1 }, count: 12, startDate });
  return rows.map((row, index) => ({
    no: index + 1, periodStart: rows[index - 1]?.dueDate ?? startDate, dueDate: row.dueDate, interestFen: row.interestMinor, paidInterestFen: 0,
    openPrincipalFen: row.principalMinor, openFeeFen: 1_000, openCostsFen: 0, openLateInterestFen: 0, ...change[index],
  }));
}

describe('a payoff quote', () => {
  it('on the value date is the principal alone', () => {
    expect(payoffQuote({ rows: openRows(), asOf: '2025-01-10' })).toMatchObject({ principalFen: 1_200_000, interestFen: 0, feesFen: 0, totalFen: 1_200_000 });
  });

  it('takes interest to the day within the running period and the fees of periods begun', () => {
    const quote = payoffQuote({ rows: openRows(), asOf: '2025-01-25' });
    expect(quote.interestFen).toBe(Math.round((12_000 * 15) / 31));
    expect(quote.feesFen).toBe(1_000);
    expect(quote.totalFen).toBe(1_200_000 + quote.interestFen + 1_000);
  });

  it('takes past periods whole, with late interest and costs', () => {
    const quote = payoffQuote({ rows: openRows([{ openLateInterestFen: 77, openCostsFen: 500 }]), asOf: '2025-02-20' });
    expect(quote).toMatchObject({ lateInterestFen: 77, costsFen: 500, feesFen: 2_000 });
    expect(quote.perInstalment[0]).toMatchObject({ interestFen: 12_000, savedInterestFen: 0 });
  });

  it('does not take interest twice, and never pays any back', () => {
    const quote = payoffQuote({ rows: openRows([{ paidInterestFen: 12_000 }]), asOf: '2025-01-25' });
    expect(quote.perInstalment[0]).toMatchObject({ interestFen: 0, savedInterestFen: 0 });
  });

  it('holds for as many days as promised by charging them', () => {
    const today = payoffQuote({ rows: openRows(), asOf: '2025-01-25' });
    const threeDays = payoffQuote({ rows: openRows(), asOf: '2025-01-25', validDays: 3 });
    expect(threeDays.validUntil).toBe('2025-01-28');
    expect(threeDays.interestFen).toBe(payoffQuote({ rows: openRows(), asOf: '2025-01-28' }).interestFen);
    expect(threeDays.interestFen).toBeGreaterThan(today.interestFen);
  });

  it('adds the early fee only where the product has one and only in its time', () => {
    const terms = { feeBps: 100, freeAfterInstalments: 3 };
    const ahead = openRows().filter((row) => row.dueDate > '2025-01-25').reduce((sum, row) => sum + row.openPrincipalFen, 0);
    expect(payoffQuote({ rows: openRows(), asOf: '2025-01-25', terms }).earlyFeeFen).toBe(Math.round(ahead / 100));
    expect(payoffQuote({ rows: openRows(), asOf: '2025-06-25', terms }).earlyFeeFen).toBe(0);
  });

  it('with what it saves is the whole interest of the schedule, on every day', () => {
    const whole = openRows().reduce((sum, row) => sum + row.interestFen, 0);
    fc.assert(fc.property(fc.integer({ min: 0, max: 500 }), (days) => {
      const quote = payoffQuote({ rows: openRows(), asOf: addDays('2025-01-10', days) });
      expect(quote.interestFen + quote.savedInterestFen).toBe(whole);
    }));
  });
});

describe('interest within a period', () => {
  it('rises from nothing to the whole and never falls', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 1, max: 366 }), fc.integer({ min: -10, max: 400 }), (interest, length, day) => {
      const due = addDays('2025-01-01', length);
      const accrued = accruedInterestFen(interest, '2025-01-01', due, addDays('2025-01-01', day));
      expect(accrued).toBeLessThanOrEqual(interest);
      expect(accruedInterestFen(interest, '2025-01-01', due, addDays('2025-01-01', day + 1))).toBeGreaterThanOrEqual(accrued);
      if (day <= 0) expect(accrued).toBe(0);
      if (day >= length) expect(accrued).toBe(interest);
    }));
  });
});
