/** What the rules are given from outside, field by field; what is beyond a rule's own checks is checked by the rule (`schedule`, `score`). */
import { z } from 'zod';
import { isValidDate, readInstant } from '../../domain/dates.js';
import { PROFILE_IDS } from '../../domain/regulation.js';
import { isKnownZone } from '../../domain/zone.js';

/** The most that a list of flows, dates, shares or instalments holds. */
export const mostItems = 100_000;
const longestText = 200;

export const text = z.string().max(longestText);
export const date = z.string().refine(isValidDate, 'must be a date (YYYY-MM-DD)');
export const month = z.string().refine((value) => isValidDate(`${value}-01`), 'must be a month (YYYY-MM)');
export const instant = z.string().refine((value) => readInstant(value) !== undefined, 'must be an instant with its zone (2026-03-02T08:00:00+08:00)');
export const zone = z.string().refine(isKnownZone, 'must be a time zone by its IANA name (Asia/Shanghai)');
export const profile = z.enum(PROFILE_IDS as [string, ...string[]]).transform((id) => id as (typeof PROFILE_IDS)[number]);
/** Money in minor units, not negative. */
export const fen = z.number().int('must be a whole number of minor units').min(0, 'must not be negative').max(Number.MAX_SAFE_INTEGER);
/** Money that may be owed: net worth. */
export const signedFen = z.number().int('must be a whole number of minor units').min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);
export const bps = z.number().int('must be whole basis points').min(0, 'must not be negative').max(10_000_000);
export const count = z.number().int().min(0, 'must not be negative').max(1_000_000);
export const yesNo = z.boolean();
export const list = <T extends z.ZodType>(item: T) => z.array(item).max(mostItems);
/** A decimal number in a string, as `apr` and `xirr` take amounts. */
export const decimal = z.string().max(40).refine((value) => /^-?\d+(\.\d+)?$/.test(value), 'must be a decimal number in a string ("-1000.50")');
/** Leaves out what is null: for the rules, unknown and absent are the same. */
export const maybe = <T extends z.ZodType>(item: T) => item.nullish().transform((value) => value ?? undefined);

export const calendar = z.object({ holidays: list(date), makeupWorkdays: list(date) });

const length = z.number().int('must be a whole number').min(1, 'must be at least 1');
/** What is not of the right kind is refused here; limits and what fits together are the schedule's own. */
export const scheduleShape = z.object({
  principalMinor: z.number(), annualRatePercent: z.string(), count: z.number(), startDate: date,
  method: z.enum(['equal-instalments', 'equal-principal', 'interest-only', 'bullet', 'flat']),
  every: z.union([z.strictObject({ months: length }), z.strictObject({ weeks: length }), z.strictObject({ days: length })], 'must be one of {months}, {weeks}, {days}, a whole number of at least 1'),
  dayCount: maybe(z.enum(['periodic', '30/360', '30/365', 'ACT/360', 'ACT/365', 'ACT/ACT'])), yearSplit: maybe(z.enum(['jan1', 'dec31'])), leapYear: maybe(z.literal('feb29-in-period')),
  rounding: maybe(z.enum(['half-even', 'half-up'])), balancing: maybe(z.enum(['last', 'smooth'])), instalmentMultipleMinor: maybe(z.number()), downPaymentMinor: maybe(z.number()),
  graceOnPrincipal: maybe(z.number()),
});

/** Amounts in currency units, which may have decimals; null or absent = unknown. */
const units = z.number().min(0, 'must not be negative').max(1e15);
const months = z.number().min(0, 'must not be negative').max(1_200);
export const scoreShape = z.object({
  amount: z.number().max(1e15), termMonths: z.number().max(600), annualIncome: z.number().max(1e15), employmentYears: maybe(z.number().min(0).max(80)),
  homeOwnership: maybe(text), purpose: maybe(text), debtToIncomePercent: maybe(z.number().min(0).max(100_000)), delinquencies2y: maybe(count), inquiries6m: maybe(count),
  monthsSinceDelinquency: maybe(months), monthsSinceRecord: maybe(months), openAccounts: maybe(count), totalAccounts: maybe(count), publicRecords: maybe(count), bankruptcies: maybe(count),
  revolvingBalance: maybe(units), revolvingUtilisation: maybe(z.number().min(0).max(100)), creditAgeMonths: maybe(months),
});

const years = z.number().min(0, 'must not be negative').max(1_000);
export const aprFlow = z.union([
  z.object({ amount: decimal, atYear: years }),
  z.object({ amount: decimal, firstYear: years, stepYears: z.number().min(0).max(100), count: z.number().int().min(1).max(mostItems) }),
]);

const payment = z.object({ principalFen: fen, interestFen: fen, by: z.enum(['BORROWER', 'THIRD_PARTY']), on: date });
const instalment = z.object({
  due: date, principalFen: fen, interestFen: fen, paidPrincipalFen: maybe(fen), paidInterestFen: maybe(fen),
  paidBy: maybe(z.enum(['BORROWER', 'THIRD_PARTY'])), paidOn: maybe(date), payments: maybe(list(payment)),
});
export const disclosedLoan = z.object({
  loanId: text, borrowerId: text, relatedParty: yesNo, principalFen: fen, disbursedOn: date,
  lenders: list(z.object({ lenderId: text, amountFen: fen, from: maybe(date), until: maybe(date) })), instalments: list(instalment),
});
