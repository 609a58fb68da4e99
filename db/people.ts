/** People and their roles. Names, numbers and addresses are opened only by {@link openPerson}. */
import type { IsoDate } from '../domain/dates.js';
import { row, rows, type Db, type Transaction } from './pool.js';
import type { Vault } from './vault.js';

export type Role =
  | 'borrower' | 'lender' | 'reviewer' | 'operations' | 'collector' | 'supervisor' | 'finance' | 'compliance' | 'administrator' | 'auditor';
export type Language = 'en' | 'zh';

/** A person without what must stay sealed. */
export interface Person {
  id: string;
  kind: 'natural' | 'legal';
  email: string;
  phoneLast4: string;
  language: Language;
  roles: Role[];
  demo: boolean;
  /** Name and ID number have been given. */
  named: boolean;
  birthDate: IsoDate | null;
  identificationState: 'none' | 'running' | 'verified' | 'failed' | 'review';
  identifiedAt: string | null;
  createdAt: string;
}

/** What a person gave us, in plain text: for messages, bureaus and the bank, never for logs or workflows. */
export interface OpenPerson extends Person {
  phone: string;
  name: string | null;
  idNumber: string | null;
}

export interface LogIn { id: string; passwordHash: string; failedLogins: number; lockedUntil: string | null }

const columns = `p.id, p.kind, p.email, p.phone_last4 AS "phoneLast4", p.language, p.demo, p.name_cipher IS NOT NULL AND p.id_number_cipher IS NOT NULL AS named,
  p.birth_date AS "birthDate", p.identification_state AS "identificationState", p.identified_at AS "identifiedAt", p.created_at AS "createdAt",
  ARRAY(SELECT r.role FROM person_role r WHERE r.person_id = p.id ORDER BY r.role) AS roles`;

export interface NewPerson {
  email: string;
  phone: string;
  passwordHash: string;
  roles: Role[];
  language?: Language;
  /** Wall clock instant at which the phone was proved by a code; null = not yet. */
  phoneProvedAt: string | null;
  demo?: boolean;
}

/** Adds a person with a new number `P…`; a taken e-mail address or phone is refused by value. */
export async function addPerson(tx: Db, vault: Vault, person: NewPerson): Promise<{ id: string } | { refused: 'email-taken' | 'phone-taken' }> {
  const emailIndex = vault.index('email', person.email);
  const phoneIndex = vault.index('phone', person.phone);
  const added = await row<{ id: string }>(
    tx,
    `INSERT INTO person (id, email, email_index, phone_cipher, phone_index, phone_last4, phone_proved_at, password_hash, language, demo)
     VALUES ('P' || nextval('person_no'), $1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id`,
    [person.email.trim(), emailIndex, vault.seal(person.phone), phoneIndex, person.phone.slice(-4), person.phoneProvedAt, person.passwordHash, person.language ?? 'en', person.demo ?? false],
  );
  if (!added) return { refused: (await row(tx, 'SELECT 1 FROM person WHERE email_index = $1', [emailIndex])) ? 'email-taken' : 'phone-taken' };
  for (const role of person.roles) await addRole(tx, added.id, role);
  return { id: added.id };
}

export async function addRole(tx: Db, personId: string, role: Role): Promise<void> {
  await tx.query('INSERT INTO person_role (person_id, role) VALUES ($1, $2) ON CONFLICT DO NOTHING', [personId, role]);
}

export function findPerson(db: Db, personId: string): Promise<Person | null> {
  return row<Person>(db, `SELECT ${columns} FROM person p WHERE p.id = $1`, [personId]);
}

/** Until the transaction ends, acts of this person that ask for the same come one after the other. */
export async function lockPerson(tx: Transaction, personId: string): Promise<void> {
  await tx.query('SELECT 1 FROM person WHERE id = $1 FOR NO KEY UPDATE', [personId]);
}

export function findPersonByEmail(db: Db, vault: Vault, email: string): Promise<Person | null> {
  return row<Person>(db, `SELECT ${columns} FROM person p WHERE p.email_index = $1`, [vault.index('email', email)]);
}

export function findPersonByPhone(db: Db, vault: Vault, phone: string): Promise<Person | null> {
  return row<Person>(db, `SELECT ${columns} FROM person p WHERE p.phone_index = $1`, [vault.index('phone', phone)]);
}

export function peopleInRole(db: Db, role: Role): Promise<Person[]> {
  return rows<Person>(db, `SELECT ${columns} FROM person p JOIN person_role mine ON mine.person_id = p.id AND mine.role = $1 ORDER BY p.id`, [role]);
}

/** A person with phone, name and ID number in plain text. @throws Error when there is no such person. */
export async function openPerson(db: Db, vault: Vault, personId: string): Promise<OpenPerson> {
  const found = await row<Person & Sealed>(
    db,
    `SELECT ${columns}, p.phone_cipher AS "phoneCipher", p.name_cipher AS "nameCipher", p.id_number_cipher AS "idNumberCipher" FROM person p WHERE p.id = $1`,
    [personId],
  );
  if (!found) throw new Error(`there is no person ${personId}`);
  const { phoneCipher, nameCipher, idNumberCipher, ...person } = found;
  return {
    ...person,
    phone: vault.open(phoneCipher),
    name: nameCipher === null ? null : vault.open(nameCipher),
    idNumber: idNumberCipher === null ? null : vault.open(idNumberCipher),
  };
}

interface Sealed { phoneCipher: string; nameCipher: string | null; idNumberCipher: string | null }

/** Seals name and ID number; refused once the person is identified, or when the number is somebody else's. */
export async function recordIdentityData(
  tx: Db, vault: Vault, personId: string, data: { name: string; idNumber: string; birthDate: IsoDate },
): Promise<'recorded' | 'already-identified' | 'id-number-taken'> {
  const index = vault.index('id-number', data.idNumber);
  const taken = await row(tx, 'SELECT 1 FROM person WHERE id_number_index = $1 AND id <> $2', [index, personId]);
  if (taken) return 'id-number-taken';
  const changed = await tx.query(
    `UPDATE person SET name_cipher = $2, id_number_cipher = $3, id_number_index = $4, birth_date = $5, name_index = $6
     WHERE id = $1 AND identification_state NOT IN ('verified', 'running', 'review')`,
    [personId, vault.seal(data.name), vault.seal(data.idNumber), index, data.birthDate, vault.index('name', data.name)],
  );
  return changed.rowCount === 1 ? 'recorded' : 'already-identified';
}

export async function recordLanguage(tx: Db, personId: string, language: Language): Promise<void> {
  await tx.query('UPDATE person SET language = $2 WHERE id = $1', [personId, language]);
}

// ── Logging in ───────────────────────────────────────────────────────────────────────────────────────────────────────

export function findLogIn(db: Db, vault: Vault, email: string): Promise<LogIn | null> {
  return row<LogIn>(
    db,
    'SELECT id, password_hash AS "passwordHash", failed_logins AS "failedLogins", locked_until AS "lockedUntil" FROM person WHERE email_index = $1',
    [vault.index('email', email)],
  );
}

/** Counts a wrong password; at the `limit`-th in a row the person is locked out for `lockMinutes` (wall clock) and the count starts again. */
export async function recordFailedLogIn(db: Db, personId: string, now: string, policy: { limit: number; lockMinutes: number }): Promise<{ locked: boolean }> {
  const changed = await row<{ locked: boolean }>(
    db,
    `UPDATE person SET
       failed_logins = CASE WHEN failed_logins + 1 >= $3 THEN 0 ELSE failed_logins + 1 END,
       locked_until = CASE WHEN failed_logins + 1 >= $3 THEN $2::timestamptz + make_interval(mins => $4) ELSE locked_until END
     WHERE id = $1 RETURNING failed_logins = 0 AS locked`,
    [personId, now, policy.limit, policy.lockMinutes],
  );
  return { locked: changed?.locked ?? false };
}

export async function recordLogIn(db: Db, personId: string): Promise<void> {
  await db.query('UPDATE person SET failed_logins = 0, locked_until = NULL WHERE id = $1', [personId]);
}

/** Sets a new password and lets nobody stay logged in with the old one. */
export async function changePassword(tx: Db, personId: string, passwordHash: string): Promise<void> {
  await tx.query('UPDATE person SET password_hash = $2, failed_logins = 0, locked_until = NULL WHERE id = $1', [personId, passwordHash]);
  await tx.query(`DELETE FROM session WHERE sess ->> 'personId' = $1`, [personId]);
}
