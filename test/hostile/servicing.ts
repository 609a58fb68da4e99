/** What a borrower's money does: paid out, pulled, frozen, shared, and given back. */
import type { CarriedInstalment } from '../../domain/loan.js';
import type { PaymentPart } from '../../workflows/contract.js';
import { lentLoan, mustBeDone, type Lent } from './loans.js';
import type { Stage } from './stage.js';
import type { MoneyVerb } from './verb.js';

const nothing = { principalFen: 0, interestFen: 0, lateInterestFen: 0, feeFen: 0, costsFen: 0 };
const wholeOf = ({ no, principalFen, interestFen, feeFen }: CarriedInstalment): PaymentPart => ({ ...nothing, no, principalFen, interestFen, feeFen });
const sumOf = (parts: readonly PaymentPart[]): number => parts.reduce((sum, part) => sum + part.principalFen + part.interestFen + part.feeFen, 0);

async function take(stage: Stage, { loanNo }: Lent, amountFen: number, pull: boolean): Promise<void> {
  const paymentNo = `${loanNo}:p1`;
  mustBeDone(await stage.carry((asOf) => stage.activities.takePayment({ loanNo, paymentNo, n: 1, source: 'debit', amountFen, pull, partial: false, whole: null, asOf })));
}

async function share(stage: Stage, { loanNo }: Lent, parts: PaymentPart[]): Promise<void> {
  const { undelivered } = mustBeDone(await stage.carry((asOf) => stage.activities.distribute({ loanNo, paymentNo: `${loanNo}:p1`, parts, forgivenInterest: [], afterWriteOff: false, asOf })));
  if (undelivered > 0) throw new Error(`${undelivered} shares of ${loanNo} were not delivered`);
}

export const autoWithdraw: MoneyVerb = {
  name: 'AUTO_WITHDRAW', service: 'AUTO_WITHDRAW', by: 'platform', told: 'AUTO_WITHDRAW',
  async prepare(stage, cast, dice) {
    const { loanNo, borrower, amountFen } = await lentLoan(stage, cast, dice);
    return {
      act: async () => void mustBeDone(await stage.carry((asOf) => stage.activities.payOut({ loanNo, attempt: 1, asOf }))),
      moves: [{ accounts: [borrower.userNo], availableFen: -amountFen, frozenFen: 0 }], times: 1,
      returned: [{ accounts: [borrower.userNo], availableFen: 0, frozenFen: 0 }],
    };
  },
};

/** The account has the principal, but not the interest on it: the rest is pulled from the card, and all of it frozen. */
export const directRecharge: MoneyVerb = {
  name: 'DIRECT_RECHARGE', service: 'DIRECT_RECHARGE', by: 'platform', told: null,
  async prepare(stage, cast, dice) {
    const loan = await lentLoan(stage, cast, dice);
    const askedFen = sumOf(loan.instalments.map(wholeOf));
    return {
      act: () => take(stage, loan, askedFen, true),
      moves: [{ accounts: [loan.borrower.userNo], availableFen: -loan.amountFen, frozenFen: askedFen }], times: 1,
    };
  },
};

export const repaymentFreeze: MoneyVerb = {
  name: 'USER_AUTO_PRE_TRANSACTION (instalment)', service: 'USER_AUTO_PRE_TRANSACTION', by: 'platform', told: null,
  async prepare(stage, cast, dice) {
    const loan = await lentLoan(stage, cast, dice);
    const askedFen = sumOf([wholeOf(loan.instalments[0]!)]);
    return {
      act: () => take(stage, loan, askedFen, false),
      moves: [{ accounts: [loan.borrower.userNo], availableFen: -askedFen, frozenFen: askedFen }], times: 1,
    };
  },
};

/** More was frozen than is owed after all: what is too much is given back before the rest is shared. */
export const cancelPreTransaction: MoneyVerb = {
  name: 'CANCEL_PRE_TRANSACTION', service: 'CANCEL_PRE_TRANSACTION', by: 'platform', told: null,
  async prepare(stage, cast, dice) {
    const loan = await lentLoan(stage, cast, dice);
    const parts = [wholeOf(loan.instalments[0]!)];
    const surplusFen = dice.between(1, 9_000);
    await take(stage, loan, sumOf(parts) + surplusFen, false);
    return {
      act: () => share(stage, loan, parts),
      moves: [
        { accounts: [loan.borrower.userNo], availableFen: surplusFen, frozenFen: -sumOf(parts) - surplusFen },
        { accounts: loan.lenders.map((lender) => lender.userNo), availableFen: sumOf(parts), frozenFen: 0 },
      ], times: 1,
    };
  },
};

export const repayment: MoneyVerb = {
  name: 'ASYNC_TRANSACTION (repayment)', service: 'ASYNC_TRANSACTION', counted: 'ASYNC_TRANSACTION_DETAIL', by: 'platform', told: 'ASYNC_TRANSACTION',
  async prepare(stage, cast, dice) {
    const loan = await lentLoan(stage, cast, dice);
    const parts = [wholeOf(loan.instalments[0]!)];
    await take(stage, loan, sumOf(parts), false);
    return {
      act: () => share(stage, loan, parts),
      moves: [
        { accounts: [loan.borrower.userNo], availableFen: 0, frozenFen: -sumOf(parts) },
        { accounts: loan.lenders.map((lender) => lender.userNo), availableFen: sumOf(parts), frozenFen: 0 },
      ], times: 2 * loan.lenders.length,
    };
  },
};

/** A payment of the agreed fee alone: one detail, to the platform's income account. */
export const commission: MoneyVerb = {
  name: 'ASYNC_TRANSACTION (commission)', service: 'ASYNC_TRANSACTION', counted: 'ASYNC_TRANSACTION_DETAIL', by: 'platform', told: 'ASYNC_TRANSACTION',
  async prepare(stage, cast, dice) {
    const loan = await lentLoan(stage, cast, dice, 'consumer');
    const { no, feeFen } = loan.instalments[0]!;
    const parts = [{ ...nothing, no, feeFen }];
    await take(stage, loan, feeFen, false);
    return {
      act: () => share(stage, loan, parts),
      moves: [
        { accounts: [loan.borrower.userNo], availableFen: 0, frozenFen: -feeFen },
        { accounts: ['PLATFORM_INCOME'], availableFen: feeFen, frozenFen: 0 },
      ], times: 1,
    };
  },
};
