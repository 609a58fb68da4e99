/** Estates in words. */
import type { Estate } from '../../db/estates.js';
import type { HeirShare, HeirsRefusal } from '../../domain/inheritance.js';
import type { Tone } from '../components/state.js';

export const estatesPath = '/operations/estates';
export const estateAddress = (estateNo: string): string => `${estatesPath}/${encodeURIComponent(estateNo)}`;

export const estateWords: Record<Estate['state'], string> = { entered: 'waits for a second person', refused: 'not approved', passing: 'being passed on', ended: 'passed on' };
export const estateTones: Record<Estate['state'], Tone> = { entered: 'warn', refused: 'calm', passing: 'warn', ended: 'calm' };

export const fractionText = ({ numerator, denominator }: HeirShare): string => (denominator === 1 ? 'everything' : `${numerator}/${denominator}`);

export const heirsRefusals: Record<HeirsRefusal, string> = {
  'no-heirs': 'Who inherits?',
  'not-a-fraction': 'A fraction like 1/3: not more than the whole, in parts of at most a thousand.',
  'named-twice': 'Somebody is named twice; add the fractions up.',
  'not-the-whole': 'Together the heirs have exactly the whole: 1/2 and 1/2, or 1/3 and 2/3.',
  'too-fine': 'These fractions have no common part that can be counted; look at the certificate again.',
};

/** Why something stays; other codes are the bank's. */
export const waitingWords: Readonly<Record<string, string>> = {
  'court-order': 'A court holds a claim.', 'for-sale': 'A claim is up for sale.', 'payment-under-way': 'A payment on a loan is under way.', 'not-released-yet': 'A loan is not paid out yet.',
  'heir-is-borrower': 'An heir is the borrower of a loan; a lawyer decides what becomes of that claim.', 'bids-under-way': 'Bids of the person are still open.',
  'shares-undelivered': 'A share that the bank refused waits to be delivered.', 'money-left': 'Money in custody is not paid out yet.',
};
