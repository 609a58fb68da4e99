import type { WorkflowHandle } from '@temporalio/client';
import { decideWithdrawal, taskQueues } from './contract.js';
import type { MovementStep } from './contract.js';
import { APPLIED_AT, openStage, refusalOf, type Stage } from './testing/stage.js';

let stage: Stage;
beforeAll(async () => { stage = await openStage(); });
afterAll(() => stage.close());

const dueAt = '2025-01-07T08:00:00.000Z';
const start = async (n: number, verb = 'withdraw'): Promise<WorkflowHandle> =>
  stage.client.workflow.start('movement', { workflowId: `W${n}`, taskQueue: taskQueues.loans, args: [{ requestNo: `W${n}`, verb, personId: `P${n}`, clock: await stage.clockAt(APPLIED_AT) }] });
const told = (n: number) => stage.world(n).inputs('tellPerson').map(({ template, personId, key }) => `${template} ${personId} ${key}`);
const decide = (handle: WorkflowHandle, personId: string, decision: 'confirm' | 'cancel') => handle.executeUpdate(decideWithdrawal, { args: [{ personId, decision, reasonKey: 'reason-1' }] });

/** A bank that holds the withdrawal until it is told, as `followMovement` tells of it. */
function holding(n: number, end: 'done' | 'refused' = 'done'): void {
  const world = stage.world(n);
  let decision: 'confirm' | 'cancel' | null = null;
  let inTime = true;
  world.on('decideWithdrawal', (input) => {
    decision = input.decision;
    inTime = input.personId !== null;
    return { status: 'decided' };
  });
  world.on('followMovement', (): MovementStep => decision === null
    ? { status: 'pending', expectedAt: null, look: { held: true, confirmBy: dueAt, decision: null, inTime: true } }
    : { status: decision === 'cancel' ? 'refused' : end, expectedAt: null, look: { held: false, confirmBy: null, decision, inTime } });
}

it('a withdrawal that the bank holds is put on finance\'s desk, the person told, and confirmed by a person', async () => {
  holding(660);
  const handle = await start(660);
  await stage.passUntil('the task', () => stage.world(660).count('tellPerson') === 1, 1000, 60);
  expect(stage.world(660).inputs('openTask')).toEqual([expect.objectContaining({ key: 'W660:second-look', kind: 'case', role: 'finance', dueAt, details: { requestNo: 'W660' }, personId: null })]);
  await stage.passUntil('it waits', () => stage.world(660).inputs('project').at(-1)?.nextAt === dueAt, 1000, 60);
  expect(await decide(handle, 'P900', 'confirm')).toEqual({ ok: true });
  expect(await handle.result()).toEqual({ status: 'done' });
  expect(stage.world(660).inputs('decideWithdrawal')).toEqual([{ requestNo: 'W660', decision: 'confirm', personId: 'P900', reasonKey: 'reason-1', asOf: expect.stringMatching(/^2025-01-0[67]T/) }]);
  expect(told(660)).toEqual(['withdrawal-held P660 withdrawal-held:W660', 'withdrawal-confirmed P660 withdrawal-confirmed:W660']);
  expect(stage.world(660).inputs('closeTask')).toEqual([{ key: 'W660:second-look', state: 'done', decision: 'confirm', by: 'workflow:W660' }]);
});

it('is cancelled by a person, and the person whose money it is hears so', async () => {
  holding(661);
  const handle = await start(661);
  await stage.passUntil('the task', () => stage.world(661).count('tellPerson') === 1, 1000, 60);
  await decide(handle, 'P900', 'cancel');
  expect(await handle.result()).toEqual({ status: 'refused' });
  expect(told(661).at(-1)).toBe('withdrawal-cancelled P661 withdrawal-cancelled:W661');
});

it('that nobody decides is cancelled at the cut-off of the next working day, and the person told', async () => {
  holding(662);
  const handle = await start(662);
  expect(await handle.result()).toEqual({ status: 'refused' });
  expect(stage.world(662).inputs('decideWithdrawal')).toEqual([{ requestNo: 'W662', decision: 'cancel', personId: null, reasonKey: null, asOf: expect.stringMatching(/^2025-01-07T08:00/) }]);
  expect(told(662).at(-1)).toBe('withdrawal-not-confirmed P662 withdrawal-not-confirmed:W662');
  expect(stage.world(662).inputs('closeTask')).toEqual([{ key: 'W662:second-look', state: 'dropped', decision: 'cancel', by: 'workflow:W662' }]);
});

it('that is not held is not decided, and a refused decision leaves it waiting', async () => {
  stage.world(663).on('followMovement', () => ({ status: 'pending', expectedAt: null }));
  const other = await start(663, 'deposit');
  await stage.passUntil('it waits', () => stage.world(663).count('project') > 0, 1000, 60);
  expect(await refusalOf(decide(other, 'P900', 'confirm'))).toBe('not-to-be-decided');
  await other.terminate();
  holding(664);
  const handle = await start(664);
  await stage.passUntil('the task', () => stage.world(664).count('tellPerson') === 1, 1000, 60);
  stage.world(664).next('decideWithdrawal', () => ({ status: 'refused', code: 'own-case' }));
  expect(await refusalOf(decide(handle, 'P664', 'confirm'))).toBe('own-case');
  await decide(handle, 'P900', 'confirm');
  expect(await handle.result()).toEqual({ status: 'done' });
});

it('confirmed but refused by the bank it goes back to the desk until it is cancelled', async () => {
  const world = stage.world(665);
  holding(665);
  world.next('decideWithdrawal', () => ({ status: 'decided' }));
  const handle = await start(665);
  await stage.passUntil('the task', () => world.count('tellPerson') === 1, 1000, 60);
  await decide(handle, 'P900', 'confirm');
  await stage.passUntil('it is held still', () => world.count('followMovement') >= 2, 1000, 60);
  expect(await handle.result()).toEqual({ status: 'refused' });
  expect(world.inputs('decideWithdrawal').map(({ decision, personId }) => `${decision} ${personId}`)).toEqual(['confirm P900', 'cancel null']);
  expect(world.count('openTask')).toBe(1);
});

it('the days that it was held do not make it late', async () => {
  holding(666);
  stage.world(666).on('followMovement', (input, n): MovementStep => n < 2
    ? { status: 'pending', expectedAt: null, look: { held: n < 1, confirmBy: n < 1 ? '2025-01-09T08:00:00.000Z' : null, decision: n < 1 ? null : 'confirm', inTime: true } }
    : { status: input.asOf > '2025-01-10' ? 'done' : 'pending', expectedAt: null, look: { held: false, confirmBy: null, decision: 'confirm', inTime: true } });
  expect(await (await start(666)).result()).toEqual({ status: 'done' });
  expect(stage.world(666).inputs('openTask').map(({ key }) => key)).toEqual(['W666:second-look']);
});

it('a trading password that was reset is told to the person, once the bank has done it', async () => {
  expect(await (await start(667, 'reset-password')).result()).toEqual({ status: 'done' });
  expect(told(667)).toEqual(['trading-password-reset P667 trading-password-reset:W667']);
  stage.world(668).on('followMovement', () => ({ status: 'refused', expectedAt: null }));
  await (await start(668, 'reset-password')).result();
  expect(told(668)).toEqual([]);
});
