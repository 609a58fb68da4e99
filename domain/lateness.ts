import { firstWorkingDayOnOrAfter, type Calendar } from './calendar.js';
import { daysBetween, type IsoDate } from './dates.js';
import { assertNotNegativeFen, proportionFloor, type Fen } from './money.js';
import { BPS_PER_UNIT, type Bps } from './percent.js';
import { profileOf, type ProfileId } from './regulation.js';

/** 逾期分级: how late a loan is, by days past due. */
export type DelinquencyBucket = 'current' | '1-30' | '31-60' | '61-90' | '91-180' | '181+';

const BUCKETS: readonly [number, DelinquencyBucket][] = [
  [0, 'current'],
  [30, '1-30'],
  [60, '31-60'],
  [90, '61-90'],
  [180, '91-180'],
];

/** Late interest is counted over a year of 365 days: over 360 the yearly cost would pass a cap that the rate just meets. */
const DAYS_PER_YEAR = 365;

/**
 * The day that counts for an instalment: the printed due date, or the first working day after it where the profile moves
 * deadlines (Civil Code 203). Schedule, debit, reminders, buckets and disclosure all ask here.
 */
export function dueDay(dueDate: IsoDate, calendar: Calendar, profile: ProfileId): IsoDate {
  return profileOf(profile).dueDayMoves.value ? firstWorkingDayOnOrAfter(dueDate, calendar) : dueDate;
}

/** 逾期天数: days since the day that counts; 0 up to and including it. */
export function daysPastDue(dueDate: IsoDate, asOf: IsoDate, calendar: Calendar, profile: ProfileId): number {
  return Math.max(0, daysBetween(dueDay(dueDate, calendar, profile), asOf));
}

/** The bucket of a number of days past due. */
export function delinquencyBucket(days: number): DelinquencyBucket {
  return BUCKETS.find(([limit]) => days <= limit)?.[1] ?? '181+';
}

/**
 * Late interest (罚息) on overdue principal for so many days, rounded down so that the borrower never pays above the agreed rate.
 * It is a running total: while the principal stays the same, charge the difference between two totals, never a sum of days.
 */
export function lateInterestFen(overduePrincipalFen: Fen, annualRateBps: Bps, days: number): Fen {
  assertNotNegativeFen(overduePrincipalFen, 'overdue principal');
  return lateInterestOfPrincipalDays(overduePrincipalFen * days, annualRateBps);
}

/**
 * Late interest of a whole course of lateness, as a running total over changes of the overdue principal:
 * `principalDays` is Σ overdue principal (fen) × days it was overdue, kept as one whole number.
 */
export function lateInterestOfPrincipalDays(principalDays: number, annualRateBps: Bps): Fen {
  assertNotNegativeFen(principalDays, 'principal days');
  return proportionFloor(principalDays, annualRateBps, BPS_PER_UNIT * DAYS_PER_YEAR);
}
