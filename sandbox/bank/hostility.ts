/**
 * What the bank may be told to do on a hostile day, per verb, with a probability or for the next calls. Chance comes from a
 * seed: the n-th draw of a mode is the same in every run with that seed. All of it is a record, so a restart forgets nothing.
 */
import { createHash, randomInt } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import { hourOf } from './calendar.js';

export const modes = {
  'answer-lost': 'The order is done, the connection breaks instead of an answer',
  'fail-before': 'HTTP 503, nothing is done and the number is not taken',
  'arrives-late': 'No answer; the order is done after its own query was answered “not found”',
  'slow-answer': 'The answer waits for some milliseconds after the order was done',
  'bank-closed': 'Refused for good, because the bank is closed (at all times, or between two hours)',
  'notify-first': 'The notification is sent before the answer',
  'notify-twice': 'A notification is sent once more after it was taken',
  'notify-out-of-order': 'A notification waits until a later one was taken',
  'notify-wrong-signature': 'A sending of a notification has a wrong signature',
  'notify-without-signature': 'A sending of a notification has no signature',
  'notify-lost': 'A notification is never sent',
  'payout-returned': 'A payout that was done comes back some days later (BACKROLL_RECHARGE)',
  'file-late': 'A check file is not made yet, although its day is over',
  'file-truncated': 'A check file ends in the middle',
  'file-extra-line': 'A check file has a line too many, under a right signature',
} as const;
export type Mode = keyof typeof modes;

const hour = z.coerce.number().int().min(0).max(23);

/** `calls` or `probability`, one of them; hours belong to `bank-closed`. */
export const wishSchema = z.object({
  mode: z.enum(Object.keys(modes) as [Mode, ...Mode[]]),
  serviceName: z.string().regex(/^(\*|[A-Z_]{1,64})$/).default('*'),
  calls: z.coerce.number().int().min(1).max(1_000_000).optional(),
  probability: z.coerce.number().gt(0).max(1).optional(),
  delayMs: z.coerce.number().int().min(0).max(60_000).default(3_000),
  days: z.coerce.number().int().min(1).max(60).default(3),
  fromHour: hour.optional(), toHour: hour.optional(),
}).refine((wish) => (wish.calls === undefined) !== (wish.probability === undefined), 'either calls or probability')
  .refine((wish) => (wish.fromHour === undefined) === (wish.toHour === undefined), 'both hours or none');
export type Wish = z.infer<typeof wishSchema>;

export interface ModeInForce {
  id: number; mode: Mode; serviceName: string; calls: number | null; probability: number | null; delayMs: number; days: number; fromHour: number | null; toHour: number | null;
  /** How often it was considered, and how often it struck. */
  seen: number; used: number;
}

type Db = pg.Pool | pg.PoolClient;
const columns = `id, mode, service_name AS "serviceName", calls, probability, delay_ms AS "delayMs", days, from_hour AS "fromHour", to_hour AS "toHour", seen, used`;

export async function modesInForce(db: Db): Promise<ModeInForce[]> {
  return (await db.query<ModeInForce>(`SELECT ${columns} FROM hostile_mode WHERE calls IS NULL OR calls > 0 ORDER BY id`)).rows;
}

/** The quick look before anything else: on an ordinary day there is none. */
export async function anyMode(db: Db): Promise<boolean> {
  return (await db.query({ name: 'any-hostile-mode', text: 'SELECT 1 FROM hostile_mode LIMIT 1' })).rowCount === 1;
}

/** A mode is in force once per verb: a new wish replaces the old one and begins its draws anew. */
export async function putMode(db: Db, wish: Wish): Promise<ModeInForce> {
  const { rows } = await db.query<ModeInForce>(
    `INSERT INTO hostile_mode (mode, service_name, calls, probability, delay_ms, days, from_hour, to_hour) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
     ON CONFLICT (mode, service_name) DO UPDATE SET calls = excluded.calls, probability = excluded.probability, delay_ms = excluded.delay_ms, days = excluded.days,
       from_hour = excluded.from_hour, to_hour = excluded.to_hour, seen = 0, used = 0 RETURNING ${columns}`,
    [wish.mode, wish.serviceName, wish.calls ?? null, wish.probability ?? null, wish.delayMs, wish.days, wish.fromHour ?? null, wish.toHour ?? null]);
  if (!rows[0]) throw new Error('an upsert always returns its row');
  return rows[0];
}

/** @param id one mode; without it all. @returns how many */
export async function clearModes(db: Db, id?: number): Promise<number> {
  return (await db.query('DELETE FROM hostile_mode WHERE $1::bigint IS NULL OR id = $1', [id ?? null])).rowCount ?? 0;
}

export async function readSeed(db: Db): Promise<number> {
  const { rows } = await db.query<{ seed: number }>('INSERT INTO hostile_seed (one, seed) VALUES (true, $1) ON CONFLICT (one) DO UPDATE SET one = true RETURNING seed', [randomInt(2 ** 31)]);
  return rows[0]?.seed ?? 0;
}

/** Sets the seed and begins all draws anew. */
export async function putSeed(db: Db, seed: number): Promise<void> {
  await db.query('WITH anew AS (UPDATE hostile_mode SET seen = 0, used = 0) INSERT INTO hostile_seed (one, seed) VALUES (true, $1) ON CONFLICT (one) DO UPDATE SET seed = excluded.seed', [seed]);
}

/**
 * Whether a mode strikes this call. One call consumes one of the next N, however many come at once.
 * @param named only modes set for this very verb, not those for all
 * @param atMs business moment, for hours
 */
export async function takeMode(db: Db, mode: Mode, serviceName: string, { named = false, atMs }: { named?: boolean; atMs?: number } = {}): Promise<ModeInForce | null> {
  const { rows } = await db.query<ModeInForce>({
    name: 'hostile-modes', values: [mode, serviceName, named],
    text: `SELECT ${columns} FROM hostile_mode WHERE mode = $1 AND (service_name = $2 OR (service_name = '*' AND NOT $3)) AND (calls IS NULL OR calls > 0) ORDER BY service_name DESC`,
  });
  for (const found of rows) if (isItsHour(found, atMs) && (await strikes(db, found))) return found;
  return null;
}

async function strikes(db: Db, { id, mode, serviceName, probability }: ModeInForce): Promise<boolean> {
  if (probability === null) return (await db.query('UPDATE hostile_mode SET calls = calls - 1, seen = seen + 1, used = used + 1 WHERE id = $1 AND calls > 0', [id])).rowCount === 1;
  const { rows } = await db.query<{ seen: number }>('UPDATE hostile_mode SET seen = seen + 1 WHERE id = $1 RETURNING seen', [id]);
  if (!rows[0] || draw(await readSeed(db), mode, serviceName, rows[0].seen) >= probability) return false;
  await db.query('UPDATE hostile_mode SET used = used + 1 WHERE id = $1', [id]);
  return true;
}

/** The n-th chance of a mode, in [0, 1). */
export function draw(seed: number, mode: Mode, serviceName: string, n: number): number {
  return createHash('sha256').update(`${seed}:${mode}:${serviceName}:${n}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** From `fromHour` up to `toHour`, over midnight where the first is the later one; without hours always. */
function isItsHour({ fromHour, toHour }: ModeInForce, atMs: number | undefined): boolean {
  if (fromHour === null || toHour === null || atMs === undefined) return true;
  const now = hourOf(atMs);
  return fromHour <= toHour ? now >= fromHour && now < toHour : now >= fromHour || now < toHour;
}
