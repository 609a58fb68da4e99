import { addPerson } from '../../test/people-with-money.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';
import { intend } from '../../db/instructions.js';
import { recordOutcome } from '../../db/outcomes.js';
import type { Visitor } from '../../stack/visitor.js';
import { productionLimits } from '../limits.js';

let web: TestWeb;
let finance: Visitor;
beforeAll(async () => {
  web = await startTestWeb({ limits: { ...productionLimits, 'log-in-by-address': { points: 1_000, seconds: 900 } } });
  finance = await web.loggedIn((await web.person('finance')).id);
  await addPerson(web.pool, 'P701', 'lender');
  await addPerson(web.pool, 'P702', 'borrower');
  // The last moment of 3 March in Beijing, and the first of 4 March.
  await cameIn('D-1', 'L-P701', 10_000, '2025-03-03T15:59:59.999Z');
  await cameIn('D-2', 'L-P701', 2_500, '2025-03-03T16:00:00.000Z');
  await cameIn('D-3', 'B-P702', 700, '2025-03-05T02:00:00.000Z');
});
afterAll(() => web.close());

async function cameIn(requestNo: string, userNo: string, amountFen: number, at: string): Promise<void> {
  await intend(web.pool, { requestNo, businessKey: requestNo, verb: 'deposit', userNo, amountFen, workflowId: requestNo, step: 'deposit', asOf: at });
  await recordOutcome(web.pool, { requestNo, at, outcome: { status: 'done', amountFen, at, bankNo: `BK-${requestNo}` } });
}

const closed = (day: string, differences: unknown[]) => web.pool.query(`INSERT INTO day_close VALUES ($1::date, 0, 2, $2, 0, $1::date + interval '16 hours')`, [day, JSON.stringify(differences)]);
const mainText = async (path: string) => (await finance.open(path)).$('main').text().replace(/\s+/g, ' ');

describe('accounts of the ledger', () => {
  const balances = async (query: string) => (await finance.read<{ accounts: { code: string; balanceFen: number }[] }>(`/operations/accounts?${query}`)).accounts.map((each) => `${each.code} ${each.balanceFen}`);

  it('are listed with balances of now or of the end of a day, which is the platform\'s and not UTC\'s', async () => {
    expect(await balances('person=P701')).toEqual(['L-P701:available 12500']);
    expect(await balances('person=P701&day=2025-03-03')).toEqual(['L-P701:available 10000']);
    expect(await balances('person=P701&day=2025-03-04')).toEqual(['L-P701:available 12500']);
    expect(await balances('kind=outside&day=2025-03-04')).toEqual(['outside -12500']);
    expect(await balances('day=2025-03-02&filled=yes')).toEqual([]);
    const { totals } = await finance.read<{ totals: unknown }>('/operations/accounts?book=custody&day=2025-03-04');
    expect(totals).toEqual({ accounts: 3, balanceFen: 0 });
    const lines = (await finance.open('/operations/accounts?person=P701&day=2025-03-03&format=csv')).text.trim().split('\r\n');
    expect(lines[1]).toBe('custody,L-P701:available,lender-available,L-P701,,100.00,2');
  });

  it('one account: entries of a period between the balances before and after it, page and CSV', async () => {
    const { accounts } = await finance.read<{ accounts: { id: number }[] }>('/operations/accounts?q=L-P701');
    const path = `/operations/accounts/${accounts[0]!.id}`;
    const found = await finance.read<Record<string, unknown> & { entries: { amountFen: number; balanceFen: number }[] }>(`${path}?from=2025-03-04&to=2025-03-31`);
    expect(found).toMatchObject({ openingFen: 10_000, closingFen: 12_500, count: 1, inFen: 2_500, outFen: 0 });
    expect(found.entries.map((each) => [each.amountFen, each.balanceFen])).toEqual([[2_500, 12_500]]);
    expect(await mainText(`${path}?to=2025-03-03`)).toContain('Balance at the end of 2025-03-03¥100.00');
    const lines = (await finance.open(`${path}?format=csv`)).text.trim().split('\r\n');
    expect(lines.slice(1).map((line) => line.split(',').slice(-2).join(' '))).toEqual(['25.00 125.00', '100.00 100.00']);
  });

  it('entries run back from the balance on every page', async () => {
    for (let n = 1; n <= 60; n += 1) await cameIn(`M-${n}`, 'B-P702', 1, '2025-03-06T02:00:00.000Z');
    const { accounts } = await finance.read<{ accounts: { id: number; balanceFen: number }[] }>('/operations/accounts?q=B-P702');
    const second = await finance.read<{ entries: { balanceFen: number }[]; hasMore: boolean }>(`/operations/accounts/${accounts[0]!.id}?page=2`);
    expect([accounts[0]!.balanceFen, second.entries.map((each) => each.balanceFen), second.hasMore]).toEqual([760, [710, 709, 708, 707, 706, 705, 704, 703, 702, 701, 700], false]);
  });
});

describe('custody accounts', () => {
  it('are listed with what is available, reserved, frozen and in transit, now and at the end of a day, and added up', async () => {
    const held = async (query: string) => (await finance.read<{ accounts: { userNo: string; availableFen: number }[] }>(`/operations/custody-accounts?${query}`)).accounts.map((each) => `${each.userNo} ${each.availableFen}`);
    expect(await held('day=2025-03-05')).toEqual(['B-P702 700', 'L-P701 12500']);
    expect(await held('day=2025-03-03')).toEqual(['B-P702 0', 'L-P701 10000']);
    expect(await held('role=INVESTOR')).toEqual(['L-P701 12500']);
    expect(await held('q=B-P702&day=2025-03-05')).toEqual(['B-P702 700']);
    const page = await finance.open('/operations/custody-accounts?day=2025-03-05');
    expect(page.$('tfoot').text()).toContain('¥132.00');
    expect((await finance.open('/operations/custody-accounts?person=P701&format=csv')).text).toContain('L-P701,P701,INVESTOR,active,125.00,0.00,0.00,0.00,0,no');
    expect(await mainText('/operations/custody-accounts?state=closed')).toContain('None here, because');
  });

  it('one account: its parts at the end of a day, what is under way, and the bank\'s other figure when the last close found one', async () => {
    const path = '/operations/custody-accounts/L-P701';
    expect(await mainText(path)).toContain('not compared yet');
    await closed('2025-03-06', [{ userNo: 'L-P701', ours: { availableFen: 12_500, frozenFen: 0 }, bank: { availableFen: 12_400, frozenFen: 0 }, openInstructions: 0 }]);
    expect(await mainText(`${path}?day=2025-03-03`)).toContain('Balances at the end of 2025-03-03');
    for (const words of ['different at the close of 2025-03-06', '¥125.00 in our books, ¥124.00 at the bank', '-¥1.00']) expect((await mainText(path)).replace('−', '-')).toContain(words);
    expect((await finance.read<{ accounts: { userNo: string }[] }>('/operations/custody-accounts?differs=yes')).accounts.map((each) => each.userNo)).toEqual(['L-P701']);
    await closed('2025-03-07', []);
    expect(await mainText(path)).toContain('equal at the close of 2025-03-07');
    await intend(web.pool, { requestNo: 'D-open', businessKey: 'D-open', verb: 'deposit', userNo: 'L-P701', amountFen: 5, workflowId: 'D-open', step: 'deposit', asOf: '2025-03-07T02:00:00.000Z' });
    expect(await mainText(path)).toContain('D-open');
    for (const unknown of ['/operations/custody-accounts/L-P70', '/operations/custody-accounts/L-P999']) expect((await finance.open(unknown)).status).toBe(404);
  });
});

it('are for finance, operations, supervisors and auditors only', async () => {
  for (const role of ['administrator', 'lender', 'collector'] as const) {
    const visitor = await web.loggedIn((await web.person(role)).id);
    for (const path of ['/operations/custody-accounts', '/operations/custody-accounts/L-P701']) expect((await visitor.open(path)).status).toBe(403);
  }
});
