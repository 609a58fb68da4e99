import { authorisationsOf, findAccountByUserNo, mirrorBankUser, missingOf } from '../../db/accounts.js';
import { row } from '../../db/pool.js';
import { bankUserNo } from '../../db/accounts.js';
import type { BankActivities } from '../../workflows/contract.js';
import { NotInRecord } from '../failures.js';
import type { BankDeps } from './carry-out.js';

/** What a loan needs of its borrower's account: money can be debited on due days, and paid out to the own card. */
const needed = ['REPAYMENT', 'RECHARGE', 'WITHDRAW'] as const;

/** Reads the bank, not our mirror of it: the borrower may have been there a second ago. */
export function borrowerReadyActivity({ pool, custody }: BankDeps): BankActivities['borrowerReady'] {
  return async ({ loanNo, asOf }) => {
    const loan = await row<{ borrowerId: string }>(pool, 'SELECT borrower_id AS "borrowerId" FROM loan WHERE loan_no = $1', [loanNo]);
    if (!loan) throw new NotInRecord('loan', loanNo);
    const userNo = bankUserNo(loan.borrowerId, 'BORROWERS');
    const user = await custody.queryUser(userNo);
    if (!user) return { ready: false, missing: ['account', 'card', ...needed] };
    await mirrorBankUser(pool, user, asOf);
    const missing = missingOf(await findAccountByUserNo(pool, userNo), await authorisationsOf(pool, userNo), needed, asOf);
    return { ready: missing.length === 0, missing };
  };
}
