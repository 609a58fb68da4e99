import { applied, overdue, task, told } from '../../test/desks.js';
import { refuse, startTestWeb, type TestWeb } from '../../test/web.js';
import type { Visitor } from '../../stack/visitor.js';
import type { ClockReading } from '../deps.js';
import { productionLimits } from '../limits.js';

let web: TestWeb;
let operator: { id: string };
let desk: Visitor;
let auditor: Visitor;
const clock = {
  reading: { businessNow: Date.parse('2026-03-01T02:00:00.000Z'), speed: 17_280, mode: 'running', pace: 17_280, waitingFor: ['LN1: waits for the bank'] } as ClockReading,
  orders: [] as string[],
  silent: false,
};
const answer = async (order: string): Promise<ClockReading> => {
  if (clock.silent) throw new Error('silent');
  clock.orders.push(order);
  return clock.reading;
};
beforeAll(async () => {
  web = await startTestWeb({
    limits: { ...productionLimits, 'log-in-by-address': { points: 1_000, seconds: 900 } },
    clockControl: { get: async () => { if (clock.silent) throw new Error('silent'); return clock.reading; }, pause: () => answer('pause'), resume: () => answer('resume'), speed: (speed) => answer(`speed ${speed}`) },
  });
  operator = await web.person('operations');
  desk = await web.loggedIn(operator.id);
  auditor = await web.loggedIn((await web.person('auditor')).id);
});
afterAll(() => web.close());
beforeEach(() => { clock.orders.length = 0; clock.silent = false; web.temporal.told.length = 0; web.temporal.answer = () => ({ loanState: 'repaying' }); });

const acts = async (subject: string) => (await web.pool.query<{ verb: string; actor: string }>('SELECT verb, actor FROM act WHERE subject = $1 ORDER BY id', [subject])).rows;

describe('the clock panel', () => {
  it('shows business time, what the clock waits for, and what can be done', async () => {
    const page = await desk.open('/operations');
    for (const shown of ['2026-03-01 10:00', 'a day in 5 seconds', 'LN1: waits for the bank']) expect(page.text).toContain(shown);
    expect(page.formNames()).toEqual(expect.arrayContaining(['clock-pause', 'clock-slow', 'clock-normal', 'clock-quick']));
    expect(page.has('clock-resume')).toBe(false);
    expect((await desk.read<{ clock: ClockReading }>('/operations/clock')).clock).toEqual(clock.reading);
  });

  it.each([['clock-pause', ['pause']], ['clock-slow', ['speed 1440', 'resume']], ['clock-normal', ['speed 17280', 'resume']], ['clock-quick', ['speed 86400', 'resume']]])('%s tells the clock and is recorded', async (form, orders) => {
    const page = await desk.submit(await desk.open('/operations'), form);
    expect(page.url).toBe(`${web.url}/operations`);
    expect(clock.orders).toEqual(orders);
    expect((await acts('clock')).at(-1)).toEqual({ verb: form, actor: operator.id });
  });

  it('has a page of its own, whose reading alone is renewed', async () => {
    const page = await desk.open('/operations/clock');
    expect([page.$('h1').text(), page.formNames().includes('clock-pause')]).toEqual(['Business clock', true]);
    expect((await auditor.open('/operations/clock')).formNames()).not.toContain('clock-pause');
    const part = await (desk as unknown as { send(url: string, method: string, body: undefined, headers: Record<string, string>): Promise<{ text: string }> }).send(`${web.url}/operations/clock`, 'GET', undefined, { 'hx-request': 'true' });
    expect(part.text).toMatch(/^<dl class="facts">/);
  });

  it('is governed by operations and administrators only, and not without a form\'s token', async () => {
    expect((await auditor.open('/operations')).formNames()).not.toContain('clock-pause');
    const page = await desk.open('/operations');
    const sent = await auditor.submit({ form: () => ({ ...page.form('clock-pause'), fields: { order: 'pause' } }) } as unknown as typeof page, 'clock-pause');
    expect(sent.status).toBe(403);
    expect((await web.raw.post('/operations/clock').type('form').send({ order: 'pause' })).status).toBe(403);
    expect(clock.orders).toEqual([]);
  });

  it('refuses an order it does not know, and says when the clock is silent', async () => {
    expect((await desk.submit(await desk.open('/operations'), 'clock-pause', { order: 'backwards' })).status).toBe(409);
    const page = await desk.open('/operations');
    clock.silent = true;
    expect((await desk.open('/operations')).text).toContain('does not answer');
    expect((await desk.submit(page, 'clock-pause')).status).toBe(503);
  });

  it('is not there where business time is wall time', async () => {
    const production = await startTestWeb();
    try {
      const visitor = await production.loggedIn((await production.person('operations')).id);
      const page = await visitor.open('/operations');
      expect(page.status).toBe(200);
      expect(page.text).not.toContain('Business clock');
    } finally {
      await production.close();
    }
  });
});

describe('who comes in', () => {
  it('is staff, and nobody else', async () => {
    const borrower = await web.loggedIn((await web.person('borrower')).id);
    for (const path of ['/operations', '/operations/loans', '/operations/tasks', '/operations/clock', '/operations/instructions', '/operations/undelivered', '/operations/books', '/operations/accounts', '/operations/journals', '/operations/acts', '/operations/people']) {
      expect((await auditor.open(path)).status).toBe(200);
      expect((await borrower.open(path)).status).toBe(403);
      expect((await web.raw.get(path)).status).toBe(303);
    }
  });
});

describe('the way from page to page', () => {
  it('stands on every page of operations, with the present one marked, and only for who may come in', async () => {
    const page = await auditor.open('/operations/journals');
    expect(page.$('nav.desk-links a[aria-current=page]').text()).toBe('Journals');
    expect(page.$('header nav a[aria-current]').text()).toBe('Operations');
    const borrower = await web.loggedIn((await web.person('borrower')).id);
    const refused = await borrower.open('/operations/journals');
    expect([refused.$('nav.desk-links').length, refused.$('main .actions a').first().attr('href')]).toEqual([0, '/borrower']);
  });
});

describe('the list of loans', () => {
  it('is searched, filtered, sorted, paged and downloaded', async () => {
    const one = await applied(web);
    const two = await applied(web);
    await told(web, one.loan, { state: 'overdue', owner: 'borrower', daysPastDue: 12, nextAt: '2026-03-02T02:00:00.000Z' });
    await told(web, two.loan, { state: 'inReview', owner: 'reviewer', nextAt: '2026-03-01T02:00:00.000Z' });
    const numbers = async (query: string) => (await desk.read<{ loans: { loanNo: string }[] }>(`/operations/loans?${query}`)).loans.map((loan) => loan.loanNo);
    expect(await numbers('sort=next')).toEqual([two.loan.loanNo, one.loan.loanNo]);
    expect(await numbers('sort=-late')).toEqual([one.loan.loanNo, two.loan.loanNo]);
    expect(await numbers('state=inReview')).toEqual([two.loan.loanNo]);
    expect(await numbers('owner=borrower')).toEqual([one.loan.loanNo]);
    expect(await numbers('late=yes')).toEqual([one.loan.loanNo]);
    expect(await numbers(`q=${one.loan.loanNo.toLowerCase()}`)).toEqual([one.loan.loanNo]);
    expect(await numbers(`q=${two.borrower.id}`)).toEqual([two.loan.loanNo]);
    expect(await numbers('q=nothing-like-it')).toEqual([]);
    expect(await numbers(`q=${'x'.repeat(5_000)}&sort=drop&page=-1&state=%27`)).toEqual([]);
    expect(await numbers('page=2')).toEqual([]);
    expect((await desk.read<{ totals: unknown }>('/operations/loans?late=yes')).totals).toEqual({ loans: 1, amountFen: 1_000_000, outstandingFen: 0, late: 1 });
    const page = await desk.open('/operations/loans?state=overdue');
    expect(page.text).toContain('Overdue');
    expect(page.text).toContain(`href="/operations/loans?state=overdue&amp;sort=next&amp;format=csv"`);
    const csv = await desk.open('/operations/loans?state=overdue&format=csv');
    expect(csv.text.split('\r\n')[1]).toBe(`${one.loan.loanNo},${one.borrower.id},consumer,overdue,borrower,2026-03-02T02:00:00.000Z,,,10000.00,,0.00,12,${one.loan.appliedAt}`);
  });
});

describe('tasks of operations', () => {
  it('are listed with where they are worked', async () => {
    const { loan } = await applied(web);
    await task(web, { kind: 'stuck-step', role: 'operations', workflowId: loan.loanNo, loanNo: loan.loanNo, personId: null, title: 'Step disburse has stopped: release', details: { code: 'bank-silent' } });
    const page = await desk.open('/operations/tasks');
    expect(page.text).toContain('Bank silent');
    expect(page.text).toContain(`href="/operations/loans/${loan.loanNo}"`);
    expect((await desk.open('/operations')).text).toContain('Step disburse has stopped');
    const found = async (query: string) => (await desk.read<{ tasks: { loanNo: string }[] }>(`/operations/tasks?${query}`)).tasks.map((each) => each.loanNo);
    expect([(await found('kind=stuck-step&for=operations&sort=-since')).includes(loan.loanNo), await found('kind=legal')]).toEqual([true, []]);
    expect((await desk.open('/operations/tasks?kind=stuck-step&format=csv')).text).toContain(`stuck-step,operations,${loan.loanNo},${loan.loanNo},Bank silent`);
  });
});

describe('a loan for staff', () => {
  it('shows state, carried state, schedule, acts and links to its workflows', async () => {
    const { loan, episode, borrower } = await overdue(web);
    const page = await auditor.open(`/operations/loans/${loan.loanNo}`);
    for (const shown of ['Overdue', '&quot;pursuit&quot;: &quot;collection&quot;', `http://temporal.test/namespaces/default/workflows/${loan.loanNo}`, encodeURIComponent(episode)]) expect(page.text).toContain(shown);
    expect(page.text).not.toContain(borrower.email);
    expect(await desk.read(`/operations/loans/${loan.loanNo}`)).toMatchObject({ loan: { loanNo: loan.loanNo, daysPastDue: 20 }, carried: { pursuit: 'collection' }, tasks: [], messages: [] });
    for (const path of ['/operations/loans/LN9999999', '/operations/loans/x']) expect((await desk.open(path)).status).toBe(404);
  });
});

describe('a step that has stopped', () => {
  async function stuck() {
    const { loan } = await applied(web);
    await told(web, loan, { state: 'disbursing', step: 'disburse', owner: 'operations', reason: 'bank-silent' });
    const taskId = await task(web, { kind: 'stuck-step', role: 'operations', workflowId: loan.loanNo, loanNo: loan.loanNo, personId: null, title: 'Step disburse has stopped', details: { code: 'bank-silent' } });
    return { loanNo: loan.loanNo, taskId, path: `/operations/loans/${loan.loanNo}` };
  }

  it('is done again when operations say so, with a reason', async () => {
    const { loanNo, path } = await stuck();
    const page = await desk.open(path);
    expect((await desk.submit(page, 'decide-step', { decision: 'retry' })).text).toContain('Choose a reason.');
    const other = await desk.submit(page, 'decide-step', { decision: 'retry', reason: 'other' });
    expect(other.status).toBe(422);
    expect(other.text).toContain('Explain it in a sentence');
    expect(web.temporal.told).toEqual([]);
    const { key } = page.form('decide-step').fields;
    const back = await desk.submit(page, 'decide-step', { decision: 'retry', reason: 'counterpart-is-back', note: 'The bank called back' });
    expect(back.url).toBe(web.url + path);
    expect(web.temporal.told).toEqual([{ what: 'update', workflowId: loanNo, name: 'retryStep', updateId: key, args: [{ personId: operator.id, reason: 'counterpart-is-back' }] }]);
    expect(await acts(loanNo)).toEqual([{ verb: 'ask-retry-step', actor: operator.id }]);
  });

  it('is left out or ends the loan only when that is confirmed', async () => {
    const { loanNo, path } = await stuck();
    const page = await desk.open(path);
    expect((await desk.submit(page, 'decide-step', { decision: 'skip', reason: 'done-by-hand' })).text).toContain('Confirm it');
    expect((await desk.submit(page, 'decide-step', { confirmed: 'yes', reason: 'done-by-hand' })).text).toContain('How does it go on?');
    expect((await desk.submit(page, 'decide-step', { decision: 'skip', reason: 'done-by-hand', confirmed: 'yes', note: 'x'.repeat(3_000) })).status).toBe(422);
    expect(web.temporal.told).toEqual([]);
    await desk.submit(page, 'decide-step', { decision: 'end', reason: 'cannot-be-done', confirmed: 'yes' });
    expect(web.temporal.of('decideStep')).toMatchObject([{ workflowId: loanNo, args: [{ personId: operator.id, decision: 'end', reason: 'cannot-be-done' }] }]);
    web.temporal.answer = () => refuse('step-cannot-be-skipped');
    const refused = await desk.submit(await desk.open(path), 'decide-step', { decision: 'skip', reason: 'done-by-hand', confirmed: 'yes' });
    expect(refused.status).toBe(409);
    expect(refused.text).toContain('cannot go on without this step');
  });

  it('is decided by operations, not by who only looks, nor by the borrower', async () => {
    const { loanNo, path } = await stuck();
    expect((await auditor.open(path)).formNames()).not.toContain('decide-step');
    const page = await desk.open(path);
    const fields = (await auditor.open('/operations/people')).form('log-out').fields;
    expect((await auditor.submit({ form: () => ({ ...page.form('decide-step'), fields: { ...page.form('decide-step').fields, ...fields } }) } as unknown as typeof page, 'decide-step')).status).toBe(403);
    expect((await web.raw.post(`${path}/step`).type('form').send({ reason: 'other' })).status).toBe(403);
    await web.pool.query(`UPDATE loan SET borrower_id = $1 WHERE loan_no = $2`, [operator.id, loanNo]);
    expect((await desk.submit(page, 'decide-step', { decision: 'retry', reason: 'data-repaired' })).status).toBe(403);
    expect(web.temporal.told).toEqual([]);
  });

  it('an undelivered share is called settled by a person, in words', async () => {
    const { loan } = await applied(web);
    const taskId = await task(web, { kind: 'undelivered', role: 'operations', workflowId: loan.loanNo, loanNo: loan.loanNo, personId: null, title: '1 share undelivered' });
    const page = await desk.open(`/operations/loans/${loan.loanNo}`);
    expect((await desk.submit(page, `close-task-${taskId}`)).status).toBe(422);
    await desk.submit(page, `close-task-${taskId}`, { note: 'The lender has a new account' });
    expect((await web.pool.query('SELECT state, note FROM task WHERE id = $1', [taskId])).rows).toEqual([{ state: 'done', note: 'The lender has a new account' }]);
    expect((await acts(loan.loanNo)).at(-1)).toEqual({ verb: 'settle-task', actor: operator.id });
    const other = await stuck();
    expect((await desk.submit({ form: () => ({ ...page.form(`close-task-${taskId}`), action: `${web.url}/operations/tasks/${other.taskId}/close` }) } as unknown as typeof page, 'x', { note: 'x' })).status).toBe(404);
  });
});
