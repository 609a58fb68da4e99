import { createApplicants } from '../test/applicants.js';
import type { Applicants } from '../test/applicants.js';
import { owedOn, owedOnInstalment } from './owed.js';

describe('what a borrower owes', () => {
  let side: Applicants;
  beforeAll(async () => { side = await createApplicants(); });
  afterAll(() => side.close());

  const freeze = (loanNo: string, n: number, fen: number, state: string): Promise<unknown> => side.pool.query(
    `INSERT INTO payment (payment_no, loan_no, n, source, asked_fen, frozen_fen, as_of, state) VALUES ($1, $2, $3, 'debit', $4, $4, '2026-05-20', $5)`,
    [`${loanNo}:p${n}`, loanNo, n, fen, state]);

  it('is nothing before the first due day, then each instalment from its day on', async () => {
    const { loanNo } = await side.repaying(await side.person());
    expect(await owedOn(side.pool, loanNo, '2026-04-14')).toMatchObject({ dueFen: 0, dueSince: null, outstandingPrincipalFen: 1_200_000 });
    expect(await owedOn(side.pool, loanNo, '2026-04-15')).toMatchObject({ dueFen: 101_000, dueSince: '2026-04-15', principalFen: 100_000, interestFen: 1_000, lateInterestFen: 0 });
  });

  it('adds late interest on overdue principal to the day, from the workflow’s own running total', async () => {
    const loan = await side.repaying(await side.person());
    // 100,000 fen × 10.95 % × 40 ÷ 365 = 1,200; the second row has been due for 10 days: 300.
    expect(await owedOn(side.pool, loan.loanNo, '2026-05-25')).toMatchObject({ principalFen: 200_000, interestFen: 2_000, lateInterestFen: 1_500, dueFen: 203_500 });
  });

  it('falls by what the bank has frozen from that moment on, however long the distribution takes', async () => {
    const { loanNo } = await side.repaying(await side.person());
    await freeze(loanNo, 1, 101_000, 'asked');
    expect(await owedOnInstalment(side.pool, loanNo, 1)).toBe(101_000);
    await side.pool.query(`UPDATE payment SET state = 'frozen' WHERE loan_no = $1`, [loanNo]);
    expect(await owedOn(side.pool, loanNo, '2026-04-15')).toMatchObject({ dueFen: 0 });
    expect(await owedOnInstalment(side.pool, loanNo, 1)).toBe(0);
    expect(await owedOnInstalment(side.pool, loanNo, 2)).toBe(101_000);
  });

  it('counts what is frozen for the oldest instalment first', async () => {
    const { loanNo } = await side.repaying(await side.person());
    await freeze(loanNo, 1, 60_000, 'frozen');
    expect(await owedOnInstalment(side.pool, loanNo, 1)).toBe(41_000);
    expect(await owedOnInstalment(side.pool, loanNo, 2)).toBe(101_000);
  });

  it('does not count interest that early repayment has saved', async () => {
    const { loanNo } = await side.repaying(await side.person());
    await side.pool.query('UPDATE instalment SET paid_principal_fen = 100000, forgiven_interest_fen = 1000 WHERE loan_no = $1 AND no = 1', [loanNo]);
    expect(await owedOnInstalment(side.pool, loanNo, 1)).toBe(0);
  });
});
