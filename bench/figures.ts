/** What a bench measures, always beside its baseline in the same run: a number alone says more about the machine than about us. */

/** What every bench is called with; `say` reports progress to standard error. */
export interface BenchOptions {
  seconds: number;
  /** Of a bench that reads a file: how long it is. */
  lines?: number | undefined;
  /** Of a bench that compares with a file: which. */
  file?: string | undefined;
  say(line: string): void;
}

export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** What runs beside it, in words; null where there is nothing to compare with. */
  baseline: string | null;
  baselineValue: number | null;
  /** value ÷ baselineValue. */
  ratio: number | null;
  /** The ratio (or, without a baseline, the value) we aim at. */
  aim: number | null;
  met: boolean | null;
}

export interface Measured {
  name: string;
  value: number;
  unit: string;
  baseline?: { name: string; value: number };
  /** `least`: the aim is a lower bound; `most`: an upper one. */
  aim?: { least: number } | { most: number };
}

/** Makes a figure: ratio to its baseline, and whether the aim is met. */
export function figure({ name, value, unit, baseline, aim }: Measured): Figure {
  const ratio = baseline ? round(value / baseline.value, 3) : null;
  const judged = ratio ?? value;
  const bound = aim ? ('least' in aim ? aim.least : aim.most) : null;
  const met = aim ? ('least' in aim ? judged >= aim.least : judged <= aim.most) : null;
  return { name, value: round(value, 3), unit, baseline: baseline?.name ?? null, baselineValue: baseline ? round(baseline.value, 3) : null, ratio, aim: bound, met };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** The middle of an odd number of measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError('nothing was measured');
  return middle;
}

/** For people: one line a figure. */
export function lineOf({ name, value, unit, baseline, baselineValue, ratio, aim, met }: Figure): string {
  const beside = baseline ? `  ${ratio} × ${baseline} (${baselineValue} ${unit})` : '';
  const aimed = aim === null ? '' : `  aim ${aim}: ${met ? 'met' : 'NOT met'}`;
  return `${name.padEnd(52)} ${String(value).padStart(12)} ${unit}${beside}${aimed}`;
}
