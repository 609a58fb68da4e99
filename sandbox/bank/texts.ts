/** Short messages of the bank to its customers: written in the transaction that needs them, so that no crash loses one, and sent through the phone network until it has taken them. */
import type pg from 'pg';
import type { Logger } from 'pino';

export async function writeText(tx: pg.PoolClient, mobile: string, body: string): Promise<void> {
  await tx.query('INSERT INTO text_message (mobile, body) VALUES ($1, $2)', [mobile, body]);
}

/** The latest texts to a phone, for whoever looks at the sandbox. */
export async function textsTo(pool: pg.Pool, mobile: string, limit = 20): Promise<{ body: string; at: string; sent: boolean }[]> {
  const { rows } = await pool.query<{ body: string; written_at: Date; sent_at: Date | null }>('SELECT body, written_at, sent_at FROM text_message WHERE mobile = $1 ORDER BY id DESC LIMIT $2', [mobile, limit]);
  return rows.map((row) => ({ body: row.body, at: row.written_at.toISOString(), sent: row.sent_at !== null }));
}

export interface PhoneNetworkDoor { url: string; token: string }
export interface TextSettings { pool: pg.Pool; log: Logger; /** null: nothing is sent, only kept. */ phone: PhoneNetworkDoor | null }

const from = '+861095595';
const atOnce = 20;
const timeoutMs = 10_000;
/** A network that does not take one for so long never will: the page has been over for long. */
const givenUpAfter = '30 minutes';

/** @returns milliseconds until it should be called again */
export async function sendTexts({ pool, log, phone }: TextSettings): Promise<number> {
  if (!phone) return Infinity;
  const { rows } = await pool.query<{ id: number; mobile: string; body: string }>(`SELECT id, mobile, body FROM text_message WHERE sent_at IS NULL AND written_at > now() - interval '${givenUpAfter}' ORDER BY id LIMIT $1`, [atOnce]);
  let failures = 0;
  for (const { id, mobile, body } of rows) {
    if (await send(phone, mobile, body, log)) await pool.query('UPDATE text_message SET sent_at = now() WHERE id = $1', [id]);
    else failures += 1;
  }
  if (failures > 0) return 1_000;
  return rows.length === atOnce ? 0 : Infinity;
}

async function send(phone: PhoneNetworkDoor, mobile: string, body: string, log: Logger): Promise<boolean> {
  try {
    const response = await fetch(`${phone.url.replace(/\/$/, '')}/numbers/${encodeURIComponent(mobile)}/messages`, {
      method: 'POST', headers: { authorization: `Bearer ${phone.token}`, 'content-type': 'application/json' }, body: JSON.stringify({ from, body }), signal: AbortSignal.timeout(timeoutMs),
    });
    // A number that the network does not know is no better the next time.
    if (response.ok || response.status === 422) return true;
    log.warn({ status: response.status }, 'the phone network did not take a text; it is tried again');
  } catch (error) {
    log.warn({ err: error }, 'the phone network does not answer; a text is tried again');
  }
  return false;
}
