import { applied, task, told } from '../../test/desks.js';
import { refuse, startTestWeb, type TestWeb } from '../../test/web.js';
import { addRole } from '../../db/people.js';
import type { Visitor } from '../../stack/visitor.js';
import { productionLimits } from '../limits.js';

let web: TestWeb;
let reviewer: { id: string };
let desk: Visitor;
beforeAll(async () => {
  web = await startTestWeb({ limits: { ...productionLimits, 'log-in-by-address': { points: 1_000, seconds: 900 } } });
  reviewer = await web.person('reviewer');
  desk = await web.loggedIn(reviewer.id);
});
afterAll(() => web.close());
beforeEach(() => { web.temporal.told.length = 0; web.temporal.answer = () => ({ loanState: 'offered' }); });

/** A loan of the product in review, with its task. */
async function inReview(productId: 'consumer' | 'replay' = 'consumer', dueAt: string | null = null) {
  const { loan, borrower } = await applied(web, { productId });
  await told(web, loan, { state: 'inReview', step: 'review', owner: 'reviewer', referred: 'weak-grade', grade: 'D' });
  const taskId = await task(web, { kind: 'review', role: 'reviewer', workflowId: loan.loanNo, loanNo: loan.loanNo, personId: borrower.id, title: `Review of ${loan.loanNo}`, details: { code: 'weak-grade' }, dueAt });
  return { loan, borrower, taskId };
}
const open = (taskId: number) => desk.open(`/reviewer/tasks/${taskId}`);
const acts = async (subject: string) => (await web.pool.query<{ verb: string; actor: string; role: string }>('SELECT verb, actor, role FROM act WHERE subject = $1 ORDER BY id', [subject])).rows;

describe('the review queue', () => {
  it('lists open tasks for programs and people, the most urgent first', async () => {
    const later = await inReview('consumer', '2030-01-02T00:00:00.000Z');
    const sooner = await inReview('consumer', '2030-01-01T00:00:00.000Z');
    const { tasks } = await desk.read<{ tasks: { taskId: number }[] }>('/reviewer');
    expect(tasks.slice(0, 2)).toEqual([
      { taskId: sooner.taskId, kind: 'review', loanNo: sooner.loan.loanNo, personId: sooner.borrower.id, dueAt: '2030-01-01T00:00:00.000Z', takenBy: null },
      { taskId: later.taskId, kind: 'review', loanNo: later.loan.loanNo, personId: later.borrower.id, dueAt: '2030-01-02T00:00:00.000Z', takenBy: null },
    ]);
    expect((await desk.open('/reviewer')).text).toContain(`Next: Review of ${sooner.loan.loanNo}`);
  });

  it('is for reviewers and supervisors only', async () => {
    const { borrower, taskId } = await inReview();
    const other = await web.loggedIn(borrower.id);
    expect((await other.open('/reviewer')).status).toBe(403);
    expect((await other.open(`/reviewer/tasks/${taskId}`)).status).toBe(403);
    expect((await web.raw.get('/reviewer')).status).toBe(303);
    expect((await web.raw.get('/reviewer').set('Accept', 'application/json')).status).toBe(401);
    expect((await desk.open('/reviewer/tasks/999999')).status).toBe(404);
    expect((await desk.open('/reviewer/tasks/x')).status).toBe(404);
  });

  it('shows a reviewer nothing about their own loan and lets them decide nothing on it', async () => {
    const { borrower, taskId } = await inReview();
    await addRole(web.pool, borrower.id, 'reviewer');
    const self = await web.loggedIn(borrower.id);
    const { tasks } = await self.read<{ tasks: { taskId: number }[] }>('/reviewer');
    expect(tasks.map((each) => each.taskId)).not.toContain(taskId);
    const page = await self.open(`/reviewer/tasks/${taskId}`);
    expect(page.status).toBe(403);
    expect(page.text).toContain('own-case');
    const another = await self.open(`/reviewer/tasks/${(await inReview()).taskId}`);
    const { fields } = another.form('decide-review');
    const sent = await self.submit({ ...another, form: () => ({ action: `${web.url}/reviewer/tasks/${taskId}/decide`, method: 'POST' as const, fields }) } as unknown as typeof another, 'decide-review', { decision: 'approve' });
    expect(sent.status).toBe(403);
    expect(web.temporal.told).toEqual([]);
  });
});

describe('the evidence', () => {
  it('shows figures, reports, score with what cost points, and keeps name, papers and employer sealed until asked', async () => {
    const { taskId, borrower } = await inReview();
    const page = await open(taskId);
    for (const shown of ['¥10,000.00', 'Inquiries6m', 'Revolving balance', 'Weak grade', `…${borrower.phone.slice(-4)}`]) expect(page.text).toContain(shown);
    for (const sealed of [borrower.phone, borrower.email, 'Dongfang Works']) expect(page.text).not.toContain(sealed);
    expect(await acts(borrower.id)).toEqual([]);
    const opened = await desk.submit(page, 'show-identity');
    for (const shown of [borrower.phone, borrower.email, 'Dongfang Works']) expect(opened.text).toContain(shown);
    expect(await acts(borrower.id)).toEqual([{ verb: 'look-at-identity', actor: reviewer.id, role: 'reviewer' }]);
  });

  it('is there for programs without anything sealed', async () => {
    const { taskId, loan, borrower } = await inReview();
    const read = await desk.read<Record<string, unknown>>(`/reviewer/tasks/${taskId}`);
    expect(read).toMatchObject({ task: { loanNo: loan.loanNo }, loan: { requestedFen: 1_000_000 }, score: { points: 612 } });
    expect(JSON.stringify(read)).not.toContain('ipher');
    expect(JSON.stringify(read)).not.toContain(borrower.phone);
  });
});

describe('deciding on an application', () => {
  it('approves with the figures of the form, under the form\'s key, and leads to the next task', async () => {
    const { taskId, loan } = await inReview();
    const page = await open(taskId);
    const { fields } = page.form('decide-review');
    expect(fields).toMatchObject({ amount: '10000.00', termMonths: '12', grade: 'D' });
    const next = await desk.submit(page, 'decide-review', { decision: 'approve', amount: '8,000', note: 'Income seen on paper' });
    expect(web.temporal.told).toEqual([{
      what: 'update', workflowId: loan.loanNo, name: 'decideReview', updateId: fields['key'],
      args: [{ reviewerId: reviewer.id, decision: 'approve', reason: 'as-assessed', amountFen: 800_000, termMonths: 12, grade: 'D' }],
    }]);
    expect(next.url).toContain(`decided=${taskId}`);
    const { rows } = await web.pool.query<{ note: string; taken_by: string }>('SELECT note, taken_by FROM task WHERE id = $1', [taskId]);
    expect(rows).toEqual([{ note: 'Income seen on paper', taken_by: reviewer.id }]);
    expect((await web.pool.query('SELECT pokes, seen FROM waiting WHERE workflow_id = $1', [loan.loanNo])).rows).toEqual([{ pokes: 2, seen: 0 }]);
  });

  it('prices a loan whose product is priced by the reviewer', async () => {
    const { taskId } = await inReview('replay');
    const page = await open(taskId);
    await desk.submit(page, 'decide-review', { decision: 'approve', termMonths: '36', grade: 'B', ratePercent: '10.65' });
    expect(web.temporal.of('decideReview')[0]?.args).toEqual([{ reviewerId: reviewer.id, decision: 'approve', reason: 'as-assessed', amountFen: 1_000_000, termMonths: 36, annualRateBps: 1_065, grade: 'B' }]);
  });

  it('declines with a reason alone', async () => {
    const { taskId } = await inReview();
    await desk.submit(await open(taskId), 'decide-review', { decision: 'decline', reason: 'debts-too-high' });
    expect(web.temporal.of('decideReview')[0]?.args).toEqual([{ reviewerId: reviewer.id, decision: 'decline', reason: 'debts-too-high' }]);
  });

  it.each([
    ['nothing chosen', {}, 'Approve or decline?'],
    ['an amount above the product', { decision: 'approve', amount: '300000' }, 'The product lends up to'],
    ['an amount between steps', { decision: 'approve', amount: '1050.50' }, 'in steps of'],
    ['a huge amount', { decision: 'approve', amount: '9'.repeat(39) }, 'Please look again'],
    ['a term that is not offered', { decision: 'approve', termMonths: '7' }, 'The product offers'],
    ['a grade that is not lent to', { decision: 'approve', grade: 'F' }, 'does not lend to this grade'],
    ['a decline without a reason', { decision: 'decline' }, 'Choose a reason for declining'],
    ['a decline with a reason for approving', { decision: 'decline', reason: 'as-assessed' }, 'Choose a reason for declining'],
    ['an exception without a word', { decision: 'approve', reason: 'exception' }, 'Explain it in a sentence'],
    ['a huge note', { decision: 'decline', reason: 'other', note: 'x'.repeat(3_000) }, 'At most 2000 characters'],
    ['a broken key', { decision: 'decline', reason: 'other', note: 'because', key: '!' }, 'The form was incomplete'],
  ])('says beside the field what is wrong with %s, keeps what was typed, and tells nobody', async (_, typed: Record<string, string>, says) => {
    const page = await desk.submit(await open((await inReview()).taskId), 'decide-review', typed);
    expect(page.status).toBe(422);
    expect(page.text).toContain(says);
    expect(web.temporal.told).toEqual([]);
    if (typed['amount']) expect(page.form('decide-review').fields['amount']).toBe(typed['amount']);
  });

  it('refuses a form without its token', async () => {
    const { taskId } = await inReview();
    expect((await web.raw.post(`/reviewer/tasks/${taskId}/decide`).type('form').send({ decision: 'approve' })).status).toBe(403);
  });

  it('sent twice carries the same key, so that nothing happens twice', async () => {
    const page = await open((await inReview()).taskId);
    await desk.submit(page, 'decide-review', { decision: 'decline', reason: 'fraud-suspected' });
    await desk.submit(page, 'decide-review', { decision: 'decline', reason: 'fraud-suspected' });
    const [first, second] = web.temporal.of('decideReview');
    expect(second).toEqual(first);
  });

  it('is a colleague\'s once they have taken the task, until they put it back', async () => {
    const { taskId } = await inReview();
    const colleague = await web.person('reviewer');
    const theirs = await web.loggedIn(colleague.id);
    const early = await open(taskId);
    const taken = await theirs.submit(await theirs.open(`/reviewer/tasks/${taskId}`), 'take');
    const late = await desk.submit(early, 'decide-review', { decision: 'decline', reason: 'fraud-suspected' });
    expect(late.status).toBe(409);
    expect(late.text).toContain('task-taken');
    expect((await desk.submit(early, 'take')).status).toBe(409);
    expect((await open(taskId)).formNames()).not.toContain('decide-review');
    expect(web.temporal.told).toEqual([]);
    await theirs.submit(taken, 'return');
    expect((await open(taskId)).formNames()).toContain('decide-review');
  });

  it('says why when the workflow refuses, and asks to press again when it is silent', async () => {
    const { taskId } = await inReview();
    web.temporal.answer = () => refuse('wrong-state');
    const refused = await desk.submit(await open(taskId), 'decide-review', { decision: 'decline', reason: 'fraud-suspected' });
    expect(refused.status).toBe(409);
    expect(refused.text).toContain('The loan has moved on');
  });
});

describe('deciding who somebody is', () => {
  it('tells the identification, with a reason', async () => {
    const person = await web.person('lender');
    const workflowId = `identify:${person.id}:1`;
    const taskId = await task(web, { kind: 'identity-review', role: 'reviewer', workflowId, loanNo: null, personId: person.id, title: 'Identification needs a decision', details: { code: 'bureau-silent' } });
    web.temporal.answer = () => ({ status: 'verified' });
    const page = await open(taskId);
    expect((await desk.submit(page, 'decide-identity', { decision: 'approve' })).status).toBe(422);
    expect((await desk.submit(page, 'decide-identity', { decision: 'approve', reason: 'other' })).text).toContain('Explain it in a sentence');
    await desk.submit(page, 'decide-identity', { decision: 'approve', reason: 'papers-agree' });
    expect(web.temporal.told).toEqual([{ what: 'update', workflowId, name: 'decideIdentity', updateId: page.form('decide-identity').fields['key'], args: [{ reviewerId: reviewer.id, approve: true, reason: 'papers-agree' }] }]);
  });
});
