import { createMoneySide, wholeInstalment, type MoneySide } from '../../test/money-side.js';
import { someMoment } from '../../test/people-with-money.js';
import { holdingsOf } from '../../db/holdings.js';
import { rows } from '../../db/pool.js';

let side: MoneySide;
beforeAll(async () => { side = await createMoneySide(); });
afterAll(() => side.close());

const clean = { trialBalanceFen: 0, bankDifferences: [], openInstructions: 0, unbalancedJournals: [] };

describe('the money of one loan, from the listing to the last instalment', () => {
  it('goes from lenders to the borrower and back, to the fen, fees and all', async () => {
    const borrower = await side.person('P100', 'borrower');
    const lenders = ['P101', 'P102', 'P103', 'P104', 'P105'];
    for (const lender of lenders) await side.person(lender, 'lender', 500_000);
    await side.listed({ loanNo: 'LN100', borrowerId: 'P100', amountFen: 1_000_000, productId: 'consumer', termMonths: 6, annualRateBps: 900, serviceFeeFen: 1_000 });
    for (const [index, lender] of lenders.entries()) await side.bid('LN100', lender, [290_000, 130_000, 170_000, 210_000, 200_000][index]!);
    const instalments = await side.disburse('LN100');
    expect(instalments).toHaveLength(6);
    expect(instalments[0]).toMatchObject({ no: 1, dueDate: '2025-04-03', feeFen: 1_000, latePrincipalDays: 0 });
    expect(instalments.reduce((sum, each) => sum + each.principalFen, 0)).toBe(1_000_000);
    expect(await side.money(borrower)).toEqual([1_000_000, 0, 0]);

    const paidOut = await side.activities.payOut({ loanNo: 'LN100', attempt: 1, asOf: someMoment });
    expect(paidOut).toEqual({ status: 'pending', requestNo: 'LN100-payout-a1', expectedAt: '2025-03-04T02:00:00.000Z' });
    expect(await side.books()).toMatchObject({ bankDifferences: [], openInstructions: 1 });
    side.bank.finishPayouts();
    expect(await side.persist(() => side.activities.payOut({ loanNo: 'LN100', attempt: 1, asOf: someMoment }))).toEqual({ status: 'done', paidFen: 1_000_000 });

    side.bank.cards.set(borrower, 2_000_000);
    for (const instalment of instalments) expect(await side.pay('LN100', instalment.no, [wholeInstalment(instalment)])).toBe('paid');
    expect(await side.persist(() => side.activities.finish({ loanNo: 'LN100', asOf: '2025-09-03', at: '2025-09-03T02:00:00.000Z' }))).toEqual({ status: 'done' });

    const holdings = await holdingsOf(side.pool, 'LN100');
    expect(holdings.map((holding) => holding.paidPrincipalFen)).toEqual(holdings.map((holding) => holding.principalFen));
    const paidFen = 2_000_000 - side.bank.cards.get(borrower)!;
    const interestFen = instalments.reduce((sum, each) => sum + each.interestFen, 0);
    const lendersNow = (await Promise.all(lenders.map((lender) => side.money(`L-${lender}`)))).reduce((sum, [available]) => sum + available, 0);
    const income = side.bank.accounts.get('PLATFORM_INCOME')!.availableFen;
    const lenderFees = holdings.reduce((sum, holding) => sum + holding.feesFen, 0);
    expect(paidFen).toBe(1_000_000 + interestFen + 6_000);
    expect(income).toBe(6_000 + lenderFees);
    expect(lenderFees).toBeGreaterThan(0);
    expect(lendersNow - 2_500_000).toBe(interestFen - lenderFees);
    expect(await side.books()).toMatchObject(clean);
    const owed = await rows(side.pool, `SELECT code, balance FROM account WHERE book = 'claims' AND balance <> 0`);
    expect(owed).toEqual([]);
    expect(await rows(side.pool, `SELECT no FROM instalment WHERE loan_no = 'LN100' AND version = 1 AND paid_on IS NULL`)).toEqual([]);
  });

  it('sends the bank exactly what the business keys say', () => {
    const first = (verb: string, no: string) => side.bank.calls.find((call) => call.verb === verb && call.input['requestNo'] === no)?.input;
    expect(first('createProject', 'LN100-project')).toEqual({ requestNo: 'LN100-project', projectNo: 'LN100', borrowerUserNo: 'B-P100', name: 'Loan LN100', amountFen: 1_000_000, annualRateBps: 900, termMonths: 6, businessTime: someMoment });
    expect(first('pullFromCard', 'LN100-p1-pull')).toMatchObject({ userNo: 'B-P100', businessTime: '2025-04-03T02:00:00.000Z' });
    expect(first('hold', 'LN100-p1-hold')).toMatchObject({ projectNo: 'LN100', userNo: 'B-P100', purpose: 'repayment' });
    const release = first('settleBatch', 'LN100-release-a1-b1')!;
    expect(release).toMatchObject({ kind: 'release', projectNo: 'LN100' });
    expect((release['details'] as object[])[0]).toEqual({ requestNo: 'LN100-release-a1-b1-bid1', holdRequestNo: 'BID1', fromUserNo: 'L-P101', toUserNo: 'B-P100', kind: 'principal', amountFen: 290_000 });
    const names = (first('settleBatch', 'LN100-p1-batch1')!['details'] as { requestNo: string }[]).map((detail) => detail.requestNo);
    expect(names).toContain('LN100-p1-batch1-h1-principal');
    expect(names).toContain('LN100-p1-batch1-h5-interest');
    expect(names).toEqual(expect.arrayContaining(['LN100-p1-batch1-fee', 'LN100-p1-batch1-lender-fee']));
    expect(names).toHaveLength(12);
    expect(side.bank.calls.filter((call) => call.verb === 'settleBatch')).toHaveLength(7);
  });

  it('does nothing twice when everything is asked for again', async () => {
    const before = side.bank.calls.length;
    await side.activities.createProject({ loanNo: 'LN100', asOf: someMoment });
    await side.activities.release({ loanNo: 'LN100', attempt: 1, asOf: someMoment });
    await side.activities.payOut({ loanNo: 'LN100', attempt: 1, asOf: someMoment });
    await side.activities.takePayment({ loanNo: 'LN100', paymentNo: 'LN100:p1', n: 1, source: 'debit', amountFen: 1, pull: true, partial: true, whole: null, asOf: someMoment });
    expect(side.bank.calls).toHaveLength(before);
    expect(await side.books()).toMatchObject(clean);
  });
});
