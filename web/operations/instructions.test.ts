import { addLoan, addPerson, deposit } from '../../test/people-with-money.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';
import { recordIdentityData } from '../../db/people.js';
import { intend, markSent, verbs } from '../../db/instructions.js';
import { recordOutcome } from '../../db/outcomes.js';
import { recordWaiting } from '../../db/waiting.js';
import type { Visitor } from '../../stack/visitor.js';
import { productionLimits } from '../limits.js';

let web: TestWeb;
let finance: Visitor;
let lender: { id: string; email: string; phone: string };
beforeAll(async () => {
  web = await startTestWeb({ limits: { ...productionLimits, 'log-in-by-address': { points: 1_000, seconds: 900 } } });
  finance = await web.loggedIn((await web.person('finance')).id);
  lender = await web.person('lender');
  await recordIdentityData(web.pool, web.vault, lender.id, { name: 'Wang  Xiaoming', idNumber: '110105199001011234', birthDate: '1990-01-01' });
  await web.pool.query(`INSERT INTO custody_account (user_no, person_id, bank_role, state) VALUES ('L-' || $1, $1, 'INVESTOR', 'active')`, [lender.id]);
  await addPerson(web.pool, 'P601', 'borrower');
  await addLoan(web.pool, { loanNo: 'LN601', borrowerId: 'P601', amountFen: 500_000 });
  await deposit(web.pool, `L-${lender.id}`, 250_050, 'D-a');
  await wish('D-b', '2025-03-04T15:59:59.000Z', 700);
  await wish('D-c', '2025-03-04T16:00:00.000Z', 900);
  await batch();
});
afterAll(() => web.close());

const wish = (requestNo: string, asOf: string, amountFen: number) => intend(web.pool, { requestNo, businessKey: requestNo, verb: 'deposit', userNo: 'B-P601', amountFen, workflowId: requestNo, step: 'deposit', asOf });

/** A payment shared by a batch in which the lender is only a party of one detail. */
async function batch(): Promise<void> {
  await intend(web.pool, { requestNo: 'LN601-p1-batch1', businessKey: 'LN601:p1:batch1', verb: 'batch-repayment', loanNo: 'LN601', userNo: 'B-P601', amountFen: 5_000, workflowId: 'LN601', step: 'service', asOf: '2025-05-01T02:00:00.000Z' });
  await web.pool.query(
    `INSERT INTO instruction_detail (request_no, batch_no, hold_request_no, from_user_no, to_user_no, kind, purpose, amount_fen, state, reason)
     SELECT 'LN601-p1-batch1-' || n, 'LN601-p1-batch1', 'H', 'B-P601', CASE n WHEN 1 THEN $1 ELSE 'PLATFORM_INCOME' END, 'principal', 'principal', 10, CASE n WHEN 1 THEN 'refused' ELSE 'sent' END, CASE n WHEN 1 THEN 'account-unusable' END FROM generate_series(1, 130) n`, [`L-${lender.id}`]);
}

const numbers = async (query: string) => (await finance.read<{ instructions: { requestNo: string }[] }>(`/operations/instructions?${query}`)).instructions.map((each) => each.requestNo);

describe('looking instructions up', () => {
  it('finds a person by number, account, phone, e-mail, ID number and name, also as a party of a batch', async () => {
    for (const who of [lender.id, lender.id.toLowerCase(), `L-${lender.id}`, lender.phone, `+86 ${lender.phone}`, lender.email.toUpperCase(), '110105199001011234', 'wang xiaoming']) {
      expect(await numbers(`person=${encodeURIComponent(who)}&sort=request`)).toEqual(['D-a', 'LN601-p1-batch1']);
    }
    expect(await numbers('person=Nobody%20Known')).toEqual([]);
    expect(await numbers('person=PLATFORM_INCOME')).toEqual(['LN601-p1-batch1']);
  });

  it('leaves no phone number or name in the address of the page it leads to', async () => {
    const page = await finance.open(`/operations/instructions?state=done&person=${encodeURIComponent('Wang Xiaoming')}`);
    expect(page.url).toBe(`${web.url}/operations/instructions?state=done&person=${lender.id}`);
    expect(page.text).not.toContain('Xiaoming');
  });

  it('finds by loan, number, detail, verb, state and business day of the wish or of the bank\'s word', async () => {
    expect(await numbers('loan=ln601')).toEqual(['LN601-p1-batch1']);
    expect(await numbers('q=LN601-p1')).toEqual(['LN601-p1-batch1']);
    expect(await numbers('q=LN601-p1-batch1-77')).toEqual(['LN601-p1-batch1']);
    expect(await numbers('verb=batch-repayment')).toEqual(['LN601-p1-batch1']);
    expect(await numbers('state=done')).toEqual(['D-a']);
    expect(await numbers('state=open&sort=-amount')).toEqual(['LN601-p1-batch1', 'D-c', 'D-b']);
    expect(await numbers('from=2025-03-04&to=2025-03-04')).toEqual(['D-b']);
    expect(await numbers('from=2025-03-05&to=2025-03-05')).toEqual(['D-c']);
    expect(await numbers('from=2025-03-03&to=2025-03-03&of=word')).toEqual(['D-a']);
    expect(await numbers('from=2025-02-31&verb=nonsense')).toHaveLength(4);
  });

  it('adds up everything that fits, pages and sorts, and says so when nothing fits', async () => {
    const { totals } = await finance.read<{ totals: unknown }>('/operations/instructions?verb=deposit');
    expect(totals).toEqual({ instructions: 3, open: 2, amountFen: 251_650 });
    const page = await finance.open('/operations/instructions?verb=deposit');
    expect(page.$('tfoot').text()).toContain('¥2,516.50');
    expect(page.$('title').text()).toContain('Instructions to the bank');
    expect(page.$('select[name=verb] option')).toHaveLength(verbs.length + 1);
    expect((await finance.open('/operations/instructions?loan=LN9')).text).toContain('None here, because');
  });

  it('streams what is filtered as CSV, and no cell becomes a formula', async () => {
    await intend(web.pool, { requestNo: '=1+1', businessKey: '@SUM(A1)', verb: 'deposit', userNo: 'B-P601', amountFen: 1, workflowId: '+w', step: 'deposit', asOf: '2026-01-01T02:00:00.000Z' });
    const lines = (await finance.open('/operations/instructions?verb=deposit&sort=request&format=csv')).text.trim().split('\r\n');
    expect(lines).toHaveLength(5);
    const wicked = lines.find((line) => line.includes('1+1'))!;
    for (const cell of ["'=1+1", "'@SUM(A1)", "'+w"]) expect(wicked.split(',')).toContain(cell);
    await web.pool.query(`DELETE FROM instruction WHERE request_no = '=1+1'`);
  });

  it('streams more rows than one portion holds, each once', async () => {
    await web.pool.query(
      `INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, as_of)
       SELECT 'many-' || n, 'many-' || n, 'unbind-card', 'B-P601', 0, 'many-' || n, 'x', 'done', '2024-01-01T00:00:00Z' FROM generate_series(1, 2500) n`);
    const lines = (await finance.open('/operations/instructions?verb=unbind-card&format=csv')).text.trim().split('\r\n').slice(1);
    expect(new Set(lines.map((line) => line.split(',')[0])).size).toBe(2_500);
    const pages = [await numbers('verb=unbind-card'), await numbers('verb=unbind-card&page=50'), await numbers('verb=unbind-card&page=51')];
    expect(pages.map((page) => page.length)).toEqual([50, 50, 0]);
    await web.pool.query(`DELETE FROM instruction WHERE verb = 'unbind-card'`);
  });
});

describe('one instruction', () => {
  const shown = async (requestNo: string) => (await finance.open(`/operations/instructions/${requestNo}`)).$('main').text().replace(/\s+/g, ' ');

  it('is shown with its whole life in order, the bank\'s messages, its journals, and no next step when it has ended', async () => {
    await wish('D-life', '2026-01-05T02:00:00.000Z', 4_200);
    await markSent(web.pool, 'D-life');
    await markSent(web.pool, 'D-life');
    await recordOutcome(web.pool, { requestNo: 'D-life', at: '2026-01-05T02:00:00.000Z', outcome: { status: 'accepted' } });
    await web.pool.query(`INSERT INTO bank_message (request_no, act, via, outcome) VALUES ('D-life', 'deposit', 'notify', 'done'), ('D-other', 'deposit', 'notify', 'refused')`);
    await recordOutcome(web.pool, { requestNo: 'D-life', at: '2026-01-05T03:00:00.000Z', outcome: { status: 'done', amountFen: 4_200, at: '2026-01-05T03:00:00.000Z', bankNo: 'BK7' } });
    const { instruction, journals, open, messages } = await finance.read<{ instruction: Record<string, unknown>; journals: unknown[]; open: unknown; messages: unknown[] }>('/operations/instructions/D-life');
    expect(instruction).toMatchObject({ state: 'done', standing: 'done', sends: 2 });
    expect(String(instruction['firstSentAt']) <= String(instruction['sentAt']) && String(instruction['sentAt']) <= String(instruction['acceptedAt'])).toBe(true);
    expect([journals.length, open, messages.length]).toEqual([1, null, 1]);
    const text = await shown('D-life');
    const order = ['Intended: written down', 'Sent', 'Sent again under the same number, 2 times', 'Accepted: the bank has taken it on', 'Message of the bank: done', 'Done: the outcome is recorded'].map((each) => text.indexOf(each));
    expect(order.every((at) => at > 0)).toBe(true);
    expect([...order].sort((a, b) => a - b)).toEqual(order);
    for (const words of ['BK7', '2026-01-05 11:00', '¥42.00']) expect(text).toContain(words);
    expect(text).not.toContain('What happens next');
  });

  it('that the bank is silent about is called unknown, with who asks next', async () => {
    await wish('D-silent', '2026-01-06T02:00:00.000Z', 100);
    await markSent(web.pool, 'D-silent');
    expect(await shown('D-silent')).toContain('It is on its way');
    await web.pool.query(`UPDATE instruction SET sent_at = sent_at - interval '5 minutes' WHERE request_no = 'D-silent'`);
    await recordWaiting(web.pool, { workflowId: 'D-silent', nextAt: '2026-01-07T02:00:00.000Z', summary: 'deposit: the person is at the bank', seen: 0 });
    const text = await shown('D-silent');
    for (const words of ['the outcome is unknown, neither done nor failed', 'deposit: the person is at the bank', '2026-01-07 10:00']) expect(text).toContain(words);
    expect(await numbers('state=unknown')).toEqual(['D-silent']);
    expect((await finance.open('/operations/instructions/D-silent')).text).toContain('http://temporal.test/namespaces/default/workflows/D-silent');
    expect(await shown('D-b')).toContain('No workflow waits for it now');
  });

  it('leads to its other tries and to a payout\'s return', async () => {
    for (const attempt of [1, 2]) await intend(web.pool, { businessKey: 'LN601:payout:a1', try: attempt, verb: 'payout', userNo: 'B-P601', loanNo: 'LN601', amountFen: 50, workflowId: 'LN601', step: 'payOut', asOf: '2026-01-05T02:00:00.000Z' });
    await intend(web.pool, { requestNo: 'LN601-payout-a1-returned', businessKey: 'LN601-payout-a1-returned', verb: 'payout-returned', userNo: 'B-P601', loanNo: 'LN601', amountFen: 50, workflowId: 'LN601', step: 'payOut', asOf: '2026-01-05T02:00:00.000Z' });
    const relatives = async (requestNo: string) => (await finance.read<{ relatives: { requestNo: string; relation: string }[] }>(`/operations/instructions/${requestNo}`)).relatives.map((each) => `${each.relation} ${each.requestNo}`);
    expect(await relatives('LN601-payout-a1')).toEqual(['returned LN601-payout-a1-returned', 'try LN601-payout-a1-t2']);
    expect(await relatives('LN601-payout-a1-returned')).toEqual(['original LN601-payout-a1']);
    expect(await shown('LN601-payout-a1')).toContain('the money came back');
  });

  it('that is a batch shows its details by page with the sums of all, and downloads them', async () => {
    const page = await finance.open('/operations/instructions/LN601-p1-batch1');
    expect(page.$('tfoot').first().text()).toContain('All 130');
    for (const words of ['Account unusable', '129 not ended', '¥12.90', 'Page 1']) expect(page.$('main').text()).toContain(words);
    const second = await finance.read<{ details: unknown[]; hasMore: boolean }>('/operations/instructions/LN601-p1-batch1?page=2');
    expect([second.details.length, second.hasMore]).toEqual([30, false]);
    expect((await finance.open('/operations/instructions/LN601-p1-batch1?format=csv')).text.trim().split('\r\n')).toHaveLength(131);
  });
});

it('money pages are for finance, operations, supervisors, compliance and auditors only', async () => {
  const paths = ['/operations/instructions', '/operations/instructions/D-a', '/operations/accounts', '/operations/journals', '/operations/books'];
  for (const role of ['finance', 'operations', 'supervisor', 'compliance', 'auditor'] as const) {
    const visitor = await web.loggedIn((await web.person(role)).id);
    for (const path of paths) expect([path, (await visitor.open(path)).status]).toEqual([path, 200]);
  }
  for (const role of ['lender', 'borrower', 'reviewer', 'collector', 'administrator'] as const) {
    const visitor = await web.loggedIn((await web.person(role)).id);
    for (const path of paths) expect([role, path, (await visitor.open(path)).status]).toEqual([role, path, 403]);
  }
  expect((await web.visitor().open('/operations/instructions')).url).toContain('/log-in');
  const administrator = await web.loggedIn((await web.person('administrator')).id);
  expect((await administrator.open('/operations')).text).not.toContain('href="/operations/instructions"');
});
