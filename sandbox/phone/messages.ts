import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { inTransaction } from '../frame/database.js';
import type { Queryable } from '../frame/database.js';
import type { Callbacks } from './callbacks.js';
import type { PhoneNumber } from './numbers.js';

export interface MessageRow {
  sid: string; n: number; to_number: string; from_number: string; body: string; status: string; error_code: number | null;
  status_callback: string | null; created_ms: number; sent_ms: number | null; updated_ms: number; business_at: number;
}

/** "Unreachable destination handset". */
const unreachable = 30_003;

/** Takes an SMS and delivers it at once; the receiver's phone decides how it ends. */
export async function acceptMessage(
  parts: { database: Pool; callbacks: Callbacks; accountSid: string; wallNow: () => number; businessNow: () => Promise<number> },
  message: { to: PhoneNumber; from: string; body: string; statusCallback: string | null },
): Promise<MessageRow> {
  const businessAt = await parts.businessNow();
  const nowMs = parts.wallNow();
  const lost = message.to.behaviour === 'unreachable';
  const final = lost ? 'undelivered' : 'delivered';
  const sid = `SM${randomBytes(16).toString('hex')}`;
  const row = await inTransaction(parts.database, async (client) => {
    const inserted = await client.query<MessageRow>(
      `INSERT INTO messages (sid, to_number, from_number, body, status, error_code, status_callback, created_ms, sent_ms, updated_ms, business_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8, $9) RETURNING *`,
      [sid, message.to.number, message.from, message.body, final, lost ? unreachable : null, message.statusCallback, nowMs, businessAt],
    );
    if (message.statusCallback) {
      for (const status of ['queued', 'sent', final]) {
        await parts.callbacks.enqueue(client, sid, message.statusCallback, {
          ...statusFields(parts.accountSid, sid, message.to.number, message.from, status), ...(lost && status === final ? { ErrorCode: String(unreachable) } : {}),
        });
      }
    }
    return inserted.rows[0] as MessageRow;
  });
  parts.callbacks.poke();
  // As the real network answers: the message is taken, its end comes by callback.
  return { ...row, status: 'queued', error_code: null, sent_ms: null };
}

function statusFields(accountSid: string, sid: string, to: string, from: string, status: string): Record<string, string> {
  return {
    ApiVersion: '2010-04-01', AccountSid: accountSid, MessageSid: sid, SmsSid: sid, MessageStatus: status, SmsStatus: status, To: to, From: from,
  };
}

/** A number's SMS, newest first. */
export async function messagesOf(database: Queryable, number: string, limit: number): Promise<MessageRow[]> {
  const found = await database.query<MessageRow>('SELECT * FROM messages WHERE to_number = $1 ORDER BY n DESC LIMIT $2', [number, limit]);
  return found.rows;
}
