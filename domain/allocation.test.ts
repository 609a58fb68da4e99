import fc from 'fast-check';
import { allocate, sumOf, totalOf, waterfall, type InstalmentDue } from './allocation.js';
import { addMonths } from './dates.js';

const due = (no: number, change: Partial<InstalmentDue> = {}): InstalmentDue => ({
  no, dueDate: addMonths('2025-01-10', no), costsFen: 0, lateInterestFen: 0, interestFen: 0, principalFen: 0, feeFen: 0, ...change,
});
const amount = fc.integer({ min: 0, max: 500_000 });
const dues = fc
  .array(fc.record({ costsFen: amount, lateInterestFen: amount, interestFen: amount, principalFen: amount, feeFen: amount }), { maxLength: 12 })
  .map((rows) => rows.map((row, index) => due(index + 1, row)));

describe('allocation of a payment', () => {
  it('serves the oldest instalment first, inside it costs, late interest, interest, principal and last the platform’s fee', () => {
    const open = [
      due(2, { interestFen: 900, principalFen: 10_000, feeFen: 100 }),
      due(1, { costsFen: 50, lateInterestFen: 20, interestFen: 1_000, principalFen: 10_000, feeFen: 100 }),
    ];
    expect(allocate(11_500, open, '2025-04-01')).toEqual({
      parts: [
        { no: 1, costsFen: 50, lateInterestFen: 20, interestFen: 1_000, principalFen: 10_000, feeFen: 100 },
        { no: 2, costsFen: 0, lateInterestFen: 0, interestFen: 330, principalFen: 0, feeFen: 0 },
      ],
      surplusFen: 0,
    });
  });

  it('pays the platform’s fee only when the lenders have all of theirs', () => {
    const { parts } = allocate(10_950, [due(1, { interestFen: 1_000, principalFen: 10_000, feeFen: 100 })], '2025-02-10');
    expect(parts).toEqual([expect.objectContaining({ principalFen: 9_950, feeFen: 0 })]);
  });

  it('leaves what is not due yet to the borrower', () => {
    expect(allocate(5_000, [due(3, { principalFen: 5_000 })], '2025-04-09')).toEqual({ parts: [], surplusFen: 5_000 });
    expect(allocate(5_000, [due(3, { principalFen: 5_000 })], '2025-04-10').surplusFen).toBe(0);
  });

  it('loses no fen, gives nobody more than is open, and takes a surplus only when all due is paid', () => {
    fc.assert(fc.property(dues, fc.integer({ min: 0, max: 20_000_000 }), fc.integer({ min: 0, max: 14 }), (open, pay, months) => {
      const asOf = addMonths('2025-01-10', months);
      const { parts, surplusFen } = allocate(pay, open, asOf);
      expect(totalOf(sumOf(parts)) + surplusFen).toBe(pay);
      const payable = open.filter((row) => row.dueDate <= asOf);
      for (const { no, ...part } of parts) {
        const row = payable.find((each) => each.no === no)!;
        for (const kind of Object.keys(part) as (keyof typeof part)[]) expect(part[kind]).toBeLessThanOrEqual(row[kind]);
      }
      if (surplusFen > 0) expect(totalOf(sumOf(parts))).toBe(totalOf(sumOf(payable)));
    }));
  });

  it('gives the same result for one payment as for the same money in two', () => {
    fc.assert(fc.property(dues, amount, amount, (open, first, second) => {
      const asOf = '2026-12-31';
      const once = allocate(first + second, open, asOf);
      const before = allocate(first, open, asOf);
      const rest = open.map((row) => {
        const paid = before.parts.find((part) => part.no === row.no);
        if (!paid) return row;
        return { ...row, costsFen: row.costsFen - paid.costsFen, lateInterestFen: row.lateInterestFen - paid.lateInterestFen,
          interestFen: row.interestFen - paid.interestFen, principalFen: row.principalFen - paid.principalFen, feeFen: row.feeFen - paid.feeFen };
      });
      const after = allocate(second, rest, asOf);
      expect(sumOf([...before.parts, ...after.parts])).toEqual(sumOf(once.parts));
      expect(before.surplusFen + after.surplusFen).toBe(once.surplusFen);
    }));
  });

  it('refuses a payment that is not a whole number of fen', () => {
    expect(() => allocate(0.5, [], '2025-01-01')).toThrow('not a whole number');
    expect(() => allocate(-1, [], '2025-01-01')).toThrow('negative');
  });
});

describe('the legal order on one debt', () => {
  it('fills costs, then interest, then principal, and never more than is owed', () => {
    expect(waterfall({ costsFen: 100, interestFen: 200, principalFen: 1_000, payFen: 250 })).toEqual({ toCosts: 100, toInterest: 150, toPrincipal: 0 });
    expect(waterfall({ costsFen: 100, interestFen: 200, principalFen: 1_000, payFen: 9_999 })).toEqual({ toCosts: 100, toInterest: 200, toPrincipal: 1_000 });
  });
});
