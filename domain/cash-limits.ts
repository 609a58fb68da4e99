/** How much a person may move between bank card and custody account, and what it costs: the one place that says so. */
import { addWorkingDays, type Calendar } from './calendar.js';
import { dateAt, instantAt, isoInstant, parseInstant } from './dates.js';
import { formatFen, type Fen } from './money.js';

/** `leastFen` and `mostFen` of one act, `mostPerDayFen` of all acts of a business day that were not refused. */
export interface CashLimits { leastFen: Fen; mostFen: Fen; mostPerDayFen: Fen }
export type CashAct = 'deposit' | 'withdraw';

/** The platform's own limits; card and custody bank have theirs, which they tell when they refuse. */
export const cashLimits: Record<CashAct, CashLimits> = {
  deposit: { leastFen: 1_00, mostFen: 10_000_000_00, mostPerDayFen: 50_000_000_00 },
  withdraw: { leastFen: 1_00, mostFen: 10_000_000_00, mostPerDayFen: 20_000_000_00 },
};

/**
 * When a withdrawal is looked at by a person before it leaves the bank (复核): whoever has taken over an account changes its
 * card, phone or password first and then empties it. `fromFen`: what is withdrawn since the change, together; `days` after
 * it; `untilMinute`: cut-off of the next working day (minutes after midnight), after which it is cancelled. Our own rule.
 */
export const secondLook = { fromFen: 50_000_00, days: 7, untilMinute: 16 * 60 };
const dayMs = 24 * 3_600_000;

export interface ChangeFacts {
  /** The last change of card, phone or trading password; null = none. Instants are business time, ISO. */
  changedAt: string | null;
  /** Withdrawn since then, refused ones left out. */
  withdrawnSinceFen: Fen;
  asOf: string;
}

/** Whether the change is so fresh that what is withdrawn after it counts. */
export function recentlyChanged({ changedAt, asOf }: Pick<ChangeFacts, 'changedAt' | 'asOf'>): boolean {
  return changedAt !== null && parseInstant(asOf) < parseInstant(changedAt) + secondLook.days * dayMs;
}

/** Whether this withdrawal is sent to be confirmed. Parts count together, so that many small ones do not slip through. */
export function needsSecondLook(amountFen: Fen, facts: ChangeFacts): boolean {
  return recentlyChanged(facts) && facts.withdrawnSinceFen + amountFen >= secondLook.fromFen;
}

/** The instant (ISO) at which a withdrawal of `asOf` that nobody has confirmed is cancelled. */
export function secondLookDueAt(asOf: string, zoneOffsetMinutes: number, calendar: Calendar): string {
  const day = addWorkingDays(dateAt(parseInstant(asOf), zoneOffsetMinutes), 1, calendar);
  return isoInstant(instantAt(day, secondLook.untilMinute, zoneOffsetMinutes));
}

/** The rule in words. */
export function secondLookText(): string {
  return `For ${secondLook.days} days after a change of card, phone or trading password, withdrawals that come to ${formatFen(secondLook.fromFen, { currency: 'CNY' })} or more are looked at by a person: by 16:00 of the next working day they are confirmed, or cancelled and the money is available again.`;
}

/** Neither we nor the custody bank take anything for moving a person's own money. */
export const cashFeeFen: Record<CashAct, Fen> = { deposit: 0, withdraw: 0 };

export interface CashFacts {
  /** What the same person has moved in this direction today, refused acts left out. */
  movedTodayFen: Fen;
  /** Available, less what withdrawals under way will take. */
  freeFen: Fen;
}

export type CashRefusal = 'too-little' | 'too-much' | 'too-much-today' | 'not-free';

/** Why an amount may not be moved, or null. What is free matters for withdrawals only. */
export function refuseCash(act: CashAct, amountFen: Fen, { movedTodayFen, freeFen }: CashFacts): CashRefusal | null {
  const { leastFen, mostFen, mostPerDayFen } = cashLimits[act];
  if (amountFen < leastFen) return 'too-little';
  if (act === 'withdraw' && amountFen + cashFeeFen.withdraw > freeFen) return 'not-free';
  if (amountFen > mostFen) return 'too-much';
  return movedTodayFen + amountFen > mostPerDayFen ? 'too-much-today' : null;
}

/** The limits in words, for the hint beside the amount. */
export function cashLimitText(act: CashAct): string {
  const [least, most, day] = [cashLimits[act].leastFen, cashLimits[act].mostFen, cashLimits[act].mostPerDayFen].map((fen) => formatFen(fen, { currency: 'CNY' }).replace(/\.00$/, ''));
  return `From ${least} to ${most} at once, at most ${day} a day. Your card's bank may have lower limits.`;
}
