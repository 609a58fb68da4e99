/** Agreed fees taken at once, and rewards out of the platform's own money. */
import { platformIncomeUser, platformMarketingUser } from '../../db/chart.js';
import { intend, intendDetails, type Instruction, type NewDetail, type NewInstruction } from '../../db/instructions.js';
import { inTransaction } from '../../db/pool.js';
import type { TradeActivities } from '../../workflows/contract.js';
import { wireDetailsOf } from './batches.js';
import { carryOut, unlessDone, type BankDeps } from './carry-out.js';

/** Only borrowers have agreed to fees beside what is shared of a payment; from a lender nothing is ever taken so. */
export function transferFeeActivity(deps: BankDeps): TradeActivities['transferFee'] {
  return async ({ key, userNo, loanNo, amountFen, asOf }) => {
    if (!userNo.startsWith('B-')) throw new RangeError(`${userNo} has agreed to no such fee`);
    const wish = { businessKey: `${loanNo}:fee:${key}`, verb: 'transfer-fee' as const, userNo, loanNo, amountFen, workflowId: loanNo, step: 'fee', asOf };
    const fee = await intendTrade(deps, wish, { holdRequestNo: null, fromUserNo: userNo, toUserNo: platformIncomeUser, kind: 'commission', purpose: 'agreed-fee', amountFen, holdingId: null, bidId: null });
    const after = await carryOut(deps, fee, ({ requestNo, amountFen: agreedFen, asOf: businessTime }) =>
      deps.custody.transferFee({ requestNo, detailNo: detailNoOf(requestNo), fromUserNo: userNo, amountFen: agreedFen, businessTime }), asOf);
    return unlessDone(after) ?? { status: 'done' };
  };
}

/** To a lender or borrower, out of what the platform has brought in for it. */
export function rewardActivity(deps: BankDeps): TradeActivities['reward'] {
  return async ({ key, userNo, amountFen, asOf }) => {
    if (!/^[LB]-/.test(userNo)) throw new RangeError(`${userNo} is neither a lender's nor a borrower's account`);
    const requestNo = `REWARD-${key}`;
    const wish = { businessKey: requestNo, verb: 'reward' as const, userNo, amountFen, workflowId: requestNo, step: 'reward', asOf };
    const reward = await intendTrade(deps, wish, { holdRequestNo: null, fromUserNo: platformMarketingUser, toUserNo: userNo, kind: 'principal', purpose: 'reward', amountFen, holdingId: null, bidId: null });
    const after = await carryOut(deps, reward, async ({ requestNo: no, asOf: businessTime }) =>
      deps.custody.settleNow({ kind: 'reward', requestNo: no, details: await wireDetailsOf(deps.pool, no), businessTime }), asOf);
    return unlessDone(after) ?? { status: 'done' };
  };
}

/** 自有资金: the platform's company account at another bank pays into its marketing account in custody. */
export function bringOwnFundsActivity(deps: BankDeps): TradeActivities['bringOwnFunds'] {
  return async ({ key, amountFen, asOf }) => {
    const businessKey = `OWN-FUNDS-${key}`;
    const pull = await intend(deps.pool, { businessKey, verb: 'pull', userNo: platformMarketingUser, amountFen, workflowId: businessKey, step: 'own-funds', asOf });
    const after = await carryOut(deps, pull, ({ requestNo, amountFen: broughtFen, asOf: businessTime }) =>
      deps.custody.pullFromCard({ requestNo, userNo: platformMarketingUser, amountFen: broughtFen, businessTime }), asOf);
    return unlessDone(after) ?? { status: 'done' };
  };
}

const detailNoOf = (requestNo: string): string => `${requestNo}-1`;

/** A trade of one detail, written whole; a repeat finds the first. */
function intendTrade({ pool }: BankDeps, wish: NewInstruction, detail: Omit<NewDetail, 'requestNo'>): Promise<Instruction> {
  return inTransaction(pool, async (tx) => {
    const trade = await intend(tx, wish);
    await intendDetails(tx, trade.requestNo, [{ ...detail, requestNo: detailNoOf(trade.requestNo) }]);
    return trade;
  });
}
