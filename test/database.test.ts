import { Client } from 'pg';
import { createEmptyDatabase, createTestDatabase } from './database.js';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('databases for tests', () => {
  it('gives each test file a database that no other sees', async () => {
    const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    await query(one.url, 'CREATE TABLE only_here (id int)');
    expect(await query(one.url, `SELECT to_regclass('only_here')::text AS found`)).toEqual([{ found: 'only_here' }]);
    expect(await query(other.url, `SELECT to_regclass('only_here')::text AS found`)).toEqual([{ found: null }]);
    await Promise.all([one.drop(), other.drop()]);
    await expect(query(one.url, 'SELECT 1')).rejects.toThrow('does not exist');
  });

  it('gives a sandbox server a database without tables', async () => {
    const { url, drop } = await createEmptyDatabase();
    expect(await query(url, `SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'`)).toEqual([{ tables: 0 }]);
    await drop();
  });

  it('speaks UTC and sorts the same on every machine', async () => {
    const { url, drop } = await createEmptyDatabase();
    expect(await query(url, 'SHOW timezone')).toEqual([{ TimeZone: 'UTC' }]);
    await drop();
  });
});
