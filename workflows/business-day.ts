/** The platform's own day: waits for its end, closes it, has it reconciled, and goes on as the next. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { allHandlersFinished, condition, continueAsNew, ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { addDays, instantAt, type IsoDate } from '../domain/dates.js';
import { reconcileWorkflowId, taskQueues, type BusinessDayInput } from './contract.js';
import { openErrand, persist, waitOn, type Errand } from './errand.js';
import { reconcile } from './reconcile.js';
import { atBank } from './retries.js';

/**
 * Closings of one run. The server lets a workflow continue as new at most once a second (wall time); one run a day would
 * hold the business clock back to a day a second wherever it is stepped or hurried.
 */
export const closingsPerRun = 60;
const DAY_MS = 86_400_000;

export async function businessDay(input: BusinessDayInput): Promise<void> {
  const errand = openErrand(input);
  const { zoneOffsetMinutes } = input;
  let { day } = input;
  for (let closings = 0; closings < closingsPerRun && !workflowInfo().continueAsNewSuggested; closings += 1) {
    const first = day;
    await waitOn(errand, {
      untilMs: instantAt(addDays(first, 1), 0, zoneOffsetMinutes), strideMs: DAY_MS, summary: `The end of ${first}`, otherwise: 'the day is closed and compared with the bank',
    });
    // Days on which nobody waited for anything are passed over and closed together.
    const last = addDays(errand.today(), -1);
    const what = last === first ? `Closing ${first}` : `Closing ${first} to ${last}`;
    await persist(errand, what, () => atBank(what).closeDays({ from: first, to: last, asOf: errand.asOf() }));
    await startReconciling(errand, first, last, zoneOffsetMinutes);
    day = addDays(last, 1);
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof businessDay>({ day, zoneOffsetMinutes, clock: errand.clock.segment() });
}

/** One workflow for the days that were closed together; it goes on alone, for a case may be open for days. */
async function startReconciling(errand: Errand, from: IsoDate, to: IsoDate, zoneOffsetMinutes: number): Promise<void> {
  try {
    await startChild(reconcile, {
      workflowId: reconcileWorkflowId(to), taskQueue: taskQueues.loans, parentClosePolicy: ParentClosePolicy.ABANDON, staticSummary: `Reconciles ${from} to ${to}`,
      args: [{ from, to, zoneOffsetMinutes, clock: errand.clock.segment() }],
    });
  } catch (error) {
    // The business day was started anew and has come by here before.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
