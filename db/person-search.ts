/** Finding people by what they give on the phone: a number of ours, or something that is kept sealed and found by its blind index. */
import { rows, type Db } from './pool.js';
import type { Vault } from './vault.js';

const mostPeople = 50;

/** Numbers of the people with exactly this phone number, e-mail address, ID number or name; several may share a name. */
export async function findPeople(db: Db, vault: Vault, text: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    db, `SELECT id FROM person WHERE phone_index = $1 OR email_index = $2 OR id_number_index = $3 OR name_index = $4 ORDER BY id LIMIT $5`,
    [vault.index('phone', text), vault.index('email', text), vault.index('id-number', text), vault.index('name', text), mostPeople]);
  return found.map((person) => person.id);
}

/** The bank's numbers of everything that these people have there. */
export async function accountsOfPeople(db: Db, personIds: readonly string[]): Promise<string[]> {
  const found = await rows<{ userNo: string }>(db, 'SELECT user_no AS "userNo" FROM custody_account WHERE person_id = ANY($1)', [personIds]);
  return [...new Set([...found.map((each) => each.userNo), ...personIds.flatMap((id) => [`B-${id}`, `L-${id}`])])];
}
