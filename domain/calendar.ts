import { addDays, compareDates, weekday, type IsoDate } from './dates.js';
import { CN_HOLIDAYS, CN_MAKEUP_WORKDAYS } from './holidays.js';
import type { ProfileId } from './regulation.js';

/**
 * What decides which days are worked: weekends are free unless they are make-up workdays (调休), and
 * holidays are free always.
 */
export interface Calendar {
  holidays: IsoDate[];
  makeupWorkdays: IsoDate[];
}

/** Saturdays and Sundays free, nothing else: for profiles whose country publishes no such list. */
export const weekendsOnly: Calendar = { holidays: [], makeupWorkdays: [] };

/** Mainland China, 2024–2027; see `holidays.ts` for the source of each year. */
export const cnCalendar: Calendar = { holidays: CN_HOLIDAYS, makeupWorkdays: CN_MAKEUP_WORKDAYS };

/** The year from which `cnCalendar` knows only the days the law fixes, because the notice is not out yet. */
export const CN_CALENDAR_PROVISIONAL_FROM = '2027-01-01';

/** The calendar of a profile's country. */
export function calendarOf(profile: ProfileId): Calendar {
  return profile === 'cn' || profile === 'institutional' ? cnCalendar : weekendsOnly;
}

/** Whether banks and courts work on that day. */
export function isWorkingDay(date: IsoDate, calendar: Calendar): boolean {
  if (calendar.makeupWorkdays.includes(date)) return true;
  const day = weekday(date);
  return day !== 0 && day !== 6 && !calendar.holidays.includes(date);
}

/** The day itself when it is worked, else the next that is (Civil Code 203: a deadline on a holiday moves on). */
export function firstWorkingDayOnOrAfter(date: IsoDate, calendar: Calendar): IsoDate {
  let day = date;
  while (!isWorkingDay(day, calendar)) day = addDays(day, 1);
  return day;
}

/** The `count`-th working day after a date; the date itself is not counted (Civil Code 201). */
export function addWorkingDays(date: IsoDate, count: number, calendar: Calendar): IsoDate {
  let day = date;
  for (let left = count; left > 0; ) {
    day = addDays(day, 1);
    if (isWorkingDay(day, calendar)) left -= 1;
  }
  return day;
}

/** The `count`-th working day of the month in which a date lies (`month` is `YYYY-MM`). */
export function workingDayOfMonth(month: string, count: number, calendar: Calendar): IsoDate {
  return addWorkingDays(addDays(`${month}-01`, -1), count, calendar);
}

/** Working days after `from` up to and including `to`; 0 when `to` is not later. */
export function workingDaysBetween(from: IsoDate, to: IsoDate, calendar: Calendar): number {
  let count = 0;
  for (let day = from; compareDates(day, to) < 0; ) {
    day = addDays(day, 1);
    if (isWorkingDay(day, calendar)) count += 1;
  }
  return count;
}
