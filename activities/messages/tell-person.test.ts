import { intend } from '../../db/instructions.js';
import { messagesOf } from '../../db/messages.js';
import { openLook } from '../../db/withdrawal-looks.js';
import { createApplicants, type Applicants } from '../../test/applicants.js';
import type { MessageActivities, PersonTemplate } from '../../workflows/contract.js';
import { createMessageActivities } from './index.js';

let side: Applicants;
let messages: MessageActivities;
beforeEach(async () => {
  side = await createApplicants();
  messages = createMessageActivities(side.deps);
});
afterEach(() => side.close());

const asOf = '2026-03-02T02:00:00.000Z';
async function withdrawal(personId: string): Promise<string> {
  await side.pool.query("INSERT INTO custody_account (user_no, person_id, bank_role, state) VALUES ($1, $2, 'INVESTOR', 'active')", [`L-${personId}`, personId]);
  await intend(side.pool, { requestNo: 'W1', businessKey: 'W1', verb: 'withdraw', userNo: `L-${personId}`, amountFen: 60_000_00, workflowId: 'W1', step: 'movement', asOf });
  await openLook(side.pool, { requestNo: 'W1', changedAt: asOf, dueAt: '2026-03-03T08:00:00.000Z' });
  return 'W1';
}

it.each<[PersonTemplate, RegExp]>([
  ['withdrawal-held', /¥60,000\.00.*2026-03-03 16:00/s], ['withdrawal-confirmed', /¥60,000\.00 is confirmed/], ['withdrawal-cancelled', /did not confirm.*available/s], ['withdrawal-not-confirmed', /nobody confirmed.*available/s], ['trading-password-reset', /the old one no longer works/],
])('%s is told on both channels, once, with where to turn if it was not them', async (template, says) => {
  const personId = await side.person({ language: 'en' });
  const requestNo = await withdrawal(personId);
  for (let twice = 0; twice < 2; twice += 1) await messages.tellPerson({ key: `${template}:W1`, template, personId, requestNo, asOf });
  expect(side.sent.map(({ channel }) => channel).sort()).toEqual(['mail', 'sms']);
  for (const { text } of side.sent) {
    expect(text).toMatch(says);
    for (const part of ['Tributary', 'If it was not you', '400-000-0000']) expect(text).toContain(part);
  }
  expect((await messagesOf(side.pool, personId)).map((each) => each.key).sort()).toEqual([`${template}:W1:mail`, `${template}:W1:sms`]);
});

it('is told in Chinese to who reads Chinese', async () => {
  const personId = await side.person({ language: 'zh' });
  await messages.tellPerson({ key: 'k', template: 'withdrawal-held', personId, requestNo: await withdrawal(personId), asOf });
  for (const { text } of side.sent) expect(text).toMatch(/提现.*最迟 2026-03-03 16:00/s);
});
