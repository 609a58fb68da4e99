import { compareDates, dateParts, daysBetween, daysInMonth, isLeapYear, type IsoDate } from './dates.js';

/**
 * Yearly effective rates of dated payments: the APR of the European directives and XIRR. Powers with fractional exponents differ in the last
 * digit between engines: good for answers, not for workflows (those use `rates.ts`).
 */

/** An amount at a moment, in years since the first advance. */
interface Flow {
  years: number;
  amount: number;
}

/** One amount, or `count` equal amounts every `stepYears` from `firstYear`. Amounts are decimal strings. */
export type AprFlow = { amount: string; atYear: number } | { amount: string; firstYear: number; stepYears: number; count: number };

export interface AprInput {
  convention: 'eu';
  advances: AprFlow[];
  payments: AprFlow[];
}

export type Apr = { aprPercent: string } | { refused: 'no-rate' };

const MAX_FLOWS = 100_000;

/** APR by the equation of Directive 2008/48/EC, Annex I: Σ C (1+X)^−t = Σ D (1+X)^−s; six decimals. */
export function apr(input: AprInput): Apr {
  const flows = [...expanded(input.advances, 1), ...expanded(input.payments, -1)];
  if (flows.length > MAX_FLOWS || !hasBothSigns(flows)) return { refused: 'no-rate' };
  const rate = rootNearestNought(flows);
  return rate === undefined ? { refused: 'no-rate' } : { aprPercent: decimal(rate * 100, 6) };
}

function expanded(flows: AprFlow[], sign: 1 | -1): Flow[] {
  return flows.flatMap((flow) => {
    const amount = sign * Number(flow.amount);
    if ('atYear' in flow) return [{ years: flow.atYear, amount }];
    const count = Math.min(flow.count, MAX_FLOWS + 1);
    return Array.from({ length: count }, (_, k) => ({ years: flow.firstYear + k * flow.stepYears, amount }));
  });
}

export type XirrDayCount = 'ACT/365F' | 'ACT/360' | '30/360 SIA' | '30/360 ISDA' | '30E/360' | 'ACT/ACT ISDA';

export const XIRR_DAY_COUNTS: readonly XirrDayCount[] = ['ACT/365F', 'ACT/360', '30/360 SIA', '30/360 ISDA', '30E/360', 'ACT/ACT ISDA'];

export interface XirrInput {
  /** In any order; amounts are decimal strings. */
  flows: { date: IsoDate; amount: string }[];
  /** Default `ACT/365F`. */
  dayCount?: XirrDayCount;
}

/**
 * The yearly rate at which dated flows are worth nothing on the first date; null where there is none: all flows of one sign, no root, or a root
 * so extreme that the value cannot be told from nothing to a thousandth. Money that went out and never came back (only zeros later) lost
 * everything: −1. Of several roots, the one nearest to nought.
 */
export function xirr(input: XirrInput): { rate: string | null } {
  const first = input.flows.reduce<IsoDate | undefined>((low, { date }) => (low === undefined || date < low ? date : low), undefined);
  if (first === undefined) return { rate: null };
  const flows = input.flows.map(({ date, amount }) => ({ years: yearsBetween(first, date, input.dayCount ?? 'ACT/365F'), amount: Number(amount) }));
  if (isTotalLoss(flows)) return { rate: '-1' };
  if (!hasBothSigns(flows)) return { rate: null };
  const rate = rootNearestNought(flows);
  return { rate: rate === undefined ? null : decimal(rate, 15) };
}

function isTotalLoss(flows: Flow[]): boolean {
  const paid = flows.filter(({ amount }) => amount < 0);
  const returned = flows.filter(({ amount }) => amount === 0);
  const lastPaid = Math.max(...paid.map(({ years }) => years));
  return paid.length > 0 && paid.length + returned.length === flows.length && returned.some(({ years }) => years > lastPaid);
}

function hasBothSigns(flows: Flow[]): boolean {
  return flows.some(({ amount }) => amount > 0) && flows.some(({ amount }) => amount < 0);
}

const POLISHING_STEPS = 5;
const VALUE_GOOD_ENOUGH = 1e-3;
/** Growth a year is searched from e^−40 to e^40: beyond, a day decides everything. */
const WIDEST_GROWTH = 40;
const SCAN_STEP = 1 / 32;

/** The flows' value at a growth of e^`growth` a year. In this form rates near −100 % lose no digits. */
function valueAt(flows: Flow[], growth: number): number {
  return flows.reduce((sum, { amount, years }) => sum + amount * Math.exp(-growth * years), 0);
}

function slopeAt(flows: Flow[], growth: number): number {
  return flows.reduce((sum, { amount, years }) => sum - amount * years * Math.exp(-growth * years), 0);
}

function rootNearestNought(flows: Flow[]): number | undefined {
  const growths = scannedRoots(flows).map((growth) => polished(flows, growth));
  const rates = growths.filter((growth) => Math.abs(valueAt(flows, growth)) < VALUE_GOOD_ENOUGH).map(Math.expm1);
  return rates.sort((a, b) => Math.abs(a) - Math.abs(b))[0];
}

/** A few steps of Newton's method from where bisection ended, kept while they come nearer. */
function polished(flows: Flow[], start: number): number {
  let growth = start;
  for (let step = 0; step < POLISHING_STEPS; step += 1) {
    const next = growth - valueAt(flows, growth) / slopeAt(flows, growth);
    if (!Number.isFinite(next) || Math.abs(valueAt(flows, next)) >= Math.abs(valueAt(flows, growth))) return growth;
    growth = next;
  }
  return growth;
}

/** Every change of sign over the whole range, narrowed by bisection. */
function scannedRoots(flows: Flow[]): number[] {
  const roots: number[] = [];
  let [before, valueBefore] = [Number.NaN, Number.NaN];
  for (let growth = -WIDEST_GROWTH; growth <= WIDEST_GROWTH; growth += SCAN_STEP) {
    const value = valueAt(flows, growth);
    if (Number.isFinite(valueBefore) && Number.isFinite(value) && value > 0 !== valueBefore > 0) roots.push(bisected(flows, before, growth));
    [before, valueBefore] = [growth, value];
  }
  return roots;
}

function bisected(flows: Flow[], low: number, high: number): number {
  const positiveLow = valueAt(flows, low) > 0;
  let [a, b] = [low, high];
  for (let step = 0; step < 200; step += 1) {
    const middle = (a + b) / 2;
    if (middle === a || middle === b) break;
    if (valueAt(flows, middle) > 0 === positiveLow) a = middle;
    else b = middle;
  }
  return (a + b) / 2;
}

/** Plain decimals without trailing zeros, never an exponent, never a minus before nought. */
function decimal(value: number, places: number): string {
  const text = value.toFixed(places);
  const trimmed = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return trimmed === '-0' ? '0' : trimmed;
}

function yearsBetween(from: IsoDate, to: IsoDate, dayCount: XirrDayCount): number {
  switch (dayCount) {
    case 'ACT/365F':
      return daysBetween(from, to) / 365;
    case 'ACT/360':
      return daysBetween(from, to) / 360;
    case 'ACT/ACT ISDA':
      return isdaYears(from, to);
    default:
      return thirtyDays(from, to, dayCount) / 360;
  }
}

/** Days in leap years over 366, the others over 365 (ISDA 2006, 4.16(b)). */
function isdaYears(from: IsoDate, to: IsoDate): number {
  const [firstYear, lastYear] = [dateParts(from).year, dateParts(to).year];
  const left = (date: IsoDate, year: number) => daysBetween(`${String(year).padStart(4, '0')}-01-01`, date) / (isLeapYear(year) ? 366 : 365);
  return lastYear - firstYear + left(to, lastYear) - left(from, firstYear);
}

function thirtyDays(from: IsoDate, to: IsoDate, dayCount: '30/360 SIA' | '30/360 ISDA' | '30E/360'): number {
  const [start, end] = compareDates(from, to) <= 0 ? [from, to] : [to, from];
  const a = dateParts(start);
  const b = dateParts(end);
  let [first, last] = [a.day, b.day];
  if (dayCount === '30/360 SIA' && isFebruaryEnd(start)) {
    if (isFebruaryEnd(end)) last = 30;
    first = 30;
  }
  if (dayCount === '30E/360') last = Math.min(last, 30);
  if (first === 31) first = 30;
  if (last === 31 && first === 30) last = 30;
  return (b.year - a.year) * 360 + (b.month - a.month) * 30 + last - first;
}

function isFebruaryEnd(date: IsoDate): boolean {
  const { year, month, day } = dateParts(date);
  return month === 2 && day === daysInMonth(year, 2);
}
