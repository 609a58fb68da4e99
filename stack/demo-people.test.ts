import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, rows } from '../db/pool.js';
import { createTestDatabase } from '../test/database.js';
import { ensureDemoPeople } from './demo-people.js';
import { ensureKeys } from './keys.js';

describe("the demo's people", () => {
  it('are one per role, and made once however often they are asked for', async () => {
    const database = await createTestDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'keys-'));
    const options = { databaseUrl: database.url, dataKeysFile: ensureKeys(folder).files.dataKeys, password: 'quiet-river-7' };
    const people = await ensureDemoPeople(options);
    expect(await ensureDemoPeople(options)).toEqual(people);
    const pool = createPool(database.url, { name: 'test' });
    const found = await rows<{ role: string; count: number }>(pool, 'SELECT role, count(*)::int AS count FROM person_role GROUP BY role');
    expect(found).toHaveLength(10);
    expect(found.every((each) => each.count === 1)).toBe(true);
    expect(await rows(pool, "SELECT DISTINCT document FROM acceptance WHERE document LIKE '%risk%' ORDER BY 1")).toHaveLength(2);
    await pool.end();
    await database.drop();
    rmSync(folder, { recursive: true });
  });
});
