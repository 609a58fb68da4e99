/** Finding people by what they give on the phone: a number of ours, or something that is kept sealed and found by its blind index. */
import { rows, type Db } from './pool.js';
import type { Vault } from './vault.js';

const mostPeople = 50;
const namesAtOnce = 500;

/** Numbers of the people with exactly this phone number, e-mail address, ID number or name; several may share a name. */
export async function findPeople(db: Db, vault: Vault, text: string): Promise<string[]> {
  await indexNames(db, vault);
  const found = await rows<{ id: string }>(
    db, `SELECT id FROM person WHERE phone_index = $1 OR email_index = $2 OR id_number_index = $3 OR name_index = $4 ORDER BY id LIMIT $5`,
    [vault.index('phone', text), vault.index('email', text), vault.index('id-number', text), vault.index('name', text), mostPeople]);
  return found.map((person) => person.id);
}

/** Whoever gave their name before names had an index gets it when somebody is looked for first; only then is there anything to do. */
async function indexNames(db: Db, vault: Vault): Promise<void> {
  for (;;) {
    const named = await rows<{ id: string; name: string }>(db, 'SELECT id, name_cipher AS name FROM person WHERE name_cipher IS NOT NULL AND name_index IS NULL ORDER BY id LIMIT $1', [namesAtOnce]);
    if (named.length === 0) return;
    // A name that was changed meanwhile has its index already.
    await db.query(
      'UPDATE person SET name_index = n.index FROM unnest($1::text[], $2::text[]) AS n(id, index) WHERE person.id = n.id AND name_index IS NULL',
      [named.map(({ id }) => id), named.map(({ name }) => vault.index('name', vault.open(name)))]);
  }
}

/** The bank's numbers of everything that these people have there. */
export async function accountsOfPeople(db: Db, personIds: readonly string[]): Promise<string[]> {
  const found = await rows<{ userNo: string }>(db, 'SELECT user_no AS "userNo" FROM custody_account WHERE person_id = ANY($1)', [personIds]);
  return [...new Set([...found.map((each) => each.userNo), ...personIds.flatMap((id) => [`B-${id}`, `L-${id}`])])];
}
