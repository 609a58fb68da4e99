import { z } from 'zod';
import type { Queryable } from '../frame/database.js';

/**
 * How a phone behaves.
 * - `person`: rings until somebody answers on its page.
 * - `answers`: picks up after `afterSeconds` and presses `digits`, menu after menu.
 * - `no-answer`, `busy`: as they say; SMS arrive.
 * - `unreachable`: switched off: SMS undelivered (30003), calls fail.
 * - `invalid`: no such number: refused at once (21211).
 * Null: a phone that nobody touched: SMS arrive, a call rings a second or two, or longer while its page is open.
 */
export const behaviours = ['person', 'answers', 'no-answer', 'busy', 'unreachable', 'invalid'] as const;
export type Behaviour = (typeof behaviours)[number];

export const settingSchema = z.object({
  behaviour: z.enum(behaviours).nullable(),
  digits: z.string().regex(/^[0-9*#]*$/, 'digits are 0-9, * and #').default(''),
  afterSeconds: z.number().min(0).max(300).nullable().default(null),
});
export type NumberSetting = z.output<typeof settingSchema>;

export interface PhoneNumber extends NumberSetting {
  number: string;
  /** When its page was last looked at, wall milliseconds. */
  seenMs: number;
}

const e164 = /^\+[1-9]\d{6,14}$/;
const chineseMobile = /^1[3-9]\d{9}$/;

/** `+8613800138000`; people may leave out the country of a Chinese mobile. Null when it is no number. */
export function readNumber(text: string): string | null {
  const bare = text.replace(/[\s()-]/g, '');
  const whole = chineseMobile.test(bare) ? `+86${bare}` : bare;
  return e164.test(whole) ? whole : null;
}

/** As the API takes it: E.164 only. */
export function isE164(text: string): boolean {
  return e164.test(text);
}

interface NumberRow { behaviour: Behaviour | null; digits: string; after_seconds: number | null; seen_ms: number }

export async function findNumber(database: Queryable, number: string): Promise<PhoneNumber> {
  const found = await database.query<NumberRow>('SELECT behaviour, digits, after_seconds, seen_ms FROM numbers WHERE number = $1', [number]);
  const row = found.rows[0];
  return {
    number, behaviour: row?.behaviour ?? null, digits: row?.digits ?? '', afterSeconds: row?.after_seconds ?? null, seenMs: row?.seen_ms ?? 0,
  };
}

export async function setNumber(database: Queryable, number: string, setting: NumberSetting): Promise<void> {
  await database.query(
    `INSERT INTO numbers (number, behaviour, digits, after_seconds) VALUES ($1, $2, $3, $4)
     ON CONFLICT (number) DO UPDATE SET behaviour = $2, digits = $3, after_seconds = $4`,
    [number, setting.behaviour, setting.digits, setting.afterSeconds],
  );
}

/** Somebody is looking at this phone's page. */
export async function seeNumber(database: Queryable, number: string, nowMs: number): Promise<void> {
  await database.query('INSERT INTO numbers (number, seen_ms) VALUES ($1, $2) ON CONFLICT (number) DO UPDATE SET seen_ms = $2', [number, nowMs]);
}
