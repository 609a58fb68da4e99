import type { BookRow } from './book.js';
import { agrees, compare, type LivedLoan } from './compare.js';

const row = (change: Partial<BookRow>) => ({
  line: 1, status: 'Fully Paid', chargedOff: false, principalFen: 100_000, termMonths: 4, issuedIn: '2009-01', lastPaidIn: '2009-05', paidPrincipalFen: 100_000,
  paidInterestFen: 500, recoveredFen: 0, lateFeeFen: 0, collectionFeeFen: 0, ...change,
}) as BookRow;
const lived = (change: Partial<LivedLoan>): LivedLoan => ({ line: 1, loanNo: 'LN1', state: 'closed', lentFen: 100_000, principalFen: 100_000, interestFen: 510, lateInterestFen: 0, writtenOffFen: null, recoveredFen: 0, ...change });

describe('the comparison of a replay with its file', () => {
  it('agrees when principal and recoveries agree, whatever the interest', () => {
    const result = compare([row({})], [lived({})]);
    expect(agrees(result)).toBe(true);
    expect(result).toMatchObject({ byStatus: { 'Fully Paid': { file: 1, platform: 1 } }, interestDifferences: { onTime: { file: 500, platform: 510 } }, listed: [] });
  });
  it("lists the file's own rounding and still agrees", () => {
    const result = compare([row({ paidPrincipalFen: 99_960 })], [lived({})]);
    expect(result.listed).toMatchObject([{ kind: 'file-rounding', fileFen: 99_960, platformFen: 100_000 }]);
    expect(agrees(result)).toBe(true);
  });
  it('does not take a difference above the file’s rounding for one', () => {
    expect(agrees(compare([row({ paidPrincipalFen: 99_900 })], [lived({})]))).toBe(false);
  });
  it('does not agree when a fen is missing on the platform, a loan is missing, or ends otherwise', () => {
    expect(agrees(compare([row({})], [lived({ principalFen: 99_999 })]))).toBe(false);
    expect(agrees(compare([row({})], []))).toBe(false);
    expect(agrees(compare([row({})], [lived({ state: 'repaying' })]))).toBe(false);
    expect(agrees(compare([row({ status: 'Charged Off', chargedOff: true, paidPrincipalFen: 30_000, recoveredFen: 10 })], [lived({ state: 'writtenOff', principalFen: 30_000, writtenOffFen: 70_000, recoveredFen: 9 })]))).toBe(false);
  });
  it('keeps the policy prefix of a status apart', () => {
    const status = 'Does not meet the credit policy. Status:Charged Off';
    const result = compare([row({ status, chargedOff: true, paidPrincipalFen: 30_000 })], [lived({ state: 'writtenOff', principalFen: 30_000, writtenOffFen: 70_000 })]);
    expect(agrees(result)).toBe(true);
    expect(result.byStatus).toEqual({ [status]: { file: 1, platform: 1 } });
  });
  it('lists a loan that was repaid after it had to be written off', () => {
    const result = compare([row({ lastPaidIn: '2010-05' })], [lived({ principalFen: 75_000, writtenOffFen: 25_000, recoveredFen: 25_100 })]);
    expect(result.listed.map((each) => each.kind)).toContain('written-off-then-repaid');
    expect(agrees(result)).toBe(true);
  });
  it('lists recoveries above what was owed, which are not taken', () => {
    const result = compare([row({ status: 'Charged Off', chargedOff: true, paidPrincipalFen: 30_000, recoveredFen: 90_000 })], [lived({ principalFen: 30_000, writtenOffFen: 70_000, recoveredFen: 71_000 })]);
    expect(result.listed).toMatchObject([{ kind: 'recovered-more-than-owed' }]);
    expect(agrees(result)).toBe(true);
  });
});
