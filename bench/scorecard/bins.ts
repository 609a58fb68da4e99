import type { Characteristic, CharacteristicCode, ScoreInput } from '../../risk/characteristics.js';
import type { RecordedLoan } from './book.js';

/** Whether risk is expected to rise (1) or fall (−1) with the number; what is not listed has levels. */
export const DIRECTIONS: Partial<Record<CharacteristicCode, 1 | -1>> = {
  'annual-income': -1, 'payment-to-income': 1, 'debt-to-income': 1, 'revolving-utilisation': 1, 'revolving-to-income': 1, 'open-accounts': 1,
  'total-accounts': -1, 'delinquencies': 1, 'inquiries': 1, 'public-records': 1, 'credit-age': -1, 'employment-years': -1, 'term': 1, 'loan-to-income': 1,
};

/** Left out before fitting: amount and bankruptcies say again what ratios and public records say; the months since are empty for most. */
export const LEFT_OUT: readonly CharacteristicCode[] = ['amount', 'months-since-delinquency', 'bankruptcies'];

/** Weight of evidence by bin or level: ln(share of good ÷ share of bad), above nought better than average. */
export type Evidence =
  | { bins: { below: number; weight: number }[]; unknown: number }
  | { levels: Record<string, number>; unknown: number };

interface Tally { below: number; good: number; bad: number }

const FINE_BINS = 20;
const SMALLEST_SHARE = 0.03;
const SMALLEST_UNKNOWN = 400;
const SMALLEST_RISE = 0.004;
const LEVEL_PRIOR = 150;

/** Bins a characteristic on the training loans: fine quantiles, then merged until each is large enough and risk goes one way only. */
export function evidenceOf(characteristic: Characteristic, loans: RecordedLoan[]): Evidence {
  const bad = loans.reduce((sum, loan) => sum + loan.bad, 0);
  const weigh = (tally: { good: number; bad: number }) =>
    Math.log((tally.good + 0.5) / (loans.length - bad) / ((tally.bad + 0.5) / bad));
  const values = loans.map((loan) => ({ value: characteristic.read(loan.input), bad: loan.bad }));
  const unknown = values.filter(({ value }) => value === null);
  const unknownWeight = unknown.length > SMALLEST_UNKNOWN ? weigh(tallyOf(unknown)) : 0;
  const direction = DIRECTIONS[characteristic.code];
  if (direction === undefined) return { levels: levelWeights(values, weigh), unknown: unknownWeight };
  const known = values.flatMap(({ value, bad: isBad }) => (typeof value === 'number' ? [{ value, bad: isBad }] : []));
  const bins = monotone(large(fineBins(known), loans.length * SMALLEST_SHARE), direction);
  return { bins: bins.map((bin) => ({ below: bin.below, weight: weigh(bin) })), unknown: unknownWeight };
}

/** The evidence of one borrower's value. */
export function weightOf(evidence: Evidence, characteristic: Characteristic, input: ScoreInput): number {
  const value = characteristic.read(input);
  if (value === null) return evidence.unknown;
  if ('levels' in evidence) return evidence.levels[String(value)] ?? 0;
  return evidence.bins.find((bin) => Number(value) < bin.below)?.weight ?? 0;
}

function tallyOf(values: { bad: 0 | 1 }[]): { good: number; bad: number } {
  const bad = values.filter((each) => each.bad === 1).length;
  return { good: values.length - bad, bad };
}

/** Levels with few loans are drawn towards the average. */
function levelWeights(values: { value: unknown; bad: 0 | 1 }[], weigh: (tally: { good: number; bad: number }) => number): Record<string, number> {
  const levels = [...new Set(values.flatMap(({ value }) => (typeof value === 'string' ? [value] : [])))];
  return Object.fromEntries(levels.map((level) => {
    const tally = tallyOf(values.filter(({ value }) => value === level));
    const count = tally.good + tally.bad;
    return [level, (weigh(tally) * count) / (count + LEVEL_PRIOR)];
  }));
}

function fineBins(known: { value: number; bad: 0 | 1 }[]): Tally[] {
  const sorted = known.map(({ value }) => value).sort((a, b) => a - b);
  const distinct = [...new Set(sorted)];
  const quantiles = Array.from({ length: FINE_BINS - 1 }, (_, k) => rounded(sorted[Math.floor((sorted.length * (k + 1)) / FINE_BINS)] ?? 0));
  const cuts = distinct.length < 15 ? distinct.slice(1) : [...new Set(quantiles)].filter((cut) => cut > (sorted[0] ?? 0));
  const bins: Tally[] = [...cuts, Infinity].map((below) => ({ below, good: 0, bad: 0 }));
  for (const { value, bad } of known) {
    const bin = bins.find((each) => value < each.below);
    if (bin) bin[bad === 1 ? 'bad' : 'good'] += 1;
  }
  return bins;
}

/** Two significant digits: limits a person can read. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}

function large(bins: Tally[], smallest: number): Tally[] {
  const merged = bins.map((bin) => ({ ...bin }));
  for (;;) {
    const small = merged.findIndex((bin) => bin.good + bin.bad < smallest);
    if (small < 0 || merged.length < 2) return merged;
    mergeWithNext(merged, Math.min(small, merged.length - 2));
  }
}

function monotone(bins: Tally[], direction: 1 | -1): Tally[] {
  const merged = bins.map((bin) => ({ ...bin }));
  const rate = (bin: Tally | undefined) => (bin ? (bin.bad + 0.3) / (bin.good + bin.bad + 2) : 0);
  for (;;) {
    const wrong = merged.findIndex((bin, index) => index + 1 < merged.length && (rate(merged[index + 1]) - rate(bin)) * direction <= SMALLEST_RISE);
    if (wrong < 0) return merged;
    mergeWithNext(merged, wrong);
  }
}

function mergeWithNext(bins: Tally[], index: number): void {
  const [first, second] = [bins[index], bins[index + 1]];
  if (first && second) bins.splice(index, 2, { below: second.below, good: first.good + second.good, bad: first.bad + second.bad });
}
