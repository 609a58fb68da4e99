/** A change of phone: proved by a code to the new number, done at the bank, then here; payouts cool down afterwards. */
import { coolPayouts } from './accounts.js';
import { row, type Db } from './pool.js';
import type { Vault } from './vault.js';

export interface PhoneChange { id: number; personId: string; phoneCipher: string; phoneIndex: string; phoneLast4: string; requestNo: string | null; state: 'unproved' | 'proved' | 'done' | 'dropped' }

const columns = `id, person_id AS "personId", phone_cipher AS "phoneCipher", phone_index AS "phoneIndex", phone_last4 AS "phoneLast4", request_no AS "requestNo", state`;

/** Notes the wish; an older one that is not done is dropped. */
export async function beginPhoneChange(tx: Db, vault: Vault, personId: string, phone: string): Promise<'begun' | 'phone-taken'> {
  const index = vault.index('phone', phone);
  if (await row(tx, 'SELECT 1 FROM person WHERE phone_index = $1', [index])) return 'phone-taken';
  await tx.query(`UPDATE phone_change SET state = 'dropped', ended_at = now() WHERE person_id = $1 AND state IN ('unproved', 'proved') AND request_no IS NULL`, [personId]);
  await tx.query(
    `INSERT INTO phone_change (person_id, phone_cipher, phone_index, phone_last4, state) VALUES ($1, $2, $3, $4, 'unproved')`,
    [personId, vault.seal(phone), index, phone.slice(-4)],
  );
  return 'begun';
}

export function currentPhoneChange(db: Db, personId: string): Promise<PhoneChange | null> {
  return row<PhoneChange>(db, `SELECT ${columns} FROM phone_change WHERE person_id = $1 AND state IN ('unproved', 'proved') ORDER BY id DESC LIMIT 1`, [personId]);
}

export async function provePhoneChange(tx: Db, id: number): Promise<void> {
  await tx.query(`UPDATE phone_change SET state = 'proved' WHERE id = $1 AND state = 'unproved'`, [id]);
}

/** The bank act under which the change goes on. */
export async function sendPhoneChange(tx: Db, id: number, requestNo: string): Promise<void> {
  await tx.query(`UPDATE phone_change SET request_no = $2 WHERE id = $1 AND state = 'proved'`, [id, requestNo]);
}

/** The bank has refused, or the person turned back: the old number stays. */
export async function dropPhoneChange(tx: Db, requestNo: string): Promise<void> {
  await tx.query(`UPDATE phone_change SET state = 'dropped', ended_at = now() WHERE request_no = $1 AND state = 'proved'`, [requestNo]);
}

export const phoneCoolingHours = 24;

/**
 * Puts the new number in force: after the bank's word (by its requestNo), or by id when the person has no account there.
 * `at` is business time: payouts cool down from it. Twice is once.
 */
export async function endPhoneChange(tx: Db, which: { requestNo: string } | { id: number }, at: string): Promise<{ changed: boolean; personId: string | null }> {
  const [column, value] = 'id' in which ? ['id', which.id] : ['request_no', which.requestNo];
  const change = await row<PhoneChange>(tx, `SELECT ${columns} FROM phone_change WHERE ${column} = $1 AND state = 'proved' FOR UPDATE`, [value]);
  if (!change) return { changed: false, personId: null };
  const taken = await row(tx, 'SELECT 1 FROM person WHERE phone_index = $1 AND id <> $2', [change.phoneIndex, change.personId]);
  await tx.query('UPDATE phone_change SET state = $2, ended_at = now() WHERE id = $1', [change.id, taken ? 'dropped' : 'done']);
  if (taken) return { changed: false, personId: change.personId };
  await tx.query(
    'UPDATE person SET phone_cipher = $2, phone_index = $3, phone_last4 = $4, phone_proved_at = now() WHERE id = $1',
    [change.personId, change.phoneCipher, change.phoneIndex, change.phoneLast4],
  );
  await coolPayouts(tx, change.personId, at, phoneCoolingHours);
  return { changed: true, personId: change.personId };
}
