import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import pino from 'pino';
import { businessNow, currentSegment } from '../../db/clock.js';
import { createPool, inTransaction } from '../../db/pool.js';
import type { Pool } from '../../db/pool.js';
import { endWaiting, poke, recordWaiting } from '../../db/waiting.js';
import { createTestDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { waitFor } from '../parts/waiting.js';
import { startClock } from './server.js';
import type { Clock, ClockOptions } from './server.js';

const start = Date.parse('2026-03-02T02:00:00.000Z');
const hour = 3_600_000;
const token = 'a-token-for-tests';
const log = pino({ level: 'silent' });
const iso = (ms: number): string => new Date(ms).toISOString();

interface Told { workflowId: string; now: number; pokes: number }
type Behaviour = (told: Told) => Promise<void> | void;

/** Temporal as the clock uses it: hands Signals to the workflow of that id, or says that there is none. */
function scriptedTemporal(): { client: Pick<Client, 'workflow'>; told: Told[]; behave(workflowId: string, as: Behaviour): void; close(workflowId: string): void } {
  const told: Told[] = [];
  const behaviours = new Map<string, Behaviour>();
  const closed = new Set<string>();
  const handle = (workflowId: string): object => ({
    signal: async (_signal: unknown, { now, pokes }: { now: number; pokes: number }) => {
      const behaviour = behaviours.get(workflowId);
      if (!behaviour) throw new WorkflowNotFoundError('no such workflow', workflowId, undefined);
      told.push({ workflowId, now, pokes });
      await behaviour({ workflowId, now, pokes });
    },
    describe: async () => {
      if (!closed.has(workflowId)) throw new WorkflowNotFoundError('no such workflow', workflowId, undefined);
      return { status: { name: 'COMPLETED' } };
    },
  });
  return {
    client: { workflow: { getHandle: handle } } as unknown as Pick<Client, 'workflow'>,
    told,
    behave: (workflowId, as) => void behaviours.set(workflowId, as),
    close: (workflowId) => void (behaviours.delete(workflowId), closed.add(workflowId)),
  };
}

describe('the business clock', () => {
  let database: TestDatabase;
  let pool: Pool;
  let clock: Clock | undefined;

  beforeEach(async () => {
    database = await createTestDatabase();
    pool = createPool(database.url, { name: 'clock test' });
  });
  afterEach(async () => {
    await clock?.close();
    clock = undefined;
    await pool.end();
    await database.drop();
  });

  const open = async (client: Pick<Client, 'workflow'>, options: Partial<ClockOptions> = {}): Promise<Clock> => {
    clock = await startClock({
      pool, client, log, port: 0, token, stepped: true, first: { businessAt: start, mode: 'stepped', pace: 1_000 },
      telling: { pokeGraceMs: 20, repeatMs: 50 }, ...options,
    });
    return clock;
  };
  const ask = async (path: string, body?: object, bearer = token): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(`http://127.0.0.1:${clock?.port ?? 0}${path}`, body === undefined ? {} : {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` }, body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const wait = (workflowId: string, at: number | null, seen = 0): Promise<{ pokes: number }> =>
    recordWaiting(pool, { workflowId, nextAt: at === null ? null : iso(at), summary: `waits as ${workflowId}`, seen });

  it('steps to the next moment anybody waits for, tells them, and answers when they have finished', async () => {
    const temporal = scriptedTemporal();
    temporal.behave('LN1', async ({ now }) => { await wait('LN1', now + 5 * hour); });
    temporal.behave('LN2', async ({ now }) => { await wait('LN2', now + 24 * hour); });
    await wait('LN1', start + hour);
    await wait('LN2', start + 2 * hour);
    await open(temporal.client);

    expect((await ask('/clock/step', {})).body).toEqual({ businessNow: iso(start + hour), next: iso(start + 2 * hour), quiet: true, waitingFor: [] });
    expect((await ask('/clock/step', {})).body).toEqual({ businessNow: iso(start + 2 * hour), next: iso(start + 6 * hour), quiet: true, waitingFor: [] });
    expect(temporal.told).toEqual([{ workflowId: 'LN1', now: start + hour, pokes: 0 }, { workflowId: 'LN2', now: start + 2 * hour, pokes: 0 }]);
  });

  it('goes no further than the step is allowed to, and to the very end of it when nobody waits before', async () => {
    const temporal = scriptedTemporal();
    await wait('LN1', start + 10 * hour);
    await open(temporal.client);
    expect((await ask('/clock/step', { until: iso(start + 3 * hour) })).body).toMatchObject({ businessNow: iso(start + 3 * hour), next: iso(start + 10 * hour), quiet: true });
    expect(temporal.told).toEqual([]);
  });

  it('waits in a step until pokes are taken in, messages are sent and instructions have ended', async () => {
    const temporal = scriptedTemporal();
    temporal.behave('LN1', async ({ pokes }) => { await wait('LN1', start + 9 * hour, pokes); });
    await wait('LN1', start + 9 * hour);
    await poke(pool, 'LN1');
    await pool.query(`INSERT INTO message (key, channel, template, to_cipher, body, state, business_at) VALUES ('m', 'sms', 't', 'x', 'b', 'pending', now())`);
    await pool.query(`INSERT INTO instruction (request_no, business_key, verb, workflow_id, step, state, as_of) VALUES ('R1', 'R1', 'pull', 'LN1', 's', 'sent', now())`);
    await open(temporal.client);

    let answered = false;
    const step = ask('/clock/step', { until: iso(start + hour) }).then((answer) => { answered = true; return answer; });
    await waitFor('the poke taken in', 10, async () => (temporal.told.some((told) => told.pokes === 1) ? true : undefined));
    await waitFor('the clock naming the rest', 10, async () => {
      const { waitingFor } = (await ask('/clock')).body;
      return JSON.stringify(waitingFor) === JSON.stringify(['a message to be sent (t)', 'the bank: pull R1']) ? true : undefined;
    });
    await pool.query(`UPDATE message SET state = 'sent'`);
    expect(answered).toBe(false);
    await pool.query(`UPDATE instruction SET state = 'done'`);
    expect((await step).body).toMatchObject({ businessNow: iso(start + hour), quiet: true });
  });

  it('does not wait for a person on the bank’s page, nor for what the bank does later', async () => {
    const temporal = scriptedTemporal();
    await pool.query(`INSERT INTO instruction (request_no, business_key, verb, workflow_id, step, state, as_of) VALUES ('D1', 'D1', 'deposit', 'D1', 's', 'sent', now())`);
    await pool.query(`INSERT INTO instruction (request_no, business_key, verb, workflow_id, step, state, as_of, waits_until) VALUES ('P1', 'P1', 'payout', 'P1', 's', 'accepted', now(), $1)`, [iso(start + 20 * hour)]);
    await open(temporal.client);
    expect((await ask('/clock/step', { until: iso(start + hour) })).body).toMatchObject({ businessNow: iso(start + hour), quiet: true });
  });

  it('stands still while it is held, until released', async () => {
    const temporal = scriptedTemporal();
    await open(temporal.client, { stepped: false, first: { businessAt: start, mode: 'running', pace: 3_600 } });
    expect((await ask('/clock/hold', { id: 'bank-page:1', reason: 'a person is on a bank page', seconds: 60 })).body).toMatchObject({ speed: 0, waitingFor: ['a person is on a bank page'] });
    const { businessNow: held } = (await ask('/clock')).body;
    await ask('/clock/release', { id: 'bank-page:1' });
    await waitFor('time going on', 10, async () => (((await ask('/clock')).body.businessNow as number) > (held as number) ? true : undefined));
  });

  it('runs by its pace but never past the next moment anybody waits for', async () => {
    const temporal = scriptedTemporal();
    const moment = start + hour;
    await wait('LN1', moment);
    let finish: () => Promise<unknown> = async () => undefined;
    const reached = new Promise<number>((resolve) => temporal.behave('LN1', ({ now }) => { finish = () => wait('LN1', now + 1_000 * hour); resolve(now); }));
    await open(temporal.client, { stepped: false, first: { businessAt: start, mode: 'running', pace: 36_000 } });
    expect(await reached).toBe(moment);
    expect((await ask('/clock')).body).toMatchObject({ businessNow: moment, speed: 0, mode: 'running', waitingFor: ['LN1: waits as LN1'] });
    await finish();
    await waitFor('time going on', 10, async () => (((await ask('/clock')).body.businessNow as number) > moment ? true : undefined));
  });

  it('goes on after its patience when it runs, and says what it went on without', async () => {
    const temporal = scriptedTemporal();
    temporal.behave('LN1', () => undefined);
    await wait('LN1', start + 1_000);
    await open(temporal.client, { stepped: false, first: { businessAt: start, mode: 'running', pace: 3_600 }, patienceMs: 150 });
    await waitFor('time going on without it', 10, async () => {
      const reading = (await ask('/clock')).body;
      return (reading.businessNow as number) > start + 1_000 && (reading.waitingFor as string[]).includes('LN1: waits as LN1') ? true : undefined;
    });
  });

  it('tells a workflow again while it stays due', async () => {
    const temporal = scriptedTemporal();
    let times = 0;
    temporal.behave('LN1', async ({ now }) => { if ((times += 1) === 3) await wait('LN1', now + hour); });
    await wait('LN1', start + hour);
    await open(temporal.client);
    expect((await ask('/clock/step', {})).body).toMatchObject({ quiet: true });
    expect(times).toBe(3);
  });

  it('leaves a workflow alone that is at work and knows the time, unless it stays so too long', async () => {
    const temporal = scriptedTemporal();
    temporal.behave('LN1', async ({ now }) => { await wait('LN1', now + hour); });
    const atWork = () => recordWaiting(pool, { workflowId: 'LN1', nextAt: iso(start), knownAt: iso(start), summary: 'at work', seen: 0 });
    await atWork();
    await open(temporal.client);
    const step = ask('/clock/step', { until: iso(start) });
    await waitFor('the clock waiting for it', 10, async () => (((await ask('/clock')).body.waitingFor as string[]).includes('LN1: at work') ? true : undefined));
    await wait('LN1', start + hour);
    expect((await step).body).toMatchObject({ quiet: true });
    expect(temporal.told).toEqual([]);
    await clock?.close();
    await atWork();
    await open(temporal.client, { telling: { pokeGraceMs: 20, repeatMs: 50, busyMs: 60 } });
    expect((await ask('/clock/step', { until: iso(start) })).body).toMatchObject({ quiet: true });
    expect(temporal.told).toHaveLength(1);
  });

  it('forgets the wait of a finished workflow, and names one that does not exist', async () => {
    const temporal = scriptedTemporal();
    temporal.close('LN1');
    await wait('LN1', start + hour);
    await inTransaction(pool, (tx) => poke(tx, 'LN2'));
    await open(temporal.client);
    const step = ask('/clock/step', { until: iso(start + 2 * hour) });
    await waitFor('the missing workflow named', 10, async () => (((await ask('/clock')).body.waitingFor as string[]).includes('LN2: no such workflow runs') ? true : undefined));
    await endWaiting(pool, 'LN2');
    await step;
    expect((await ask('/clock/step', { until: iso(start + 2 * hour) })).body).toMatchObject({ businessNow: iso(start + 2 * hour), quiet: true, next: null });
    expect((await pool.query('SELECT 1 FROM waiting')).rowCount).toBe(0);
  });

  it('does not wait for ever for a workflow whose maker died before starting it', async () => {
    await pool.query(`INSERT INTO waiting (workflow_id, next_at, summary, pokes, poked_at) VALUES ('D1', 'epoch', 'starting', 1, now() - interval '61 seconds')`);
    await inTransaction(pool, (tx) => poke(tx, 'D2'));
    await open(scriptedTemporal().client);
    const step = ask('/clock/step', { until: iso(start + hour) });
    await waitFor('only the young one waited for', 10, async () => ((await pool.query(`SELECT 1 FROM waiting WHERE workflow_id = 'D1'`)).rowCount === 0 ? true : undefined));
    expect((await pool.query(`SELECT 1 FROM waiting WHERE workflow_id = 'D2'`)).rowCount).toBe(1);
    await endWaiting(pool, 'D2');
    expect((await step).body).toMatchObject({ quiet: true });
  });

  it('starts again where it ended, keeps what was asked of it, and is never turned back', async () => {
    const temporal = scriptedTemporal();
    await open(temporal.client, { stepped: false, first: { businessAt: start, mode: 'running', pace: 3_600_000 } });
    await waitFor('an hour passing', 10, async () => (((await ask('/clock')).body.businessNow as number) > start + hour ? true : undefined));
    await ask('/clock/speed', { speed: 60 });
    await ask('/clock/pause', {});
    const before = (await ask('/clock')).body;
    await clock?.close();
    await open(temporal.client, { stepped: false, first: { businessAt: 0, mode: 'running', pace: 1 } });
    expect((await ask('/clock')).body).toMatchObject({ mode: 'paused', pace: 60, speed: 0, businessNow: before.businessNow });
    const instants = (await pool.query<{ business_at: string }>('SELECT business_at FROM clock_segment ORDER BY id')).rows.map((each) => each.business_at);
    expect(instants).toEqual([...instants].sort());
  });

  it('lets readers of the record see the same time', async () => {
    const temporal = scriptedTemporal();
    await wait('LN1', start + 5 * hour);
    temporal.behave('LN1', () => undefined);
    await open(temporal.client, { stepped: false, first: { businessAt: start, mode: 'running', pace: 3_600_000 } });
    await waitFor('the moment reached', 10, async () => (temporal.told.length > 0 ? true : undefined));
    const segment = await currentSegment(pool);
    expect(businessNow(segment, Date.now() + hour)).toBe(start + 5 * hour);
  });

  it('is governed only by who has its token', async () => {
    await open(scriptedTemporal().client);
    expect(await ask('/clock/step', {}, 'another')).toMatchObject({ status: 401, body: { error: { code: 'not-authorised' } } });
    expect(await ask('/clock/hold', { id: 'x' })).toMatchObject({ status: 400, body: { error: { code: 'invalid-input' } } });
  });
});
