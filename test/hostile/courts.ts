/** A court's order: the person's money is frozen at the bank, and given back when the order ends. */
import { createHash } from 'node:crypto';
import { enterOrder } from '../../db/court-orders.js';
import { inTransaction } from '../../db/pool.js';
import { actAtBank, clerk, decider, type Cast, type Person } from './cast.js';
import { mustBeDone, todayOf } from './loans.js';
import type { Stage } from './stage.js';
import type { MoneyVerb } from './verb.js';

/** Somebody new with money, and an order about all of it that two people have written down and approved. */
async function approved(stage: Stage, cast: Cast, amountFen: number): Promise<{ orderNo: string; person: Person }> {
  const person = await cast.newcomer('INVESTOR');
  await actAtBank(stage, 'deposit', { act: 'deposit', userNo: person.userNo, amountFen });
  const sha256 = createHash('sha256').update(person.id).digest('hex');
  const { rows } = await stage.pool.query<{ id: number }>(`INSERT INTO document (sha256, media_type, bytes, content_cipher, uploaded_by, uploaded_at) VALUES ($1, 'application/pdf', 9, 'x', $2, $3) RETURNING id`, [sha256, clerk, stage.now()]);
  const { orderNo, paperId } = await inTransaction(stage.pool, (tx) => enterOrder(tx, {
    personId: person.id, court: 'Hangzhou Intermediate Court', caseNumber: '(2025) Zhe 01 Zhi 1', covers: 'money', userNo: null, sumFen: null, fromDate: todayOf(stage.now()), expiresOn: '2034-01-01',
    key: `paper-${person.id}`, documentId: rows[0]!.id, enteredBy: clerk, enteredRole: 'compliance', enteredAt: stage.now(), dueAt: stage.now(),
  }));
  const decided = await stage.activities.decidePaper({ paperId, personId: decider, approve: true, reasonKey: 'none', asOf: stage.now() });
  if (decided.status !== 'decided') throw new Error(`the order was not approved: ${decided.code}`);
  return { orderNo, person };
}

export const freeze: MoneyVerb = {
  name: 'FREEZE', service: 'FREEZE', by: 'platform', told: null,
  async prepare(stage, cast, dice) {
    const amountFen = dice.between(1_000, 50_000);
    const { orderNo, person } = await approved(stage, cast, amountFen);
    return {
      act: async () => void mustBeDone(await stage.carry((asOf) => stage.activities.placeOrder({ orderNo, asOf }))),
      moves: [{ accounts: [person.userNo], availableFen: -amountFen, frozenFen: amountFen }], times: 1,
    };
  },
};

export const unfreeze: MoneyVerb = {
  name: 'UNFREEZE', service: 'UNFREEZE', by: 'platform', told: null,
  async prepare(stage, cast, dice) {
    const amountFen = dice.between(1_000, 50_000);
    const { orderNo, person } = await approved(stage, cast, amountFen);
    mustBeDone(await stage.carry((asOf) => stage.activities.placeOrder({ orderNo, asOf })));
    return {
      act: async () => void mustBeDone(await stage.carry((asOf) => stage.activities.liftOrder({ orderNo, endedBy: 'expired', asOf }))),
      moves: [{ accounts: [person.userNo], availableFen: amountFen, frozenFen: -amountFen }], times: 1,
    };
  },
};
