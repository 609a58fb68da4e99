/** The events of one row's life, in order of business time. Pure: what is done at each is the player's. */
import { addDays, addMonths, instantAt } from '../../domain/dates.js';
import type { BookRow } from './book.js';
import { lifeOf, type AgreedInstalment } from './life.js';

export type EventKind =
  | 'apply'
  | 'empty-card'       // from now on the debits find nothing
  | 'bring-part'       // deposits exactly what of the next instalment was really paid
  | 'pay-off'          // early, everything
  | 'catch-up'         // late, what is due
  | 'look-for-write-off'
  | 'recover';         // after the write-off, in one payment

export interface StoryEvent { line: number; kind: EventKind; atMs: number; amountFen: number }

/** Minutes of the day: borrowers act after the due-day debit (10:00), deposits for it come before. */
const minutes = { apply: 9 * 60, beforeDebit: 9 * 60, afterDebit: 12 * 60 };
const recoveryMonths = 6;
/** A loan paid back in its first month lives at least so long: within three days of release it would be a case for compliance. */
const shortestLifeDays = 14;

export function applyEvent(row: BookRow, zoneOffsetMinutes: number): StoryEvent {
  return { line: row.line, kind: 'apply', atMs: instantAt(`${row.issuedIn}-01`, minutes.apply, zoneOffsetMinutes), amountFen: 0 };
}

export interface AgreedLoan { valueDate: string; instalments: (AgreedInstalment & { dueDate: string })[] }

/** Everything that happens after disbursement until the recovery, which depends on the day of the write-off. */
export function eventsOf(row: BookRow, loan: AgreedLoan, zoneOffsetMinutes: number, writeOffAfterDays: number): StoryEvent[] {
  const life = lifeOf(row, loan.instalments);
  const due = (no: number): string => loan.instalments[no - 1]?.dueDate ?? addMonths(loan.valueDate, no);
  const event = (kind: EventKind, date: string, minute: number, amountFen = 0): StoryEvent => ({ line: row.line, kind, atMs: instantAt(date, minute, zoneOffsetMinutes), amountFen });
  const lastPaid = life.onTime === 0 ? addDays(loan.valueDate, 5) : due(life.onTime);
  if (life.payOffAfterMonths !== null) {
    return [event('pay-off', life.payOffAfterMonths === 0 ? addDays(loan.valueDate, shortestLifeDays) : due(life.payOffAfterMonths), minutes.afterDebit)];
  }
  if (life.catchUpAfterMonths !== null) {
    return [event('empty-card', lastPaid, minutes.afterDebit), event('catch-up', addMonths(loan.valueDate, life.catchUpAfterMonths), minutes.afterDebit)];
  }
  if (!row.chargedOff) return [];
  const next = loan.instalments[life.onTime];
  const events = [event('empty-card', lastPaid, minutes.afterDebit)];
  if (life.lastPartPrincipalFen > 0 && next) events.push(event('bring-part', next.dueDate, minutes.beforeDebit, next.interestFen + life.lastPartPrincipalFen));
  events.push(event('look-for-write-off', addDays(next?.dueDate ?? lastPaid, writeOffAfterDays + 2), minutes.afterDebit));
  return events;
}

export function recoverEvent(row: BookRow, writtenOffOn: string, zoneOffsetMinutes: number): StoryEvent | null {
  return row.recoveredFen > 0 ? { line: row.line, kind: 'recover', atMs: instantAt(addMonths(writtenOffOn, recoveryMonths), minutes.afterDebit, zoneOffsetMinutes), amountFen: row.recoveredFen } : null;
}

/** When nothing can happen any more to a loan of this row: its last due date and a margin. */
export function lastMomentOf(loan: AgreedLoan, zoneOffsetMinutes: number): number {
  return instantAt(addDays(loan.instalments.at(-1)?.dueDate ?? loan.valueDate, 1), minutes.afterDebit, zoneOffsetMinutes);
}
