import type { VNode } from 'preact';
import { moneyText } from '../components/money.js';
import { Notice } from '../components/state.js';

/** Why a part of somebody's money waits, in one sentence. */
export const inDoubtText = (fen: number): string =>
  `${moneyText(fen)} more is in our books and waits, because the custody bank's file of a day tells otherwise: we look into it with the bank, and a second person decides after three working days at the latest. You need not do anything.`;

/** The sentence as a notice; nothing while nothing is in doubt. */
export function InDoubt({ fen }: { fen: number }): VNode | null {
  return fen > 0 ? <Notice tone="warn"><p>{inDoubtText(fen)}</p></Notice> : null;
}
