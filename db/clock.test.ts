import { createTestDatabase } from '../test/database.js';
import type { TestDatabase } from '../test/database.js';
import { appendSegment, businessNow, currentSegment, lastOrder, segmentNow } from './clock.js';
import { createPool } from './pool.js';
import type { Pool } from './pool.js';

const wall = Date.parse('2026-11-22T10:00:00.000Z');
const business = Date.parse('2030-01-01T00:00:00.000Z');
const running = { mode: 'running', pace: 100 } as const;

describe('the business clock in the record', () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeEach(async () => {
    database = await createTestDatabase();
    pool = createPool(database.url, { name: 'clock record test', max: 2 });
  });
  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  it('is the wall clock where nobody governs it', async () => {
    const segment = await currentSegment(pool);
    expect(segment.governed).toBe(false);
    expect(businessNow(segment, wall)).toBe(wall);
    expect(await segmentNow(pool, wall)).toEqual({ wallAt: 0, businessAt: 0, speed: 1, governed: false });
    expect(await lastOrder(pool)).toBeNull();
  });

  it('goes on by its speed from the last segment, and stops by itself where it must', async () => {
    await appendSegment(pool, { wallAt: wall, businessAt: business, speed: 100, until: business + 50_000 }, running, 'test');
    const segment = await currentSegment(pool);
    expect(businessNow(segment, wall - 1)).toBe(business);
    expect(businessNow(segment, wall + 200)).toBe(business + 20_000);
    expect(businessNow(segment, wall + 3_600_000)).toBe(business + 50_000);
    expect(await segmentNow(pool, wall + 200)).toEqual({ wallAt: wall + 200, businessAt: business + 20_000, speed: 100, governed: true });
    expect(await lastOrder(pool)).toEqual(running);
  });

  it('tells a workflow that it is stepped from moment to moment', async () => {
    await appendSegment(pool, { wallAt: wall, businessAt: business, speed: 0, until: null }, { mode: 'stepped', pace: 100 }, 'test');
    expect(await segmentNow(pool, wall)).toEqual({ wallAt: wall, businessAt: business, speed: 0, governed: true, stepped: true });
    await appendSegment(pool, { wallAt: wall, businessAt: business, speed: 100, until: null }, running, 'test');
    expect(await segmentNow(pool, wall)).not.toHaveProperty('stepped');
  });

  it('cannot be turned back', async () => {
    await appendSegment(pool, { wallAt: wall, businessAt: business, speed: 0, until: null }, running, 'test');
    await expect(appendSegment(pool, { wallAt: wall, businessAt: business - 1, speed: 0, until: null }, running, 'test')).rejects.toThrow('cannot be turned back');
    await expect(appendSegment(pool, { wallAt: wall, businessAt: business, speed: 1, until: null }, running, 'test')).resolves.toMatchObject({ governed: true });
  });
});
