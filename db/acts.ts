/** The record of decisions (操作留痕): who did what, in what role, on whom, and why. Append-only. */
import { rows, type Db } from './pool.js';

export interface Act {
  /** A person's id, or `workflow:<id>`. */
  actor: string;
  role: string;
  verb: string;
  /** What it was done to: `LN…`, `P…`, a requestNo. */
  subject: string;
  before?: unknown;
  after?: unknown;
  why?: string | null;
  secondPerson?: string | null;
  /** ISO instant of business time. */
  businessAt?: string | null;
}

export interface RecordedAct extends Required<Act> {
  id: number;
  /** Wall clock. */
  at: string;
}

/** Writes one act; call it in the transaction that does what it tells of. `before` and `after` carry no personal data. */
export async function recordAct(tx: Db, act: Act): Promise<void> {
  await recordDecision(tx, act);
}

/** The same, and answers the act's number, for the journals that stand on it. */
export async function recordDecision(tx: Db, act: Act): Promise<number> {
  const [written] = await rows<{ id: number }>(
    tx, `INSERT INTO act (actor, role, verb, subject, before, after, why, second_person, business_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
    [act.actor, act.role, act.verb, act.subject, jsonOrNull(act.before), jsonOrNull(act.after), act.why ?? null, act.secondPerson ?? null, act.businessAt ?? null],
  );
  return written!.id;
}

const columns = `id, at, business_at AS "businessAt", actor, role, verb, subject, before, after, why, second_person AS "secondPerson"`;

export interface ActQuery { subject: string | null; actor: string | null; verb: string | null; role: string | null; limit: number; offset: number }

/** Acts as an auditor looks them up, the newest first. A subject or an actor may be given by its beginning. */
export function searchActs(db: Db, query: ActQuery): Promise<RecordedAct[]> {
  return rows(
    db,
    `SELECT ${columns} FROM act
      WHERE ($1::text IS NULL OR starts_with(subject, $1)) AND ($2::text IS NULL OR starts_with(actor, $2)) AND ($3::text IS NULL OR verb = $3) AND ($4::text IS NULL OR role = $4)
      ORDER BY id DESC LIMIT $5 OFFSET $6`,
    [query.subject, query.actor, query.verb, query.role, query.limit, query.offset],
  );
}

/** All acts on a subject, oldest first. */
export function actsOn(db: Db, subject: string): Promise<RecordedAct[]> {
  return rows(db, `SELECT ${columns} FROM act WHERE subject = $1 ORDER BY id`, [subject]);
}

function jsonOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
