/** Courts' orders in words. */
import type { VNode } from 'preact';
import type { CourtOrder, CourtPaper, OrderState } from '../../db/court-orders.js';
import type { PaperRefusal } from '../../domain/paper.js';
import { longestPaperBytes } from '../../domain/paper.js';
import type { TermRefusal } from '../../domain/court-order.js';
import { moneyText } from '../components/money.js';
import { Badge, type Tone } from '../components/state.js';

export const coversWords: Record<CourtOrder['covers'], string> = { money: 'money', claims: 'claims', both: 'money and claims' };
export const stateWords: Record<OrderState, string> = {
  entered: 'waits for a second person', refused: 'not approved', approved: 'waits for its first day', placing: 'being frozen', standing: 'in force', lifting: 'being given back', ended: 'ended',
};
const tones: Record<OrderState, Tone> = { entered: 'warn', refused: 'calm', approved: 'warn', placing: 'warn', standing: 'bad', lifting: 'warn', ended: 'calm' };
export const paperWords: Record<CourtPaper['kind'], string> = { freeze: 'Order to freeze', renewal: 'Renewal', release: 'Release' };

export function OrderBadge({ state }: { state: OrderState }): VNode {
  return <Badge tone={tones[state]}>{stateWords[state]}</Badge>;
}

export const orderTone = (state: OrderState): Tone => tones[state];

/** `¥500.00 of L-P7`, `all, as it comes in`. */
export function extentText({ sumFen, userNo }: Pick<CourtOrder, 'sumFen' | 'userNo'>): string {
  return sumFen === null ? 'all that is there and comes in' : `${moneyText(sumFen)}${userNo ? ` of ${userNo}` : ''}`;
}

export const paperRefusals: Record<PaperRefusal, string> = {
  'paper-missing': 'Choose the court\'s document: without it nothing is frozen or released.',
  'paper-too-large': `The file is too large: at most ${longestPaperBytes / 1_048_576} MB. Scan it again with a lower resolution.`,
  'paper-unreadable': 'This is neither a PDF nor a PNG or JPEG picture, whatever it is called.',
};

export const termRefusals: Record<TermRefusal, string> = {
  'ends-before-it-begins': 'The last day is after the first.',
  'already-over': 'That day has passed.',
  'longer-than-the-law': 'A freeze of money holds for a year at most, one of claims for three (民诉法解释 Art. 485); it is renewed before its end.',
};

export const fileHint = `PDF, PNG or JPEG, at most ${longestPaperBytes / 1_048_576} MB. It is kept encrypted, with its hash; whoever opens it is recorded.`;
