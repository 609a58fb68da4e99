import fc from 'fast-check';
import { CHARACTERISTICS, type ScoreInput } from './characteristics.js';
import { GRADE_CUTOFFS, gradeOf } from './grades.js';
import { SCORECARD } from './scorecard-points.js';
import { defaultProbability, scoreApplication, scoreProblem } from './scorecard.js';

const average: ScoreInput = { amount: 10_000, termMonths: 36, annualIncome: 60_000 };

const anybody: fc.Arbitrary<ScoreInput> = fc.record({
  amount: fc.integer({ min: 100, max: 50_000 }),
  termMonths: fc.constantFrom(3, 12, 36, 60),
  annualIncome: fc.integer({ min: 0, max: 500_000 }),
  purpose: fc.option(fc.constantFrom('credit_card', 'small_business', 'car', 'yacht')),
  debtToIncomePercent: fc.option(fc.float({ min: 0, max: 60, noNaN: true })),
  inquiries6m: fc.option(fc.integer({ min: 0, max: 20 })),
  delinquencies2y: fc.option(fc.integer({ min: 0, max: 10 })),
  publicRecords: fc.option(fc.integer({ min: 0, max: 5 })),
  revolvingBalance: fc.option(fc.integer({ min: 0, max: 200_000 })),
  revolvingUtilisation: fc.option(fc.float({ min: 0, max: 1, noNaN: true })),
  totalAccounts: fc.option(fc.integer({ min: 1, max: 80 })),
  openAccounts: fc.option(fc.integer({ min: 0, max: 40 })),
  creditAgeMonths: fc.option(fc.integer({ min: 0, max: 600 })),
});

describe('the scorecard', () => {
  it('adds up: base, dimensions and score agree, and reasons are what cost points, worst first', () => {
    fc.assert(fc.property(anybody, (input) => {
      const result = scoreApplication(input);
      const base = scoreApplication(average);
      const sum = (points: Record<string, number>) => Object.values(points).reduce((total, each) => total + each, 0);
      expect(result.score - sum(result.byDimension)).toBe(base.score - sum(base.byDimension));
      expect(result.probabilityOfDefault).toBe(defaultProbability(result.score));
      const points = result.reasons.map((reason) => reason.points);
      expect(points).toEqual([...points].sort((a, b) => a - b));
      expect(points.every((each) => each < 0)).toBe(true);
    }));
  });

  it.each([
    ['inquiries6m', 0, 5], ['revolvingUtilisation', 0.1, 0.99], ['debtToIncomePercent', 5, 30], ['publicRecords', 0, 2], ['delinquencies2y', 0, 3], ['termMonths', 36, 60],
    ['amount', 5_000, 35_000],
  ] as const)('sees more risk in more %s', (field, low, high) => {
    expect(scoreApplication({ ...average, [field]: high }).probabilityOfDefault).toBeGreaterThan(scoreApplication({ ...average, [field]: low }).probabilityOfDefault);
  });

  it.each([['annualIncome', 20_000, 150_000], ['creditAgeMonths', 24, 300], ['totalAccounts', 3, 25]] as const)('sees less risk in more %s', (field, low, high) => {
    expect(scoreApplication({ ...average, [field]: high }).probabilityOfDefault).toBeLessThan(scoreApplication({ ...average, [field]: low }).probabilityOfDefault);
  });

  it('holds nothing against a borrower for what is unknown', () => {
    expect(scoreApplication({ ...average, inquiries6m: null, revolvingUtilisation: null, purpose: null })).toEqual(scoreApplication(average));
    expect(scoreApplication(average).reasons).toEqual([]);
  });

  it('has monotone bins for every number but none for a price or for what is known only later', () => {
    for (const line of SCORECARD) {
      if (!('bins' in line)) continue;
      const points = line.bins.map(([, each]) => each);
      const rising = [...points].sort((a, b) => a - b);
      expect([rising, [...rising].reverse()]).toContainEqual(points);
      expect(line.bins.at(-1)![0]).toBeNull();
    }
    const forbidden = /interest-rate|grade|instalment|recover|payment-received|last-payment|settlement|funded/;
    expect(CHARACTERISTICS.filter(({ code }) => forbidden.test(code))).toEqual([]);
  });

  it('names what it cannot score', () => {
    expect(scoreProblem({ ...average, amount: 0 })).toBe('amount: must be more than 0');
    expect(scoreProblem({ ...average, termMonths: 1.5 })).toBe('termMonths: must be a whole number of at least 1');
    expect(scoreProblem({ ...average, annualIncome: undefined as unknown as number })).toBe('annualIncome: must be a number');
    expect(() => scoreApplication({ ...average, annualIncome: -1 })).toThrow('annualIncome: must not be negative');
  });
});

describe('grades', () => {
  it('begin exactly at their limits and end in F', () => {
    expect(GRADE_CUTOFFS.map(([, below]) => gradeOf(below))).toEqual(['B', 'C', 'D', 'E', 'F']);
    expect([gradeOf(0), gradeOf(0.0599), gradeOf(1)]).toEqual(['A', 'A', 'F']);
  });

  it('mean that the odds double every sixty points', () => {
    const odds = (score: number) => (1 - defaultProbability(score)) / defaultProbability(score);
    expect(odds(600)).toBeCloseTo(8, 10);
    expect(odds(660)).toBeCloseTo(16, 10);
  });
});
