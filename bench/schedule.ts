/** How many schedules and distributions a second the domain's rules make on one core: the calculator's and the due day's bread. */
import { distribute } from '../domain/distribution.js';
import { buildSchedule } from '../domain/schedule.js';
import { figure, median, type BenchOptions, type Figure } from './figures.js';

const instalments = 36;
const lenders = 10_000;
const runs = 3;
/** The clock is looked at so often only. */
const batch = 20;

export function bench({ seconds, say }: BenchOptions): Promise<Figure[]> {
  say(`schedules of ${instalments} instalments`);
  const schedules = rateOf(seconds, 1_000, (n) => {
    const rows = buildSchedule({ principalMinor: 1_000_000 + n, annualRatePercent: '12.34', method: 'equal-instalments', every: { months: 1 }, count: instalments, startDate: '2026-01-31' });
    if (rows.length !== instalments) throw new Error('a schedule has lost instalments');
  });
  say(`payments shared among ${lenders} lenders`);
  // Amounts of all sizes, so that hardly a share is whole.
  const sharesFen = Array.from({ length: lenders }, (_, index) => 10_000 + ((index * 7_919) % 90_001));
  const book = { paidSoFarFen: 0, alreadyGivenFen: sharesFen.map(() => 0) };
  const distributions = rateOf(seconds, batch, (n) => {
    const payFen = 1_234_567 + (n % 1_000);
    const parts = distribute({ sharesFen, ...book, payFen });
    book.paidSoFarFen += payFen;
    book.alreadyGivenFen = book.alreadyGivenFen.map((given, index) => given + (parts[index] ?? 0));
  });
  return Promise.resolve([
    figure({ name: `schedules of ${instalments} instalments, one core`, value: schedules, unit: 'per second', aim: { least: 10_000 } }),
    figure({ name: `payments shared among ${lenders} lenders, one core`, value: distributions, unit: 'per second', aim: { least: 100 } }),
  ]);
}

/** Calls a second: the median of some runs, after one that warms up. */
function rateOf(seconds: number, callsBetweenLooks: number, call: (n: number) => void): number {
  let n = 0;
  const once = (milliseconds: number): number => {
    const start = performance.now();
    let calls = 0;
    let elapsed = 0;
    while (elapsed < milliseconds) {
      for (let look = 0; look < callsBetweenLooks; look += 1) call(n++);
      calls += callsBetweenLooks;
      elapsed = performance.now() - start;
    }
    return (calls * 1_000) / elapsed;
  };
  once(500);
  return median(Array.from({ length: runs }, () => once((seconds * 1_000) / runs)));
}
