import type { BookRow } from './book.js';
import { lifeOf } from './life.js';

const schedule = [1, 2, 3, 4].map((no) => ({ no, principalFen: 25_000, interestFen: 100 }));
const row = (change: Partial<BookRow>) => ({ issuedIn: '2009-01', termMonths: 4, principalFen: 100_000, chargedOff: false, lastPaidIn: '2009-05', paidPrincipalFen: 100_000, recoveredFen: 0, ...change }) as BookRow;

describe("a borrower's life told from the book", () => {
  it('pays every instalment by debit when the last payment fell in the last month', () => {
    expect(lifeOf(row({}), schedule)).toEqual({ onTime: 4, payOffAfterMonths: null, catchUpAfterMonths: null, lastPartPrincipalFen: 0, recoveryFen: 0 });
  });
  it('pays off early in the month of the last payment, after that month’s debit', () => {
    expect(lifeOf(row({ lastPaidIn: '2009-03' }), schedule)).toMatchObject({ onTime: 2, payOffAfterMonths: 2 });
  });
  it('leaves the last instalment open until the month of the last payment when that was late', () => {
    expect(lifeOf(row({ lastPaidIn: '2009-07' }), schedule)).toMatchObject({ onTime: 3, catchUpAfterMonths: 6, payOffAfterMonths: null });
  });
  it('pays exactly the recorded principal when charged off: whole instalments, then a part', () => {
    expect(lifeOf(row({ chargedOff: true, paidPrincipalFen: 60_000, recoveredFen: 777 }), schedule)).toMatchObject({ onTime: 2, lastPartPrincipalFen: 10_000, recoveryFen: 777 });
  });
  it('never pays when charged off without a date of payment', () => {
    expect(lifeOf(row({ chargedOff: true, lastPaidIn: null, paidPrincipalFen: 60_000 }), schedule)).toMatchObject({ onTime: 0, lastPartPrincipalFen: 0 });
  });
  it('leaves one fen open where the file charges off a loan whose principal it calls repaid', () => {
    expect(lifeOf(row({ chargedOff: true, paidPrincipalFen: 100_000 }), schedule)).toMatchObject({ onTime: 3, lastPartPrincipalFen: 24_999 });
  });
});
