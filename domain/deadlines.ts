import { addWorkingDays, workingDayOfMonth, type Calendar } from './calendar.js';
import { addDays, addYears, compareDates, laterDate, type IsoDate } from './dates.js';
import { profileOf, type ProfileId } from './regulation.js';

/** The last day on which a project may raise money: at most so many working days after publishing; undefined without a limit. */
export function fundraisingDeadline(profile: ProfileId, publishedOn: IsoDate, calendar: Calendar): IsoDate | undefined {
  const days = profileOf(profile).fundraisingWorkingDays;
  return days ? addWorkingDays(publishedOn, days.value, calendar) : undefined;
}

/**
 * When the monthly disclosure of the month before is due: within the first working days of `month` (`YYYY-MM`), with figures as of the
 * last day of the month before. Undefined where the profile has no monthly disclosure.
 */
export function disclosureDate(profile: ProfileId, month: string, calendar: Calendar): { publishBy: IsoDate; asOf: IsoDate } | undefined {
  const day = profileOf(profile).disclosureWorkingDay;
  return day ? { publishBy: workingDayOfMonth(month, day.value, calendar), asOf: addDays(`${month}-01`, -1) } : undefined;
}

export interface LimitationInput {
  profile: ProfileId;
  lastInstalmentDue: IsoDate;
  /** When the whole debt was called due, if it was: the period then runs from there. */
  acceleratedOn?: IsoDate | null;
  /** Delivered demands, acknowledgements and suits. */
  interruptions: IsoDate[];
  on: IsoDate;
}

/**
 * Limitation (诉讼时效, Civil Code 188, 189, 195): three years from the last instalment, or from acceleration; a delivered demand,
 * an acknowledgement or a suit starts it anew, but only while it still runs.
 */
export function limitation(input: LimitationInput): { timeBarred: boolean; expiresOn?: IsoDate } {
  const expiresOn = limitationExpiry(input);
  return expiresOn ? { timeBarred: compareDates(input.on, expiresOn) > 0, expiresOn } : { timeBarred: false };
}

function limitationExpiry({ profile, lastInstalmentDue, acceleratedOn, interruptions, on }: LimitationInput): IsoDate | undefined {
  const years = profileOf(profile).limitationYears?.value;
  if (!years) return undefined;
  let start = acceleratedOn ?? lastInstalmentDue;
  for (const interruption of [...interruptions].sort()) {
    const stillRuns = compareDates(interruption, addYears(start, years)) <= 0;
    if (stillRuns && compareDates(interruption, on) <= 0) start = laterDate(start, interruption);
  }
  return addYears(start, years);
}

/** Whether the records of a contract that ended on that day may be deleted: not before the retention period is over. */
export function retention(profile: ProfileId, contractEnds: IsoDate, on: IsoDate): { mayPurge: boolean; keepUntil: IsoDate } {
  const keepUntil = addYears(contractEnds, profileOf(profile).retentionYears.value);
  return { mayPurge: compareDates(on, keepUntil) > 0, keepUntil };
}
