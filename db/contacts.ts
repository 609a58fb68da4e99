/** Attempts to reach a debtor (催收联系): the proof that they happened, what was said, and what the law counts. */
import type { IsoDate } from '../domain/dates.js';
import { choiceOf } from '../domain/call-menu.js';
import type { ContactCounts } from '../domain/contact-moment.js';
import { poke } from './waiting.js';
import { row, rows } from './pool.js';
import type { Db, Transaction } from './pool.js';

export type ContactChannel = 'sms' | 'call' | 'collector-call' | 'letter' | 'visit';
export type ContactState = 'dialling' | 'sent' | 'answered' | 'no-answer' | 'failed' | 'done';
/** How an attempt ended, in the words of the workflows' contract. */
export type ContactEnd = 'promised' | 'not-me' | 'already-paid' | 'disputed' | 'cannot-pay' | 'operator' | 'heard' | 'no-answer' | 'failed';

export interface NewContact {
  /** Business key, e.g. `LN42:e1:call:8`. */
  key: string;
  loanNo: string;
  episode: number;
  personId: string;
  channel: ContactChannel;
  toLast4: string;
  state: ContactState;
  messageId: number | null;
  /** `workflow:…`, or a collector's person id. */
  by: string;
  businessAt: string;
}

export interface Contact extends NewContact {
  id: number;
  outcome: string | null;
  digits: string | null;
  transcript: string;
  providerNo: string | null;
  /** Wall clock of the attempt. */
  placedAt: string;
  endedAt: string | null;
}

const columns = `id, key, loan_no AS "loanNo", episode, person_id AS "personId", channel, to_last4 AS "toLast4", state, outcome, digits, transcript,
  provider_no AS "providerNo", message_id AS "messageId", by, business_at AS "businessAt", placed_at AS "placedAt", ended_at AS "endedAt"`;

/** Writes an attempt, or finds the one with this key (`created: false`). */
export async function insertContact(db: Db, contact: NewContact): Promise<{ contact: Contact; created: boolean }> {
  const created = await row<Contact>(db,
    `INSERT INTO contact (key, loan_no, episode, person_id, channel, to_last4, state, message_id, by, business_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (key) DO NOTHING RETURNING ${columns}`,
    [contact.key, contact.loanNo, contact.episode, contact.personId, contact.channel, contact.toLast4, contact.state, contact.messageId, contact.by, contact.businessAt]);
  if (created) return { contact: created, created: true };
  const known = await findContactByKey(db, contact.key);
  if (!known) throw new RangeError(`the contact ${contact.key} was neither written nor found`);
  return { contact: known, created: false };
}

export async function findContact(db: Db, id: number): Promise<Contact | null> {
  return row<Contact>(db, `SELECT ${columns} FROM contact WHERE id = $1`, [id]);
}

export async function findContactByKey(db: Db, key: string): Promise<Contact | null> {
  return row<Contact>(db, `SELECT ${columns} FROM contact WHERE key = $1`, [key]);
}

/** All attempts about a loan, oldest first. */
export async function contactsOfLoan(db: Db, loanNo: string): Promise<Contact[]> {
  return rows<Contact>(db, `SELECT ${columns} FROM contact WHERE loan_no = $1 ORDER BY id`, [loanNo]);
}

/** The network has taken the call. */
export async function recordDialled(db: Db, id: number, providerNo: string): Promise<void> {
  await db.query('UPDATE contact SET provider_no = COALESCE(provider_no, $2) WHERE id = $1', [id, providerNo]);
}

/** The attempt could not be made, or nobody knows of it any more. `reason` is a code. */
export async function recordContactFailed(db: Db, id: number, reason: string): Promise<void> {
  await db.query(
    `UPDATE contact SET state = 'failed', outcome = COALESCE(outcome, 'none'), transcript = transcript || $2, ended_at = COALESCE(ended_at, now())
     WHERE id = $1 AND ended_at IS NULL`,
    [id, `[${reason}]`],
  );
}

/** What the telephone network tells of a call, in order: answered, keys pressed, ended. */
export type ContactEvent =
  | { kind: 'said'; sentences: readonly string[] }
  | { kind: 'pressed'; digits: string }
  | { kind: 'ended'; status: 'completed' | 'no-answer' | 'busy' | 'failed' | 'canceled' };

export interface ContactProgress {
  /** The collection episode to be told, and with what; null while there is nothing to tell (again). */
  tell: { workflowId: string; contactId: number; outcome: ContactEnd } | null;
  changed: boolean;
}

/**
 * Writes what happened in a call and, with the first decisive event (a key that means something, or the end), pokes the
 * collection episode, whom the caller then Signals `contactEnded`. Repeats and events of unknown calls change nothing.
 */
export async function recordContactProgress(tx: Transaction, contactId: number, event: ContactEvent): Promise<ContactProgress> {
  const before = await row<Contact>(tx, `SELECT ${columns} FROM contact WHERE id = $1 FOR UPDATE`, [contactId]);
  if (!before || before.endedAt !== null) return { tell: null, changed: false };
  const after = applied(before, event);
  await tx.query(
    `UPDATE contact SET state = $2, outcome = $3, digits = $4, transcript = $5, ended_at = CASE WHEN $6 THEN now() ELSE NULL END WHERE id = $1`,
    [contactId, after.state, after.outcome, after.digits, after.transcript, event.kind === 'ended'],
  );
  const wasDecided = before.outcome !== null;
  if (wasDecided || after.outcome === null) return { tell: null, changed: true };
  const workflowId = await episodeWorkflow(tx, before);
  if (!workflowId) return { tell: null, changed: true };
  await poke(tx, workflowId);
  return { tell: { workflowId, contactId, outcome: endOf(after) }, changed: true };
}

type Course = Pick<Contact, 'state' | 'outcome' | 'digits' | 'transcript'>;

function applied(before: Contact, event: ContactEvent): Course {
  const { outcome, digits, transcript } = before;
  if (event.kind === 'said') return { state: 'answered', outcome, digits, transcript: lines(transcript, event.sentences.map((sentence) => `> ${sentence}`)) };
  if (event.kind === 'pressed') {
    const choice = choiceOf(event.digits);
    return { state: 'answered', outcome: outcome ?? choice?.outcome ?? null, digits: `${digits ?? ''}${event.digits}`, transcript: lines(transcript, [`< ${event.digits}`]) };
  }
  const reached = before.state === 'answered';
  const end = lines(transcript, [`[${event.status}]`]);
  if (reached) return { state: 'done', outcome: outcome ?? 'heard', digits, transcript: end };
  // Taken up and put down before the network had asked what to say: nobody heard anything.
  const state = event.status === 'failed' || event.status === 'canceled' ? 'failed' : 'no-answer';
  return { state, outcome: outcome ?? 'none', digits, transcript: end };
}

const lines = (text: string, more: readonly string[]): string => [...(text ? [text] : []), ...more].join('\n');

async function episodeWorkflow(db: Db, contact: Contact): Promise<string | null> {
  return (await row<{ id: string }>(db, 'SELECT workflow_id AS id FROM collection WHERE loan_no = $1 AND episode = $2', [contact.loanNo, contact.episode]))?.id ?? null;
}

/** How a contact stands, in the words of the contract; one that is under way counts as not answered so far. */
export function endOf(contact: Pick<Contact, 'state' | 'outcome'>): ContactEnd {
  if (contact.outcome && contact.outcome !== 'none') return contact.outcome as ContactEnd;
  if (contact.state === 'failed') return 'failed';
  return contact.state === 'answered' || contact.state === 'done' ? 'heard' : 'no-answer';
}

/**
 * Counts a debtor's contacts of the last seven days up to `on`, a date in the zone `zoneOffsetMinutes` ahead of UTC.
 * A call in which somebody spoke or pressed a key is effective (GB/T 45251); an SMS has no answer, so each is an attempt.
 */
export async function countContacts(db: Db, personId: string, on: IsoDate, zoneOffsetMinutes: number): Promise<ContactCounts> {
  return (await countContactsOf(db, [personId], on, zoneOffsetMinutes)).get(personId) ?? noContacts();
}

/** The same for many debtors at once; those without any contact are left out. */
export async function countContactsOf(db: Db, personIds: readonly string[], on: IsoDate, zoneOffsetMinutes: number): Promise<Map<string, ContactCounts>> {
  const found = await rows<{ personId: string; channel: ContactChannel; day: IsoDate; effective: boolean }>(db,
    `SELECT * FROM (
       SELECT person_id AS "personId", channel, ((business_at AT TIME ZONE 'UTC') + make_interval(mins => $3))::date AS day, COALESCE(outcome, 'none') <> 'none' AS effective
       FROM contact WHERE person_id = ANY($1)) counted
     WHERE day > $2::date - 7 AND day <= $2::date`, [personIds, on, zoneOffsetMinutes]);
  const counts = new Map<string, ContactCounts>();
  for (const contact of found) counts.set(contact.personId, counted(counts.get(contact.personId) ?? noContacts(), contact, contact.day === on));
  return counts;
}

export const noContacts = (): ContactCounts => ({ effectiveCallsToday: 0, unansweredCallsToday: 0, unansweredSmsToday: 0, callDates: [], conversationDates: [] });

function counted(before: ContactCounts, { channel, day, effective }: { channel: ContactChannel; day: IsoDate; effective: boolean }, isToday: boolean): ContactCounts {
  if (channel === 'sms') return { ...before, unansweredSmsToday: before.unansweredSmsToday + (isToday ? 1 : 0) };
  if (channel !== 'call' && channel !== 'collector-call') return before;
  return {
    ...before,
    effectiveCallsToday: before.effectiveCallsToday + (isToday && effective ? 1 : 0),
    unansweredCallsToday: before.unansweredCallsToday + (isToday && !effective ? 1 : 0),
    callDates: [...before.callDates, day],
    conversationDates: effective ? [...before.conversationDates, day] : before.conversationDates,
  };
}

/** A contact that a person made by hand: over when it is written. */
export type HandContact = Omit<NewContact, 'state' | 'messageId' | 'channel'> & { channel: 'collector-call' | 'letter' | 'visit'; outcome: ContactEnd; note: string };

/** Writes what a collector did, or finds it by its key. `no-answer` and `failed` reached nobody. */
export async function insertHandContact(db: Db, contact: HandContact): Promise<{ contactId: number; created: boolean }> {
  const reached = contact.outcome !== 'no-answer' && contact.outcome !== 'failed';
  const state: ContactState = contact.outcome === 'no-answer' || contact.outcome === 'failed' ? contact.outcome : 'done';
  const written = await row<{ id: number }>(db,
    `INSERT INTO contact (key, loan_no, episode, person_id, channel, to_last4, state, outcome, transcript, by, business_at, ended_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now()) ON CONFLICT (key) DO NOTHING RETURNING id`,
    [contact.key, contact.loanNo, contact.episode, contact.personId, contact.channel, contact.toLast4, state, reached ? contact.outcome : 'none', contact.note, contact.by, contact.businessAt]);
  if (written) return { contactId: written.id, created: true };
  const known = await findContactByKey(db, contact.key);
  if (!known) throw new RangeError(`the contact ${contact.key} was neither written nor found`);
  return { contactId: known.id, created: false };
}
