/** A loan's state and owner in a word, for staff; the tone only repeats what the word says. */
import { endStates, type LoanOwner, type LoanStateName } from '../../domain/loan.js';
import type { Tone } from '../components/state.js';

export const stateWord: Record<LoanStateName, string> = {
  applied: 'Applied', identifying: 'Identifying', screening: 'Screening', inReview: 'In review', offered: 'Offered', preparing: 'Preparing account', fundraising: 'Fundraising',
  concluding: 'Concluding', disbursing: 'Disbursing', payingOut: 'Paying out', repaying: 'Repaying', overdue: 'Overdue', inLegal: 'In legal action', writtenOff: 'Written off',
  refused: 'Refused', declined: 'Declined', cancelled: 'Cancelled', lapsed: 'Lapsed', notFunded: 'Not funded', closed: 'Closed',
};

export const loanStates = Object.keys(stateWord) as LoanStateName[];
export const loanOwners: readonly LoanOwner[] = ['borrower', 'lenders', 'bank', 'platform', 'reviewer', 'operations', 'collector', 'legal', 'nobody'];

/** Who has to act, as a sentence. */
export const ownerSentence: Record<LoanOwner, string> = {
  borrower: 'The borrower acts next.', lenders: 'Lenders act next.', bank: 'The bank acts next.', platform: 'The platform acts next, by itself.', reviewer: 'A reviewer acts next.', operations: 'Operations act next.',
  collector: 'A collector acts next.', legal: 'Whoever works on the legal case acts next.', nobody: 'Nobody has to act any more.',
};

export function stateTone(state: LoanStateName): Tone {
  if (state === 'overdue' || state === 'inLegal' || state === 'writtenOff') return 'bad';
  if (state === 'repaying' || state === 'closed') return 'good';
  return endStates.includes(state) ? 'calm' : 'warn';
}
