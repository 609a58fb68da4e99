import { openPerson } from '../../db/people.js';
import type { OpenPerson } from '../../db/people.js';
import type { NewMessage } from '../../db/messages.js';
import { row, rows } from '../../db/pool.js';
import type { Db } from '../../db/pool.js';
import type { ActivityDeps } from '../deps.js';
import type { Text } from './texts.js';

/** A lender of a loan and what the loan holds of the lender's money. */
export interface LenderPart {
  personId: string;
  /** Lent, and not yet repaid. */
  shareFen: number;
  openFen: number;
  /** The lender's part of the newest payment. */
  lastPartFen: number;
}

/** Holders of a loan; before the contract, those whose bids took part. */
export async function lendersOf(db: Db, loanNo: string): Promise<LenderPart[]> {
  const holders = await rows<LenderPart>(db,
    `SELECT h.lender_id AS "personId", h.principal_fen AS "shareFen", h.principal_fen - h.paid_principal_fen AS "openFen",
       COALESCE((SELECT d.principal_fen + d.interest_fen + d.late_interest_fen FROM distribution d JOIN payment p USING (payment_no)
         WHERE d.holding_id = h.id ORDER BY p.n DESC LIMIT 1), 0) AS "lastPartFen"
     FROM holding h WHERE h.loan_no = $1 ORDER BY h.id`, [loanNo]);
  if (holders.length > 0) return holders;
  return rows<LenderPart>(db,
    `SELECT lender_id AS "personId", sum(amount_fen)::bigint AS "shareFen", sum(amount_fen)::bigint AS "openFen", 0 AS "lastPartFen"
     FROM bid WHERE loan_no = $1 AND state IN ('reserved', 'frozen', 'released', 'lent') GROUP BY lender_id ORDER BY lender_id`, [loanNo]);
}

/** What the borrower paid last; 0 before the first payment. */
export async function lastPaymentFen(db: Db, loanNo: string): Promise<number> {
  return (await row<{ fen: number }>(db, `SELECT frozen_fen AS fen FROM payment WHERE loan_no = $1 AND state <> 'refused' ORDER BY n DESC LIMIT 1`, [loanNo]))?.fen ?? 0;
}

/** The person behind an id, with phone and address in plain text. */
export function receiver(deps: Pick<ActivityDeps, 'pool' | 'vault'>, personId: string): Promise<OpenPerson> {
  return openPerson(deps.pool, deps.vault, personId);
}

export interface Envelope { key: string; template: string; loanNo: string | null; asOf: string; channels: readonly ('sms' | 'mail')[] }

/** The rows of one event for one person: one a channel, the address sealed. */
export function messagesFor(vault: ActivityDeps['vault'], person: OpenPerson, text: Text, envelope: Envelope): NewMessage[] {
  const { key, template, loanNo, asOf } = envelope;
  return envelope.channels.map((channel) => ({
    key: `${key}:${channel}`, personId: person.id, loanNo, channel, template, businessAt: asOf,
    ...(channel === 'sms'
      ? { toCipher: vault.seal(person.phone), toLast4: person.phoneLast4, subject: null, body: text.sms }
      : { toCipher: vault.seal(person.email), toLast4: person.email.slice(person.email.lastIndexOf('@')), subject: text.subject, body: text.mail }),
  }));
}
