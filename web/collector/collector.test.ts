import { episodeTold, overdue, task } from '../../test/desks.js';
import { refuse, startTestWeb, type TestWeb } from '../../test/web.js';
import { insertHandContact } from '../../db/contacts.js';
import { addRole } from '../../db/people.js';
import { insertPromise, openLegalCase, projectCollection } from '../../db/pursuit.js';
import { addDays, dateAt } from '../../domain/dates.js';
import type { Page, Visitor } from '../../stack/visitor.js';
import { productionLimits } from '../limits.js';

let web: TestWeb;
let collector: { id: string };
let desk: Visitor;
const morning = Date.parse('2026-03-03T02:00:00.000Z');
const night = Date.parse('2026-03-03T15:00:00.000Z');
beforeAll(async () => {
  web = await startTestWeb({ limits: { ...productionLimits, 'log-in-by-address': { points: 1_000, seconds: 900 } } });
  collector = await web.person('collector');
  desk = await web.loggedIn(collector.id);
});
afterAll(() => web.close());
beforeEach(() => { web.now.ms = morning; web.temporal.told.length = 0; web.temporal.answer = () => ({ ok: true }); });

interface Listed { loanNo: string; contact: { allowed: boolean; why: string | null; notBefore: string | null }; dueFen: number; principalFen: number; interestFen: number; lateInterestFen: number; feeFen: number; daysPastDue: number; hold: string | null; workflowId: string }
const queue = async () => (await desk.read<{ loans: Listed[] }>('/collector')).loans;
const inQueue = async (loanNo: string) => (await queue()).find((each) => each.loanNo === loanNo)!;
const open = (loanNo: string) => desk.open(`/collector/loans/${loanNo}`);
const acts = async (subject: string) => (await web.pool.query<{ verb: string; actor: string; role: string; after: unknown }>('SELECT verb, actor, role, after FROM act WHERE subject = $1 ORDER BY id', [subject])).rows;
const call = (loan: { loanNo: string }, personId: string, key: string, outcome: 'heard' | 'no-answer', at = morning) =>
  insertHandContact(web.pool, { key, loanNo: loan.loanNo, episode: 1, personId, channel: 'collector-call', toLast4: '0000', by: collector.id, businessAt: new Date(at).toISOString(), outcome, note: '' });
const promiseDay = (days: number) => addDays(dateAt(morning, 480), days);
/** Sends a form of one page to the address of another loan. */
const elsewhere = (page: Page, form: string, action: string) => ({ form: () => ({ ...page.form(form), action: `${web.url}${action}` }) } as unknown as Page);

describe('the collection queue', () => {
  it('ranks who may be called now by amount times days, then who may not yet, who promised, who is on hold', async () => {
    const small = await overdue(web, { days: 5, principalFen: 50_000 });
    const large = await overdue(web, { days: 40, principalFen: 500_000 });
    const promised = await overdue(web, { days: 60, principalFen: 900_000 });
    await insertPromise(web.pool, { key: 'queue-promise', loanNo: promised.loan.loanNo, episode: 1, amountFen: 100, promisedOn: promiseDay(0), dueOn: promiseDay(3), takenBy: collector.id });
    const held = await overdue(web, { days: 70, principalFen: 900_000 });
    await episodeTold(web, held.loan.loanNo, { state: 'on-hold', holdReason: 'disputed' });
    const spoken = await overdue(web, { days: 80, principalFen: 900_000 });
    for (const n of [1, 2, 3]) await call(spoken.loan, spoken.borrower.id, `queue-${n}`, 'heard');
    const order = (await queue()).map((each) => each.loanNo);
    expect(order).toEqual([large, small, spoken, promised, held].map((each) => each.loan.loanNo));
    expect((await inQueue(spoken.loan.loanNo)).contact).toEqual({ allowed: false, why: 'too-many-calls', notBefore: '2026-03-04T00:00:00.000Z' });
    expect((await inQueue(promised.loan.loanNo)).contact).toEqual({ allowed: false, why: 'promised', notBefore: `${promiseDay(4)}T00:00:00.000Z` });
    expect((await inQueue(held.loan.loanNo)).contact).toEqual({ allowed: false, why: 'hold', notBefore: null });
    const page = await desk.open('/collector');
    expect(page.text).toContain(`Next to call: ${large.loan.loanNo}`);
    const csv = (await desk.open('/collector?format=csv')).text.split('\r\n');
    expect(csv[1]).toContain(`1,${large.loan.loanNo},${large.borrower.id},40`);
  });

  it('splits what is overdue into its components, less what the bank has frozen', async () => {
    const { loan } = await overdue(web, { days: 35 });
    const listed = await inQueue(loan.loanNo);
    expect(listed).toMatchObject({ daysPastDue: 35, principalFen: 200_000, interestFen: 10_000, feeFen: 2_000, workflowId: `collect:${loan.loanNo}:1` });
    expect(listed.lateInterestFen).toBeGreaterThan(0);
    expect(listed.dueFen).toBe(212_000 + listed.lateInterestFen);
    await web.pool.query(`INSERT INTO payment (payment_no, loan_no, n, source, asked_fen, frozen_fen, as_of, state) VALUES ($1 || ':p1', $1, 1, 'manual', 50000, 50000, '2026-03-03', 'frozen')`, [loan.loanNo]);
    expect((await inQueue(loan.loanNo)).dueFen).toBe(listed.dueFen - 50_000);
  });

  it('calls nobody at night', async () => {
    const { loan } = await overdue(web);
    web.now.ms = night;
    expect((await inQueue(loan.loanNo)).contact).toEqual({ allowed: false, why: 'outside-hours', notBefore: '2026-03-04T00:00:00.000Z' });
    expect((await desk.open('/collector')).text).toContain('Nobody may be called right now');
  });

  it('is for collectors and those who watch them, and shows nobody their own loan', async () => {
    const { loan, borrower } = await overdue(web);
    const self = await web.loggedIn(borrower.id);
    expect((await self.open('/collector')).status).toBe(403);
    expect((await web.raw.get('/collector')).status).toBe(303);
    await addRole(web.pool, borrower.id, 'collector');
    expect((await self.read<{ loans: Listed[] }>('/collector')).loans.map((each) => each.loanNo)).not.toContain(loan.loanNo);
    expect((await self.open(`/collector/loans/${loan.loanNo}`)).status).toBe(403);
    const other = await open((await overdue(web)).loan.loanNo);
    expect((await desk.submit(elsewhere(other, 'record-contact', '/collector/loans/LN999999/contact'), 'record-contact')).status).toBe(404);
    const auditor = await web.loggedIn((await web.person('auditor')).id);
    const seen = await auditor.open(`/collector/loans/${loan.loanNo}`);
    expect(seen.status).toBe(200);
    expect(seen.formNames()).toEqual(['log-out']);
  });
});

describe('the number', () => {
  it('is masked until it is asked for, which is recorded', async () => {
    const { loan, borrower } = await overdue(web);
    const page = await open(loan.loanNo);
    expect(page.text).toContain(`…${borrower.phone.slice(-4)}`);
    expect(page.text).not.toContain(borrower.phone);
    const shown = await desk.submit(page, 'show-phone');
    expect(shown.text).toContain(borrower.phone);
    expect(await acts(borrower.id)).toEqual([{ verb: 'look-at-phone', actor: collector.id, role: 'collector', after: null }]);
  });

  it('stays sealed while the debtor must not be called', async () => {
    const { loan, borrower } = await overdue(web);
    const page = await open(loan.loanNo);
    web.now.ms = night;
    expect((await open(loan.loanNo)).formNames()).not.toContain('show-phone');
    const refused = await desk.submit(page, 'show-phone');
    expect(refused.status).toBe(409);
    expect(refused.text).not.toContain(borrower.phone);
    expect(await acts(borrower.id)).toEqual([]);
  });
});

describe('recording a contact', () => {
  it('keeps what was said, tells the episode once, and closes the task that asked for it', async () => {
    const { loan, borrower, episode } = await overdue(web);
    const taskId = await task(web, { kind: 'collect', role: 'collector', workflowId: episode, loanNo: loan.loanNo, personId: borrower.id });
    const page = await open(loan.loanNo);
    const { key } = page.form('record-contact').fields as { key: string };
    for (let n = 0; n < 2; n += 1) await desk.submit(page, 'record-contact', { outcome: 'disputed', note: 'Says the car was returned' });
    const contacts = (await web.pool.query('SELECT id, channel, state, outcome, transcript, by FROM contact WHERE loan_no = $1', [loan.loanNo])).rows;
    expect(contacts).toEqual([{ id: expect.any(Number), channel: 'collector-call', state: 'done', outcome: 'disputed', transcript: 'Says the car was returned', by: collector.id }]);
    const told = { what: 'update', workflowId: episode, name: 'recordContact', updateId: key, args: [{ collectorId: collector.id, key, contactId: contacts[0].id, outcome: 'disputed' }] };
    expect(web.temporal.told).toEqual([told, told]);
    expect((await web.pool.query('SELECT state, decision FROM task WHERE id = $1', [taskId])).rows).toEqual([{ state: 'done', decision: 'disputed' }]);
    expect(await acts(loan.loanNo)).toEqual([{ verb: 'record-contact', actor: collector.id, role: 'collector', after: { channel: 'collector-call', outcome: 'disputed' } }]);
    expect((await open(loan.loanNo)).text).toContain('Says the car was returned');
  });

  it.each([['nothing', {}, 'What came of it?'], ['an unknown way', { channel: 'pigeon', outcome: 'heard' }, 'How was the debtor contacted?'], ['a huge note', { outcome: 'heard', note: 'x'.repeat(3_000) }, 'At most 2000']])('says what is wrong with %s', async (_, typed: Record<string, string>, says) => {
    const { loan } = await overdue(web);
    const page = await desk.submit(await open(loan.loanNo), 'record-contact', typed);
    expect(page.status).toBe(422);
    expect(page.text).toContain(says);
    expect(web.temporal.told).toEqual([]);
  });

  it('is refused without the form\'s token, and where nothing is pursued', async () => {
    const { loan, episode } = await overdue(web);
    expect((await web.raw.post(`/collector/loans/${loan.loanNo}/contact`).type('form').send({ outcome: 'heard' })).status).toBe(403);
    const page = await open(loan.loanNo);
    await web.pool.query(`UPDATE collection SET state = 'cured' WHERE workflow_id = $1`, [episode]);
    expect((await desk.submit(page, 'record-contact', { outcome: 'heard' })).status).toBe(409);
  });
});

describe('a promise to pay', () => {
  it('is told to the episode and kept as a contact', async () => {
    const { loan, episode } = await overdue(web);
    const page = await open(loan.loanNo);
    const { key } = page.form('promise').fields as { key: string };
    await desk.submit(page, 'promise', { amount: '1,000', dueOn: promiseDay(7) });
    expect(web.temporal.told).toEqual([{ what: 'update', workflowId: episode, name: 'promiseToPay', updateId: key, args: [{ takenBy: collector.id, key, amountFen: 100_000, dueOn: promiseDay(7) }] }]);
    expect((await web.pool.query('SELECT outcome FROM contact WHERE loan_no = $1', [loan.loanNo])).rows).toEqual([{ outcome: 'promised' }]);
    expect(await acts(loan.loanNo)).toEqual([{ verb: 'take-promise', actor: collector.id, role: 'collector', after: { amountFen: 100_000, dueOn: promiseDay(7) } }]);
  });

  it.each([
    ['no day', { amount: '10' }, 'By which day?'], ['yesterday', { amount: '10', dueOn: promiseDay(-1) }, 'A day from'], ['a day too far', { amount: '10', dueOn: promiseDay(32) }, 'A day from'],
    ['a day that is none', { amount: '10', dueOn: '2026-02-31' }, 'A day from'], ['nothing', { amount: '', dueOn: promiseDay(1) }, 'How much is promised?'], ['more than is owed', { amount: '99999999', dueOn: promiseDay(1) }, 'At most all that is still to be paid'],
  ])('says what is wrong with %s', async (_, typed: Record<string, string>, says) => {
    const { loan } = await overdue(web);
    const page = await desk.submit(await open(loan.loanNo), 'promise', typed);
    expect(page.status).toBe(422);
    expect(page.text).toContain(says);
    expect(web.temporal.told).toEqual([]);
  });

  it('that the episode refuses is not written down as one', async () => {
    const { loan } = await overdue(web);
    web.temporal.answer = () => refuse('promise-open');
    const page = await desk.submit(await open(loan.loanNo), 'promise', { amount: '10', dueOn: promiseDay(1) });
    expect(page.status).toBe(409);
    expect(page.text).toContain('open promise already');
    expect((await web.pool.query('SELECT 1 FROM contact WHERE loan_no = $1', [loan.loanNo])).rowCount).toBe(0);
  });
});

describe('holds and the law', () => {
  it('a hold is resolved with a reason', async () => {
    const { loan, episode } = await overdue(web);
    await episodeTold(web, loan.loanNo, { state: 'on-hold', holdReason: 'already-paid' });
    const page = await open(loan.loanNo);
    expect(page.text).toContain('“already paid”');
    expect((await desk.submit(page, 'resolve-hold', { decision: 'resume' })).text).toContain('Choose a reason.');
    expect((await desk.submit(page, 'resolve-hold', { decision: 'resume', reason: 'other' })).text).toContain('Explain it in a sentence');
    await desk.submit(page, 'resolve-hold', { decision: 'resume', reason: 'looked-into', why: 'No payment found at the bank' });
    expect(web.temporal.told).toEqual([{ what: 'update', workflowId: episode, name: 'resolveHold', updateId: page.form('resolve-hold').fields['key'], args: [{ personId: collector.id, decision: 'resume', reason: 'looked-into' }] }]);
    expect(await acts(loan.loanNo)).toEqual([{ verb: 'resolve-hold', actor: collector.id, role: 'collector', after: { decision: 'resume', reason: 'looked-into' } }]);
  });

  it('what an ended episode still asked of people is dropped', async () => {
    const { loan, borrower, episode } = await overdue(web);
    const taskId = await task(web, { kind: 'collect', role: 'collector', workflowId: episode, loanNo: loan.loanNo, personId: borrower.id });
    await projectCollection(web.pool, { workflowId: episode, loanNo: loan.loanNo, episode: 1, state: 'cured', holdReason: null, openedOn: '2026-01-01', closedOn: '2026-03-03', revision: 1_000_000, nextAt: null, summary: 'Ended', seen: 0 });
    expect((await web.pool.query('SELECT state, decision FROM task WHERE id = $1', [taskId])).rows).toEqual([{ state: 'dropped', decision: 'cured' }]);
  });

  it('a loan is handed over only when it is confirmed', async () => {
    const { loan, episode } = await overdue(web);
    const page = await open(loan.loanNo);
    expect((await desk.submit(page, 'hand-to-legal', { reason: 'refuses-to-pay' })).text).toContain('Confirm that the loan is to be handed over');
    expect(web.temporal.told).toEqual([]);
    await desk.submit(page, 'hand-to-legal', { reason: 'refuses-to-pay', confirmed: 'yes' });
    expect(web.temporal.of('resolveHold')).toMatchObject([{ workflowId: episode, args: [{ decision: 'to-legal', reason: 'refuses-to-pay' }] }]);
  });

  it('a case shows claimant, components and evidence, and goes forward only, with a next deadline', async () => {
    const { loan } = await overdue(web);
    const workflowId = `legal:${loan.loanNo}:1`;
    await openLegalCase(web.pool, {
      workflowId, loanNo: loan.loanNo, episode: 1, claimant: 'enforcement agent', route: 'court', principalFen: 300_000, interestFen: 15_000, lateInterestFen: 700, feeFen: 3_000,
      evidence: [{ kind: 'contract', reference: 'sha-of-it', at: '2026-01-01T00:00:00Z' }], limitationOn: '2029-01-01', nextDeadline: '2026-04-01', openedOn: '2026-03-01',
    });
    expect((await desk.read<{ cases: unknown[] }>('/collector/cases')).cases).toMatchObject([{ workflowId, principalFen: 300_000, nextDeadline: '2026-04-01' }]);
    expect((await desk.open('/collector/cases')).text).toContain('¥3,187.00');
    const page = await desk.open(`/collector/cases/${workflowId}`);
    for (const shown of ['enforcement agent', 'sha-of-it', '¥3,187.00', '2029-01-01']) expect(page.text).toContain(shown);
    for (const [typed, says] of [[{}, 'needs a next deadline'], [{ nextDeadline: '2026-03-01', note: 'x' }, 'needs a next deadline'], [{ nextDeadline: '2026-05-01' }, 'What was done?'], [{ nextDeadline: '2026-05-01', note: 'x', costs: '-5' }, 'Please look again']] as [Record<string, string>, string][]) {
      const again = await desk.submit(page, 'advance-case', typed);
      expect(again.status).toBe(422);
      expect(again.text).toContain(says);
    }
    await desk.submit(page, 'advance-case', { state: 'filed', route: 'arbitration', costs: '500', nextDeadline: '2026-05-01', note: 'Filed with the commission' });
    const { key } = page.form('advance-case').fields;
    expect(web.temporal.told).toEqual([{ what: 'update', workflowId, name: 'advanceCase', updateId: key, args: [{ personId: collector.id, key, state: 'filed', route: 'arbitration', costsFen: 50_000, nextDeadline: '2026-05-01', note: 'see-act' }] }]);
    expect((await desk.open(`/collector/cases/${workflowId}`)).text).toContain('Filed with the commission');
    expect((await desk.open('/collector/cases/legal:LN1:9')).status).toBe(404);
    expect((await desk.open('/collector/cases/x')).status).toBe(404);
  });
});
