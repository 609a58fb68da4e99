/** The platform's own day: waits for its end, closes it, and goes on as the next. */
import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import { addDays, instantAt } from '../domain/dates.js';
import type { BusinessDayInput } from './contract.js';
import { openErrand, persist, waitOn } from './errand.js';
import { atBank } from './retries.js';

/**
 * Days closed by one run. The server lets a workflow continue as new at most once a second (wall time); one run a day would
 * hold the business clock back to a day a second wherever it is stepped or hurried.
 */
export const daysPerRun = 60;

export async function businessDay(input: BusinessDayInput): Promise<void> {
  const errand = openErrand(input);
  const { zoneOffsetMinutes } = input;
  const lastDay = addDays(input.day, daysPerRun - 1);
  let { day } = input;
  for (;;) {
    await waitOn(errand, {
      untilMs: instantAt(addDays(day, 1), 0, zoneOffsetMinutes), summary: `The end of ${day}`, otherwise: 'the day is closed and compared with the bank',
    });
    const closing = day;
    await persist(errand, `Closing ${closing}`, () => atBank(`Closes ${closing}`).closeDay({ day: closing, asOf: errand.asOf() }));
    if (day >= lastDay || workflowInfo().continueAsNewSuggested) break;
    day = addDays(day, 1);
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof businessDay>({ day: addDays(day, 1), zoneOffsetMinutes, clock: errand.clock.segment() });
}
