/**
 * What the bank tells the platform of itself. A row is written in the transaction that changes the state, so no crash
 * loses it; it is sent, signed anew each time, with growing pauses until the platform answers the literal SUCCESS.
 */
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Wire } from './wire.js';

export async function notify(tx: pg.PoolClient, serviceName: string, requestNo: string, body: Record<string, unknown>): Promise<void> {
  await tx.query({ name: 'notify', text: 'INSERT INTO delivery (service_name, request_no, body) VALUES ($1,$2,$3)', values: [serviceName, requestNo, JSON.stringify(body)] });
}

export interface DelivererSettings {
  pool: pg.Pool; wire: Wire; log: Logger;
  notifyUrl: string;
  /** Pause before the 2nd, 3rd … sending; the last one repeats. */
  pausesMs: number[];
  timeoutMs: number;
}

interface Delivery { id: number; service_name: string; request_no: string; body: Record<string, unknown>; attempts: number }

const atOnce = 8;

/** Sends what is due, several at a time. @returns milliseconds until it should be called again */
export async function deliverDue(settings: DelivererSettings): Promise<number> {
  const { rows } = await settings.pool.query<Delivery>('SELECT id, service_name, request_no, body, attempts FROM delivery WHERE delivered_at IS NULL AND next_at <= now() ORDER BY id LIMIT $1', [atOnce]);
  await Promise.all(rows.map((delivery) => deliver(settings, delivery)));
  if (rows.length === atOnce) return 0;
  const next = await settings.pool.query<{ wait: number | null }>('SELECT (extract(epoch FROM min(next_at) - now()) * 1000)::float8 AS wait FROM delivery WHERE delivered_at IS NULL');
  return Math.max(0, next.rows[0]?.wait ?? Infinity);
}

async function deliver(settings: DelivererSettings, delivery: Delivery): Promise<void> {
  const answer = await send(settings, delivery);
  if (answer === 'SUCCESS') {
    await settings.pool.query('UPDATE delivery SET delivered_at = now(), attempts = attempts + 1, last_answer = $2 WHERE id = $1', [delivery.id, answer]);
    return;
  }
  const pauseMs = settings.pausesMs[Math.min(delivery.attempts, settings.pausesMs.length - 1)] ?? 1_000;
  settings.log.warn({ requestNo: delivery.request_no, attempts: delivery.attempts + 1, pauseMs, answer }, 'notification not taken; it is repeated');
  await settings.pool.query(`UPDATE delivery SET attempts = attempts + 1, last_answer = $2, next_at = now() + $3 * interval '1 millisecond' WHERE id = $1`, [delivery.id, answer, pauseMs]);
}

/** What the platform answered, or why it did not. */
async function send(settings: DelivererSettings, delivery: Delivery): Promise<string> {
  try {
    const fields = settings.wire.seal(delivery.service_name, 'NOTIFY', delivery.body);
    const response = await fetch(settings.notifyUrl, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual', signal: AbortSignal.timeout(settings.timeoutMs) });
    const text = (await response.text()).slice(0, 200);
    return response.ok ? text.trim() : `HTTP ${response.status}`;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : String(error);
  }
}
