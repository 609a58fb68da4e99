import { row } from '../../db/pool.js';
import { findTask, openTasks, returnTask, takeTask } from '../../db/tasks.js';
import { createApplicants } from '../../test/applicants.js';
import type { Applicants } from '../../test/applicants.js';
import type { LoanState } from '../../domain/loan.js';
import type { RecordActivities } from '../../workflows/contract.js';
import { createRecordActivities } from './index.js';

describe('what workflows write into the record', () => {
  let side: Applicants;
  let record: RecordActivities;
  let loan: LoanState;
  beforeEach(async () => {
    side = await createApplicants();
    record = createRecordActivities(side.deps);
    loan = await side.repaying(await side.person());
  });
  afterEach(() => side.close());

  const payment = (n: number, fen: number, on: string, state = 'distributed'): Promise<unknown> => side.pool.query(
    `INSERT INTO payment (payment_no, loan_no, n, source, asked_fen, frozen_fen, as_of, state) VALUES ($1, $2, $3, 'debit', $4, $4, $5, $6)`,
    [`${loan.loanNo}:p${n}`, loan.loanNo, n, fen, on, state]);
  const collection = (change: object = {}): ReturnType<RecordActivities['projectCollection']> => record.projectCollection({
    workflowId: `collect:${loan.loanNo}:1`, loanNo: loan.loanNo, episode: 1, state: 'running', holdReason: null, openedOn: '2026-04-16', closedOn: null, revision: 1,
    nextAt: '2026-04-18T02:00:00.000Z', summary: 's', seen: 0, ...change,
  });

  it('refuses to write a loan that is not there', async () => {
    const unknown = { ...loan, loanNo: 'LN999999' };
    await expect(record.project({ workflowId: 'LN999999', summary: '', nextAt: null, knownAt: '2026-04-15T02:00:00.000Z', seen: 0, loan: unknown, acts: [], closed: false })).rejects.toMatchObject({ name: 'NotInRecord' });
  });

  it('opens one task per key, which one person takes, and closes it once', async () => {
    const wish = { key: 'k', kind: 'review' as const, role: 'reviewer', workflowId: loan.loanNo, loanNo: loan.loanNo, personId: null, title: 'Review', details: { grade: 'D' }, dueAt: null, asOf: '2026-04-15T02:00:00.000Z' };
    const { taskId } = await record.openTask(wish);
    expect(await record.openTask({ ...wish, title: 'Another' })).toEqual({ taskId });
    expect(await openTasks(side.pool, 'reviewer')).toEqual([expect.objectContaining({ id: taskId, title: 'Review', details: { grade: 'D' } })]);
    expect([await takeTask(side.pool, taskId, 'P1'), await takeTask(side.pool, taskId, 'P2')]).toEqual([true, false]);
    expect([await returnTask(side.pool, taskId, 'P2'), await returnTask(side.pool, taskId, 'P1')]).toEqual([false, true]);
    await record.closeTask({ key: 'k', state: 'done', decision: 'approve', by: 'P1' });
    await record.closeTask({ key: 'k', state: 'dropped', decision: 'later', by: 'P2' });
    expect(await findTask(side.pool, taskId)).toMatchObject({ state: 'done', decision: 'approve', takenBy: 'P1' });
    expect(await record.openTask(wish)).toEqual({ taskId });
    expect(await openTasks(side.pool, 'reviewer')).toEqual([]);
  });

  it('looks at a payment in the record alone', async () => {
    expect(await record.lookAtPayment({ paymentNo: `${loan.loanNo}:p1` })).toEqual({ state: 'none', undelivered: 0 });
    await payment(1, 101_000, '2026-04-15', 'frozen');
    expect(await record.lookAtPayment({ paymentNo: `${loan.loanNo}:p1` })).toEqual({ state: 'frozen', undelivered: 0 });
  });

  it('knows whether somebody is identified, and the next attempt', async () => {
    expect(await record.identityState({ personId: loan.borrowerId })).toEqual({ verified: false, nextAttempt: 1 });
    await expect(record.identityState({ personId: 'P0' })).rejects.toMatchObject({ name: 'NotInRecord' });
  });

  it('writes an episode by a rising revision only, and ends its wait with it', async () => {
    await collection({ revision: 3, state: 'on-hold', holdReason: 'disputed' });
    await collection({ revision: 2 });
    expect(await row(side.pool, 'SELECT state, hold_reason, revision FROM collection')).toEqual({ state: 'on-hold', hold_reason: 'disputed', revision: 3 });
    await collection({ revision: 4, state: 'cured', holdReason: null, closedOn: '2026-04-20', nextAt: null });
    expect(await row(side.pool, `SELECT 1 FROM waiting WHERE workflow_id LIKE 'collect:%'`)).toBeNull();
  });

  it('takes a promise once, for what is due on its day when no amount was named', async () => {
    const wish = { loanNo: loan.loanNo, episode: 1, key: 'c1', amountFen: null, promisedOn: '2026-04-20', dueOn: '2026-04-23', takenBy: 'call' };
    const { promiseId } = await record.recordPromise(wish);
    expect(await record.recordPromise({ ...wish, amountFen: 5 })).toEqual({ promiseId });
    // 101,000 and eight days of late interest on 100,000: 240.
    expect(await row(side.pool, 'SELECT amount_fen FROM promise')).toEqual({ amount_fen: 101_240 });
  });

  it.each([
    ['kept', 101_240, '2026-04-22'], ['partly', 50_000, '2026-04-22'], ['broken', 101_240, '2026-04-24'], ['broken', 101_240, '2026-04-19'],
  ])('judges a promise %s by the payments of its days (%i fen on %s), and stays with it', async (state, fen, on) => {
    const { promiseId } = await record.recordPromise({ loanNo: loan.loanNo, episode: 1, key: 'c1', amountFen: 101_240, promisedOn: '2026-04-20', dueOn: '2026-04-23', takenBy: 'call' });
    await payment(1, fen, on);
    expect(await record.judgePromise({ promiseId, asOf: '2026-04-23' })).toEqual({ state });
    await payment(2, 500_000, '2026-04-23');
    expect(await record.judgePromise({ promiseId, asOf: '2026-04-23' })).toEqual({ state });
  });

  it('takes a promise as kept when nothing is owed any more', async () => {
    const { promiseId } = await record.recordPromise({ loanNo: loan.loanNo, episode: 1, key: 'c1', amountFen: 900_000, promisedOn: '2026-04-20', dueOn: '2026-04-23', takenBy: 'call' });
    await side.pool.query('UPDATE instalment SET paid_principal_fen = principal_fen, paid_interest_fen = interest_fen');
    loan.instalments = loan.instalments.map((each) => ({ ...each, paidPrincipalFen: each.principalFen, paidInterestFen: each.interestFen }));
    await side.show(loan);
    expect(await record.judgePromise({ promiseId, asOf: '2026-04-23' })).toEqual({ state: 'kept' });
  });

  it('hands a case over with amounts by component, evidence and a limitation that a demand has started anew', async () => {
    await side.pool.query(`INSERT INTO contract (loan_no, concluded_on, body, sha256) VALUES ($1, '2026-03-14', 'body', 'abc')`, [loan.loanNo]);
    await side.pool.query(
      `INSERT INTO contact (key, loan_no, episode, person_id, channel, to_last4, state, outcome, by, business_at, ended_at) VALUES ('c1', $1, 1, $2, 'call', '1', 'done', 'promised', 'x', '2026-05-01T03:00:00Z', now())`,
      [loan.loanNo, loan.borrowerId]);
    const opened = await record.openLegalCase({ workflowId: `legal:${loan.loanNo}:1`, loanNo: loan.loanNo, episode: 1, asOf: '2026-07-15' });
    // The last instalment is due on 2027-03-15: later than any demand.
    expect(opened).toEqual({ limitationOn: '2030-03-15', nextDeadline: '2026-08-14' });
    expect(await record.openLegalCase({ workflowId: `legal:${loan.loanNo}:1`, loanNo: loan.loanNo, episode: 1, asOf: '2026-09-15' })).toEqual(opened);
    expect(await row(side.pool, 'SELECT route, state, principal_fen, interest_fen, fee_fen, claimant, evidence FROM legal_case')).toMatchObject({
      route: 'court', state: 'preparing', principal_fen: 1_200_000, interest_fen: 4_000, fee_fen: 0, claimant: expect.stringContaining('assignment'),
      evidence: [expect.objectContaining({ kind: 'contract', reference: 'abc' }), expect.objectContaining({ kind: 'schedule' }), expect.objectContaining({ kind: 'contact', reference: 'c1' })],
    });
  });

  it('moves a case on by a rising revision, and leaves what is not named as it was', async () => {
    const workflowId = `legal:${loan.loanNo}:1`;
    await record.openLegalCase({ workflowId, loanNo: loan.loanNo, episode: 1, asOf: '2026-07-15' });
    const wait = { workflowId, nextAt: null, summary: 's', seen: 0, closedOn: null };
    await record.projectLegalCase({ ...wait, state: 'filed', route: 'arbitration', costsFen: 30_000, nextDeadline: '2026-10-01', revision: 2 });
    await record.projectLegalCase({ ...wait, state: 'judgment', route: null, costsFen: null, nextDeadline: '2026-12-01', revision: 3 });
    await record.projectLegalCase({ ...wait, state: 'preparing', route: 'court', costsFen: 0, nextDeadline: null, revision: 1 });
    expect(await row(side.pool, 'SELECT state, route, costs_fen, next_deadline FROM legal_case')).toEqual({ state: 'judgment', route: 'arbitration', costs_fen: 30_000, next_deadline: '2026-12-01' });
  });
});
