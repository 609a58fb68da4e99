/** The platform's own day: waits for its end, closes it, and goes on as the next. */
import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import { addDays, instantAt } from '../domain/dates.js';
import type { BusinessDayInput } from './contract.js';
import { openErrand, persist, waitOn } from './errand.js';
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
    day = addDays(last, 1);
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof businessDay>({ day, zoneOffsetMinutes, clock: errand.clock.segment() });
}
