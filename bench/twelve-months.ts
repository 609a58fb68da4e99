/** Healthy loans of twelve instalments, from application to close, brought about as people would. */
import { addDays, dateAt, instantAt } from '../domain/dates.js';
import type { Borrower } from '../stack/persons/borrower.js';
import { accept, decide, fund, funded, modestWish, zoneOffsetMinutes, type Town } from './town.js';

export const termMonths = 12;
/** Nothing is shared unequally among up to ten lenders, each under the share that one of them may have. */
export const amountFen = 1_200_000;
const noon = 12 * 60;

/** Each borrower's loan until it has closed; all of them at the same time. Answers their numbers. */
export async function liveThrough(town: Town, borrowers: readonly Borrower[], round: string): Promise<string[]> {
  const loanNos = await Promise.all(borrowers.map((borrower, index) => bringAbout(town, borrower, `${round}-application-${index}`)));
  const lastDueDays = await Promise.all(borrowers.map(async (borrower, index) => (await borrower.loan(loanNos[index] ?? '')).instalments.at(-1)?.dueDay ?? ''));
  const last = lastDueDays.sort().at(-1) ?? dateAt(await town.clock.now(), zoneOffsetMinutes);
  await town.clock.stepTo(instantAt(addDays(last, 1), noon, zoneOffsetMinutes), () => undefined);
  await Promise.all(borrowers.map((borrower, index) => borrower.untilState(loanNos[index] ?? '', 'closed')));
  return loanNos;
}

async function bringAbout(town: Town, borrower: Borrower, key: string): Promise<string> {
  const loanNo = await borrower.apply(modestWish(amountFen, termMonths), key);
  await decide(town, borrower, loanNo, { note: 'As proposed' });
  await accept(borrower, loanNo);
  await fund(town, loanNo, amountFen);
  await borrower.untilState(loanNo, ...funded);
  return loanNo;
}
