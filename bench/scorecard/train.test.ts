import { CHARACTERISTICS } from '../../risk/characteristics.js';
import { BASE_POINTS, SCORECARD } from '../../risk/scorecard-points.js';
import { scoreApplication } from '../../risk/scorecard.js';
import { COLUMNS_KNOWN_AT_APPLICATION, recordedLoan, type RecordedLoan } from './book.js';
import { areaUnderCurve, kolmogorovSmirnov, measure, stability } from './measures.js';
import { fitLogistic } from './regression.js';
import { scoreBy, trainCard } from './train.js';

const row: Record<string, string> = {
  loan_amnt: '20000', funded_amnt: '20000', term: '36', int_rate: '0.1122', installment: '656.86', grade: 'C', sub_grade: 'C4', emp_length: '10+ years',
  home_ownership: 'RENT', annual_inc: '38556.0', issue_d: '2007-12-01', loan_status: 'Fully Paid', purpose: 'debt_consolidation', dti: '14.04', delinq_2yrs: '0.0',
  earliest_cr_line: '2003-01-01', inq_last_6mths: '3.0', mths_since_last_delinq: '0.0', mths_since_last_record: '0.0', open_acc: '8.0', pub_rec: '0.0',
  revol_bal: '21777', revol_util: '0.537', total_acc: '14.0', pub_rec_bankruptcies: '', recoveries: '0.0', total_rec_prncp: '20000.0', last_pymnt_d: '2009-07-01',
};

/** Borrowers of a made-up world in which only inquiries and income matter; a fixed recurrence, so that every run sees the same people. */
function madeUpLoans(count: number): RecordedLoan[] {
  let seed = 7;
  const next = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Array.from({ length: count }, () => {
    const inquiries6m = Math.floor(next() * 6);
    const annualIncome = 20_000 + Math.floor(next() * 100_000);
    const risk = 1 / (1 + Math.exp(2.2 - 0.4 * inquiries6m + annualIncome / 80_000));
    const input = { amount: 5_000, termMonths: 36, annualIncome, inquiries6m, homeOwnership: 'RENT', purpose: 'car' };
    return { input, issuedOn: '2010-01-01', bad: next() < risk ? 1 : 0 };
  });
}

describe('reading the loan book', () => {
  it('takes nothing that is known only later or is somebody’s price', () => {
    const { input } = recordedLoan(row);
    for (const column of Object.keys(row)) {
      if ((COLUMNS_KNOWN_AT_APPLICATION as readonly string[]).includes(column) || column === 'issue_d') continue;
      expect(recordedLoan({ ...row, [column]: '999' }).input).toEqual(input);
    }
  });

  it('reads every column that it may', () => {
    const { input } = recordedLoan(row);
    for (const column of COLUMNS_KNOWN_AT_APPLICATION) expect(recordedLoan({ ...row, [column]: '7' }).input).not.toEqual(input);
  });

  it('knows that nought months since a delinquency means there was none', () => {
    expect(recordedLoan(row).input).toMatchObject({ monthsSinceDelinquency: null, monthsSinceRecord: null, employmentYears: 10, creditAgeMonths: 59 });
    expect(recordedLoan({ ...row, mths_since_last_delinq: '19.0', emp_length: '< 1 year' }).input).toMatchObject({ monthsSinceDelinquency: 19, employmentYears: 0 });
  });
});

describe('training', () => {
  it('finds what matters and drops what does not', () => {
    const card = trainCard(madeUpLoans(6_000));
    const codes = card.lines.map((line) => line.code);
    expect(codes).toEqual(expect.arrayContaining(['inquiries']));
    expect(codes.some((code) => ['annual-income', 'payment-to-income', 'loan-to-income'].includes(code))).toBe(true);
    expect(codes).not.toContain('home-ownership');
  });

  it('orders new people of the same world', () => {
    const card = trainCard(madeUpLoans(6_000));
    const others = madeUpLoans(9_000).slice(6_000);
    expect(areaUnderCurve(others.map((loan) => -scoreBy(card, loan)), others.map(({ bad }) => bad))).toBeGreaterThan(0.6);
  });

  it('scores as the installed card does', () => {
    const installed = { basePoints: BASE_POINTS, lines: [...SCORECARD] };
    expect(scoreBy(installed, recordedLoan(row))).toBe(scoreApplication(recordedLoan(row).input).score);
    expect(SCORECARD.every((line) => CHARACTERISTICS.some(({ code }) => code === line.code))).toBe(true);
  });

  it('solves a regression whose answer is known', () => {
    const rows = [...Array.from({ length: 40 }, () => [1, 0]), ...Array.from({ length: 40 }, () => [1, 1])];
    const outcomes = rows.map((_, index) => (index < 10 || (index >= 40 && index < 70) ? 1 : 0));
    const [intercept, slope] = fitLogistic(rows, outcomes, 0);
    expect(intercept).toBeCloseTo(Math.log(1 / 3), 8);
    expect(slope).toBeCloseTo(Math.log(9), 8);
  });
});

describe('measures', () => {
  it('of a perfect order, of none, and of the reverse', () => {
    expect([areaUnderCurve([1, 2, 3, 4], [0, 0, 1, 1]), areaUnderCurve([1, 1, 1, 1], [0, 1, 0, 1]), areaUnderCurve([4, 3, 2, 1], [0, 0, 1, 1])]).toEqual([1, 0.5, 0]);
    expect([kolmogorovSmirnov([1, 2, 3, 4], [0, 0, 1, 1]), kolmogorovSmirnov([1, 1], [0, 1])]).toEqual([1, 0]);
  });

  it('state the base rate’s own error beside the model’s', () => {
    expect(measure([0, 1], [0, 1])).toMatchObject({ loans: 2, badPercent: 50, brier: 0, baseBrier: 0.25, meanPrediction: 0.5 });
  });

  it('see a population that moved', () => {
    const scores = Array.from({ length: 1000 }, (_, index) => index);
    expect(stability(scores, scores)).toBeCloseTo(0, 10);
    expect(stability(scores, scores.map((score) => score + 300))).toBeGreaterThan(0.25);
  });
});
