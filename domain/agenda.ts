/**
 * The agenda of a running loan: given the carried state, what the loan does next without anybody asking, and on which day. The
 * workflow waits for that day and carries it out; nothing else decides when something happens to a loan.
 */
import { addDays, daysBetween, instantAt, type IsoDate } from './dates.js';
import type { CarriedInstalment, LoanState } from './loan.js';
import { oldestOpen, openInterestFen, openPrincipalFen } from './servicing.js';

export type AgendaItem =
  | { kind: 'remind'; on: IsoDate; no: number; days: number }
  | { kind: 'debit'; on: IsoDate; no: number; days: number }
  /** The first day on which the loan counts as late. */
  | { kind: 'overdue'; on: IsoDate }
  | { kind: 'collect'; on: IsoDate }
  /** The loan passes into the next delinquency bucket. */
  | { kind: 'age'; on: IsoDate }
  | { kind: 'writeOff'; on: IsoDate }
  | { kind: 'recoveryLook'; on: IsoDate }
  | { kind: 'redeliver'; on: IsoDate }
  | { kind: 'payOutAgain'; on: IsoDate };

/**
 * On one day things happen in this order: a debit before anything that treats its money as missing, the reminder of that day
 * among them: who has just paid by debit needs none, and who has not hears it from the message about the failed debit.
 */
const ORDER: readonly AgendaItem['kind'][] = ['payOutAgain', 'redeliver', 'debit', 'remind', 'overdue', 'collect', 'age', 'writeOff', 'recoveryLook'];

/** First days of the delinquency buckets after the first (see `delinquencyBucket`). */
const BUCKET_DAYS = [31, 61, 91, 181];

/** The next thing on the loan's agenda; one whose day has passed is done at once. Undefined when nothing is left to happen by itself. */
export function nextItem(loan: LoanState, today: IsoDate): AgendaItem | undefined {
  const items = [...upkeep(loan), ...lateness(loan), ...instalmentItems(loan, today)];
  return items.sort((a, b) => (a.on === b.on ? ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) : a.on < b.on ? -1 : 1))[0];
}

/** The business moment of an item: the hour at which the platform does its daily work. */
export function momentOf(item: AgendaItem, loan: LoanState): number {
  return instantAt(item.on, loan.terms.businessMinute, loan.terms.zoneOffsetMinutes);
}

function upkeep(loan: LoanState): AgendaItem[] {
  const items: AgendaItem[] = [];
  if (!loan.paidOut && loan.payOutAgainOn) items.push({ kind: 'payOutAgain', on: loan.payOutAgainOn });
  if (loan.undelivered > 0 && loan.redeliverOn) items.push({ kind: 'redeliver', on: loan.redeliverOn });
  if (loan.state === 'writtenOff' && loan.recoveryLookOn) items.push({ kind: 'recoveryLook', on: loan.recoveryLookOn });
  return items;
}

/** What lateness brings, counted from the day that counts of the oldest open instalment. */
function lateness(loan: LoanState): AgendaItem[] {
  const oldest = oldestOpen(loan);
  if (!oldest) return [];
  const { terms } = loan;
  if (loan.state === 'repaying') return [{ kind: 'overdue', on: addDays(oldest.dueDay, 1) }];
  const items: AgendaItem[] = [];
  const bucket = BUCKET_DAYS.find((days) => days > loan.daysPastDue);
  if (bucket) items.push({ kind: 'age', on: addDays(oldest.dueDay, bucket) });
  if (loan.state === 'writtenOff') return items;
  if (loan.state === 'overdue' && loan.pursuit === 'none' && !loan.contactHold) items.push({ kind: 'collect', on: addDays(oldest.dueDay, terms.collectAfterDays) });
  items.push({ kind: 'writeOff', on: addDays(oldest.dueDay, terms.writeOffAfterDays) });
  return items;
}

/** Reminders and debits; both stop while somebody looks into what the borrower said, and after a write-off. */
function instalmentItems(loan: LoanState, today: IsoDate): AgendaItem[] {
  if (loan.writtenOffOn || loan.contactHold) return [];
  const items: AgendaItem[] = [];
  for (const instalment of loan.instalments) {
    if (openPrincipalFen(instalment) + openInterestFen(instalment) + instalment.feeFen - instalment.paidFeeFen <= 0) continue;
    const remind = nextDay(instalment, reminderDays(loan), instalment.reminded, today);
    // A reminder of a due day that has passed says nothing that a debit or a collector does not say better.
    if (remind !== undefined && (remind > 0 || daysBetween(today, instalment.dueDay) >= 0)) items.push({ kind: 'remind', on: addDays(instalment.dueDay, remind), no: instalment.no, days: remind });
    const debit = nextDay(instalment, loan.terms.debitDays, instalment.debited, today);
    if (debit !== undefined) items.push({ kind: 'debit', on: addDays(instalment.dueDay, debit), no: instalment.no, days: debit });
  }
  return items;
}

/** The product's days, and more of them while the last debit failed. */
function reminderDays(loan: LoanState): number[] {
  return loan.lastDebitFailed ? [...loan.terms.reminderDays, ...loan.terms.anxiousReminderDays] : loan.terms.reminderDays;
}

/** The next day (relative to the due day) not done: of those that have passed only the last, for nobody wants two reminders at once. */
function nextDay(instalment: CarriedInstalment, days: readonly number[], done: readonly number[], today: IsoDate): number | undefined {
  const left = days.filter((day) => !done.some((already) => already >= day));
  const passed = left.filter((day) => addDays(instalment.dueDay, day) <= today);
  return passed.length > 0 ? Math.max(...passed) : left.length > 0 ? Math.min(...left) : undefined;
}

/**
 * The instalments after the debits of a day were tried: one debit takes all that is due, whichever instalment called for it.
 * What it could not take the borrower is told at once; that message is the day's reminder.
 */
export function afterDebit(loan: LoanState, today: IsoDate): CarriedInstalment[] {
  return loan.instalments.map((instalment) => {
    const passed = (days: readonly number[], done: readonly number[]) => days.filter((day) => addDays(instalment.dueDay, day) <= today && !done.includes(day));
    const tried = passed(loan.terms.debitDays, instalment.debited);
    if (tried.length === 0) return instalment;
    const inOrder = (days: number[]) => days.sort((a, b) => a - b);
    return {
      ...instalment, debited: inOrder([...instalment.debited, ...tried]),
      reminded: inOrder([...instalment.reminded, ...passed(reminderDays(loan), instalment.reminded)]),
    };
  });
}

/** The instalments after a reminder. */
export function afterReminder(loan: LoanState, no: number, days: number): CarriedInstalment[] {
  return loan.instalments.map((instalment) => (instalment.no === no ? { ...instalment, reminded: [...instalment.reminded, days] } : instalment));
}
