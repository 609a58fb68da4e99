import type { WorkflowHandle } from '@temporalio/client';
import { decideEstate, retryStep, taskQueues, type EstateInput } from './contract.js';
import { APPLIED_AT, DAY, HOUR, openStage, refusalOf, type Stage } from './testing/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const dueAt = '2025-01-07T16:00:00.000Z';
const start = async (n: number): Promise<WorkflowHandle> => stage.client.workflow.start('estate', {
  workflowId: `estate:ES${n}`, taskQueue: taskQueues.loans,
  args: [{ estateNo: `ES${n}`, personId: 'P5', dueAt, zoneOffsetMinutes: 480, clock: await stage.clockAt(APPLIED_AT) } satisfies EstateInput],
});
const tasks = (n: number) => stage.world(n).inputs('openTask').map(({ role, key }) => `${role} ${key.replace(`estate:ES${n}:`, '')}`);
const decide = (estate: WorkflowHandle, approve = true) => estate.executeUpdate(decideEstate, { args: [{ personId: 'P9', approve, reasonKey: 'k' }] });

it('what a second person refuses passes to nobody', async () => {
  const estate = await start(4201);
  await stage.passUntil('the task', () => tasks(4201).length === 1, 1000, 60);
  stage.world(4201).next('decideEstate', () => ({ status: 'refused', code: 'second-person' }));
  expect(await refusalOf(decide(estate))).toBe('second-person');
  await decide(estate, false);
  expect(await estate.result()).toEqual({ ended: 'refused' });
  expect(stage.world(4201).count('settleEstate')).toBe(0);
  expect(stage.world(4201).inputs('closeTask')[0]).toMatchObject({ key: 'estate:ES4201:decide:operations', decision: 'refused', by: 'P9' });
});

it('what nobody decides in time comes before a supervisor, stays there, and passes on when approved', async () => {
  const estate = await start(4202);
  await stage.passUntil('the supervisor is asked', () => tasks(4202).length === 2, 6 * HOUR, 20);
  expect(tasks(4202)).toEqual(['operations decide:operations', 'supervisor decide:supervisor']);
  await stage.pass(15 * DAY);
  expect(tasks(4202)).toHaveLength(2);
  await decide(estate);
  expect(await estate.result()).toEqual({ ended: 'passed-on' });
  expect(stage.world(4202).count('settleEstate')).toBe(1);
  expect(stage.world(4202).inputs('project').at(-1)).toMatchObject({ workflowId: 'estate:ES4202', closed: true });
});

it('what cannot pass yet is tried again the next day; what the bank refuses is operations’ task, tried again when they say so', async () => {
  const estate = await start(4203);
  const world = stage.world(4203);
  world.next('settleEstate', () => ({ status: 'waiting', code: 'court-order' }));
  await decide(estate);
  await stage.passUntil('the first try', () => world.count('settleEstate') === 1, 1000, 60);
  world.next('settleEstate', () => ({ status: 'refused', code: 'no-authorisation' }));
  await stage.passUntil('the second try', () => world.count('settleEstate') === 2, 6 * HOUR, 20);
  await stage.passUntil('the task', () => tasks(4203).includes('operations refused:no-authorisation'), 1000, 60);
  const [first, second] = world.inputs('settleEstate').map(({ asOf }) => Date.parse(asOf));
  expect(second! - first!).toBeGreaterThanOrEqual(DAY);
  await estate.executeUpdate(retryStep, { args: [{ personId: 'P9', reason: 'the card is bound again' }] });
  expect(await estate.result()).toEqual({ ended: 'passed-on' });
});
