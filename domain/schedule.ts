import { addDays, addMonths, isValidDate, type IsoDate } from './dates.js';
import { yearFraction, type DayCount, type Every } from './day-count.js';
import { divideRounded, proportionRounded, type Fen, type Rounding } from './money.js';
import { readPercent, type Percent } from './percent.js';

export type { DayCount, Every } from './day-count.js';

/** 等额本息 · 等额本金 · 先息后本 · 到期还本付息 · 等本等息 */
export type RepaymentMethod = 'equal-instalments' | 'equal-principal' | 'interest-only' | 'bullet' | 'flat';

export interface ScheduleInput {
  principalMinor: Fen;
  /** Nominal yearly rate in per cent, an exact decimal: `"12.3"`. */
  annualRatePercent: string;
  method: RepaymentMethod;
  every: Every;
  count: number;
  startDate: IsoDate;
  /** Default `periodic`. */
  dayCount?: DayCount;
  yearSplit?: 'jan1' | 'dec31';
  leapYear?: 'feb29-in-period';
  /** Of each interest amount and of the equal instalment, to the minor unit; default `half-up`. */
  rounding?: Rounding;
  /** The equal instalment is rounded to this multiple of the minor unit. */
  instalmentMultipleMinor?: number;
  /** `last` (default): the last instalment takes the remainder; `smooth`: see `smoothed`. */
  balancing?: 'last' | 'smooth';
  /** An extra first row on the start date; the rest is amortised. */
  downPaymentMinor?: Fen;
  /** Number of first instalments that carry interest only (宽限本金). */
  graceOnPrincipal?: number;
}

/** One row of the schedule; `balanceMinor` is the principal still owed after it. */
export interface ScheduledInstalment {
  dueDate: IsoDate;
  principalMinor: Fen;
  interestMinor: Fen;
  balanceMinor: Fen;
}

/** Longest schedule and longest period that are computed: ample for any loan, and absurd input ends early. */
export const MAX_INSTALMENTS = 1200;
const MAX_PERIOD = { months: 120, weeks: 520, days: 3660 };
const METHODS: RepaymentMethod[] = ['equal-instalments', 'equal-principal', 'interest-only', 'bullet', 'flat'];
const DAY_COUNTS: DayCount[] = ['periodic', '30/360', '30/365', 'ACT/360', 'ACT/365', 'ACT/ACT'];

/** Fixed point of factors: thirty decimals, so that products over a thousand periods stay exact to the minor unit. */
const SCALE = 10n ** 30n;

/** An interest factor, exactly: interest = balance × numerator ÷ denominator. */
interface Factor {
  numerator: bigint;
  denominator: bigint;
}

interface Terms {
  amountMinor: Fen;
  factors: Factor[];
  grace: number;
  rounding: Rounding;
  multipleMinor: number;
}

/** A row before it has its date. */
interface Part {
  principalMinor: Fen;
  interestMinor: Fen;
}

/**
 * The repayment schedule (还款计划). Σ principal is the loan, exactly, for every input; no amount is negative; due
 * dates are counted from the start date (31 Jan → 29 Feb → 31 Mar). Equal instalment: P × ∏(1+fᵢ) ÷ Sₙ with S₁ = 1,
 * Sᵢ = 1 + Sᵢ₋₁ × (1+fᵢ), fᵢ the interest factor of period i (Apache Fineract's progressive schedule).
 * Throws on input that `scheduleProblem` names.
 */
export function buildSchedule(input: ScheduleInput): ScheduledInstalment[] {
  const problem = scheduleProblem(input);
  if (problem) throw new RangeError(problem);
  const downPayment = input.downPaymentMinor ?? 0;
  const dates = dueDates(input);
  const terms: Terms = {
    amountMinor: input.principalMinor - downPayment,
    factors: interestFactors(input, dates),
    grace: input.graceOnPrincipal ?? 0,
    rounding: input.rounding ?? 'half-up',
    multipleMinor: input.instalmentMultipleMinor ?? 1,
  };
  const parts = amortise(input, terms);
  if (input.method === 'bullet') dates.splice(1, dates.length - 2);
  return withBalances(input, dates, parts);
}

/** What is wrong with the input, as `field: rule`, or undefined when a schedule can be built. */
export function scheduleProblem(input: ScheduleInput): string | undefined {
  const { principalMinor, count, downPaymentMinor = 0, graceOnPrincipal = 0, instalmentMultipleMinor = 1 } = input;
  if (!Number.isSafeInteger(principalMinor) || principalMinor < 1) return 'principalMinor: must be a whole number of at least 1';
  if (!Number.isInteger(count) || count < 1) return 'count: must be at least 1';
  if (count > MAX_INSTALMENTS) return `count: must be at most ${MAX_INSTALMENTS}`;
  if (!METHODS.includes(input.method)) return `method: must be one of ${METHODS.join(', ')}`;
  if (!DAY_COUNTS.includes(input.dayCount ?? 'periodic')) return `dayCount: must be one of ${DAY_COUNTS.join(', ')}`;
  if (!isValidDate(input.startDate)) return 'startDate: must be a date (YYYY-MM-DD)';
  const rate = readPercent(input.annualRatePercent);
  if (!rate) return 'annualRatePercent: must be a decimal string from 0 to 10000 with at most thirty decimals';
  if (!Number.isSafeInteger(downPaymentMinor) || downPaymentMinor < 0) return 'downPaymentMinor: must be a whole number, not negative';
  if (downPaymentMinor >= principalMinor) return 'downPaymentMinor: must be less than the principal';
  if (!Number.isInteger(graceOnPrincipal) || graceOnPrincipal < 0) return 'graceOnPrincipal: must be a whole number, not negative';
  if (graceOnPrincipal >= count) return 'graceOnPrincipal: must be less than count';
  if (!Number.isSafeInteger(instalmentMultipleMinor) || instalmentMultipleMinor < 1) return 'instalmentMultipleMinor: must be at least 1';
  return everyProblem(input.every) ?? lastDateProblem(input);
}

function everyProblem(every: Every): string | undefined {
  const entries = Object.entries(every ?? {});
  const [unit, length] = entries[0] ?? [];
  if (entries.length !== 1 || (unit !== 'months' && unit !== 'weeks' && unit !== 'days')) {
    return 'every: must be one of {months}, {weeks}, {days}';
  }
  const most = MAX_PERIOD[unit];
  const possible = length !== undefined && Number.isInteger(length) && length >= 1 && length <= most;
  return possible ? undefined : `every: ${unit} must be from 1 to ${most}`;
}

function lastDateProblem(input: ScheduleInput): string | undefined {
  const years = Number(input.startDate.slice(0, 4)) + (input.count * longestDays(input.every)) / 365;
  return years < 9998 ? undefined : 'count: the schedule ends after the year 9998';
}

function longestDays(every: Every): number {
  if ('months' in every) return every.months * 31;
  return 'weeks' in every ? every.weeks * 7 : every.days;
}

/** The start date, then every due date, each counted from the start. */
function dueDates(input: ScheduleInput): IsoDate[] {
  return Array.from({ length: input.count + 1 }, (_, k) => kthDate(input.startDate, input.every, k));
}

function kthDate(start: IsoDate, every: Every, k: number): IsoDate {
  if ('months' in every) return addMonths(start, every.months * k);
  return addDays(start, k * ('weeks' in every ? every.weeks * 7 : every.days));
}

function interestFactors(input: ScheduleInput, dates: IsoDate[]): Factor[] {
  const rate = readPercent(input.annualRatePercent) as Percent;
  const rule = { dayCount: input.dayCount ?? 'periodic', every: input.every, yearSplit: input.yearSplit, leapYear: input.leapYear };
  return dates.slice(1).map((date, index) => {
    const fraction = yearFraction(dates[index] ?? input.startDate, date, rule);
    return {
      numerator: rate.numerator * BigInt(fraction.numerator),
      denominator: rate.denominator * BigInt(fraction.denominator),
    };
  });
}

function amortise(input: ScheduleInput, terms: Terms): Part[] {
  switch (input.method) {
    case 'equal-instalments':
      return balanced(input, equalInstalment(terms), (instalment) => declining(terms, instalment));
    case 'equal-principal':
      return equalPrincipal(terms);
    case 'interest-only':
      return declining({ ...terms, grace: terms.factors.length - 1 }, 0);
    case 'bullet':
      return [bullet(terms)];
    case 'flat':
      return balanced(input, flatInstalment(terms), (instalment) => flat(terms, instalment));
  }
}

function interestOn(amountMinor: Fen, factor: Factor, rounding: Rounding): Fen {
  return Number(divideRounded(BigInt(amountMinor) * factor.numerator, factor.denominator, rounding));
}

function toMultiple(numerator: bigint, denominator: bigint, terms: Terms): Fen {
  const multiple = BigInt(terms.multipleMinor);
  return Number(divideRounded(numerator, denominator * multiple, terms.rounding) * multiple);
}

function equalInstalment(terms: Terms): Fen {
  let product = SCALE;
  let sum = 0n;
  for (const factor of terms.factors.slice(terms.grace)) {
    const growth = SCALE + (factor.numerator * SCALE) / factor.denominator;
    product = (product * growth) / SCALE;
    sum = SCALE + (sum * growth) / SCALE;
  }
  return toMultiple(BigInt(terms.amountMinor) * product, sum, terms);
}

/** Interest on what is still owed; principal fills the instalment up; the last period takes what is left. */
function declining(terms: Terms, instalmentMinor: Fen): Part[] {
  let balance = terms.amountMinor;
  const last = terms.factors.length - 1;
  return terms.factors.map((factor, index) => {
    const interestMinor = interestOn(balance, factor, terms.rounding);
    const principalMinor = principalOf(index, last, terms.grace, balance, instalmentMinor - interestMinor);
    balance -= principalMinor;
    return { principalMinor, interestMinor };
  });
}

function principalOf(index: number, last: number, grace: number, balance: Fen, wanted: Fen): Fen {
  if (index === last) return balance;
  return index < grace ? 0 : Math.min(balance, Math.max(0, wanted));
}

function equalPrincipal(terms: Terms): Part[] {
  const periods = terms.factors.length - terms.grace;
  const share = proportionRounded(terms.amountMinor, 1, periods, terms.rounding);
  let balance = terms.amountMinor;
  return terms.factors.map((factor, index) => {
    const interestMinor = interestOn(balance, factor, terms.rounding);
    const principalMinor = principalOf(index, terms.factors.length - 1, terms.grace, balance, share);
    balance -= principalMinor;
    return { principalMinor, interestMinor };
  });
}

function bullet(terms: Terms): Part {
  let numerator = 0n;
  let denominator = 1n;
  for (const factor of terms.factors) {
    numerator = numerator * factor.denominator + factor.numerator * denominator;
    denominator *= factor.denominator;
  }
  const interest = divideRounded(BigInt(terms.amountMinor) * numerator, denominator, terms.rounding);
  return { principalMinor: terms.amountMinor, interestMinor: Number(interest) };
}

function flatInterests(terms: Terms): Fen[] {
  return terms.factors.map((factor) => interestOn(terms.amountMinor, factor, terms.rounding));
}

function flatInstalment(terms: Terms): Fen {
  const interest = flatInterests(terms).slice(terms.grace).reduce((sum, part) => sum + part, 0);
  return toMultiple(BigInt(terms.amountMinor + interest), BigInt(terms.factors.length - terms.grace), terms);
}

/** Interest on the original principal throughout: the equal instalment's real cost is nearly twice its nominal rate. */
function flat(terms: Terms, instalmentMinor: Fen): Part[] {
  let balance = terms.amountMinor;
  return flatInterests(terms).map((interestMinor, index) => {
    const principalMinor = principalOf(index, terms.factors.length - 1, terms.grace, balance, instalmentMinor - interestMinor);
    balance -= principalMinor;
    return { principalMinor, interestMinor };
  });
}

function balanced(input: ScheduleInput, instalmentMinor: Fen, build: (instalmentMinor: Fen) => Part[]): Part[] {
  const parts = build(instalmentMinor);
  return input.balancing === 'smooth' ? smoothed(input, instalmentMinor, parts, build) : parts;
}

/**
 * When the last instalment differs from the others by more minor units than ⌊count ÷ 2⌋, spreads the difference and
 * builds again: at most three times, and only while it gets smaller (Apache Fineract's rule).
 */
function smoothed(input: ScheduleInput, instalmentMinor: Fen, parts: Part[], build: (instalmentMinor: Fen) => Part[]): Part[] {
  const { count, rounding = 'half-up', instalmentMultipleMinor = 1 } = input;
  const multiple = BigInt(instalmentMultipleMinor);
  let [instalment, best] = [instalmentMinor, parts];
  for (let round = 0; round < 3; round += 1) {
    const difference = lastDifference(best, instalment);
    if (count < 2 || Math.abs(difference) <= Math.floor(count / 2)) return best;
    const adjusted = BigInt(instalment) + divideRounded(BigInt(difference), BigInt(count), rounding);
    const next = Number(divideRounded(adjusted, multiple, rounding) * multiple);
    const candidate = build(next);
    if (Math.abs(lastDifference(candidate, next)) >= Math.abs(difference)) return best;
    [instalment, best] = [next, candidate];
  }
  return best;
}

function lastDifference(parts: Part[], instalmentMinor: Fen): Fen {
  const last = parts[parts.length - 1];
  return last ? last.principalMinor + last.interestMinor - instalmentMinor : 0;
}

function withBalances(input: ScheduleInput, dates: IsoDate[], parts: Part[]): ScheduledInstalment[] {
  const downPayment = input.downPaymentMinor ?? 0;
  const rows: ScheduledInstalment[] = [];
  let balanceMinor = input.principalMinor;
  if (downPayment > 0) {
    balanceMinor -= downPayment;
    rows.push({ dueDate: input.startDate, principalMinor: downPayment, interestMinor: 0, balanceMinor });
  }
  parts.forEach((part, index) => {
    balanceMinor -= part.principalMinor;
    rows.push({ dueDate: dates[index + 1] ?? input.startDate, ...part, balanceMinor });
  });
  if (balanceMinor !== 0) throw new Error(`schedule leaves ${balanceMinor} of the principal`);
  return rows;
}
