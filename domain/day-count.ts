import { compareDates, dateOf, dateParts, daysBetween, isLeapYear, type IsoDate } from './dates.js';

export type DayCount = 'periodic' | '30/360' | '30/365' | 'ACT/360' | 'ACT/365' | 'ACT/ACT';

/** How often an instalment falls due: exactly one of the three. */
export type Every = { months: number } | { weeks: number } | { days: number };

export interface DayCountRule {
  dayCount: DayCount;
  every: Every;
  /** Where `ACT/ACT` cuts a period that crosses New Year: before 1 January (default) or so that 31 December's day belongs to the old year. */
  yearSplit?: 'jan1' | 'dec31';
  /** `ACT/ACT` divides by 366 only when 29 February lies in the period (start exclusive, end inclusive), and does not cut it. */
  leapYear?: 'feb29-in-period';
}

/** An exact fraction of a year. */
export interface YearFraction {
  numerator: number;
  denominator: number;
}

/** The part of a year that a period's interest is charged for. */
export function yearFraction(from: IsoDate, to: IsoDate, rule: DayCountRule): YearFraction {
  switch (rule.dayCount) {
    case 'periodic':
      return periodicFraction(from, to, rule.every);
    case '30/360':
      return { numerator: nominalDays(rule.every), denominator: 360 };
    case '30/365':
      return { numerator: nominalDays(rule.every), denominator: 365 };
    case 'ACT/360':
      return { numerator: daysBetween(from, to), denominator: 360 };
    case 'ACT/365':
      return { numerator: daysBetween(from, to), denominator: 365 };
    case 'ACT/ACT':
      return rule.leapYear === 'feb29-in-period' ? leapDayFraction(from, to) : splitFraction(from, to, rule.yearSplit ?? 'jan1');
  }
}

/** Months and weeks have a natural number per year; a period in days has none and is counted over 365. */
function periodicFraction(from: IsoDate, to: IsoDate, every: Every): YearFraction {
  if ('months' in every) return { numerator: every.months, denominator: 12 };
  if ('weeks' in every) return { numerator: every.weeks, denominator: 52 };
  return { numerator: daysBetween(from, to), denominator: 365 };
}

/** A month is 30 days whatever the calendar says, a week 7, a day 1. */
function nominalDays(every: Every): number {
  if ('months' in every) return every.months * 30;
  return 'weeks' in every ? every.weeks * 7 : every.days;
}

function leapDayFraction(from: IsoDate, to: IsoDate): YearFraction {
  for (let year = dateParts(from).year; year <= dateParts(to).year; year += 1) {
    const leapDay = isLeapYear(year) ? dateOf(year, 2, 29) : undefined;
    if (leapDay && compareDates(from, leapDay) < 0 && compareDates(leapDay, to) <= 0) {
      return { numerator: daysBetween(from, to), denominator: 366 };
    }
  }
  return { numerator: daysBetween(from, to), denominator: 365 };
}

function splitFraction(from: IsoDate, to: IsoDate, yearSplit: 'jan1' | 'dec31'): YearFraction {
  let days365 = 0;
  let days366 = 0;
  let start = from;
  while (compareDates(start, to) < 0) {
    const year = segmentYear(start, yearSplit);
    const cut = yearSplit === 'jan1' ? dateOf(year + 1, 1, 1) : dateOf(year, 12, 31);
    const end = compareDates(cut, to) < 0 ? cut : to;
    if (isLeapYear(year)) days366 += daysBetween(start, end);
    else days365 += daysBetween(start, end);
    start = end;
  }
  if (days366 === 0) return { numerator: days365, denominator: 365 };
  if (days365 === 0) return { numerator: days366, denominator: 366 };
  return { numerator: days365 * 366 + days366 * 365, denominator: 365 * 366 };
}

/** The year that the days after `start` belong to: with `dec31`, those after a 31 December are the next year's. */
function segmentYear(start: IsoDate, yearSplit: 'jan1' | 'dec31'): number {
  const { year, month, day } = dateParts(start);
  return yearSplit === 'dec31' && month === 12 && day === 31 ? year + 1 : year;
}
