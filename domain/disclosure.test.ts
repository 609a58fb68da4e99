import { disclosure, statisticsDate, type DisclosedInstalment, type DisclosedLoan } from './disclosure.js';

const row = (due: string, change: Partial<DisclosedInstalment> = {}): DisclosedInstalment => ({ due, principalFen: 1_000, interestFen: 10, ...change });
const loan = (change: Partial<DisclosedLoan> = {}): DisclosedLoan => ({
  loanId: 'L', borrowerId: 'b', relatedParty: false, principalFen: 2_000, disbursedOn: '2025-01-10', lenders: [{ lenderId: 'l', amountFen: 2_000 }],
  instalments: [row('2025-02-10'), row('2025-03-10')], ...change,
});
const paid = { paidPrincipalFen: 1_000, paidInterestFen: 10, paidBy: 'BORROWER' as const };
const at = (asOf: string, ...loans: DisclosedLoan[]) => disclosure({ profile: 'cn', asOf, loans });

describe('the monthly disclosure', () => {
  it('of nothing is nothing, without dividing by it', () => {
    expect(at('2025-01-31')).toMatchObject({ loanBalanceFen: 0, amountOverdueRatePct: '0.00', averageLentFen: 0, top1LenderSharePct: '0.00' });
  });

  it('does not know loans disbursed later', () => {
    expect(at('2025-01-09', loan()).cumulativeLoanCount).toBe(0);
    expect(at('2025-01-10', loan()).cumulativeLoanCount).toBe(1);
  });

  it('does not call an instalment due on the day itself overdue', () => {
    expect(at('2025-02-10', loan()).overdueAmountFen).toBe(0);
    expect(at('2025-02-11', loan())).toMatchObject({ overdueAmountFen: 1_010, overdueCount: 1, projectOverdueRatePct: '100.00' });
  });

  it('counts the whole balance as over ninety days only from the ninety-first', () => {
    expect(at('2025-05-11', loan())).toMatchObject({ overdueOver90Count: 0, badDebtRatePct: '0.00', amountTierPct: { '1-90': '100.00', '91-180': '0.00' } });
    expect(at('2025-05-12', loan())).toMatchObject({ overdueOver90Count: 1, overdueOver90PrincipalBalanceFen: 2_000, amountTierPct: { '91-180': '100.00' } });
    expect(at('2025-08-10', loan()).projectTierPct).toEqual({ '1-90': '0.00', '91-180': '0.00', '181+': '100.00' });
  });

  it('ignores payments after the day', () => {
    const late = loan({ instalments: [row('2025-02-10', { ...paid, paidOn: '2025-02-20' })] });
    expect(at('2025-02-15', late).overdueAmountFen).toBe(1_010);
    expect(at('2025-02-20', late)).toMatchObject({ overdueAmountFen: 0, loanBalanceCount: 0 });
  });

  it('adds several payments of one instalment, by borrower and third party apart', () => {
    const mixed = loan({ instalments: [row('2025-02-10', { payments: [
      { principalFen: 400, interestFen: 10, by: 'BORROWER', on: '2025-02-10' },
      { principalFen: 600, interestFen: 0, by: 'THIRD_PARTY', on: '2025-03-01' },
    ] })] });
    expect(at('2025-02-28', mixed)).toMatchObject({ overdueAmountFen: 600, cumulativeCompensationFen: 0 });
    expect(at('2025-03-01', mixed)).toMatchObject({ overdueAmountFen: 0, cumulativeCompensationFen: 600, cumulativeCompensationCount: 1 });
  });

  it('counts lenders who hold now and all who ever held', () => {
    const sold = loan({ lenders: [{ lenderId: 'a', amountFen: 2_000, until: '2025-02-01' }, { lenderId: 'b', amountFen: 2_000, from: '2025-02-01' }] });
    expect(at('2025-01-31', sold)).toMatchObject({ cumulativeLenders: 1, currentLenders: 1 });
    expect(at('2025-02-01', sold)).toMatchObject({ cumulativeLenders: 2, currentLenders: 1 });
  });

  it('shows how much the largest borrowers and lenders have', () => {
    const figures = at('2025-01-31', loan(), loan({ borrowerId: 'c', relatedParty: true, lenders: [{ lenderId: 'l', amountFen: 500 }, { lenderId: 'm', amountFen: 1_500 }] }));
    expect(figures).toMatchObject({ top1BorrowerSharePct: '50.00', top10BorrowerSharePct: '100.00', top1LenderSharePct: '62.50', relatedCount: 1, relatedBalanceFen: 2_000 });
  });

  it('is made as of the last day of the month before', () => {
    expect([statisticsDate('2024-03'), statisticsDate('2025-01')]).toEqual(['2024-02-29', '2024-12-31']);
  });
});
