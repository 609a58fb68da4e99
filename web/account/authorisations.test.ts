import { messagesOf } from '../../db/messages.js';
import { intend } from '../../db/instructions.js';
import { recordOutcome } from '../../db/outcomes.js';
import type { StandingAuthorisation } from '../../db/authorisations.js';
import type { Visitor } from '../../stack/visitor.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';

let web: TestWeb;
beforeAll(async () => { web = await startTestWeb(); });
afterAll(() => web.close());

const now = (): string => new Date(web.now.ms).toISOString();

/** A borrower whose bank knows these authorisations: type, limit, end, state. */
async function borrower(given: [string, number, string, string][]): Promise<{ id: string; visitor: Visitor }> {
  const { id } = await web.person('borrower');
  await web.pool.query("INSERT INTO custody_account (user_no, person_id, bank_role, state, card_last4, card_bank) VALUES ($1, $2, 'BORROWERS', 'active', '1234', 'Test Bank')", [`B-${id}`, id]);
  for (const each of given) await web.pool.query('INSERT INTO authorisation (user_no, type, max_fen, fail_time, state) VALUES ($1, $2, $3, $4, $5)', [`B-${id}`, ...each]);
  return { id, visitor: await web.loggedIn(id) };
}

async function pulled(id: string, amountFen: number): Promise<void> {
  const requestNo = `PULL-${id}-${amountFen}`;
  await intend(web.pool, { requestNo, businessKey: requestNo, verb: 'pull', userNo: `B-${id}`, amountFen, workflowId: requestNo, step: 'service', asOf: now() });
  await recordOutcome(web.pool, { requestNo, at: now(), outcome: { status: 'done', amountFen, at: now(), bankNo: 'BK' } });
}

const list = '/account/custody/borrower/authorisations';
const read = async (visitor: Visitor): Promise<StandingAuthorisation[]> => (await visitor.read<{ authorisations: StandingAuthorisation[] }>(list)).authorisations;
const [future, past] = ['2099-01-01T00:00:00.000Z', '2020-01-01T00:00:00.000Z'];

describe('standing authorisations', () => {
  it('are listed with limit, what was used, end and state', async () => {
    const { id, visitor } = await borrower([['RECHARGE', 50_000, future, 'active'], ['REPAYMENT', 10_000, future, 'active'], ['WITHDRAW', 10_000, past, 'active'], ['TENDER', 10_000, future, 'cancelled']]);
    await pulled(id, 20_000);
    expect((await read(visitor)).map(({ type, usedFen, state }) => [type, usedFen, state])).toEqual([['RECHARGE', 20_000, 'valid'], ['REPAYMENT', 0, 'valid'], ['TENDER', 0, 'revoked'], ['WITHDRAW', 0, 'expired']]);
    await pulled(id, 30_000);
    expect((await read(visitor))[0]).toMatchObject({ usedFen: 50_000, state: 'used-up' });
    const page = await visitor.open(list);
    expect(page.$('tbody tr').first().text()).toContain('pull what is missing on a due day from your bound card (代扣)used up¥500.00¥500.00');
    expect(page.$('a[href$="/revoke"]')).toHaveLength(3);
  });

  it('count from the day they were given anew', async () => {
    const { id, visitor } = await borrower([['RECHARGE', 50_000, future, 'active']]);
    await pulled(id, 20_000);
    web.now.ms += 1_000;
    await intend(web.pool, { requestNo: `A-${id}`, businessKey: `A-${id}`, verb: 'authorise', userNo: `B-${id}`, amountFen: 0, workflowId: `A-${id}`, step: 'movement', asOf: now(), details: { types: ['RECHARGE'] } });
    await recordOutcome(web.pool, { requestNo: `A-${id}`, at: now(), outcome: { status: 'done', amountFen: 0, at: now(), bankNo: 'BK' } });
    expect((await read(visitor))[0]).toMatchObject({ usedFen: 0 });
  });

  it('are taken back after it was said what that means, once, with a notice by mail, and are revoked with the bank\'s word', async () => {
    const { id, visitor } = await borrower([['REPAYMENT', 10_000, future, 'active'], ['RECHARGE', 10_000, future, 'active']]);
    const page = await visitor.open(`${list}/REPAYMENT/revoke`);
    expect(page.$('.notice').text()).toMatch(/No instalment can be taken.*you will be late.*no running loan/s);
    const after = await visitor.submit(page, 'revoke');
    const requestNo = after.url.split('/').at(-1)!;
    expect(after.text).toContain('The end of your authorisation');
    await visitor.submit(page, 'revoke');
    const { rows } = await web.pool.query("SELECT request_no, state, details ->> 'type' AS type FROM instruction WHERE user_no = $1 AND verb = 'cancel-authorisation'", [`B-${id}`]);
    expect(rows).toEqual([{ request_no: requestNo, state: 'intended', type: 'REPAYMENT' }]);
    expect(web.temporal.of('movement').at(-1)).toMatchObject({ workflowId: requestNo, args: [{ requestNo, verb: 'cancel-authorisation', personId: id }] });
    expect((await messagesOf(web.pool, id)).map((each) => [each.channel, each.template])).toEqual([['mail', 'authorisation-ending']]);

    const left = [{ type: 'RECHARGE' as const, maxFen: 10_000, failTime: future }];
    await recordOutcome(web.pool, { requestNo, at: now(), outcome: { status: 'done', amountFen: 0, at: now(), bankNo: 'BK' }, user: { userNo: `B-${id}`, state: 'active', card: { last4: '1234', bankName: 'Test Bank' }, authorisations: left } });
    expect((await read(visitor)).map(({ type, state }) => [type, state])).toEqual([['RECHARGE', 'valid'], ['REPAYMENT', 'revoked']]);
    expect(new URL((await visitor.open(`${list}/REPAYMENT/revoke`)).url).pathname).toBe(list);
  });

  it('of another side or type are not found', async () => {
    const { visitor } = await borrower([]);
    for (const address of ['/account/custody/lender/authorisations', `${list}/TENDER/revoke`, `${list}/EVERYTHING/revoke`]) expect((await visitor.open(address)).status).toBe(404);
    expect((await visitor.open(list)).text).toContain('None yet, because');
  });
});
