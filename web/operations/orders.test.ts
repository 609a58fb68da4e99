import { createHash } from 'node:crypto';
import { deposit } from '../../test/people-with-money.js';
import { refuse, startTestWeb, type TestWeb } from '../../test/web.js';
import type { CourtOrder, CourtPaper } from '../../db/court-orders.js';
import { decidePaper, markStanding, setOrderState } from '../../db/court-orders.js';
import { personal } from '../../db/chart.js';
import { intend } from '../../db/instructions.js';
import { recordOutcome } from '../../db/outcomes.js';
import { balanceOf } from '../../db/ledger.js';
import { inTransaction } from '../../db/pool.js';
import { addDays } from '../../domain/dates.js';
import type { Page, Visitor } from '../../stack/visitor.js';
import { productionLimits } from '../limits.js';

let web: TestWeb;
let one: { id: string };
let two: { id: string };
let lender: { id: string };
let officer: Visitor;
let supervisor: Visitor;
let owner: Visitor;
let stranger: Visitor;
beforeAll(async () => {
  web = await startTestWeb({ limits: { ...productionLimits, 'log-in-by-address': { points: 1_000, seconds: 900 } } });
  [one, two, lender] = [await web.person('compliance'), await web.person('supervisor'), await web.person('lender')];
  [officer, supervisor, owner, stranger] = [await web.loggedIn(one.id), await web.loggedIn(two.id), await web.loggedIn(lender.id), await web.loggedIn((await web.person('lender')).id)];
  await web.pool.query(`INSERT INTO custody_account (user_no, person_id, bank_role, state, card_last4, card_bank, card_bound_at, opened_at) VALUES ($1, $2, 'INVESTOR', 'active', '1234', 'Test Bank', now(), now())`, [`L-${lender.id}`, lender.id]);
  await deposit(web.pool, `L-${lender.id}`, 80_000);
});
afterAll(() => web.close());
beforeEach(() => { web.temporal.told.length = 0; web.temporal.answer = () => ({ ok: true }); });

const pdf = { name: '裁定书.pdf', type: 'application/pdf', content: new TextEncoder().encode('%PDF-1.7 the court of Hangzhou orders') };
const today = (): string => new Date(web.now.ms + 8 * 3_600_000).toISOString().slice(0, 10);
const day = (days: number): string => addDays(today(), days);
const wish = () => ({ person: lender.id, court: 'Hangzhou Intermediate Court', caseNumber: '(2026) Zhe 01 Zhi 77', covers: 'money', extent: 'sum', sum: '300', side: 'lender', from: today(), until: day(300) });
const main = (page: Page): string => page.$('main').text().replace(/\s+/g, ' ');
let orderNo = '';
let firstId = 0;
const shown = async () => officer.read<{ order: CourtOrder; papers: CourtPaper[] }>(`/operations/orders/${orderNo}`);

describe('entering an order of a court', () => {
  it('needs a document that is one, a person who is there, and days that the law allows; nothing is written otherwise', async () => {
    const page = await officer.open('/operations/orders/new');
    expect(page.$('form#enter-order').attr('enctype')).toBe('multipart/form-data');
    const wrong = await officer.submitFiles(page, 'enter-order', { ...wish(), person: 'P1', until: day(1_000), sum: '0' }, { document: { ...pdf, content: new TextEncoder().encode('MZ a program') } });
    expect(wrong.status).toBe(422);
    for (const words of ['There is nobody with this number', 'Art. 485', 'More than nothing', 'neither a PDF nor']) expect(wrong.text).toContain(words);
    expect((await officer.submitFiles(page, 'enter-order', wish(), {})).text).toContain('without it nothing is frozen');
    const large = new Uint8Array(5 * 1_024 * 1_024 + 1);
    large.set(pdf.content);
    expect((await officer.submitFiles(page, 'enter-order', wish(), { document: { ...pdf, content: large } })).text).toContain('at most 5 MB');
    expect((await officer.submitFiles(page, 'enter-order', wish(), { document: { ...pdf, content: new Uint8Array(6 * 1_024 * 1_024) } })).status).toBe(413);
    expect((await web.pool.query('SELECT 1 FROM court_order')).rowCount).toBe(0);
    expect(web.temporal.told).toEqual([]);
  });

  it('keeps the document sealed with its hash, begins the workflow, and pressing twice is once', async () => {
    const page = await officer.open('/operations/orders/new');
    const entered = await officer.submitFiles(page, 'enter-order', wish(), { document: pdf });
    await officer.submitFiles(page, 'enter-order', wish(), { document: pdf });
    orderNo = /CO\d+/.exec(entered.url)![0];
    const { order, papers } = await shown();
    expect(order).toMatchObject({ personId: lender.id, covers: 'money', userNo: `L-${lender.id}`, sumFen: 30_000, state: 'entered', expiresOn: day(300), heldFen: 0 });
    firstId = papers[0]!.id;
    expect(papers).toMatchObject([{ kind: 'freeze', enteredBy: one.id, enteredRole: 'compliance', decision: null }]);
    const starts = web.temporal.of('courtOrder');
    expect(starts.map(({ workflowId }) => workflowId)).toEqual([`order:${orderNo}`, `order:${orderNo}`]);
    expect(starts[0]!.args[0]).toMatchObject({ orderNo, personId: lender.id, paperId: firstId, dueAt: papers[0]!.dueAt });
    expect(JSON.stringify(web.temporal.told)).not.toContain('Hangzhou');
    const { rows } = await web.pool.query<{ sha256: string; content: string }>('SELECT sha256, content_cipher AS content FROM document');
    expect(rows.map(({ sha256 }) => sha256)).toEqual([createHash('sha256').update(pdf.content).digest('hex')]);
    expect(rows[0]!.content).not.toContain(Buffer.from(pdf.content).toString('base64'));
  });

  it('is not for strangers, lenders or other desks, and never about oneself', async () => {
    for (const visitor of [owner, stranger]) for (const path of ['/operations/orders', '/operations/orders/new', `/operations/orders/${orderNo}`, `/operations/orders/${orderNo}/papers/${firstId}/document`]) expect((await visitor.open(path)).status).toBe(403);
    const finance = await web.loggedIn((await web.person('finance')).id);
    expect([(await finance.open('/operations/orders')).status, (await finance.open('/operations/orders/new')).status]).toEqual([200, 403]);
    const both = await web.person('operations', 'lender');
    const mine = await web.loggedIn(both.id);
    const own = await mine.submitFiles(await mine.open('/operations/orders/new'), 'enter-order', { ...wish(), person: both.id, extent: 'all' }, { document: pdf });
    expect([own.status, own.text.includes('This is about yourself')]).toEqual([403, true]);
    expect((await officer.open('/operations/orders/CO1')).status).toBe(404);
  });

  it('the document comes back as it was handed in, as a download, and whoever opens it is recorded', async () => {
    const { text } = await supervisor.open(`/operations/orders/${orderNo}/papers/${firstId}/document`);
    expect(text).toBe(new TextDecoder().decode(pdf.content));
    expect((await web.pool.query(`SELECT actor FROM act WHERE verb = 'look-at-court-paper' AND subject = $1`, [orderNo])).rows).toEqual([{ actor: two.id }]);
    expect((await supervisor.open(`/operations/orders/${orderNo}/papers/999/document`)).status).toBe(404);
  });
});

describe('deciding a paper', () => {
  it('is not offered to whoever entered it', async () => {
    const page = await officer.open(`/operations/orders/${orderNo}`);
    expect([page.has('decide-paper'), main(page).includes('you entered it')]).toEqual([false, true]);
  });

  it('asks for the comparison, and a reason where it is refused; the workflow hears numbers only', async () => {
    const page = await supervisor.open(`/operations/orders/${orderNo}`);
    expect(main(page)).toContain('waits for a second person');
    const wrong = await supervisor.submit(page, 'decide-paper', { decision: 'refuse' });
    expect(wrong.status).toBe(422);
    for (const words of ['Why is it refused', 'compare it first']) expect(wrong.text).toContain(words);
    await supervisor.submit(page, 'decide-paper', { decision: 'refuse', why: 'the name is another', confirmed: 'yes' });
    expect(web.temporal.of('decidePaper')).toMatchObject([{ workflowId: `order:${orderNo}`, args: [{ paperId: firstId, personId: two.id, approve: false }] }]);
    expect(JSON.stringify(web.temporal.told)).not.toContain('another');
    expect((await web.pool.query('SELECT why FROM court_reason')).rows).toEqual([{ why: 'the name is another' }]);
    web.temporal.answer = () => refuse('second-person');
    const refused = await supervisor.submit(page, 'decide-paper', { decision: 'approve', confirmed: 'yes' });
    expect(refused.status).toBe(409);
  });
});

describe('with the order in force', () => {
  const userNo = () => `L-${lender.id}`;
  beforeAll(async () => {
    const asOf = new Date(web.now.ms).toISOString();
    await decidePaper(web.pool, { paperId: firstId, personId: two.id, approve: true, reasonKey: '', asOf });
    await setOrderState(web.pool, orderNo, 'placing');
    const requestNo = `order-${orderNo}-freeze-${userNo()}`;
    await intend(web.pool, { requestNo, businessKey: requestNo, verb: 'court-freeze', userNo: userNo(), amountFen: 30_000, workflowId: `order:${orderNo}`, step: 'freeze', asOf });
    await recordOutcome(web.pool, { requestNo, at: asOf, outcome: { status: 'done', amountFen: 20_000, at: asOf, bankNo: 'BK1' } });
    await inTransaction(web.pool, (tx) => markStanding(tx, orderNo, asOf));
  });

  it('it is listed with what it holds, found by person and state, and downloaded', async () => {
    const found = async (query: string) => (await officer.read<{ orders: CourtOrder[] }>(`/operations/orders?${query}`)).orders.map((order) => order.orderNo);
    expect(await found(`person=${lender.id}&state=standing&covers=money&until=${day(300)}`)).toEqual([orderNo]);
    for (const query of ['person=P1', 'state=ended', 'covers=both', 'until=2020-01-01', 'q=CO9']) expect(await found(query)).toEqual([]);
    expect((await officer.read<{ totals: unknown }>('/operations/orders')).totals).toEqual({ orders: 1, heldFen: 20_000 });
    expect((await officer.open('/operations/orders?format=csv')).text).toContain(`${orderNo},${lender.id},Hangzhou Intermediate Court,(2026) Zhe 01 Zhi 77,money,300.00,${userNo()},200.00,`);
    const page = await officer.open(`/operations/orders/${orderNo}`);
    for (const words of ['in force', '¥200.00', 'fifteen days before']) expect(main(page)).toContain(words);
  });

  it('the person sees court, number, date and sum, and cannot withdraw or bid; others see nothing', async () => {
    for (const path of ['/lender', '/account/custody']) {
      const text = main(await owner.open(path));
      for (const words of ['By order of Hangzhou Intermediate Court, case (2026) Zhe 01 Zhi 77', '¥300.00', 'Held now: ¥200.00', day(300)]) expect(text).toContain(words);
      expect(main(await stranger.open(path))).not.toContain('Hangzhou');
    }
    expect((await owner.read<{ restraints: unknown[] }>('/account/custody')).restraints).toMatchObject([{ orderNo, heldFen: 20_000, expiresOn: day(300) }]);
    const withdraw = await owner.open('/account/custody/lender/withdraw');
    expect([withdraw.has('withdraw'), main(withdraw).includes('A court has frozen the money')]).toEqual([false, true]);
    expect((await owner.open('/account/custody/lender/deposit')).has('deposit')).toBe(true);
  });

  it('the bank’s word on what came in later is taken as often as it comes', async () => {
    const tell = (amount: string) => web.raw.post('/bank/notify').type('form').send(web.bankMessage('FREEZE', { requestNo: `order-${orderNo}-freeze-${userNo()}`, transactionType: 'FREEZE', status: 'SUCCESS', amount, finishedAt: new Date(web.now.ms).toISOString(), bankNo: 'BK1' }));
    for (const amount of ['300.00', '250.00', '300.00']) expect((await tell(amount)).text).toBe('SUCCESS');
    expect(await balanceOf(web.pool, personal(userNo(), 'court-frozen'))).toBe(30_000);
    expect((await tell('9000.00')).status).toBe(503);
  });

  it('a statement says what was frozen', async () => {
    expect(main(await owner.open('/account/statement'))).toContain('Frozen by order of a court');
  });

  it('a renewal and a release are papers of their own: one at a time, each with its document', async () => {
    const renewal = await officer.open(`/operations/orders/${orderNo}/renewal`);
    expect((await officer.submitFiles(renewal, 'renewal', { until: day(800) }, { document: pdf })).text).toContain('Art. 485');
    await officer.submitFiles(renewal, 'renewal', { until: day(600) }, { document: pdf });
    expect(web.temporal.of('paperEntered')).toMatchObject([{ workflowId: `order:${orderNo}`, args: [{ dueAt: expect.any(String) }] }]);
    const again = await officer.submitFiles(await officer.open(`/operations/orders/${orderNo}/release`), 'release', {}, { document: pdf });
    expect([again.status, again.text.includes('waits for a second person')]).toEqual([409, true]);
    const { papers } = await shown();
    expect(papers.at(-1)).toMatchObject({ kind: 'renewal', expiresOn: day(600), decision: null });
    await decidePaper(web.pool, { paperId: papers.at(-1)!.id, personId: two.id, approve: true, reasonKey: '', asOf: new Date(web.now.ms).toISOString() });
    const release = await officer.open(`/operations/orders/${orderNo}/release`);
    expect((await officer.submitFiles(release, 'release', { amount: '300' }, { document: pdf })).text).toContain('leave it empty to release everything');
    await officer.submitFiles(release, 'release', { amount: '120' }, { document: pdf });
    expect((await shown()).papers.at(-1)).toMatchObject({ kind: 'release', amountFen: 12_000 });
    expect((await shown()).order.expiresOn).toBe(day(600));
  });
});
