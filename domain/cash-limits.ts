/** How much a person may move between bank card and custody account, and what it costs: the one place that says so. */
import { formatFen, type Fen } from './money.js';

/** `leastFen` and `mostFen` of one act, `mostPerDayFen` of all acts of a business day that were not refused. */
export interface CashLimits { leastFen: Fen; mostFen: Fen; mostPerDayFen: Fen }
export type CashAct = 'deposit' | 'withdraw';

/** The platform's own limits; card and custody bank have theirs, which they tell when they refuse. */
export const cashLimits: Record<CashAct, CashLimits> = {
  deposit: { leastFen: 1_00, mostFen: 10_000_000_00, mostPerDayFen: 50_000_000_00 },
  withdraw: { leastFen: 1_00, mostFen: 10_000_000_00, mostPerDayFen: 20_000_000_00 },
};

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
