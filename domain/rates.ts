import { assertNotNegativeFen, type Fen } from './money.js';
import type { Bps } from './percent.js';

export { bpsOfPercent, percentOfBps, readPercent, type Bps } from './percent.js';
export { capBps } from './caps.js';

/** A loan as its borrower sees it: index = period, 0 is the day of disbursement. */
export interface BorrowerFlows {
  receivedFen: Fen[];
  paidFen: Fen[];
  /** Every fee the borrower bears, whoever takes it. */
  feesFen: Fen[];
  periodsPerYear: number;
}

export type AllInCost = { annualPercent: string } | { refused: 'no-rate' };

/** Highest discount quotient tried: beyond it the borrower pays back practically nothing and no rate says anything. */
const LARGEST_QUOTIENT = 2 ** 40;
const BISECTIONS = 200;

/**
 * All-in yearly cost (综合年化成本): the periodic internal rate of return of what the borrower receives and pays × periods per year, in
 * per cent with four decimals. Sums, products and quotients of doubles only, which every machine rounds alike.
 * `no-rate`: nothing received, nothing paid, or no rate makes the two equal.
 */
export function allInCost(flows: BorrowerFlows): AllInCost {
  const net = netFlows(flows);
  const quotient = discountQuotient(net);
  if (quotient === undefined) return { refused: 'no-rate' };
  const annual = (1 / quotient - 1) * flows.periodsPerYear * 100;
  return { annualPercent: (Math.abs(annual) < 0.000_05 ? 0 : annual).toFixed(4) };
}

/** The cost in whole basis points, rounded up from four decimals, so that a cost just above a cap is never shown as equal to it. */
export function costBps(annualPercent: string): Bps {
  const negative = annualPercent.startsWith('-');
  const [whole = '0', decimals = ''] = annualPercent.replace('-', '').split('.');
  const millionths = Number(whole) * 10_000 + Number(decimals.slice(0, 4).padEnd(4, '0'));
  return negative ? 0 - Math.floor(millionths / 100) : Math.ceil(millionths / 100);
}

function netFlows({ receivedFen, paidFen, feesFen }: BorrowerFlows): number[] {
  const periods = Math.max(receivedFen.length, paidFen.length, feesFen.length);
  const at = (list: Fen[], index: number) => assertNotNegativeFen(list[index] ?? 0);
  const net = Array.from({ length: periods }, (_, k) => at(receivedFen, k) - at(paidFen, k) - at(feesFen, k));
  const first = net.findIndex((fen) => fen !== 0);
  return first < 0 ? [] : net.slice(first);
}

/** The v = 1 ÷ (1 + rate) at which the flows are worth nothing. */
function discountQuotient(net: number[]): number | undefined {
  const first = net[0] ?? 0;
  if (first <= 0 || net.every((fen) => fen >= 0)) return undefined;
  const atPar = valueAt(net, 1);
  if (atPar === 0) return 1;
  if (atPar < 0) return bisect(net, 0, 1);
  let high = 2;
  while (valueAt(net, high) > 0) {
    high *= 2;
    if (high > LARGEST_QUOTIENT) return undefined;
  }
  return bisect(net, high / 2, high);
}

/** The value is positive at `low` and not positive at `high`. */
function bisect(net: number[], low: number, high: number): number {
  let [a, b] = [low, high];
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (a + b) / 2;
    if (middle === a || middle === b) break;
    if (valueAt(net, middle) > 0) a = middle;
    else b = middle;
  }
  return (a + b) / 2;
}

/** Horner's scheme: Σ net[k] × v^k without a power function, whose last digit differs between engines. */
function valueAt(net: number[], quotient: number): number {
  let value = 0;
  for (let k = net.length - 1; k >= 0; k -= 1) value = value * quotient + (net[k] ?? 0);
  return value;
}
