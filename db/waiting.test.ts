import { createTestDatabase } from '../test/database.js';
import type { TestDatabase } from '../test/database.js';
import { dueWork, forgetWait } from './due-work.js';
import { createPool } from './pool.js';
import type { Pool } from './pool.js';
import { endWaiting, poke, pokesOf, recordWaiting } from './waiting.js';

const at = (day: string): string => `${day}T02:00:00.000Z`;
const ms = (day: string): number => Date.parse(at(day));

describe('what workflows wait for', () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createPool(database.url, { name: 'waiting test' });
  });
  afterEach(() => pool.query('TRUNCATE waiting'));
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  it('counts pokes and never forgets one that was taken in', async () => {
    await poke(pool, 'LN1');
    await poke(pool, 'LN1');
    expect(await recordWaiting(pool, { workflowId: 'LN1', nextAt: at('2026-03-05'), summary: 's', seen: 2 })).toEqual({ pokes: 2 });
    expect(await recordWaiting(pool, { workflowId: 'LN1', nextAt: at('2026-03-05'), summary: 's', seen: 1 })).toEqual({ pokes: 2 });
    expect((await dueWork(pool, ms('2026-03-04'))).workflows).toEqual([]);
    expect(await pokesOf(pool, 'LN1')).toBe(2);
  });

  it('loses no poke when many come at once', async () => {
    await Promise.all(Array.from({ length: 40 }, () => poke(pool, 'LN1')));
    expect(await pokesOf(pool, 'LN1')).toBe(40);
  });

  it('is due when its moment has come or when it has news, and the next moment is the earliest later one', async () => {
    await recordWaiting(pool, { workflowId: 'LN1', nextAt: at('2026-03-05'), summary: 'due', seen: 0 });
    await recordWaiting(pool, { workflowId: 'LN2', nextAt: at('2026-03-09'), summary: 'later', seen: 0 });
    await recordWaiting(pool, { workflowId: 'LN3', nextAt: null, summary: 'only messages', seen: 0 });
    await poke(pool, 'LN3');
    const work = await dueWork(pool, ms('2026-03-05'));
    expect(work.workflows.map(({ workflowId, reached }) => ({ workflowId, reached }))).toEqual([{ workflowId: 'LN1', reached: true }, { workflowId: 'LN3', reached: false }]);
    expect(work.nextAt).toBe(ms('2026-03-09'));
    expect((await dueWork(pool, ms('2026-03-09'))).nextAt).toBeNull();
  });

  it('puts a wait with a stride off to its last moment before anybody else’s', async () => {
    const nextAt = async () => new Date((await dueWork(pool, ms('2026-03-04'))).nextAt ?? 0).toISOString();
    const midnight = '2026-03-04T16:00:00.000Z';
    await recordWaiting(pool, { workflowId: 'business-day', nextAt: midnight, strideMs: 86_400_000, summary: 'the end of the day', seen: 0 });
    expect(await nextAt()).toBe(midnight);
    await recordWaiting(pool, { workflowId: 'LN1', nextAt: at('2026-03-09'), summary: 'far', seen: 0 });
    expect(await nextAt()).toBe('2026-03-08T16:00:00.000Z');
    await recordWaiting(pool, { workflowId: 'LN1', nextAt: '2026-03-08T16:00:00.000Z', summary: 'at the very moment', seen: 0 });
    expect(await nextAt()).toBe('2026-03-07T16:00:00.000Z');
    await recordWaiting(pool, { workflowId: 'LN1', nextAt: '2026-03-04T12:00:00.000Z', summary: 'before it', seen: 0 });
    expect(await nextAt()).toBe('2026-03-04T12:00:00.000Z');
    await recordWaiting(pool, { workflowId: 'business-day', nextAt: midnight, summary: 'on its moment', seen: 0 });
    await recordWaiting(pool, { workflowId: 'LN1', nextAt: at('2026-03-09'), summary: 'far', seen: 0 });
    expect(await nextAt()).toBe(midnight);
  });

  it('ends, and is forgotten only as it was read', async () => {
    await recordWaiting(pool, { workflowId: 'LN1', nextAt: at('2026-03-05'), summary: 'due', seen: 0 });
    const [due] = (await dueWork(pool, ms('2026-03-05'))).workflows;
    if (!due) throw new Error('nothing due');
    await poke(pool, 'LN1');
    expect(await forgetWait(pool, due)).toBe(false);
    await endWaiting(pool, 'LN1');
    expect((await dueWork(pool, ms('2026-03-05'))).workflows).toEqual([]);
  });
});
