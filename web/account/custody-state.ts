/** How a person's account at the bank stands, and what it still lacks for its purpose. */
import { authorisationsOf, bankUserNo, findAccount, missingOf, type Authorisation, type AuthorisationType, type BankRole, type CustodyAccount } from '../../db/accounts.js';
import { cashActsOf, type CashActRow } from '../../db/cash.js';
import { personal } from '../../db/chart.js';
import { isMoneyRestrained } from '../../db/court-order-lists.js';
import { balanceOf } from '../../db/ledger.js';
import type { Db } from '../../db/pool.js';
import type { Person } from '../../db/people.js';
import { purseOf } from '../../db/purse.js';

const latestActs = 8;

/** The side of the business an account is for, as it stands in addresses. */
export type Side = 'borrower' | 'lender';
export const sides: readonly Side[] = ['borrower', 'lender'];
export const bankRoleOf: Record<Side, BankRole> = { borrower: 'BORROWERS', lender: 'INVESTOR' };

/** What each side authorises the platform to order (see the table in docs: who authorises what). */
export const neededAuthorisations: Record<Side, AuthorisationType[]> = {
  borrower: ['REPAYMENT', 'RECHARGE', 'WITHDRAW'],
  lender: ['TENDER', 'WITHDRAW'],
};

export const authorisationWords: Record<AuthorisationType, string> = {
  REPAYMENT: 'pay instalments from what is in your custody account',
  RECHARGE: 'pull what is missing on a due day from your bound card (代扣)',
  WITHDRAW: 'pay out to your own bound card',
  TENDER: 'freeze money for bids that you or your rules place',
  CREDIT_ASSIGNMENT: 'pay for claims that you or your rules buy',
  COMPENSATORY: 'pay as guarantor',
};

export const authorisationLabels: Record<AuthorisationType, string> = {
  REPAYMENT: 'May pay instalments', RECHARGE: 'May pull from the card', WITHDRAW: 'May pay out', TENDER: 'May freeze for bids', CREDIT_ASSIGNMENT: 'May buy claims', COMPENSATORY: 'May cover loans',
};

export interface CustodyState {
  side: Side;
  userNo: string;
  account: CustodyAccount | null;
  authorisations: Authorisation[];
  missing: ('account' | 'card' | AuthorisationType)[];
  /** What can be spent: what an open case with the bank doubts is left out. */
  availableFen: number;
  doubtedFen: number;
  frozenFen: number;
  /** A court holds what is in the account and comes into it. */
  restrained: boolean;
  /** The latest deposits and withdrawals. */
  cashActs: CashActRow[];
}

/** Reads one side's account; `at` is business time. */
export async function custodyStateOf(db: Db, person: Pick<Person, 'id'>, side: Side, at: string): Promise<CustodyState> {
  const userNo = bankUserNo(person.id, bankRoleOf[side]);
  const [account, authorisations, purse, frozenFen, courtFen, restrained, cashActs] = await Promise.all([
    findAccount(db, person.id, bankRoleOf[side]), authorisationsOf(db, userNo),
    purseOf(db, [userNo]), balanceOf(db, personal(userNo, 'frozen')), balanceOf(db, personal(userNo, 'court-frozen')), isMoneyRestrained(db, userNo), cashActsOf(db, userNo, latestActs),
  ]);
  return { side, userNo, account, authorisations, missing: missingOf(account, authorisations, neededAuthorisations[side], at), ...purse, frozenFen: frozenFen + courtFen, restrained, cashActs };
}
