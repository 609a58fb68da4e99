/** A loan while its workflow runs: its state, its clock, what it was told, and what the record is to be told next. */
import { ApplicationFailure } from '@temporalio/workflow';
import { dateAt, isoInstant, parseInstant, type IsoDate } from '../domain/dates.js';
import { newLoan } from '../domain/loan.js';
import type { LoanState } from '../domain/loan.js';
import { openClock, type BusinessClock } from './clock.js';
import type { ActRow, Done, LoanInput } from './contract.js';
import { emptyInbox, listen, type Asked, type Inbox } from './inbox.js';

/** The search attributes' last values in this run. */
export interface Shown { state?: string; owner?: string; grade?: string; segment?: string; nextDate?: string | null; daysPastDue?: number }

export interface Life {
  /** Changed in place, never replaced: the handlers look at it too. */
  readonly loan: LoanState;
  readonly clock: BusinessClock;
  readonly inbox: Inbox;
  readonly eventsPerRun?: number;
  /** A step has failed for good and waits for operations. */
  stuck: boolean;
  /** Decisions not yet in the record. */
  acts: ActRow[];
  /** Workflows told something since the record was last written. */
  wakes: string[];
  /** What the Temporal UI was told last. */
  shown: Shown;
  today(): IsoDate;
  /** Business now as an ISO instant. */
  asOf(): string;
}

/** Builds the state and registers all handlers; nothing is awaited here. */
export function openLife(input: LoanInput): Life {
  const loan = input.carried ?? (input.application && newLoan(input.application));
  if (!loan) throw ApplicationFailure.nonRetryable('a loan needs an application or a carried state', 'no-loan');
  const clock = openClock(input.clock, loan.seen, parseInstant(loan.appliedAt));
  const life: Life = {
    loan, clock, eventsPerRun: input.eventsPerRun, inbox: emptyInbox(), stuck: false, acts: [], wakes: [], shown: {},
    today: () => dateAt(clock.now(), loan.terms.zoneOffsetMinutes),
    asOf: () => isoInstant(clock.now()),
  };
  listen(life);
  return life;
}

/** Notes a decision; it enters the record with the next projection, in the same transaction as its effect. */
export function noteAct(life: Life, verb: string, by: { actor?: string; role?: string; after?: unknown; why?: string | null } = {}): void {
  life.acts.push({
    actor: by.actor ?? `workflow:${life.loan.loanNo}`, role: by.role ?? 'platform', verb, subject: life.loan.loanNo,
    before: { state: life.loan.state }, after: by.after, ...(by.why ? { why: by.why } : {}), businessAt: life.asOf(),
  });
}

/** Answers a person whose act has been carried out and is in the record. */
export function answerDone(life: Life, asked: Asked<unknown, Done>): void {
  asked.answer = { loanState: life.loan.state };
}
