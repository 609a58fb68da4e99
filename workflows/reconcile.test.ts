import type { WorkflowHandle } from '@temporalio/client';
import { waitFor } from '../stack/parts/waiting.js';
import { clockReached, decideCase, taskQueues, type DifferenceInput, type ReconcileInput } from './contract.js';
import { APPLIED_AT, DAY, HOUR, openStage, refusalOf, type Stage } from './testing/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

// Worlds are told apart by the first number in a workflow's id: a year for the days, the case's number for a case.
const day = (year: number): string => `${year}-01-05`;
const start = async (year: number, governed = false): Promise<WorkflowHandle> => stage.client.workflow.start('reconcile', {
  workflowId: `reconcile:${day(year)}`, taskQueue: taskQueues.loans,
  args: [{ from: `${year}-01-04`, to: day(year), zoneOffsetMinutes: 480, clock: { ...(await stage.clockAt(APPLIED_AT)), governed } } satisfies ReconcileInput],
});
const when = (holds: () => boolean) => () => Promise.resolve(holds() ? true : undefined);
const tasks = (n: number) => stage.world(n).inputs('openTask').map(({ kind, role, key }) => `${kind}/${role} ${key}`);

describe('the reconciliation of closed days', () => {
  it('ends when all files were here and every line was equal', async () => {
    await (await start(3001)).result();
    expect(stage.world(3001).inputs('reconcileDays')).toEqual([{ from: '3001-01-04', to: '3001-01-05', asOf: expect.any(String), zoneOffsetMinutes: 480 }]);
    expect(stage.world(3001).count('confirmDay')).toBe(0);
    expect(stage.world(3001).inputs('project').at(-1)).toMatchObject({ workflowId: 'reconcile:3001-01-05', closed: true });
  });

  it('asks for late and broken files again, from the day that is missing, every hour', async () => {
    const world = stage.world(3002);
    world.next('reconcileDays', () => ({ waiting: { day: day(3002), status: 'late', code: 'deposits' }, cases: [] }), () => ({ waiting: { day: day(3002), status: 'faulty', code: 'payouts:truncated' }, cases: [] }));
    await (await start(3002)).result();
    const [first, second, third] = world.inputs('reconcileDays');
    expect([first, second, third].map((input) => input!.from)).toEqual(['3002-01-04', '3002-01-05', '3002-01-05']);
    expect(Date.parse(third!.asOf) - Date.parse(first!.asOf)).toBeGreaterThanOrEqual(2 * HOUR);
    expect(tasks(3002)).toEqual([]);
  });

  it('gives operations a case after twelve hours, and goes on asking daily', async () => {
    const world = stage.world(3003);
    world.on('reconcileDays', (_, n) => ({ waiting: n < 15 ? { day: day(3003), status: 'late', code: 'deposits' } : null, cases: [] }));
    await (await start(3003)).result();
    expect(tasks(3003)).toEqual(['case/operations reconcile:3003-01-05:files:3003-01-05']);
    const asked = world.inputs('reconcileDays').map(({ asOf }) => Date.parse(asOf));
    expect(asked.at(-1)! - asked.at(-2)!).toBeGreaterThanOrEqual(DAY);
  });
});

/** On a governed clock: no time has to leap, which on the shared test server could leave a workflow in the middle of a step behind. */
describe('a difference with the bank', () => {
  const dueAt = '2025-01-09T16:00:00.000Z';
  const waits = (caseId: number) => stage.world(caseId).inputs('project').some(({ nextAt }) => nextAt === dueAt);
  const differing = async (year: number, caseId: number) => {
    stage.world(year).on('reconcileDays', () => ({ waiting: null, cases: [{ caseId, day: day(year), dueAt }] }));
    stage.world(year).next('confirmDay', () => ({ status: 'open' }));
    const handle = await start(year, true);
    const open = stage.client.workflow.getHandle(`case:${caseId}`);
    await waitFor('the task, and the wait for its deadline', 30, when(() => tasks(caseId).length === 1 && waits(caseId)));
    return { handle, open };
  };

  it('is a case of its own; when a person decides it, the day is confirmed', async () => {
    const { handle, open } = await differing(3011, 811);
    expect(tasks(811)).toEqual(['case/operations case:811:operations']);
    expect(stage.world(811).inputs('openTask')[0]).toMatchObject({ dueAt, details: { caseId: 811, day: '3011-01-05' } });
    expect(await open.executeUpdate(decideCase, { args: [{ personId: 'P900', resolution: 'explained' }] })).toEqual({ ok: true });
    expect(await open.result()).toEqual({ resolution: 'explained' });
    await handle.result();
    expect(stage.world(811).inputs('resolveCase')).toEqual([{ caseId: 811, personId: 'P900', resolution: 'explained', asOf: expect.any(String) }]);
    expect(stage.world(811).inputs('closeTask').map(({ key, decision, by }) => `${key} ${decision} ${by}`)).toEqual(['case:811:operations explained P900', 'case:811:supervisor explained P900']);
    expect(stage.world(3011).inputs('confirmDay').map((input) => input.day)).toEqual(['3011-01-05', '3011-01-05']);
  });

  it('stays open when the record refuses the decision, and says why', async () => {
    const { handle, open } = await differing(3012, 812);
    stage.world(812).next('resolveCase', () => ({ status: 'refused', code: 'second-person' }));
    expect(await refusalOf(open.executeUpdate(decideCase, { args: [{ personId: 'P900', resolution: 'accept-bank' }] }))).toBe('second-person');
    await open.executeUpdate(decideCase, { args: [{ personId: 'P901', resolution: 'accept-bank' }] });
    expect(await open.result()).toEqual({ resolution: 'accept-bank' });
    await handle.result();
  });

  it('comes before a supervisor when its deadline has passed, and still waits for a person', async () => {
    const { handle, open } = await differing(3013, 813);
    await open.signal(clockReached, { now: Date.parse(dueAt), pokes: 0 });
    await waitFor('the supervisor is asked', 30, when(() => tasks(813).length === 2));
    expect(tasks(813)[1]).toBe('case/supervisor case:813:supervisor');
    expect(Date.parse(stage.world(813).inputs('openTask')[1]!.asOf)).toBeGreaterThanOrEqual(Date.parse(dueAt));
    await open.executeUpdate(decideCase, { args: [{ personId: 'P902', resolution: 'explained' }] });
    await open.result();
    await handle.result();
  });

  it('whose days are long confirmed ends all the same; a share that it found missing is sent again by the loan, or beside it when that has ended', async () => {
    stage.world(814).next('resolveCase', () => ({ status: 'resolved', undelivered: 'LN8140' }));
    stage.world(8140).next('redeliver', () => ({ undelivered: 1 }));
    const open = await stage.client.workflow.start('difference', {
      workflowId: 'case:814', taskQueue: taskQueues.loans, args: [{ caseId: 814, day: day(3014), dueAt, reconcileId: 'reconcile:gone', zoneOffsetMinutes: 480, clock: { ...(await stage.clockAt(APPLIED_AT)), governed: true } } satisfies DifferenceInput],
    });
    await waitFor('the task, and the wait for its deadline', 30, when(() => tasks(814).length === 1 && waits(814)));
    await open.executeUpdate(decideCase, { args: [{ personId: 'P901', resolution: 'accept-bank' }] });
    expect(await open.result()).toEqual({ resolution: 'accept-bank' });
    const delivered = stage.client.workflow.getHandle('deliver:LN8140:case-814');
    await waitFor('the wait for the next try', 30, when(() => stage.world(8140).inputs('project').some(({ nextAt }) => nextAt !== null)));
    await delivered.signal(clockReached, { now: Date.parse(APPLIED_AT) + 2 * DAY, pokes: 0 });
    await delivered.result();
    const [first, second, ...more] = stage.world(8140).inputs('redeliver').map(({ asOf }) => Date.parse(asOf));
    expect([more, second! - first! >= DAY]).toEqual([[], true]);
  });
});
