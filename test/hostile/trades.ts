/** What is done as a whole or not at all: fees, claims sold and bought, a guarantor repaid. */
import { holdingsOf } from '../../db/holdings.js';
import { actAtBank } from './cast.js';
import { lentLoan, mustBeDone, type Lent } from './loans.js';
import type { Stage } from './stage.js';
import type { MoneyVerb } from './verb.js';

export const agreedFee: MoneyVerb = {
  name: 'SYNC_TRANSACTION (fee)', service: 'SYNC_TRANSACTION', by: 'platform', told: null,
  async prepare(stage, cast, dice) {
    const { loanNo, borrower: { userNo } } = await lentLoan(stage, cast, dice);
    const amountFen = dice.between(1, 3_000);
    return {
      act: async () => void mustBeDone(await stage.carry((asOf) => stage.activities.transferFee({ key: 'valuation', userNo, loanNo, amountFen, asOf }))),
      moves: [{ accounts: [userNo], availableFen: -amountFen, frozenFen: 0 }, { accounts: ['PLATFORM_INCOME'], availableFen: amountFen, frozenFen: 0 }], times: 1,
    };
  },
};

/** Half of the first lender's claim. */
async function halfOf(stage: Stage, { loanNo, lenders }: Lent): Promise<{ holdingId: number; shareFen: number }> {
  const holding = (await holdingsOf(stage.pool, loanNo)).find((each) => each.userNo === lenders[0]!.userNo)!;
  return { holdingId: holding.id, shareFen: holding.principalFen / 2 };
}

async function putUp(stage: Stage, loan: Lent): Promise<{ saleNo: string; shareFen: number }> {
  const half = await halfOf(stage, loan);
  const { saleNo } = mustBeDone(await stage.carry((asOf) => stage.activities.sellClaim({ key: loan.loanNo, ...half, asOf })));
  return { saleNo, shareFen: half.shareFen };
}

export const debentureSale: MoneyVerb = {
  name: 'DEBENTURE_SALE', service: 'DEBENTURE_SALE', by: 'platform', told: null,
  async prepare(stage, cast, dice) {
    const loan = await lentLoan(stage, cast, dice);
    return { act: async () => void (await putUp(stage, loan)), moves: [], times: 1 };
  },
};

export const cancelDebentureSale: MoneyVerb = {
  name: 'CANCEL_DEBENTURE_SALE', service: 'CANCEL_DEBENTURE_SALE', by: 'platform', told: null,
  async prepare(stage, cast, dice) {
    const { saleNo } = await putUp(stage, await lentLoan(stage, cast, dice));
    return { act: async () => void mustBeDone(await stage.carry((asOf) => stage.activities.cancelClaimSale({ saleNo, asOf }))), moves: [], times: 1 };
  },
};

/** The third lender buys what the first has put up: frozen, then all of it in one trade. */
export const purchase: MoneyVerb = {
  name: 'SYNC_TRANSACTION (purchase)', service: 'SYNC_TRANSACTION', by: 'platform', told: null,
  async prepare(stage, cast, dice) {
    const loan = await lentLoan(stage, cast, dice);
    const [seller, buyer] = [loan.lenders[0]!, cast.lenders[2]!];
    const { saleNo, shareFen } = await putUp(stage, loan);
    const [accruedFen, feeFen] = [dice.between(1, 90), dice.between(1, 90)];
    const priceFen = shareFen - dice.between(0, 500);
    return {
      act: async () => void mustBeDone(await stage.carry((asOf) => stage.activities.buyClaim({ key: buyer.id, saleNo, buyerId: buyer.id, shareFen, priceFen, accruedFen, feeFen, asOf }))),
      moves: [
        { accounts: [buyer.userNo], availableFen: -priceFen - accruedFen - feeFen, frozenFen: 0 },
        { accounts: [seller.userNo], availableFen: priceFen + accruedFen, frozenFen: 0 }, { accounts: ['PLATFORM_INCOME'], availableFen: feeFen, frozenFen: 0 },
      ], times: 1,
    };
  },
};

/** A guarantor has paid the first instalment in the borrower's place, and is repaid. */
export const compensatoryRepayment: MoneyVerb = {
  name: 'COMPENSATORY_REPAYMENT', service: 'COMPENSATORY_REPAYMENT', by: 'platform', told: null,
  async prepare(stage, cast, dice) {
    const { loanNo, borrower, instalments } = await lentLoan(stage, cast, dice);
    const guarantorUserNo = (await cast.newcomer('GUARANTEECORP')).userNo;
    await actAtBank(stage, 'deposit', { act: 'deposit', userNo: guarantorUserNo, amountFen: 100_000 });
    const { no, principalFen, interestFen } = instalments[0]!;
    const parts = [{ no, principalFen, interestFen, lateInterestFen: 0, feeFen: 0, costsFen: 0 }];
    mustBeDone(await stage.carry((asOf) => stage.activities.compensate({ loanNo, guarantorUserNo, paymentNo: `${loanNo}:p1`, n: 1, parts, asOf })));
    const owedFen = principalFen + interestFen;
    return {
      act: async () => void mustBeDone(await stage.carry((asOf) => stage.activities.repayGuarantor({ loanNo, guarantorUserNo, paymentNo: `${loanNo}:p2`, n: 2, amountFen: owedFen, asOf }))),
      moves: [{ accounts: [borrower.userNo], availableFen: -owedFen, frozenFen: 0 }, { accounts: [guarantorUserNo], availableFen: owedFen, frozenFen: 0 }], times: 1,
    };
  },
};
