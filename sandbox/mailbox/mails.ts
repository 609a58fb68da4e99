import type { Queryable } from '../frame/database.js';

export interface MailRow {
  id: number; receiver: string; message_id: string; sender: string; subject: string; text: string; html: string | null; raw: string;
  copies: number; business_at: number;
}

export type NewMail = Pick<MailRow, 'message_id' | 'sender' | 'subject' | 'text' | 'html' | 'raw' | 'business_at'>;

/** Addresses are compared without regard to case. */
export function addressKey(address: string): string {
  return address.trim().toLowerCase();
}

export async function storeMail(database: Queryable, receivers: string[], mail: NewMail): Promise<void> {
  for (const receiver of new Set(receivers.map(addressKey))) {
    await database.query(
      `INSERT INTO mails (receiver, message_id, sender, subject, text, html, raw, business_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (receiver, message_id) DO UPDATE SET copies = mails.copies + 1`,
      [receiver, mail.message_id, mail.sender, mail.subject, mail.text, mail.html, mail.raw, mail.business_at],
    );
  }
}

/** Newest first; `words` are looked for in receiver, subject and text. */
export async function findMails(database: Queryable, wanted: { receiver: string | null; words: string | null; limit: number }): Promise<MailRow[]> {
  const found = await database.query<MailRow>(
    `SELECT * FROM mails WHERE ($1::text IS NULL OR receiver = $1)
       AND ($2::text IS NULL OR strpos(lower(receiver || ' ' || subject || ' ' || text), lower($2)) > 0)
     ORDER BY id DESC LIMIT $3`,
    [wanted.receiver === null ? null : addressKey(wanted.receiver), wanted.words, wanted.limit],
  );
  return found.rows;
}

export async function findMail(database: Queryable, id: number): Promise<MailRow | null> {
  const found = await database.query<MailRow>('SELECT * FROM mails WHERE id = $1', [id]);
  return found.rows[0] ?? null;
}

/** The code with which mails to this address are refused (550 no such person, 452 mailbox full), or null. */
export async function refusalOf(database: Queryable, receiver: string): Promise<number | null> {
  const found = await database.query<{ code: number }>('SELECT code FROM refused WHERE receiver = $1', [addressKey(receiver)]);
  return found.rows[0]?.code ?? null;
}

export async function setRefusal(database: Queryable, receiver: string, code: number | null): Promise<void> {
  if (code === null) await database.query('DELETE FROM refused WHERE receiver = $1', [addressKey(receiver)]);
  else await database.query('INSERT INTO refused (receiver, code) VALUES ($1, $2) ON CONFLICT (receiver) DO UPDATE SET code = $2', [addressKey(receiver), code]);
}
