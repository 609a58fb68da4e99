import { randomBytes } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../test/database.js';
import { addPerson, recordIdentityData } from './people.js';
import { findPeople } from './person-search.js';
import { createPool, type Pool } from './pool.js';
import { createVault } from './vault.js';

let database: TestDatabase;
let pool: Pool;
const key = () => randomBytes(32).toString('base64');
const vault = createVault({ active: 'k1', keys: { k1: key() }, indexKey: key() });
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'person-search-test', max: 2 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function named(n: number, name: string): Promise<string> {
  const added = await addPerson(pool, vault, { email: `p${n}@example.com`, phone: `1390000${String(n).padStart(4, '0')}`, passwordHash: 'x', roles: ['lender'], phoneProvedAt: null });
  if ('refused' in added) throw new Error(added.refused);
  await recordIdentityData(pool, vault, added.id, { name, idNumber: `11010119900101${String(n).padStart(4, '0')}`, birthDate: '1990-01-01' });
  return added.id;
}

it('a person is found by phone, e-mail address, ID number or name, and nobody by a part of one', async () => {
  const id = await named(1, '王小明');
  for (const text of ['13900000001', 'p1@example.com', '110101199001010001', '王小明']) expect(await findPeople(pool, vault, text)).toEqual([id]);
  expect(await findPeople(pool, vault, '王')).toEqual([]);
});

it('people who gave their name before names had an index are found by it, however many they are, and one who has none is left alone', async () => {
  const ids = [];
  for (let n = 10; n < 13; n += 1) ids.push(await named(n, '李四'));
  await pool.query(`UPDATE person SET name_index = NULL`);
  await addPerson(pool, vault, { email: 'nameless@example.com', phone: '13900009999', passwordHash: 'x', roles: ['lender'], phoneProvedAt: null });
  expect(await findPeople(pool, vault, '李四')).toEqual(ids);
  expect((await pool.query('SELECT count(*)::int AS missing FROM person WHERE name_cipher IS NOT NULL AND name_index IS NULL')).rows).toEqual([{ missing: 0 }]);
});
