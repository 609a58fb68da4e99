/** A loan's course between its steps: it comes into a state, works, or stands by; the record and the Temporal UI always know. */
import { isoInstant } from '../domain/dates.js';
import type { LoanOwner, LoanStateName } from '../domain/loan.js';
import { waitUntil, type Woken } from './clock.js';
import type { Life } from './life.js';
import { show } from './projection.js';

/** The loan comes into a state and goes on at once: the record and the UI know, and the clock waits for it. */
export async function enter(life: Life, state: LoanStateName, owner: LoanOwner, summary: string): Promise<void> {
  life.loan.state = state;
  await showBusy(life, owner, summary);
}

/** Writes the loan into the record while it is at work; nothing is waited for but its own next step. */
export async function showBusy(life: Life, owner: LoanOwner, summary: string): Promise<void> {
  life.loan.owner = owner;
  life.loan.nextAt = life.asOf();
  await show(life, { summary, otherwise: null });
}

export interface StandBy {
  untilMs: number;
  owner: LoanOwner;
  /** What is waited for, in words for operations. */
  summary: string;
  /** What happens when it does not come. */
  otherwise: string;
  wake?: () => boolean;
  lookedAt?: number;
  silenceMs?: number;
  /** See `View`. */
  listedMs?: number;
}

/** Waits, with the loan's next moment in the record and the Temporal UI. The borrower's withdrawal always wakes. */
export async function standBy(life: Life, wait: StandBy): Promise<Woken> {
  life.loan.owner = wait.owner;
  life.loan.nextAt = isoInstant(wait.untilMs);
  return waitUntil(life.clock, {
    untilMs: wait.untilMs,
    summary: wait.summary,
    show: (takesAll) => show(life, wait, takesAll),
    wake: () => life.inbox.cancel !== undefined || (wait.wake?.() ?? false),
    lookedAt: wait.lookedAt,
    silenceMs: wait.silenceMs,
  });
}
