/**
 * What the bank tells the platform of itself. A row is written in the transaction that changes the state, so no crash
 * loses it; it is sent, signed anew each time, with growing pauses until the platform answers the literal SUCCESS.
 */
import type pg from 'pg';
import type { Logger } from 'pino';
import { anyMode, takeMode } from './hostility.js';
import type { Mode, ModeInForce } from './hostility.js';
import type { Wire } from './wire.js';

export async function notify(tx: pg.Pool | pg.PoolClient, serviceName: string, requestNo: string, body: Record<string, unknown>): Promise<void> {
  await tx.query({ name: 'notify', text: 'INSERT INTO delivery (service_name, request_no, body) VALUES ($1,$2,$3)', values: [serviceName, requestNo, JSON.stringify(body)] });
}

export interface DelivererSettings {
  pool: pg.Pool; wire: Wire; log: Logger;
  notifyUrl: string;
  /** Pause before the 2nd, 3rd … sending; the last one repeats. */
  pausesMs: number[];
  timeoutMs: number;
}

interface Delivery { id: number; service_name: string; request_no: string; body: Record<string, unknown>; attempts: number; held: boolean }

const atOnce = 8;

/** Sends what is due, several at a time. @returns milliseconds until it should be called again */
export async function deliverDue(settings: DelivererSettings): Promise<number> {
  const { rows } = await settings.pool.query<Delivery>('SELECT id, service_name, request_no, body, attempts, held FROM delivery WHERE delivered_at IS NULL AND next_at <= now() ORDER BY id LIMIT $1', [atOnce]);
  const hostile = rows.length > 0 && (await anyMode(settings.pool));
  await Promise.all(rows.map((delivery) => deliver(settings, delivery, hostile)));
  if (rows.length === atOnce) return 0;
  const next = await settings.pool.query<{ wait: number | null }>('SELECT (extract(epoch FROM min(next_at) - now()) * 1000)::float8 AS wait FROM delivery WHERE delivered_at IS NULL');
  return Math.max(0, next.rows[0]?.wait ?? Infinity);
}

async function deliver(settings: DelivererSettings, delivery: Delivery, hostile: boolean): Promise<void> {
  const take = async (mode: Mode): Promise<ModeInForce | null> => (hostile ? takeMode(settings.pool, mode, delivery.service_name) : null);
  if (!delivery.held && (await holdBack(settings.pool, delivery, await take('notify-out-of-order')))) return;
  const lost = await take('notify-lost');
  const answer = lost ? 'SUCCESS' : await send(settings, delivery, await disfigurement(take));
  if (answer === 'SUCCESS') {
    if (!lost && (await take('notify-twice'))) await send(settings, delivery, 'none');
    await settings.pool.query('UPDATE delivery SET delivered_at = now(), attempts = attempts + 1, last_answer = $2 WHERE id = $1', [delivery.id, lost ? 'lost on the way' : answer]);
    if (hostile) await settings.pool.query('UPDATE delivery SET next_at = now() WHERE delivered_at IS NULL AND held AND attempts = 0 AND id < $1', [delivery.id]);
    return;
  }
  const pauseMs = settings.pausesMs[Math.min(delivery.attempts, settings.pausesMs.length - 1)] ?? 1_000;
  settings.log.warn({ requestNo: delivery.request_no, attempts: delivery.attempts + 1, pauseMs, answer }, 'notification not taken; it is repeated');
  await settings.pool.query(`UPDATE delivery SET attempts = attempts + 1, last_answer = $2, next_at = now() + $3 * interval '1 millisecond' WHERE id = $1`, [delivery.id, answer, pauseMs]);
}

/** Out of order: it waits until a later one was taken, or for as long as the mode says. */
async function holdBack(pool: pg.Pool, delivery: Delivery, mode: ModeInForce | null): Promise<boolean> {
  if (mode) await pool.query("UPDATE delivery SET held = true, next_at = now() + $2 * interval '1 millisecond' WHERE id = $1", [delivery.id, mode.delayMs]);
  return mode !== null;
}

type Disfigurement = 'none' | 'wrong' | 'missing';

async function disfigurement(take: (mode: Mode) => Promise<ModeInForce | null>): Promise<Disfigurement> {
  if (await take('notify-wrong-signature')) return 'wrong';
  return (await take('notify-without-signature')) ? 'missing' : 'none';
}

function disfigured(wire: Wire, how: Disfigurement, fields: Record<string, string>): Record<string, string> {
  if (how === 'none') return fields;
  return how === 'wrong' ? { ...fields, ...wire.attest('something else') } : Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'sign'));
}

/** What the platform answered, or why it did not. */
async function send(settings: DelivererSettings, delivery: Delivery, how: Disfigurement): Promise<string> {
  try {
    const fields = disfigured(settings.wire, how, settings.wire.seal(delivery.service_name, 'NOTIFY', delivery.body));
    const response = await fetch(settings.notifyUrl, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual', signal: AbortSignal.timeout(settings.timeoutMs) });
    const text = (await response.text()).slice(0, 200);
    return response.ok ? text.trim() : `HTTP ${response.status}`;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : String(error);
  }
}
