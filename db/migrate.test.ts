import { createEmptyDatabase } from '../test/database.js';
import { migrate } from './migrate.js';
import { createPool, row } from './pool.js';

describe('migrations', () => {
  it('run once, however often and by however many processes they are asked for', async () => {
    const database = await createEmptyDatabase();
    const runs = await Promise.all([migrate(database.url), migrate(database.url)]);
    expect(runs.flat().length).toBeGreaterThan(0);
    expect(new Set(runs.flat()).size).toBe(runs.flat().length);
    expect(await migrate(database.url)).toEqual([]);
    const pool = createPool(database.url, { name: 'test' });
    expect(await row(pool, "SELECT date '2026-02-28' AS day, 12::bigint AS fen, timestamptz '2026-02-28T00:00:00+08' AS at"))
      .toEqual({ day: '2026-02-28', fen: 12, at: '2026-02-27T16:00:00.000Z' });
    await pool.end();
    await database.drop();
  });
});
