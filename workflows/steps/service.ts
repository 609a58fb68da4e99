/**
 * The loan is serviced until nothing is owed: what is next on its agenda is waited for and done; what people ask for meanwhile is
 * done first, one act at a time.
 */
import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import { momentOf, nextItem } from '../../domain/agenda.js';
import { addDays, instantAt } from '../../domain/dates.js';
import { hasEnded } from '../../domain/loan.js';
import { daysPastDueOf, isPaidUp } from '../../domain/servicing.js';
import { carryOut, describe } from '../servicing/agenda-items.js';
import { hasNews, takeUpNews } from '../servicing/news.js';
import { finishOpenPayment } from '../servicing/payment.js';
import { standing } from '../servicing/standing.js';
import type { LoanInput } from '../contract.js';
import { standBy } from '../course.js';
import type { Life } from '../life.js';

export async function service(life: Life): Promise<void> {
  await finishOpenPayment(life);
  while (!isOver(life)) {
    await standing(life);
    await renewWhenLong(life);
    if (await turn(life)) await takeUpNews(life);
  }
}

/** Nothing is owed, the lenders have everything, and the borrower has had the principal. */
function isOver(life: Life): boolean {
  const { loan } = life;
  return hasEnded(loan) || (isPaidUp(loan, life.today()) && loan.undelivered === 0 && loan.payment === null && loan.paidOut);
}

/** Waits for the next item and does it. @returns whether something else came first. */
async function turn(life: Life): Promise<boolean> {
  const { loan } = life;
  const item = nextItem(loan, life.today());
  await standBy(life, { untilMs: item ? momentOf(item, loan) : restingUntil(life), ...describe(life, item), wake: () => hasNews(life) });
  if (hasNews(life)) return true;
  loan.daysPastDue = daysPastDueOf(loan, life.today());
  if (item) await carryOut(life, item);
  return false;
}

/** A loan of which nothing happens by itself is looked at all the same. */
function restingUntil(life: Life): number {
  const { terms } = life.loan;
  return instantAt(addDays(life.today(), terms.recoveryLookDays), terms.businessMinute, terms.zoneOffsetMinutes);
}

/** Histories must not grow without end: between two acts, with nobody waiting for an answer, the loan goes on in a new run. */
async function renewWhenLong(life: Life): Promise<void> {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  if (!continueAsNewSuggested && historyLength < (life.eventsPerRun ?? Number.POSITIVE_INFINITY)) return;
  if (hasNews(life)) return;
  await condition(allHandlersFinished);
  if (hasNews(life)) return;
  await continueAsNew<(input: LoanInput) => Promise<unknown>>({ carried: life.loan, clock: life.clock.segment(), eventsPerRun: life.eventsPerRun });
}
