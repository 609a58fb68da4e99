import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { advanceCase, arrearsChanged, clockReached, contactEnded, decideIdentity, instructionDone, promiseToPay, recordContact, resolveHold, taskQueues } from './contract.js';
import type { CollectInput, IdentifyInput, LegalInput } from './contract.js';
import { APPLIED_AT, DAY, HOUR, openStage, refusalOf, type Stage } from './testing/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

type Input = Record<string, unknown>;
const start = async (type: string, workflowId: string, input: Input): Promise<WorkflowHandle> =>
  stage.client.workflow.start(type, { workflowId, taskQueue: taskQueues.loans, args: [{ ...input, clock: await stage.clockAt(APPLIED_AT) }] });
const tasks = (n: number) => stage.world(n).inputs('openTask').map(({ kind, role, key }) => `${kind}/${role} ${key}`);
const closings = (n: number) => stage.world(n).inputs('closeTask').map(({ key, state, decision, by }) => `${key} ${state} ${decision} ${by}`);

describe('identification', () => {
  const identify = (n: number) => start('identify', `identify:P${n}:1`, { personId: `P${n}`, attempt: 1, purpose: 'lend', loanNo: null, reviewDays: 3, zoneOffsetMinutes: 480 } satisfies Omit<IdentifyInput, 'clock'>);
  const unclear = async (n: number) => {
    stage.world(n).on('verifyIdentity', () => ({ status: 'needs-person', code: 'photo-unclear' }));
    const handle = await identify(n);
    await stage.passUntil('the task', () => tasks(n).length === 1, 1000, 60);
    return handle;
  };

  it('ends with what the bureaus say', async () => {
    expect(await (await identify(600)).result()).toEqual({ status: 'verified', code: null });
    expect(stage.world(600).inputs('project').at(-1)).toMatchObject({ workflowId: 'identify:P600:1', closed: true, loan: null });
  });

  it('asks a reviewer, who may not be the person, and writes the decision', async () => {
    const handle = await unclear(601);
    expect(tasks(601)).toEqual(['identity-review/reviewer identify:P601:1:review:reviewer']);
    expect(await refusalOf(handle.executeUpdate(decideIdentity, { args: [{ reviewerId: 'P601', approve: true, reason: 'me' }] }))).toBe('own-identity');
    expect(await handle.executeUpdate(decideIdentity, { args: [{ reviewerId: 'P900', approve: true, reason: 'same-face' }] })).toEqual({ status: 'verified' });
    expect(await handle.result()).toEqual({ status: 'verified', code: null });
    expect(stage.world(601).inputs('concludeIdentity')).toEqual([{ workflowId: 'identify:P601:1', personId: 'P601', status: 'verified', code: null, by: 'P900', why: 'same-face', asOf: expect.any(String) }]);
    expect(closings(601)[0]).toBe('identify:P601:1:review:reviewer done verified P900');
  });

  it('fails as the reviewer says', async () => {
    const handle = await unclear(602);
    await handle.executeUpdate(decideIdentity, { args: [{ reviewerId: 'P900', approve: false, reason: 'other-face' }] });
    expect(await handle.result()).toEqual({ status: 'failed', code: 'reviewer-photo-unclear' });
  });

  it('asks a supervisor after the review days, and fails after as many again', async () => {
    const handle = await unclear(603);
    expect(await handle.result()).toEqual({ status: 'failed', code: 'review-timeout' });
    expect(tasks(603)).toEqual(['identity-review/reviewer identify:P603:1:review:reviewer', 'identity-review/supervisor identify:P603:1:review:supervisor']);
    expect(stage.world(603).inputs('concludeIdentity')[0]).toMatchObject({ status: 'failed', by: 'workflow:identify:P603:1', why: 'review-timeout' });
  });
});

describe('collection', () => {
  const collect = (n: number, change: Partial<CollectInput> = {}) => start('collect', `collect:LN${n}:1`, {
    loanNo: `LN${n}`, borrowerId: `P${n}`, episode: 1, profile: 'us', overdueSince: '2025-01-05', zoneOffsetMinutes: 480, businessMinute: 600, legalAfterDays: 91, ...change,
  } satisfies Omit<CollectInput, 'clock'>);
  const cure = async (handle: WorkflowHandle) => {
    await handle.signal(arrearsChanged, { status: 'cured' });
    await handle.result();
  };
  const rows = (n: number) => stage.world(n).inputs('projectCollection');
  /** The first SMS is out and the episode waits for the next step. */
  const atRest = (n: number) => stage.passUntil('the episode rests', () => rows(n).length >= 2, 1000, 60);

  it('climbs the ladder: SMS, calls, a collector, letters, each once and on its day, then hands over to law', async () => {
    const world = stage.world(610);
    world.on('callDebtor', () => ({ status: 'started', contactId: world.count('callDebtor') }));
    const handle = await collect(610);
    expect(await handle.result()).toEqual({ result: 'to-legal' });
    const day = (asOf: string) => (Date.parse(asOf) - Date.parse('2025-01-05T02:00:00Z')) / DAY;
    expect(world.inputs('sendCollectionSms').map(({ key, asOf }) => [key, Math.floor(day(asOf))])).toEqual([1, 3, 7].map((days) => [`LN610:e1:sms:2025-01-05:${days}`, days]));
    expect(world.inputs('callDebtor').map(({ asOf }) => Math.floor(day(asOf)))).toEqual([8, 11, 22]);
    expect(tasks(610)).toEqual([15, 31, 45, 61, 75].map((days) => `collect/collector collect:LN610:1:collect:${days}`));
    expect(rows(610).at(-1)).toMatchObject({ state: 'to-legal', closedOn: '2025-04-06', nextAt: null });
  });

  it('waits while hours or frequency forbid contact, then makes the same attempt', async () => {
    const world = stage.world(611);
    world.next('sendCollectionSms', () => ({ status: 'not-now', notBefore: '2025-01-07T00:00:00.000Z' }));
    const handle = await collect(611);
    await stage.passUntil('the SMS', () => world.count('sendCollectionSms') === 2, HOUR, 48);
    const [first, second] = world.inputs('sendCollectionSms');
    expect(second!.key).toBe(first!.key);
    expect(second!.asOf >= '2025-01-07T00:00').toBe(true);
    await cure(handle);
  });

  it.each([['not-me', 'not-me/operations'], ['already-paid', 'already-paid/operations'], ['disputed', 'dispute/operations'], ['cannot-pay', 'hardship/collector']] as const)('stops all contact at "%s", makes a task, and goes on when a person says so', async (outcome, task) => {
    const n = 612 + ['not-me', 'already-paid', 'disputed', 'cannot-pay'].indexOf(outcome);
    const world = stage.world(n);
    const handle = await collect(n);
    await atRest(n);
    await handle.signal(contactEnded, { contactId: 7, outcome });
    await stage.passUntil('it is on hold', () => rows(n).at(-1)?.state === 'on-hold', 1000, 60);
    expect(tasks(n)).toEqual([expect.stringContaining(task)]);
    await stage.pass(9 * DAY);
    expect(world.count('sendCollectionSms') + world.count('callDebtor')).toBe(1);
    await stage.passUntil('a supervisor is asked', () => tasks(n).length === 2, 6 * HOUR, 10);
    expect(tasks(n)[1]).toContain('/supervisor');
    await handle.executeUpdate(resolveHold, { args: [{ personId: 'P900', decision: 'resume', reason: 'looked-into' }] });
    expect(closings(n)[0]).toContain('done resume P900');
    await stage.passUntil('contact goes on', () => world.count('callDebtor') === 1, 6 * HOUR, 20);
    await cure(handle);
  });

  it('is handed over, or left alone, when the person says so', async () => {
    for (const [n, decision, result] of [[620, 'to-legal', 'to-legal'], [621, 'stop', 'closed']] as const) {
      const handle = await collect(n);
      await atRest(n);
      expect(await refusalOf(handle.executeUpdate(resolveHold, { args: [{ personId: 'P900', decision: 'stop', reason: 'x' }] }))).toBe('nothing-on-hold');
      await handle.executeUpdate(recordContact, { args: [{ collectorId: 'P800', key: 'c', contactId: 1, outcome: 'disputed' }] });
      await handle.executeUpdate(resolveHold, { args: [{ personId: 'P900', decision, reason: 'x' }] });
      expect(await handle.result()).toEqual({ result });
    }
  });

  it('is handed over to law at any time when a person says so, also while nothing is on hold', async () => {
    const handle = await collect(690);
    await atRest(690);
    await handle.executeUpdate(resolveHold, { args: [{ personId: 'P900', decision: 'to-legal', reason: 'refuses-to-pay' }] });
    expect(await handle.result()).toEqual({ result: 'to-legal' });
    expect(closings(690)).toEqual([]);
  });

  it('takes a promise from the spoken menu: three days, and everything that is due', async () => {
    const world = stage.world(622);
    world.on('callDebtor', () => ({ status: 'started', contactId: 31 }));
    world.on('lookAtContact', () => ({ ended: true, outcome: 'promised' }));
    const handle = await collect(622, { overdueSince: '2024-12-29' });
    await stage.passUntil('the promise', () => world.count('recordPromise') === 1, 30_000, 120);
    expect(world.inputs('recordPromise')).toEqual([{ loanNo: 'LN622', episode: 1, key: 'collect:LN622:1:contact:31', amountFen: null, promisedOn: '2025-01-06', dueOn: '2025-01-09', takenBy: 'workflow:collect:LN622:1' }]);
    await stage.passUntil('it is judged', () => world.count('judgePromise') === 1, 6 * HOUR, 30);
    expect(world.inputs('judgePromise')).toEqual([{ promiseId: 1, asOf: '2025-01-09' }]);
    await cure(handle);
  });

  it('rests while a promise is open, then goes on with a task when it was broken', async () => {
    const world = stage.world(623);
    world.on('judgePromise', () => ({ state: 'broken' }));
    const handle = await collect(623);
    await atRest(623);
    const promise = { takenBy: 'P800', key: 'pr1', amountFen: 1000, dueOn: '2025-01-14' };
    await handle.executeUpdate(promiseToPay, { args: [promise] });
    await handle.executeUpdate(promiseToPay, { args: [promise] });
    expect(world.count('recordPromise')).toBe(1);
    expect(await refusalOf(handle.executeUpdate(promiseToPay, { args: [{ ...promise, key: 'pr2' }] }))).toBe('promise-open');
    await stage.passUntil('the task', () => tasks(623).length === 1, 6 * HOUR, 60);
    const names = world.calls.map(({ name }) => name);
    expect(names.slice(0, names.indexOf('judgePromise')).filter((name) => name === 'sendCollectionSms' || name === 'callDebtor')).toEqual(['sendCollectionSms']);
    expect(tasks(623)).toEqual(['collect/collector collect:LN623:1:collect:promise:1']);
    await cure(handle);
  });

  it.each([[{ amountFen: 0 }, 'not-an-amount'], [{ dueOn: '2025-01-01' }, 'promise-too-far'], [{ dueOn: '2025-03-30' }, 'promise-too-far']])('refuses the promise %j', async (change, code) => {
    const handle = stage.client.workflow.getHandle('collect:LN624:1');
    await handle.describe().catch(() => collect(624));
    await stage.passUntil('it runs', () => rows(624).length > 0, 1000, 60);
    expect(await refusalOf(handle.executeUpdate(promiseToPay, { args: [{ takenBy: 'P800', key: 'k', amountFen: 1, dueOn: '2025-01-10', ...change }] }))).toBe(code);
  });

  it('listens to the call while it rings, hears its end by Signal, and asks the network when none comes', async () => {
    const world = stage.world(625);
    world.on('callDebtor', () => ({ status: 'started', contactId: 41 }));
    world.next('lookAtContact', () => ({ ended: false, outcome: 'no-answer' }));
    const handle = await collect(625, { overdueSince: '2024-12-29' });
    await stage.passUntil('the call was asked about twice', () => world.count('lookAtContact') === 2, 20_000, 60);
    expect(world.inputs('lookAtContact')).toEqual([{ contactId: 41 }, { contactId: 41 }]);
    await cure(handle);
  });

  it('starts over when part is paid and younger arrears remain', async () => {
    const world = stage.world(626);
    const handle = await collect(626, { overdueSince: '2024-12-17' });
    await stage.passUntil('the collector is asked', () => tasks(626).length > 0, 1000, 60);
    await handle.signal(arrearsChanged, { status: 'partly', overdueSince: '2025-01-05' });
    await stage.passUntil('an SMS of the new arrears', () => world.inputs('sendCollectionSms').some(({ key }) => key.includes('2025-01-05')), 6 * HOUR, 12);
    await cure(handle);
  });
});

describe('the legal case', () => {
  const legal = (n: number) => start('legal', `legal:LN${n}:1`, { loanNo: `LN${n}`, borrowerId: `P${n}`, episode: 1, zoneOffsetMinutes: 480, businessMinute: 600 } satisfies Omit<LegalInput, 'clock'>);
  const advance = (handle: WorkflowHandle, key: string, change: Input) =>
    handle.executeUpdate(advanceCase, { args: [{ personId: 'P900', key, state: 'filed', nextDeadline: '2025-03-01', note: 'n', ...change } as never] });
  const opened = async (n: number) => {
    stage.world(n).on('openLegalCase', () => ({ limitationOn: '2028-01-01', nextDeadline: '2025-02-05' }));
    const handle = await legal(n);
    await stage.passUntil('the case', () => stage.world(n).inputs('projectLegalCase').length > 0, 1000, 60);
    return handle;
  };

  it('goes from deadline to deadline as a person takes it, forwards only, until it is closed', async () => {
    const handle = await opened(630);
    expect(tasks(630)).toEqual(['legal/operations legal:LN630:1:opened']);
    await advance(handle, 'a1', { route: 'payment-order', costsFen: 5_000 });
    expect(stage.world(630).inputs('projectLegalCase').find(({ state }) => state === 'filed')).toMatchObject({ route: 'payment-order', costsFen: 5_000, nextDeadline: '2025-03-01' });
    expect(await refusalOf(advance(handle, 'a2', { state: 'preparing' }))).toBe('case-goes-back');
    expect(await refusalOf(advance(handle, 'a3', { nextDeadline: '2025-01-01' }))).toBe('deadline-missing');
    await advance(handle, 'a4', { state: 'closed', nextDeadline: undefined });
    expect(await handle.result()).toEqual({ result: 'closed' });
    expect(stage.world(630).inputs('projectLegalCase').at(-1)).toMatchObject({ state: 'closed', nextDeadline: null, nextAt: null });
  });

  it('tells a supervisor of every deadline that passes, and sets the next', async () => {
    const handle = await opened(631);
    await stage.passUntil('two missed deadlines', () => tasks(631).length === 3, DAY, 60);
    expect(tasks(631).slice(1)).toEqual(['legal/supervisor legal:LN631:1:missed:2025-02-05', 'legal/supervisor legal:LN631:1:missed:2025-02-12']);
    await handle.signal(arrearsChanged, { status: 'cured' });
    expect(await handle.result()).toEqual({ result: 'cured' });
  });
});

describe('a movement of one person', () => {
  const movement = (n: number, verb = 'deposit') => start('movement', `DP${n}`, { requestNo: `DP${n}`, verb, personId: `P${n}` });

  it('is followed until the bank has decided: by its word', async () => {
    stage.world(640).next('followMovement', () => ({ status: 'pending', expectedAt: null }));
    const handle = await movement(640);
    await stage.passUntil('the first ask', () => stage.world(640).count('followMovement') === 1, 100, 60);
    await handle.signal(instructionDone, { requestNo: 'DP640' });
    await pause(0);
    expect(await handle.result()).toEqual({ status: 'done' });
    expect(stage.world(640).inputs('followMovement').map(({ requestNo, attempts }) => `${requestNo} ${attempts}`)).toEqual(['DP640 0', 'DP640 1']);
    expect(stage.world(640).inputs('project').at(-1)).toMatchObject({ workflowId: 'DP640', closed: true });
  });

  it('is asked about when the bank is silent, ever more rarely, and becomes a case after three days', async () => {
    stage.world(641).on('followMovement', () => (tasks(641).length > 0 ? { status: 'refused', expectedAt: null } : { status: 'pending', expectedAt: null }));
    expect(await (await movement(641)).result()).toEqual({ status: 'refused' });
    expect(tasks(641)).toEqual(['case/operations DP641:not-ended']);
    expect(stage.world(641).count('followMovement')).toBeLessThan(100);
  });

  it('that the bank does on a working day waits for that day', async () => {
    stage.world(642).next('followMovement', () => ({ status: 'pending', expectedAt: '2025-01-07T01:00:00.000Z' }));
    expect(await (await movement(642, 'withdraw')).result()).toEqual({ status: 'done' });
    expect(stage.world(642).inputs('followMovement').map(({ asOf }) => asOf >= '2025-01-07T01:00')).toEqual([false, true]);
    expect(stage.world(642).inputs('project')[0]).toMatchObject({ nextAt: '2025-01-07T01:00:00.000Z' });
  });
});

describe('messages', () => {
  it('are tried until none is pending', async () => {
    stage.world(650).next('deliver', () => ({ pending: 2 }), () => ({ pending: 1 }));
    expect(await (await start('message', 'message:650', { messageIds: [650, 651] })).result()).toEqual({ undelivered: 0 });
    expect(stage.world(650).inputs('deliver')).toHaveLength(3);
  });

  it('that nobody takes become a case', async () => {
    stage.world(651).on('deliver', () => ({ pending: 1 }));
    expect(await (await start('message', 'message:651', { messageIds: [651] })).result()).toEqual({ undelivered: 1 });
    expect(tasks(651)).toEqual(['case/operations message:651:not-sent']);
  });
});

describe('the business day', () => {
  it('is closed at its end, day after day, in runs of its own', async () => {
    const world = stage.world(0);
    const handle = await start('businessDay', 'business-day', { day: '2025-01-06', zoneOffsetMinutes: 480 });
    await stage.passUntil('three days', () => world.count('closeDays') === 3, 6 * HOUR, 20);
    expect(world.inputs('closeDays').map(({ from, to, asOf }) => `${from} ${to} ${asOf.slice(0, 16)}`))
      .toEqual(['2025-01-06 2025-01-06 2025-01-06T16:00', '2025-01-07 2025-01-07 2025-01-07T16:00', '2025-01-08 2025-01-08 2025-01-08T16:00']);
    await handle.terminate();
  });

  it('may be reached late by a governed clock: the days that passed together are closed together', async () => {
    const world = stage.world(0);
    world.calls.length = stage.world(2025).calls.length = 0;
    const clock = { ...(await stage.clockAt(APPLIED_AT)), governed: true };
    const handle = await stage.client.workflow.start('businessDay', { workflowId: 'business-day', taskQueue: taskQueues.loans, args: [{ day: '2025-01-06', zoneOffsetMinutes: 480, clock }] });
    await stage.passUntil('it waits', () => world.inputs('project').at(-1)?.nextAt === '2025-01-06T16:00:00.000Z', 100, 60);
    expect(world.inputs('project').at(-1)).toMatchObject({ strideMs: DAY });
    await handle.signal(clockReached, { now: Date.parse('2025-01-20T16:00:00Z'), pokes: 0 });
    await stage.passUntil('it waits again', () => world.inputs('project').at(-1)?.nextAt === '2025-01-21T16:00:00.000Z', 100, 60);
    expect(world.inputs('closeDays').map(({ from, to }) => `${from} ${to}`)).toEqual(['2025-01-06 2025-01-20']);
    // The number in the id of `reconcile:2025-01-20` is the year.
    await stage.passUntil('they are reconciled', () => stage.world(2025).count('reconcileDays') === 1, 100, 60);
    expect(stage.world(2025).inputs('reconcileDays')).toEqual([{ from: '2025-01-06', to: '2025-01-20', asOf: '2025-01-20T16:00:00.000Z', zoneOffsetMinutes: 480 }]);
    await handle.terminate();
  });
});
