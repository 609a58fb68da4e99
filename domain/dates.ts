/**
 * Calendar dates and instants by integer arithmetic alone, so that workflows may use them: the same
 * input gives the same answer on every machine and at every replay.
 *
 * A date is `YYYY-MM-DD` (proleptic Gregorian, years 0001–9999). An instant is milliseconds since
 * 1970-01-01T00:00:00Z. A zone is its offset from UTC in minutes (Asia/Shanghai: 480); zones with
 * daylight saving are `domain/zone.ts`'s business.
 */
export type IsoDate = string;

/** A date's parts; month 1–12, day 1–31. */
export interface DateParts {
  year: number;
  month: number;
  day: number;
}

const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = 86_400_000;
const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the year has a 29 February. */
export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** Number of days in a month (1–12) of a year. */
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (MONTH_LENGTHS[month - 1] ?? 0);
}

/** Whether the text is a date that exists, written `YYYY-MM-DD`. */
export function isValidDate(text: unknown): text is IsoDate {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const { year, month, day } = readParts(text);
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** The parts of a date. Throws when the text is not a date: whoever takes dates from outside asks `isValidDate` first. */
export function dateParts(date: IsoDate): DateParts {
  if (!isValidDate(date)) throw new RangeError(`not a date: ${String(date)}`);
  return readParts(date);
}

function readParts(date: IsoDate): DateParts {
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8, 10)) };
}

/** The date with these parts. */
export function dateOf(year: number, month: number, day: number): IsoDate {
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/**
 * Days since 1970-01-01 (negative before). Years are shifted to begin in March, so that the leap day is
 * the last of the year and each month's start is a linear formula (Howard Hinnant, "days_from_civil").
 */
export function dayNumber(date: IsoDate): number {
  const { year, month, day } = dateParts(date);
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The date so many days after 1970-01-01: the inverse of `dayNumber`. */
export function dateOfDayNumber(number: number): IsoDate {
  const shifted = number + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return dateOf(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day);
}

/** The date `days` later (earlier when negative). */
export function addDays(date: IsoDate, days: number): IsoDate {
  return dateOfDayNumber(dayNumber(date) + days);
}

/**
 * The date `months` later, clamped to the month's last day. Count from the origin, never from the
 * previous result: 31 January + 1 is 29 February, but 31 January + 2 is 31 March.
 */
export function addMonths(date: IsoDate, months: number): IsoDate {
  const { year, month, day } = dateParts(date);
  const index = year * 12 + (month - 1) + months;
  const newYear = Math.floor(index / 12);
  const newMonth = index - newYear * 12 + 1;
  return dateOf(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)));
}

/** The date `years` later; 29 February becomes 28 February where there is none. */
export function addYears(date: IsoDate, years: number): IsoDate {
  return addMonths(date, years * 12);
}

/** Days from one date to another: 0 on the same day, negative when `to` is earlier. */
export function daysBetween(from: IsoDate, to: IsoDate): number {
  return dayNumber(to) - dayNumber(from);
}

/** -1, 0 or 1 as `a` is before, on or after `b`. */
export function compareDates(a: IsoDate, b: IsoDate): -1 | 0 | 1 {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The later of two dates. */
export function laterDate(a: IsoDate, b: IsoDate): IsoDate {
  return a < b ? b : a;
}

/** Day of the week: 0 Sunday … 6 Saturday. */
export function weekday(date: IsoDate): number {
  return (((dayNumber(date) + 4) % 7) + 7) % 7;
}

/** The date an instant falls on in a zone with this offset. */
export function dateAt(instantMs: number, zoneOffsetMinutes: number): IsoDate {
  return dateOfDayNumber(Math.floor((instantMs + zoneOffsetMinutes * MS_PER_MINUTE) / MS_PER_DAY));
}

/** The instant at which a zone's clock shows this date and minute of the day (0–1439). */
export function instantAt(date: IsoDate, minuteOfDay: number, zoneOffsetMinutes: number): number {
  return dayNumber(date) * MS_PER_DAY + (minuteOfDay - zoneOffsetMinutes) * MS_PER_MINUTE;
}

/** Whole minutes since midnight (0–1439) that a zone's clock shows at an instant. */
export function minuteOfDayAt(instantMs: number, zoneOffsetMinutes: number): number {
  const local = instantMs + zoneOffsetMinutes * MS_PER_MINUTE;
  return Math.floor((local - Math.floor(local / MS_PER_DAY) * MS_PER_DAY) / MS_PER_MINUTE);
}

/** An instant as text in UTC, e.g. `2025-03-05T10:00:00.000Z`. */
export function isoInstant(instantMs: number): string {
  const days = Math.floor(instantMs / MS_PER_DAY);
  const rest = Math.floor(instantMs - days * MS_PER_DAY);
  const time = [Math.floor(rest / 3_600_000), Math.floor(rest / MS_PER_MINUTE) % 60, Math.floor(rest / 1000) % 60];
  return `${dateOfDayNumber(days)}T${time.map((part) => padded(part, 2)).join(':')}.${padded(rest % 1000, 3)}Z`;
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds of an ISO 8601 instant with `Z` or an offset, or undefined when the text is not one. */
export function readInstant(text: string): number | undefined {
  const found = INSTANT.exec(text);
  if (!found) return undefined;
  const [, date = '', hours, minutes, seconds = '0', fraction = '', zone = 'Z'] = found;
  const [hour, minute, second] = [Number(hours), Number(minutes), Number(seconds)];
  if (!isValidDate(date) || hour > 23 || minute > 59 || second > 59) return undefined;
  const millis = Number(fraction.slice(0, 3).padEnd(3, '0'));
  return instantAt(date, hour * 60 + minute, offsetOf(zone)) + second * 1000 + millis;
}

/** Milliseconds of an ISO 8601 instant. Throws when the text is not one; texts from outside go through `readInstant`. */
export function parseInstant(text: string): number {
  const instant = readInstant(text);
  if (instant === undefined) throw new RangeError(`not an instant: ${text}`);
  return instant;
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith('-') ? -minutes : minutes;
}
