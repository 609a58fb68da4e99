import { randomBytes } from 'node:crypto';
import { createEmptyDatabase } from '../../test/database.js';
import { inTransaction, openDatabase } from './database.js';

describe('a part’s database', () => {
  it('is created with its tables at the first start, by several processes at once, and found again later', async () => {
    const beside = await createEmptyDatabase();
    const url = new URL(beside.url);
    url.pathname = `/part_${randomBytes(4).toString('hex')}`;
    const schema = 'CREATE TABLE IF NOT EXISTS things (id bigint PRIMARY KEY)';
    const pools = await Promise.all([1, 2, 3].map(() => openDatabase(url.href, schema)));
    await pools[0]?.query('INSERT INTO things VALUES (9007199254740991)');
    expect((await pools[2]?.query('SELECT id FROM things'))?.rows).toEqual([{ id: Number.MAX_SAFE_INTEGER }]);
    await Promise.all(pools.map((pool) => pool.end()));
    const again = await openDatabase(url.href, schema);
    expect((await again.query('SELECT count(*) AS n FROM things')).rows).toEqual([{ n: 1 }]);
    await again.end();
    const owner = await openDatabase(beside.url, 'SELECT 1');
    await owner.query(`DROP DATABASE ${url.pathname.slice(1)} WITH (FORCE)`);
    await owner.end();
    await beside.drop();
  });

  it('keeps all of a transaction or nothing', async () => {
    const store = await createEmptyDatabase();
    const pool = await openDatabase(store.url, 'CREATE TABLE IF NOT EXISTS things (id bigint PRIMARY KEY)');
    await expect(inTransaction(pool, async (client) => {
      await client.query('INSERT INTO things VALUES (1)');
      throw new Error('changed my mind');
    })).rejects.toThrow('changed my mind');
    expect((await pool.query('SELECT * FROM things')).rows).toEqual([]);
    await pool.end();
    await store.drop();
  });
});
