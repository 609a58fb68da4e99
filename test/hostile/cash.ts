/** Money between a person's card and account, by the person's own hand. */
import { actAtBank } from './cast.js';
import type { MoneyVerb } from './verb.js';

export const recharge: MoneyVerb = {
  name: 'RECHARGE', service: 'RECHARGE', by: 'person', told: 'RECHARGE',
  async prepare(stage, { lenders }, dice) {
    const { userNo } = dice.one(lenders);
    const amountFen = dice.between(1, 50_000);
    return {
      act: async ({ askedFirst }) => void (await actAtBank(stage, 'deposit', { act: 'deposit', userNo, amountFen }, undefined, askedFirst)),
      moves: [{ accounts: [userNo], availableFen: amountFen, frozenFen: 0 }], times: 1,
    };
  },
};

export const withdraw: MoneyVerb = {
  name: 'WITHDRAW', service: 'WITHDRAW', by: 'person', told: 'WITHDRAW',
  async prepare(stage, { lenders }, dice) {
    const { userNo } = dice.one(lenders);
    const amountFen = dice.between(1, 50_000);
    return {
      act: async ({ askedFirst }) => void (await actAtBank(stage, 'withdraw', { act: 'withdraw', userNo, amountFen, urgency: 'normal' }, undefined, askedFirst)),
      moves: [{ accounts: [userNo], availableFen: -amountFen, frozenFen: 0 }], times: 1,
      returned: [{ accounts: [userNo], availableFen: 0, frozenFen: 0 }],
    };
  },
};
