import type { VNode } from 'preact';
import { formatFen, type Fen } from '../../domain/money.js';

/** An amount in the platform's currency: `¥1,234.56`. */
export function Money({ fen }: { fen: Fen }): VNode {
  return <span class="number">{moneyText(fen)}</span>;
}

export function moneyText(fen: Fen): string {
  return formatFen(fen, { currency: 'CNY' });
}
