/** What people decide on pages, carried out by real workflows on a real Temporal: cases with the bank, and authorisations taken back. */
import { segmentNow } from '../db/clock.js';
import { row } from '../db/pool.js';
import { openCases, reconciliationDay } from '../db/reconciliation.js';
import type { Visitor } from '../stack/visitor.js';
import { until } from '../stack/persons/world.js';
import { reconcileWorkflowId, taskQueues, workflowTypes } from '../workflows/contract.js';
import { openLivePlatform, type LivePlatform } from './live-platform.js';
import { someMoment } from './people-with-money.js';
import { startTestWeb, type TestWeb } from './web.js';

/** The day on which people's money came in; its files are compared on the next. */
const [day, startsAt] = [someMoment.slice(0, 10), '2025-03-04T02:00:00.000Z'];
let platform: LivePlatform;
let web: TestWeb;
beforeAll(async () => {
  platform = await openLivePlatform(startsAt);
  web = await startTestWeb({ platform: { pool: platform.pool, vault: platform.vault, client: platform.client } });
}, 120_000);
afterAll(async () => {
  await web.close();
  await platform.close();
});

const balance = async (userNo: string): Promise<number> => (await row<{ balance: number }>(platform.pool, `SELECT balance FROM account WHERE owner = $1 AND code LIKE '%:available'`, [userNo]))?.balance ?? 0;

describe('a case with the bank', () => {
  let [owner, second]: Visitor[] = [];
  let ownerId: string;
  let userNo: string;
  let caseId: number;
  beforeAll(async () => {
    const [one, two, lender] = [await web.person('finance'), await web.person('supervisor'), await web.person('lender')];
    ownerId = one.id;
    [owner, second] = [await web.loggedIn(one.id), await web.loggedIn(two.id)];
    // In our books since yesterday; the bank's file of yesterday has no such line.
    userNo = await platform.account(lender.id, 'lender', 70_000);
    await platform.client.workflow.start(workflowTypes.reconcile, {
      workflowId: reconcileWorkflowId(day), taskQueue: taskQueues.loans, args: [{ from: day, to: day, zoneOffsetMinutes: 480, clock: await segmentNow(platform.pool, Date.now()) }],
    });
    caseId = (await until('the case', async () => (await openCases(platform.pool))[0])).id;
    await until('its task', () => row(platform.pool, `SELECT 1 AS found FROM task WHERE key = $1`, [`case:${caseId}:operations`]));
  }, 120_000);

  const page = (visitor: Visitor) => visitor.open(`/operations/cases/${caseId}`);
  const decide = async (visitor: Visitor, resolution: string) => visitor.submit(await page(visitor), 'decide-case', { resolution, why: 'The bank has sent a letter', confirmed: 'yes' });

  it('is refused to its owner by the workflow, in words, and nothing is posted', async () => {
    await owner!.submit(await page(owner!), 'take-case');
    const refused = await decide(owner!, 'accept-bank');
    expect([refused.status, refused.text.includes('This needs a second person')]).toEqual([409, true]);
    expect([await balance(userNo), (await openCases(platform.pool)).length]).toEqual([70_000, 1]);
  });

  it('is decided by the second person: what the page showed is posted, the task leaves the desk, and the day is confirmed', async () => {
    const shown = (await page(second!)).$('main').text();
    for (const words of [`D-${userNo}-70000:reversed`, `${userNo}:available`, '¥700.00']) expect(shown).toContain(words);
    const decided = await decide(second!, 'accept-bank');
    expect([decided.status, decided.text.includes('the ledger followed the bank')]).toEqual([200, true]);
    expect(await balance(userNo)).toBe(0);
    await until('the confirmation', async () => (await reconciliationDay(platform.pool, day))?.state === 'confirmed');
    expect(platform.bank.confirmedDays).toEqual([day]);
    expect(await row(platform.pool, `SELECT state, decision FROM task WHERE key = $1`, [`case:${caseId}:operations`])).toEqual({ state: 'done', decision: 'accept-bank' });
    expect(await row(platform.pool, `SELECT actor, second_person IS NOT NULL AS second FROM act WHERE verb = 'case-resolved'`)).toEqual({ actor: ownerId, second: true });
    await until('the end of both workflows', async () => {
      const states = await Promise.all([`case:${caseId}`, reconcileWorkflowId(day)].map(async (id) => (await platform.client.workflow.getHandle(id).describe()).status.name));
      return states.every((state) => state === 'COMPLETED');
    });
  });

  it('is decided once: who comes later is told so', async () => {
    const forms = await second!.open('/operations/cases');
    expect(forms.text).not.toContain('decide-case');
    const again = await web.loggedIn(ownerId);
    expect((await again.open(`/operations/cases/${caseId}`)).has('decide-case')).toBe(false);
  });
});

describe('a standing authorisation', () => {
  it('that its owner takes back ends at the bank, by a workflow, and is shown as revoked', async () => {
    const { id } = await web.person('lender');
    const userNo = await platform.account(id, 'lender');
    await platform.pool.query(`INSERT INTO authorisation (user_no, type, max_fen, fail_time, state) VALUES ($1, 'TENDER', 1000000, '2035-01-01T00:00:00Z', 'active')`, [userNo]);
    const visitor = await web.loggedIn(id);
    const form = await visitor.open('/account/custody/lender/authorisations/TENDER/revoke');
    for (let n = 0; n < 2; n += 1) expect((await visitor.submit(form, 'revoke')).status).toBe(200);
    await until('its end', () => row(platform.pool, `SELECT 1 AS found FROM authorisation WHERE user_no = $1 AND type = 'TENDER' AND state = 'cancelled'`, [userNo]));
    expect(platform.bank.calls.filter(({ verb }) => verb === 'cancelAuthorisation').map(({ input }) => [input['userNo'], input['type']])).toEqual([[userNo, 'TENDER']]);
    const requestNo = (await row<{ no: string }>(platform.pool, `SELECT request_no AS no FROM instruction WHERE user_no = $1 AND verb = 'cancel-authorisation' AND state = 'done'`, [userNo]))!.no;
    await until('the end of its workflow', async () => (await platform.client.workflow.getHandle(requestNo).describe()).status.name === 'COMPLETED');
    expect((await visitor.open('/account/custody/lender/authorisations')).$('main').text()).toContain('revoked');
  });
});
