/** Withdrawals that the bank holds until the platform has looked once more, and payouts that are called back. */
import { giveReason, openLook } from '../../db/withdrawal-looks.js';
import { intend, isPutOff, isTerminal, latestTry, notBeforeOf, type Instruction } from '../../db/instructions.js';
import { carryOut } from '../../activities/bank/carry-out.js';
import { beginAtBank, decider, follow, type Person } from './cast.js';
import type { Stage } from './stage.js';
import type { MoneyVerb } from './verb.js';

/** A lender's withdrawal that the bank holds (CONFIRMING). */
async function held(stage: Stage, { userNo }: Person, amountFen: number): Promise<string> {
  const act = { act: 'withdraw', userNo, amountFen, urgency: 'normal', toBeConfirmed: true } as const;
  const { requestNo, form } = await stage.form('withdraw', act);
  await openLook(stage.pool, { requestNo, changedAt: stage.now(), dueAt: new Date(Date.parse(stage.now()) + 3 * 86_400_000).toISOString() });
  await stage.press(form);
  for (let looks = 0; looks < 100; looks += 1) {
    const { look } = await stage.persist(() => stage.activities.followMovement({ requestNo, attempts: 0, asOf: stage.now() }));
    if (look?.held) return requestNo;
    await stage.listen(requestNo);
  }
  throw new Error(`${requestNo} was never held`);
}

/** Decided by finance, and followed to the withdrawal's end as its workflow does. @returns how it ended */
async function decide(stage: Stage, requestNo: string, decision: 'confirm' | 'cancel'): Promise<'done' | 'refused'> {
  const reasonKey = `${requestNo}-${decision}`;
  await giveReason(stage.pool, { key: reasonKey, requestNo, personId: decider, role: 'finance', why: 'called back, same voice' });
  const decided = await stage.persist(() => stage.activities.decideWithdrawal({ requestNo, decision, personId: decider, reasonKey, asOf: stage.now() }));
  if (decided.status !== 'decided') throw new Error(`${requestNo} could not be decided: ${decided.code}`);
  return followed(stage, requestNo, () => latestTry(stage.pool, `${requestNo}:${decision}`));
}

/** As the withdrawal's workflow: until both it and what was ordered about it have ended; a closed bank is waited for. */
async function followed(stage: Stage, requestNo: string, ordered: () => Promise<Instruction | null>): Promise<'done' | 'refused'> {
  const ended = await stage.carry(async (asOf) => {
    const step = await follow(stage, requestNo, asOf);
    const order = await ordered();
    if (!order || isTerminal(order)) return step;
    await stage.onPending(order.requestNo);
    return { status: 'pending', requestNo: order.requestNo, expectedAt: isPutOff(order, asOf) ? notBeforeOf(order) : null, ...(isPutOff(order, asOf) && { unsent: true as const }) };
  });
  return ended.status;
}

export const confirmWithdraw: MoneyVerb = {
  name: 'CONFIRM_WITHDRAW', service: 'CONFIRM_WITHDRAW', by: 'platform', told: 'WITHDRAW',
  async prepare(stage, { lenders }, dice) {
    const lender = dice.one(lenders);
    const amountFen = dice.between(1, 50_000);
    const requestNo = await held(stage, lender, amountFen);
    return {
      async act() {
        if ((await decide(stage, requestNo, 'confirm')) !== 'done') throw new Error(`${requestNo} was confirmed and did not arrive`);
      },
      moves: [{ accounts: [lender.userNo], availableFen: 0, frozenFen: -amountFen }], times: 1,
    };
  },
};

export const cancelWithdraw: MoneyVerb = {
  name: 'CANCEL_WITHDRAW', service: 'CANCEL_WITHDRAW', by: 'platform', told: 'WITHDRAW',
  async prepare(stage, { lenders }, dice) {
    const lender = dice.one(lenders);
    const amountFen = dice.between(1, 50_000);
    const requestNo = await held(stage, lender, amountFen);
    return {
      async act() {
        if ((await decide(stage, requestNo, 'cancel')) !== 'refused') throw new Error(`${requestNo} was cancelled and arrived`);
      },
      moves: [{ accounts: [lender.userNo], availableFen: amountFen, frozenFen: -amountFen }], times: 1,
    };
  },
};

/** No workflow of ours calls a payout back that the bank has handed on; the order goes through the gateway and the record like any other. */
export const interceptWithdraw: MoneyVerb = {
  name: 'INTERCEPT_WITHDRAW', service: 'INTERCEPT_WITHDRAW', by: 'platform', told: 'WITHDRAW',
  async prepare(stage, { lenders }, dice) {
    const { userNo } = dice.one(lenders);
    const amountFen = dice.between(1, 50_000);
    const payoutNo = await beginAtBank(stage, 'withdraw', { act: 'withdraw', userNo, amountFen, urgency: 'normal' });
    const businessKey = `${payoutNo}:intercept`;
    return {
      async act() {
        await intend(stage.pool, { businessKey, verb: 'cancel-withdrawal', userNo, amountFen: 0, workflowId: payoutNo, step: 'movement', asOf: stage.now(), details: { payoutNo } });
        const intercept = async (): Promise<Instruction> => carryOut(stage, (await latestTry(stage.pool, businessKey))!, ({ requestNo, asOf: businessTime }) => stage.custody.recallPayout({ requestNo, payoutNo, until: 'arrived', businessTime }), stage.now());
        const ended = await followed(stage, payoutNo, () => stage.persist(intercept));
        if (ended !== 'refused') throw new Error(`${payoutNo} was called back and arrived`);
      },
      moves: [{ accounts: [userNo], availableFen: amountFen, frozenFen: -amountFen }], times: 1,
    };
  },
};
