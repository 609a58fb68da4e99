/** How well predictions (higher = worse) order and meet outcomes (1 = bad). */
export interface Measures { loans: number; badPercent: number; auc: number; ks: number; brier: number; baseBrier: number; meanPrediction: number }

export function measure(predictions: number[], outcomes: number[]): Measures {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const bad = mean(outcomes);
  return {
    loans: outcomes.length,
    badPercent: bad * 100,
    auc: areaUnderCurve(predictions, outcomes),
    ks: kolmogorovSmirnov(predictions, outcomes),
    brier: mean(predictions.map((value, index) => (value - (outcomes[index] ?? 0)) ** 2)),
    baseBrier: bad * (1 - bad),
    meanPrediction: mean(predictions),
  };
}

/** Groups of equal predictions, lowest first. */
function tiedGroups(predictions: number[], outcomes: number[]): { good: number; bad: number }[] {
  const groups = new Map<number, { good: number; bad: number }>();
  predictions.forEach((value, index) => {
    const group = groups.get(value) ?? { good: 0, bad: 0 };
    group[outcomes[index] === 1 ? 'bad' : 'good'] += 1;
    groups.set(value, group);
  });
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group);
}

/** The chance that a bad loan is predicted worse than a good one; ties count half. */
export function areaUnderCurve(predictions: number[], outcomes: number[]): number {
  let [goodBelow, pairs, bad] = [0, 0, 0];
  for (const group of tiedGroups(predictions, outcomes)) {
    pairs += group.bad * (goodBelow + group.good / 2);
    goodBelow += group.good;
    bad += group.bad;
  }
  return pairs / (bad * goodBelow);
}

/** The largest distance between the shares of good and of bad loans below a prediction. */
export function kolmogorovSmirnov(predictions: number[], outcomes: number[]): number {
  const bad = outcomes.filter((outcome) => outcome === 1).length;
  let [goodBelow, badBelow, widest] = [0, 0, 0];
  for (const group of tiedGroups(predictions, outcomes)) {
    goodBelow += group.good / (outcomes.length - bad);
    badBelow += group.bad / bad;
    widest = Math.max(widest, Math.abs(goodBelow - badBelow));
  }
  return widest;
}

/** Population stability index of two samples over tenths of the first. */
export function stability(expected: number[], actual: number[]): number {
  const sorted = [...expected].sort((a, b) => a - b);
  const cuts = Array.from({ length: 9 }, (_, k) => sorted[Math.floor((sorted.length * (k + 1)) / 10)] ?? 0);
  const shares = (values: number[]) => {
    const counts = new Array<number>(10).fill(0);
    for (const value of values) { const bin = cuts.filter((cut) => value >= cut).length; counts[bin] = (counts[bin] ?? 0) + 1; }
    return counts.map((count) => Math.max(count, 0.5) / values.length);
  };
  const [before, after] = [shares(expected), shares(actual)];
  return before.reduce((sum, share, index) => sum + (share - (after[index] ?? 0)) * Math.log(share / (after[index] ?? 1)), 0);
}
