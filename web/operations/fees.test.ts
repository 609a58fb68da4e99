import { addPerson, deposit } from '../../test/people-with-money.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';
import { personal, platformCosts, platformIncome, type AccountName, type JournalKind } from '../../db/chart.js';
import { balanceOf, moved, postJournal, reverseJournal } from '../../db/ledger.js';
import { feesByMonth, platformAccounts, type FeeSum } from '../../db/platform-fees.js';
import { inTransaction } from '../../db/pool.js';
import type { Visitor } from '../../stack/visitor.js';
import { productionLimits } from '../limits.js';

const beijing = 480;
let web: TestWeb;
let finance: Visitor;
beforeAll(async () => {
  web = await startTestWeb({ limits: { ...productionLimits, 'log-in-by-address': { points: 1_000, seconds: 900 } } });
  finance = await web.loggedIn((await web.person('finance')).id);
});
afterAll(() => web.close());

const frozen = personal('B-P801', 'frozen');
const post = (key: string, kind: JournalKind, from: AccountName, to: AccountName, fen: number, businessAt: string) =>
  inTransaction(web.pool, (tx) => postJournal(tx, { key, kind, requestNo: 'D-fees', businessAt, postings: moved(from, to, fen) }));
const page = () => finance.read<{ fees: FeeSum[] }>('/operations/fees');

it('before anything was earned the page says why it is empty', async () => {
  expect((await finance.open('/operations/fees')).text).toContain('None here, because no payment with a fee');
});

describe('with fees, costs and a reversal in the ledger', () => {
  beforeAll(async () => {
    await addPerson(web.pool, 'P801', 'borrower');
    await deposit(web.pool, 'B-P801', 100_000, 'D-fees');
    await post('f:frozen', 'repayment-frozen', personal('B-P801', 'available'), frozen, 60_000, '2025-03-03T03:00:00.000Z');
    // The last moment of March and the first of April in Beijing.
    await post('f:1', 'service-fee', frozen, platformIncome, 1_000, '2025-03-31T15:59:59.999Z');
    await post('f:2', 'service-fee', frozen, platformIncome, 2_000, '2025-03-31T16:00:00.000Z');
    await post('f:3', 'lender-fee', frozen, platformIncome, 30, '2025-04-02T02:00:00.000Z');
    await post('f:4', 'costs', frozen, platformCosts, 5_000, '2025-04-03T02:00:00.000Z');
    const [one, two] = [await web.person('finance'), await web.person('supervisor')];
    await inTransaction(web.pool, (tx) => reverseJournal(tx, { key: 'f:2', why: 'Charged twice', by: one.id, role: 'finance', secondPerson: two.id, businessAt: '2025-04-05T02:00:00.000Z' }));
  });

  it('they are added up by month of the platform\'s zone, kind and account', async () => {
    const sums = (await page()).fees.map((fee) => [fee.month, fee.kind, fee.account, fee.entries, fee.inFen, fee.outFen]);
    expect(sums).toEqual([
      ['2025-04', 'costs', 'platform:costs', 1, 5_000, 0], ['2025-04', 'lender-fee', 'platform:income', 1, 30, 0], ['2025-04', 'service-fee', 'platform:income', 2, 2_000, -2_000], ['2025-03', 'service-fee', 'platform:income', 1, 1_000, 0],
    ]);
  });

  it('their sums are what the platform\'s accounts hold, account by account', async () => {
    const sumOf = async (code: string) => (await feesByMonth(web.pool, {}, beijing)).filter((fee) => fee.account === code).reduce((sum, fee) => sum + fee.inFen + fee.outFen, 0);
    expect(await sumOf('platform:income')).toBe(await balanceOf(web.pool, platformIncome));
    expect(await sumOf('platform:costs')).toBe(await balanceOf(web.pool, platformCosts));
    expect((await platformAccounts(web.pool)).map((account) => [account.code, account.balanceFen])).toEqual([['platform:costs', 5_000], ['platform:income', 1_030]]);
    const shown = await finance.open('/operations/fees');
    expect(shown.$('main').text().match(/equal/g)).toHaveLength(2);
    expect(shown.$('tfoot').first().text()).toContain('¥60.30');
  });

  it('a balance that is not the sum of its fees is seen', async () => {
    await web.pool.query('ALTER TABLE account DISABLE TRIGGER USER');
    await web.pool.query(`UPDATE account SET balance = balance + 7 WHERE code = 'platform:income'`);
    expect((await finance.open('/operations/fees')).$('main').text()).toContain('differs by ¥0.07');
    await web.pool.query(`UPDATE account SET balance = balance - 7 WHERE code = 'platform:income'`);
    await web.pool.query('ALTER TABLE account ENABLE TRIGGER USER');
  });

  it('they are narrowed by kind and day, lead to their journals, and are downloaded by month or entry', async () => {
    const narrowed = await finance.open('/operations/fees?kind=service-fee&from=2025-03-01&to=2025-03-31');
    expect(narrowed.$('tfoot').first().text()).toContain('¥10.00');
    expect(narrowed.text).not.toContain('Against the months above');
    const leads = narrowed.$('tbody a.row').first().attr('href')!;
    expect((await finance.read<{ journals: { key: string }[] }>(leads)).journals.map((each) => each.key)).toEqual(['f:1']);
    expect((await finance.open('/operations/fees?format=csv')).text).toContain('2025-04,service-fee,platform:income,2,20.00,-20.00,0.00');
    const entries = (await finance.open('/operations/fees?format=entries&kind=service-fee')).text.trim().split('\r\n');
    expect(entries.slice(1).map((line) => `${line.split(',')[0]} ${line.split(',').at(-1)}`)).toEqual(['f:1 10.00', 'f:2 20.00', 'f:2:reversed -20.00']);
  });

  it('a reversed journal and its reversal name each other and the decision', async () => {
    const { journals } = await finance.read<{ journals: { id: number; reverses: number }[] }>('/operations/journals?reversals=yes');
    expect(journals).toHaveLength(1);
    const reversal = (await finance.open(`/operations/journals/${journals[0]!.id}`)).$('main').text();
    for (const words of ['takes back', 'Charged twice', 'Reverse journal', 'D-fees']) expect(reversal).toContain(words);
    expect((await finance.open(`/operations/journals/${journals[0]!.reverses}`)).$('main').text()).toContain('It was taken back');
    const found = async (query: string) => (await finance.read<{ journals: { key: string }[] }>(`/operations/journals?${query}`)).journals.map((each) => each.key);
    expect(await found('request=D-fees&kind=service-fee')).toEqual(['f:2:reversed', 'f:2', 'f:1']);
    expect(await found('from=2025-04-01&to=2025-04-02')).toEqual(['f:3', 'f:2']);
    expect(await found('q=f:4&book=custody')).toEqual(['f:4']);
    expect(await found('loan=LN1')).toEqual([]);
    const csv = (await finance.open('/operations/journals?kind=costs&format=csv')).text.trim().split('\r\n');
    expect(csv).toHaveLength(2);
    expect(csv[1]).toContain('f:4,custody,costs,D-fees,,,2025-04-03T02:00:00.000Z,50.00,2');
    const { totals } = await finance.read<{ totals: unknown }>('/operations/journals?kind=service-fee');
    expect(totals).toEqual({ journals: 3, postings: 6, movedFen: 5_000 });
  });

  it('only finance, operations, supervisors and auditors see them', async () => {
    for (const role of ['administrator', 'reviewer', 'borrower'] as const) expect((await (await web.loggedIn((await web.person(role)).id)).open('/operations/fees')).status).toBe(403);
  });
});
