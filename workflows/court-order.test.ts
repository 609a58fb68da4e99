import type { WorkflowHandle } from '@temporalio/client';
import { decidePaper, instructionDone, paperEntered, retryStep, taskQueues, type CourtOrderInput, type DecidedPaper } from './contract.js';
import { APPLIED_AT, DAY, HOUR, openStage, refusalOf, type Stage } from './testing/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const dueAt = '2025-01-07T16:00:00.000Z';
const start = async (n: number): Promise<WorkflowHandle> => stage.client.workflow.start('courtOrder', {
  workflowId: `order:CO${n}`, taskQueue: taskQueues.loans,
  args: [{ orderNo: `CO${n}`, personId: 'P5', paperId: 1, dueAt, zoneOffsetMinutes: 480, clock: await stage.clockAt(APPLIED_AT) } satisfies CourtOrderInput],
});
const tasks = (n: number) => stage.world(n).inputs('openTask').map(({ role, key }) => `${role} ${key.replace(`order:CO${n}:`, '')}`);
const decide = (order: WorkflowHandle, paperId: number, approve = true) => order.executeUpdate(decidePaper, { args: [{ paperId, personId: 'P9', approve, reasonKey: 'k' }] });
/** What the record says of the paper that is decided next. */
const paper = (n: number, says: Partial<DecidedPaper>) => stage.world(n).next('decidePaper', ({ paperId, approve }) => ({
  status: 'decided', paper: { paperId, kind: 'freeze', approved: approve, amountFen: null, fromDate: '2025-01-06', expiresOn: '2025-03-06', ...says },
}));
const standing = async (n: number, says: Partial<DecidedPaper> = {}) => {
  const order = await start(n);
  paper(n, says);
  await decide(order, 1);
  await stage.passUntil('the freeze', () => stage.world(n).count('placeOrder') > 0, 1000, 60);
  return order;
};
const dayOf = (instant: string | undefined): string => new Date(Date.parse(instant ?? '') + 8 * HOUR).toISOString().slice(0, 10);

it('a paper that is refused ends the order, and nothing is frozen', async () => {
  const order = await start(4001);
  await stage.passUntil('the task', () => tasks(4001).length === 1, 1000, 60);
  expect(stage.world(4001).inputs('openTask')[0]).toMatchObject({ kind: 'case', role: 'operations', dueAt, personId: 'P5', details: { orderNo: 'CO4001', paperId: 1 } });
  await decide(order, 1, false);
  expect(await order.result()).toEqual({ ended: 'refused' });
  expect(stage.world(4001).inputs('closeTask').map(({ key, decision, by }) => `${key} ${decision} ${by}`)).toEqual(['order:CO4001:paper1:operations refused P9', 'order:CO4001:paper1:supervisor refused P9']);
  expect(stage.world(4001).count('placeOrder')).toBe(0);
  expect(stage.world(4001).inputs('project').at(-1)).toMatchObject({ workflowId: 'order:CO4001', closed: true });
});

it('a paper that nobody decides in time comes before a supervisor, and stays there until somebody does', async () => {
  const order = await start(4002);
  await stage.passUntil('the supervisor is asked', () => tasks(4002).length === 2, 6 * HOUR, 20);
  expect(tasks(4002)).toEqual(['operations paper1:operations', 'supervisor paper1:supervisor']);
  expect(Date.parse(stage.world(4002).inputs('openTask')[1]!.asOf)).toBeGreaterThanOrEqual(Date.parse(dueAt));
  await stage.pass(15 * DAY);
  expect(tasks(4002)).toHaveLength(2);
  await decide(order, 1, false);
  expect(await order.result()).toEqual({ ended: 'refused' });
});

it('what the record refuses is refused, and the paper stays open', async () => {
  const order = await start(4003);
  stage.world(4003).next('decidePaper', () => ({ status: 'refused', code: 'second-person' }));
  expect(await refusalOf(decide(order, 1))).toBe('second-person');
  await decide(order, 1, false);
  await order.result();
});

it('an approved order is frozen at once, stands to the end of its last day, and is given back then', async () => {
  const order = await standing(4004);
  expect(await refusalOf(decide(order, 1))).toBe('paper-decided');
  expect(await order.result()).toEqual({ ended: 'expired' });
  const world = stage.world(4004);
  expect(world.inputs('placeOrder')).toEqual([{ orderNo: 'CO4004', asOf: expect.any(String) }]);
  expect(world.inputs('liftOrder')).toEqual([{ orderNo: 'CO4004', endedBy: 'expired', asOf: expect.any(String) }]);
  expect(dayOf(world.inputs('placeOrder')[0]?.asOf)).toBe('2025-01-06');
  expect(dayOf(world.inputs('liftOrder')[0]?.asOf)).toBe('2025-03-07');
});

it('warns fifteen days before the end; renewed, it stands on and warns again before the new end', async () => {
  const order = await standing(4005);
  const world = stage.world(4005);
  const warnings = () => world.inputs('openTask').filter(({ details }) => details['reason'] === 'runs-out');
  await stage.passUntil('the warning', () => warnings().length === 1, DAY, 60);
  expect(dayOf(warnings()[0]?.asOf)).toBe('2025-02-19');
  expect(warnings()[0]).toMatchObject({ role: 'operations', dueAt: '2025-03-06T16:00:00.000Z' });
  await order.signal(paperEntered, { paperId: 2, dueAt: '2025-03-01T16:00:00.000Z' });
  paper(4005, { kind: 'renewal', expiresOn: '2025-05-06' });
  await decide(order, 2);
  expect(await order.result()).toEqual({ ended: 'expired' });
  expect(warnings().map(({ asOf }) => dayOf(asOf))).toEqual(['2025-02-19', '2025-04-21']);
  expect(dayOf(world.inputs('liftOrder')[0]?.asOf)).toBe('2025-05-07');
  expect(world.inputs('closeTask').map(({ key, decision }) => `${key} ${decision}`)).toContain('order:CO4005:runs-out:2025-03-06 renewed');
});

it('a renewal that is refused, or comes too late, holds nothing a day longer', async () => {
  const order = await standing(4006);
  await order.signal(paperEntered, { paperId: 2, dueAt: '2025-01-08T16:00:00.000Z' });
  await stage.passUntil('both desks are asked', () => tasks(4006).length === 3, 6 * HOUR, 20);
  expect(tasks(4006).slice(1)).toEqual(['operations paper2:operations', 'supervisor paper2:supervisor']);
  paper(4006, { kind: 'renewal', approved: false, expiresOn: '2025-03-06' });
  await decide(order, 2, false);
  expect(await order.result()).toEqual({ ended: 'expired' });
  expect(dayOf(stage.world(4006).inputs('liftOrder')[0]?.asOf)).toBe('2025-03-07');
});

it('is lifted early by a paper and a second person; a part first, then the whole', async () => {
  const order = await standing(4007);
  paper(4007, { kind: 'release', amountFen: 5_000 });
  await decide(order, 2);
  await stage.passUntil('the part', () => stage.world(4007).count('releasePart') === 1, 1000, 60);
  expect(stage.world(4007).inputs('releasePart')).toEqual([{ paperId: 2, asOf: expect.any(String) }]);
  paper(4007, { kind: 'release' });
  await decide(order, 3);
  expect(await order.result()).toEqual({ ended: 'released' });
  expect(stage.world(4007).inputs('liftOrder')).toMatchObject([{ endedBy: 'released' }]);
  expect(dayOf(stage.world(4007).inputs('liftOrder')[0]?.asOf)).toBe('2025-01-06');
});

it('an order for a later day waits for it, and may be lifted before', async () => {
  const later = await start(4008);
  paper(4008, { fromDate: '2025-01-20' });
  await decide(later, 1);
  expect(await later.result()).toEqual({ ended: 'expired' });
  expect(dayOf(stage.world(4008).inputs('placeOrder')[0]?.asOf)).toBe('2025-01-20');
  const lifted = await start(4009);
  paper(4009, { fromDate: '2025-01-20' });
  await decide(lifted, 1);
  paper(4009, { kind: 'release' });
  await decide(lifted, 2);
  expect(await lifted.result()).toEqual({ ended: 'released' });
  expect(stage.world(4009).count('placeOrder')).toBe(0);
});

it('waits for the bank’s word, and asks when it does not come', async () => {
  const world = stage.world(4010);
  world.next('placeOrder', () => ({ status: 'pending', requestNo: 'order-CO4010-freeze', expectedAt: null }), () => ({ status: 'pending', requestNo: 'order-CO4010-freeze', expectedAt: null }));
  const order = await standing(4010);
  await stage.passUntil('it is asked about', () => world.count('placeOrder') === 2, 1000, 60);
  await order.signal(instructionDone, { requestNo: 'order-CO4010-freeze' });
  await stage.passUntil('the word is heard', () => world.count('placeOrder') === 3, 100, 20);
  expect(await order.result()).toEqual({ ended: 'expired' });
});

it('a bank that is closed is asked again when it may be open', async () => {
  const world = stage.world(4012);
  world.next('placeOrder', () => ({ status: 'pending', requestNo: 'order-CO4012-freeze-t2', expectedAt: '2025-01-07T00:00:00.000Z' }));
  expect(await (await standing(4012)).result()).toEqual({ ended: 'expired' });
  expect(world.inputs('placeOrder').map(({ asOf }) => asOf >= '2025-01-07T00:00')).toEqual([false, true]);
  expect(world.inputs('project').some(({ summary, nextAt }) => summary.includes('closed') && nextAt === '2025-01-07T00:00:00.000Z')).toBe(true);
});

it('what the bank refuses is operations’ to look into; it is tried again the next day, or when they say so', async () => {
  const world = stage.world(4011);
  const no = () => ({ status: 'refused' as const, code: 'no-such-user' });
  world.next('placeOrder', no, no);
  const order = await standing(4011);
  await stage.passUntil('the task', () => tasks(4011).length === 2, 1000, 60);
  expect(tasks(4011)[1]).toBe('operations refused:Freeze at the bank');
  await stage.passUntil('the next day', () => world.count('placeOrder') === 2, HOUR, 30);
  await stage.pass(1000);
  await order.executeUpdate(retryStep, { args: [{ personId: 'P9', reason: 'mended' }] });
  await stage.passUntil('their word', () => world.count('placeOrder') === 3, 1000, 60);
  expect(await order.result()).toEqual({ ended: 'expired' });
});
