/**
 * Messages to people: written before they are sent, kept as proof of what was said, to which number, with the
 * provider's receipt. The receiver's address is sealed by the vault.
 */
import { row, rows } from './pool.js';
import type { Db } from './pool.js';

export type Channel = 'sms' | 'mail';
export type MessageState = 'pending' | 'sent' | 'delivered' | 'failed' | 'held';

export interface NewMessage {
  /** Business key: the same key is one message. */
  key: string;
  personId: string | null;
  loanNo: string | null;
  channel: Channel;
  template: string;
  toCipher: string;
  /** Last four digits of a phone, or the domain of an address. */
  toLast4: string;
  subject: string | null;
  body: string;
  /** ISO instant of business time. */
  businessAt: string;
}

export interface Message extends NewMessage {
  id: number;
  state: MessageState;
  providerNo: string | null;
  reason: string | null;
  tries: number;
  sentAt: string | null;
  endedAt: string | null;
}

const columns = `id, key, person_id AS "personId", loan_no AS "loanNo", channel, template, to_cipher AS "toCipher", to_last4 AS "toLast4", subject, body,
  business_at AS "businessAt", state, provider_no AS "providerNo", reason, tries, sent_at AS "sentAt", ended_at AS "endedAt"`;

/** Writes messages that are not there yet and answers all of these keys' ids, in the order given. */
export async function insertMessages(db: Db, messages: readonly NewMessage[]): Promise<number[]> {
  if (messages.length === 0) return [];
  await db.query(
    `INSERT INTO message (key, person_id, loan_no, channel, template, to_cipher, to_last4, subject, body, state, business_at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::timestamptz[])
     ON CONFLICT (key) DO NOTHING`,
    [messages.map((m) => m.key), messages.map((m) => m.personId), messages.map((m) => m.loanNo), messages.map((m) => m.channel), messages.map((m) => m.template),
      messages.map((m) => m.toCipher), messages.map((m) => m.toLast4), messages.map((m) => m.subject), messages.map((m) => m.body),
      messages.map(() => 'pending'), messages.map((m) => m.businessAt)],
  );
  const found = await rows<{ key: string; id: number }>(db, 'SELECT key, id FROM message WHERE key = ANY($1)', [messages.map((m) => m.key)]);
  const ids = new Map(found.map((message) => [message.key, message.id]));
  return messages.flatMap((message) => ids.get(message.key) ?? []);
}

/** Begins one more try of a pending message: null when it is not pending any more. `tries` > 1 means the first may have gone out. */
export async function beginSending(db: Db, id: number): Promise<Message | null> {
  return row<Message>(db, `UPDATE message SET tries = tries + 1 WHERE id = $1 AND state = 'pending' RETURNING ${columns}`, [id]);
}

/** The network has taken it. A delivery report that was faster is kept. */
export async function recordSent(db: Db, id: number, providerNo: string): Promise<void> {
  await db.query(
    `UPDATE message SET state = CASE WHEN state = 'pending' THEN 'sent' ELSE state END, provider_no = $2, sent_at = COALESCE(sent_at, now()) WHERE id = $1`,
    [id, providerNo],
  );
}

/** It will not go out. `reason` is a code. */
export async function recordFailed(db: Db, id: number, reason: string): Promise<void> {
  await db.query(`UPDATE message SET state = 'failed', reason = $2, ended_at = now() WHERE id = $1 AND state IN ('pending', 'sent')`, [id, reason]);
}

/** Takes back a message that must not go out (paid meanwhile, contact on hold). */
export async function holdMessage(db: Db, id: number, reason: string): Promise<void> {
  await db.query(`UPDATE message SET state = 'held', reason = $2, ended_at = now() WHERE id = $1 AND state = 'pending'`, [id, reason]);
}

/** The network's status callback; `reference` is the message's id as text. Unknown references and repeats change nothing. */
export async function recordMessageStatus(db: Db, status: { reference: string; providerNo: string; status: 'queued' | 'sent' | 'delivered' | 'undelivered' | 'failed'; errorCode: string | null }): Promise<{ changed: boolean }> {
  if (!/^\d{1,15}$/.test(status.reference) || status.status === 'queued') return { changed: false };
  const state = status.status === 'delivered' ? 'delivered' : status.status === 'sent' ? 'sent' : 'failed';
  const changed = await db.query(
    `UPDATE message SET state = $2, provider_no = COALESCE(provider_no, $3), reason = $4, sent_at = COALESCE(sent_at, now()),
       ended_at = CASE WHEN $2 = 'sent' THEN ended_at ELSE now() END
     WHERE id = $1 AND state IN ('pending', 'sent') AND state <> $2`,
    [Number(status.reference), state, status.providerNo, state === 'failed' ? (status.errorCode ?? status.status) : null],
  );
  return { changed: changed.rowCount === 1 };
}

/** How many of these messages still wait to be sent. */
export async function countPending(db: Db, ids: readonly number[]): Promise<number> {
  return (await row<{ pending: number }>(db, `SELECT count(*) AS pending FROM message WHERE id = ANY($1) AND state = 'pending'`, [ids]))?.pending ?? 0;
}

/** A person's messages, newest first. */
export async function messagesOf(db: Db, personId: string, limit = 100): Promise<Message[]> {
  return rows<Message>(db, `SELECT ${columns} FROM message WHERE person_id = $1 ORDER BY id DESC LIMIT $2`, [personId, limit]);
}

/** All messages about a loan, oldest first. */
export async function messagesOfLoan(db: Db, loanNo: string): Promise<Message[]> {
  return rows<Message>(db, `SELECT ${columns} FROM message WHERE loan_no = $1 ORDER BY id`, [loanNo]);
}
