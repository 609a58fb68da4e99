import { WorkflowNotFoundError } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { pino } from 'pino';
import { appendSegment } from '../db/clock.js';
import { createPool } from '../db/pool.js';
import { recordWaiting } from '../db/waiting.js';
import { createTestDatabase } from '../test/database.js';
import { acceptOffer, bidsWaiting, instructionDone } from '../workflows/contract.js';
import { refuse, ScriptedTemporal } from '../test/web.js';
import { createWorkflows, governedTime } from './updates.js';

const log = pino({ level: 'silent' });
const offer = { personId: 'P1', offerVersion: 1 };

function workflowsThat(answer: () => unknown) {
  const temporal = new ScriptedTemporal();
  temporal.answer = answer;
  return { temporal, workflows: createWorkflows(temporal.client, { confirmWithinMs: 50, log }) };
}

describe('telling a workflow', () => {
  it('sends an Update under the form\'s key and answers its result', async () => {
    const { temporal, workflows } = workflowsThat(() => ({ loanState: 'preparing' }));
    expect(await workflows.update('LN1', acceptOffer, 'key-1', offer)).toEqual({ status: 'done', result: { loanState: 'preparing' } });
    expect(temporal.told).toEqual([{ what: 'update', workflowId: 'LN1', name: 'acceptOffer', args: [offer], updateId: 'key-1' }]);
  });

  it('tells the time first where somebody governs it, so that the act counts on its own day', async () => {
    const temporal = new ScriptedTemporal();
    temporal.answer = () => ({ loanState: 'preparing' });
    const now = Date.parse('2030-05-05T03:00:00Z');
    const workflows = createWorkflows(temporal.client, { confirmWithinMs: 50, log, governedNow: async () => now });
    await workflows.update('LN1', acceptOffer, 'key-1', offer);
    expect(temporal.told).toEqual([
      expect.objectContaining({ what: 'signal', workflowId: 'LN1', name: 'clockReached', args: [{ now, pokes: 0 }] }),
      expect.objectContaining({ what: 'update', workflowId: 'LN1', name: 'acceptOffer' }),
    ]);
    temporal.told.length = 0;
    await createWorkflows(temporal.client, { confirmWithinMs: 50, log, governedNow: async () => null }).update('LN1', acceptOffer, 'key-2', offer);
    expect(temporal.told).toHaveLength(1);
  });

  it('gathers what is worth saying once: at once, then at most once a second, and the last word is not lost', async () => {
    const { temporal, workflows } = workflowsThat(() => undefined);
    for (let n = 0; n < 20; n += 1) workflows.gather('fund:LN1', bidsWaiting);
    workflows.gather('fund:LN2', bidsWaiting);
    await workflows.close();
    expect(temporal.told.map(({ workflowId, name }) => `${workflowId} ${name}`)).toEqual(['fund:LN1 bidsWaiting', 'fund:LN2 bidsWaiting', 'fund:LN1 bidsWaiting']);
  });

  it('does not tell a workflow the time that it knows', async () => {
    const database = await createTestDatabase();
    const pool = createPool(database.url, { name: 'updates test' });
    try {
      const governed = governedTime({ pool, clock: () => 0 });
      expect(await governed('LN1')).toBeNull();
      await appendSegment(pool, { wallAt: 0, businessAt: 5_000, speed: 0, until: null }, { mode: 'stepped', pace: 0 }, 'test');
      expect(await governed('LN1')).toBe(5_000);
      const known = (ms: number) => recordWaiting(pool, { workflowId: 'LN1', nextAt: '2030-01-01T00:00:00.000Z', knownAt: new Date(ms).toISOString(), summary: 's', seen: 0 });
      await known(4_999);
      expect(await governed('LN1')).toBe(5_000);
      await known(5_000);
      expect(await governed('LN1')).toBeNull();
    } finally {
      await pool.end();
      await database.drop();
    }
  });

  it('answers a refusal by its code, and a workflow that is gone likewise', async () => {
    expect(await workflowsThat(() => refuse('offer-changed')).workflows.update('LN1', acceptOffer, 'k', offer)).toEqual({ status: 'refused', code: 'offer-changed' });
    const gone = workflowsThat(() => { throw new WorkflowNotFoundError('gone', 'LN1', undefined); });
    expect(await gone.workflows.signal('LN1', instructionDone, { requestNo: 'D1' })).toEqual({ status: 'refused', code: 'not-running' });
  });

  it('is unconfirmed when no answer comes, when it comes too late as an error, and when Temporal is not reached', async () => {
    expect(await workflowsThat(() => new Promise(() => undefined)).workflows.update('LN1', acceptOffer, 'k', offer)).toEqual({ status: 'unconfirmed' });
    let fail: (error: Error) => void = () => undefined;
    const late = workflowsThat(() => new Promise((_, reject) => { fail = reject; }));
    expect(await late.workflows.update('LN1', acceptOffer, 'k', offer)).toEqual({ status: 'unconfirmed' });
    fail(new Error('much too late'));
    const unreachable = workflowsThat(() => { throw Object.assign(new Error('no connection'), { name: 'ServiceError' }); });
    expect(await unreachable.workflows.update('LN1', acceptOffer, 'k', offer)).toEqual({ status: 'unconfirmed' });
  });

  it('does not take a fault of ours for silence', async () => {
    await expect(workflowsThat(() => { throw new TypeError('ours'); }).workflows.update('LN1', acceptOffer, 'k', offer)).rejects.toThrow('ours');
  });

  it('that is started already is as good as started', async () => {
    const { workflows } = workflowsThat(() => { throw new WorkflowExecutionAlreadyStartedError('there', 'LN1', 'loan'); });
    expect(await workflows.start('loan', { workflowId: 'LN1', taskQueue: 'loans', args: [] })).toEqual({ status: 'done', result: null });
  });
});
