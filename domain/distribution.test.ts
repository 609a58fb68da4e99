import fc from 'fast-check';
import { apportion, distribute, redeliveryPauseDays } from './distribution.js';

const total = (fen: number[]) => fen.reduce((sum, each) => sum + each, 0);
const shares = fc.array(fc.integer({ min: 1, max: 5_000_000 }), { minLength: 1, maxLength: 40 });

/** Exact test of |given − share × total ÷ sum| < 1. */
function expectWithinOneFen(given: number[], sharesFen: number[], totalFen: number): void {
  const sum = BigInt(total(sharesFen));
  given.forEach((fen, index) => {
    const off = BigInt(fen) * sum - BigInt(sharesFen[index]!) * BigInt(totalFen);
    expect(off < sum && off > -sum).toBe(true);
  });
}

function expectMonotone(steps: number[][]): void {
  steps.slice(1).forEach((step, index) => step.forEach((fen, lender) => expect(fen).toBeGreaterThanOrEqual(steps[index]![lender]!)));
}

describe('sharing among lenders', () => {
  it('gives shares 6:6:2 one fen at a time without anybody giving back', () => {
    const steps = apportion([6, 6, 2], Array.from({ length: 14 }, (_, k) => k + 1));
    expect(steps[13]).toEqual([6, 6, 2]);
    expect(steps.slice(0, 4)).toEqual([[1, 0, 0], [1, 1, 0], [2, 1, 0], [2, 2, 0]]);
    expectMonotone(steps);
    steps.forEach((step, index) => expectWithinOneFen(step, [6, 6, 2], index + 1));
  });

  it('is the quota method one fen at a time: the lower index first on ties', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }), (sharesFen) => {
      const sum = total(sharesFen);
      const given = sharesFen.map(() => 0);
      const steps = apportion(sharesFen, Array.from({ length: sum }, (_, k) => k + 1));
      for (let house = 1; house <= sum; house += 1) {
        let best = -1;
        sharesFen.forEach((share, lender) => {
          if (given[lender]! * sum >= share * house) return;
          if (best < 0 || share * (given[best]! + 1) > sharesFen[best]! * (given[lender]! + 1)) best = lender;
        });
        given[best]! += 1;
        expect(steps[house - 1]).toEqual(given);
      }
      expect(given).toEqual(sharesFen);
    }));
  });

  it('adds up, is never negative, and stays within one fen of the exact share, whatever the payments', () => {
    fc.assert(fc.property(shares, fc.array(fc.integer({ min: 0, max: 3_000_000 }), { minLength: 1, maxLength: 30 }), (sharesFen, payments) => {
      let given = sharesFen.map(() => 0);
      let paidSoFarFen = 0;
      for (const payFen of payments) {
        const parts = distribute({ sharesFen, paidSoFarFen, alreadyGivenFen: given, payFen });
        expect(total(parts)).toBe(payFen);
        expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
        given = given.map((fen, index) => fen + parts[index]!);
        paidSoFarFen += payFen;
        expectWithinOneFen(given, sharesFen, paidSoFarFen);
      }
    }), { numRuns: 500 });
  });

  it('keeps every promise when payments are smaller than the number of lenders', () => {
    fc.assert(fc.property(shares, fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 }), (sharesFen, payments) => {
      let paid = 0;
      const totals = payments.map((pay) => (paid += pay));
      const steps = apportion(sharesFen, totals);
      expectMonotone(steps);
      steps.forEach((step, index) => {
        expect(total(step)).toBe(totals[index]);
        expectWithinOneFen(step, sharesFen, totals[index]!);
      });
    }), { numRuns: 500 });
  });

  it('returns each lender exactly the principal lent at the end', () => {
    fc.assert(fc.property(shares, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (sharesFen, cuts) => {
      const lent = total(sharesFen);
      const totals = [...cuts.map((cut) => Math.floor(cut * lent)).sort((a, b) => a - b), lent];
      expect(apportion(sharesFen, totals).at(-1)).toEqual(sharesFen);
    }));
  });

  it('is exact where products pass 2^53', () => {
    const sharesFen = [40_000_000_000_007, 30_000_000_000_001, 3];
    const steps = apportion(sharesFen, [1_000_003, 35_000_000_000_000, total(sharesFen)]);
    expectMonotone(steps);
    expectWithinOneFen(steps[1]!, sharesFen, 35_000_000_000_000);
    expect(steps[2]).toEqual(sharesFen);
  });

  it('carries on from amounts that another rule gave, adding up and taking nothing back', () => {
    const parts = distribute({ sharesFen: [1, 1, 1, 1], paidSoFarFen: 4, alreadyGivenFen: [4, 0, 0, 0], payFen: 2 });
    expect(parts).toEqual([0, 1, 1, 0]);
  });

  it('shares one payment among ten thousand lenders', () => {
    const sharesFen = Array.from({ length: 10_000 }, (_, index) => 10_000 + (index % 97) * 101);
    const [first, second] = apportion(sharesFen, [123_457, 987_654]);
    expect([total(first!), total(second!)]).toEqual([123_457, 987_654]);
    expectWithinOneFen(second!, sharesFen, 987_654);
  });

  it('refuses books that do not agree with themselves', () => {
    expect(() => distribute({ sharesFen: [1, 1], paidSoFarFen: 3, alreadyGivenFen: [1, 1], payFen: 1 })).toThrow('were given 2 fen of 3');
    expect(() => distribute({ sharesFen: [1, 1], paidSoFarFen: 1, alreadyGivenFen: [1], payFen: 1 })).toThrow('per lender');
    expect(() => apportion([1, 1], [5, 4])).toThrow('falls from 5 to 4');
    expect(() => apportion([0, 0], [1])).toThrow('nobody has a share');
    expect(() => apportion([], [1])).toThrow('nobody has a share');
  });
});

it('a share that an account refused is sent again after one day, two, four, and then every seven', () => {
  expect([0, 1, 2, 3, 4, 50].map(redeliveryPauseDays)).toEqual([1, 2, 4, 7, 7, 7]);
});
