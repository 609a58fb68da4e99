/** Shares (未到账) of a loan that has ended and of which nobody else takes care: sent until the bank has taken them, with growing pauses. */
import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import { addDays, instantAt } from '../domain/dates.js';
import { redeliveryPauseDays } from '../domain/distribution.js';
import { sharesWaiting, type DeliveryInput } from './contract.js';
import { endErrand, openErrand, persist, waitOn } from './errand.js';
import { atBank } from './retries.js';

export async function delivery(input: DeliveryInput): Promise<void> {
  const errand = openErrand(input);
  const { loanNo, zoneOffsetMinutes } = input;
  let asked = 0;
  setHandler(sharesWaiting, () => void (asked += 1), { description: 'Undelivered shares are to be sent again now.' });
  for (let inVain = 1; ; inVain += 1) {
    const heard = asked;
    const { undelivered } = await persist(errand, 'Undelivered shares', () => atBank('Sends undelivered shares again').redeliver({ loanNo, asOf: errand.asOf() }));
    if (undelivered === 0) break;
    const againOn = addDays(errand.today(), redeliveryPauseDays(inVain));
    await waitOn(errand, { untilMs: instantAt(againOn, 0, zoneOffsetMinutes), summary: `${undelivered} shares of ${loanNo} that lenders’ accounts refused`, otherwise: 'they are sent again', wake: () => asked !== heard });
  }
  await endErrand(errand, `All shares of ${loanNo} are delivered`);
  await condition(allHandlersFinished);
}
