import { intend } from '../../db/instructions.js';
import { recordOutcome } from '../../db/outcomes.js';
import { openLook, reasonOf } from '../../db/withdrawal-looks.js';
import { addPerson } from '../../test/people-with-money.js';
import { refuse, startTestWeb, type TestWeb } from '../../test/web.js';
import type { Visitor } from '../../stack/visitor.js';
import { productionLimits } from '../limits.js';

let web: TestWeb;
let financeId: string;
let finance: Visitor;
beforeAll(async () => {
  web = await startTestWeb({ limits: { ...productionLimits, 'log-in-by-address': { points: 1_000, seconds: 900 } } });
  financeId = (await web.person('finance')).id;
  finance = await web.loggedIn(financeId);
  await addPerson(web.pool, 'P950', 'lender');
});
afterAll(() => web.close());
beforeEach(() => { web.temporal.told.length = 0; web.temporal.answer = () => ({ ok: true }); });

const asOf = '2026-03-02T02:00:00.000Z';
async function held(requestNo: string, userNo = 'L-P950'): Promise<string> {
  await intend(web.pool, { requestNo, businessKey: requestNo, verb: 'withdraw', userNo, amountFen: 60_000_00, workflowId: requestNo, step: 'movement', asOf });
  await openLook(web.pool, { requestNo, changedAt: '2026-03-01T02:00:00.000Z', dueAt: '2030-03-03T08:00:00.000Z' });
  await recordOutcome(web.pool, { requestNo, at: asOf, outcome: { status: 'accepted', stage: 'confirming' } });
  return `/operations/withdrawals/${requestNo}`;
}

it('says why it is empty, then lists what waits, the most urgent first', async () => {
  expect((await finance.open('/operations/withdrawals')).text).toContain('None, because no such withdrawal is held');
  await held('W950');
  const page = await finance.open('/operations/withdrawals');
  expect(page.$('table').first().text()).toMatch(/W950.*L-P950.*60,000\.00/s);
  expect(await finance.read('/operations/withdrawals')).toMatchObject({ waiting: [{ requestNo: 'W950', amountFen: 60_000_00 }] });
});

it('finance decides with a reason, which stays in the record; the workflow hears only its key', async () => {
  const path = await held('W951');
  const page = await finance.open(path);
  expect((await finance.submit(page, 'decide-withdrawal', { decision: 'confirm' })).$('#e-why').text()).toContain('Why?');
  expect(web.temporal.told).toEqual([]);
  const after = await finance.submit(page, 'decide-withdrawal', { decision: 'confirm', why: 'Reached on the new phone, knew the last two loans' });
  expect(new URL(after.url).pathname).toBe(path);
  const [told] = web.temporal.told;
  expect(told).toMatchObject({ what: 'update', workflowId: 'W951', name: 'decideWithdrawal', args: [{ personId: financeId, decision: 'confirm', reasonKey: told!.updateId }] });
  expect(await reasonOf(web.pool, told!.updateId!)).toEqual({ requestNo: 'W951', personId: financeId, role: 'finance', why: 'Reached on the new phone, knew the last two loans' });
});

it('a refusal of the workflow is told in words', async () => {
  const path = await held('W952');
  web.temporal.answer = () => refuse('decided-already');
  const page = await finance.submit(await finance.open(path), 'decide-withdrawal', { decision: 'cancel', why: 'no answer' });
  expect([page.status, page.text.includes('A colleague has decided')]).toEqual([409, true]);
});

it('who only looks at money sees it without the form, others nothing, and nobody decides their own', async () => {
  const path = await held('W953');
  const auditor = await web.loggedIn((await web.person('auditor')).id);
  expect((await auditor.open(path)).has('decide-withdrawal')).toBe(false);
  expect((await (await web.loggedIn((await web.person('lender')).id)).open(path)).status).toBe(403);
  const both = await web.person('finance', 'lender');
  await web.pool.query("INSERT INTO custody_account (user_no, person_id, bank_role, state) VALUES ($1, $2, 'INVESTOR', 'active')", [`L-${both.id}`, both.id]);
  const own = await held('W954', `L-${both.id}`);
  const visitor = await web.loggedIn(both.id);
  expect((await visitor.open(own)).has('decide-withdrawal')).toBe(false);
  const form = await visitor.open(path);
  const forced = new URLSearchParams({ ...form.form('decide-withdrawal').fields, decision: 'confirm', why: 'mine' });
  const sent = await (visitor as unknown as { send(url: string, method: string, body: string): Promise<{ status: number }> }).send(`${web.url}${own}`, 'POST', forced.toString());
  expect(sent.status).toBe(403);
  expect(web.temporal.told).toEqual([]);
});

it('one that is decided or unknown has no form', async () => {
  const path = await held('W955');
  await web.pool.query("UPDATE withdrawal_look SET decision = 'cancel', decided_by = 'workflow:W955', why = 'nobody', decided_at = now() WHERE request_no = 'W955'");
  const page = await finance.open(path);
  expect([page.has('decide-withdrawal'), page.text.includes('being cancelled')]).toEqual([false, true]);
  expect((await finance.open('/operations/withdrawals/W000')).status).toBe(404);
});
