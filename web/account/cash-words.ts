/** How a deposit or withdrawal stands, in words: what happened, where the money is, what to do now. */
import type { CashRefusal } from '../../domain/cash-limits.js';
import { cashLimits, type CashAct } from '../../domain/cash-limits.js';
import type { CashState } from '../../db/cash.js';
import { moneyText } from '../components/money.js';
import type { Tone } from '../components/state.js';
import { refusalText } from '../refusals.js';

export const cashStateWords: Record<CashState, string> = { pending: 'Pending', done: 'Done', failed: 'Failed', 'came-back': 'Came back' };
export const cashStateTones: Record<CashState, Tone> = { pending: 'warn', done: 'good', failed: 'bad', 'came-back': 'bad' };

/** Why the form is refused. */
export function cashRefusalText(act: CashAct, refusal: CashRefusal, { movedTodayFen, availableFen, withdrawingFen }: { movedTodayFen: number; availableFen: number; withdrawingFen: number }): string {
  const { leastFen, mostFen, mostPerDayFen } = cashLimits[act];
  switch (refusal) {
    case 'too-little': return `At least ${moneyText(leastFen)}.`;
    case 'too-much': return `At most ${moneyText(mostFen)} at once. Do it in parts.`;
    case 'too-much-today': return `At most ${moneyText(mostPerDayFen)} a day; today it was ${moneyText(movedTodayFen)} already. Do the rest tomorrow.`;
    case 'not-free': return withdrawingFen > 0
      ? `Only ${moneyText(Math.max(0, availableFen - withdrawingFen))} is free: ${moneyText(withdrawingFen)} of what is available is being withdrawn already.`
      : `Only ${moneyText(availableFen)} is available; what is frozen belongs to bids or payments under way.`;
  }
}

/** Reasons that mean something else for one's own card than for a loan. */
const ofCard: Record<string, Record<CashAct, { what: string; next: string }>> = {
  'never-arrived': {
    deposit: { what: 'You did not get to the bank\'s page in time.', next: 'Begin again whenever you like.' }, withdraw: { what: 'You did not get to the bank\'s page in time.', next: 'Begin again whenever you like.' },
  },
  refused: {
    deposit: { what: 'You turned back at the bank, or did not finish there in time.', next: 'Begin again whenever you like.' }, withdraw: { what: 'You turned back at the bank, or did not finish there in time.', next: 'Begin again whenever you like.' },
  },
  'card-refused': {
    deposit: { what: 'Your bank card did not give the money: there is too little on it, or it is blocked.', next: 'Look at the card with its bank, deposit less, or bind another card.' },
    withdraw: { what: 'Your bank card did not take the money: it is closed or blocked.', next: 'Ask the card\'s bank, or bind another card of yours; then withdraw again.' },
  },
  'card-limit': {
    deposit: { what: 'The amount is above the limit of your bank card.', next: 'Deposit in parts, or raise the limit with the card\'s bank.' },
    withdraw: { what: 'The amount is above the limit of your bank card.', next: 'Withdraw in parts, or raise the limit with the card\'s bank.' },
  },
  'insufficient-funds': {
    deposit: { what: 'There is not enough money on your card.', next: 'Deposit less.' }, withdraw: { what: 'When the bank looked, less was available than you wanted to withdraw.', next: 'Look at the statement for what has moved, and withdraw less.' },
  },
};

/** A failed act: why, where the money is now, and what to do. */
export function failedText(act: CashAct, code: string): { what: string; money: string; next: string } {
  const { what, next } = ofCard[code]?.[act] ?? refusalText(code);
  return { what, money: act === 'withdraw' ? 'The money is available in your custody account.' : 'Nothing was taken from your card.', next };
}
