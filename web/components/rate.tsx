import type { VNode } from 'preact';
import type { Bps } from '../../domain/percent.js';

/** `12.00 %`. */
export function percentText(bps: Bps): string {
  return `${(bps / 100).toFixed(2)} %`;
}

/** A decimal string of per cent with two decimals: `12.6825` → `12.68 %`. */
export function decimalPercentText(percent: string): string {
  return `${Number(percent).toFixed(2)} %`;
}

/** A yearly rate, with the all-in yearly cost (综合年化成本) when it is known: `12.00 % a year (APR 12.68 %)`. */
export function Rate({ bps, allInPercent }: { bps: Bps; allInPercent?: string | null }): VNode {
  return <span class="number">{percentText(bps)} a year{allInPercent ? ` (APR ${decimalPercentText(allInPercent)})` : ''}</span>;
}
