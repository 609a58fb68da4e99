/** A loan's state in a word and a sentence: what is going on, who has to act, by when, what happens otherwise. */
import type { LoanStateName } from '../../domain/loan.js';
import { distanceText } from '../components/dates.js';
import type { Tone } from '../components/state.js';
import { refusalText } from '../refusals.js';

export interface StateWords {
  tone: Tone;
  word: string;
  sentence: string;
  /** What the borrower does next. */
  action: { href: string; text: string } | null;
}

export interface StateFacts { loanNo: string; state: LoanStateName; reason: string | null; daysPastDue: number; by: string | null; today: string }

type Words = [tone: Tone, word: string, sentence: string, action?: [path: string, text: string]];

const words: Record<LoanStateName, (facts: StateFacts) => Words> = {
  applied: () => ['calm', 'Applied', 'We have your application and look at it now; you need do nothing.'],
  identifying: () => ['calm', 'Checking who you are', 'The identity bureau compares your name, ID number and phone. If it cannot, a person looks at it, and you hear from us.'],
  screening: () => ['calm', 'Being checked', 'The courts\' list, the credit bureau and the bureau of platforms are asked; then the application is scored.'],
  inReview: (facts) => ['calm', 'In review', `A person looks at your application${until(facts)}. If nobody has decided by then, somebody senior is told.`],
  offered: (facts) => ['warn', 'Offer ready', `We have made you an offer. Accept or decline it${until(facts)}; otherwise it lapses and nothing happens.`, ['offer', 'Read the offer']],
  preparing: (facts) => ['warn', 'Prepare your account', `You have accepted. Open your custody account, bind your card and authorise${until(facts)}; otherwise the loan is cancelled at no cost.`, ['prepare', 'Go on preparing']],
  fundraising: (facts) => ['calm', 'On the market', `Lenders are putting the money together${until(facts)}. If it is not all there by then, the listing ends, lenders get their money back, and you owe nothing.`],
  concluding: (facts) => ['calm', 'Being concluded', `It is fully funded. The contract with every lender's share is being sealed${until(facts)}; you need do nothing. If something stands against it at the last look, lenders get their money back and you owe nothing.`],
  disbursing: (facts) => ['calm', 'Being disbursed', `The bank is moving the lenders' money into your custody account${until(facts)}; you need do nothing. If the bank cannot, our operations look at it with the bank.`],
  payingOut: (facts) => ['calm', 'Being paid out', `The money is on its way from your custody account to your bound card${until(facts)}; you need do nothing. If it comes back, we tell you and try again.`],
  repaying: ({ by, today }) => ['good', 'Being repaid', `All is paid that is due. The next instalment${by ? ` is due on ${dateWords(by, today)}; it` : ''} is debited by itself from your custody account and your card.`, ['pay', 'Pay early']],
  overdue: ({ daysPastDue }) => ['bad', 'Late', `Payment is ${daysPastDue} ${daysPastDue === 1 ? 'day' : 'days'} past due. Pay now; every day adds late interest on the overdue principal, and if nothing comes you are called and in the end it is handed over for legal action. If you cannot pay, tell us: contact stops until a person has looked at it.`, ['pay', 'Pay now']],
  inLegal: ({ daysPastDue }) => ['bad', 'In legal action', `The loan is ${daysPastDue} days past due and has been handed over for legal action, which goes on by itself. Paying all that is overdue still ends it.`, ['pay', 'Pay now']],
  writtenOff: () => ['bad', 'Written off', 'Lenders have been told that they may get nothing more. You still owe it, and it may be pursued.', ['pay', 'Pay now']],
  refused: ({ reason }) => ['bad', 'Not accepted', ended('The application was not accepted.', reason)],
  declined: ({ reason }) => ['bad', 'Declined', ended('The application was declined.', reason)],
  cancelled: ({ reason }) => ['calm', 'Cancelled', reason && reason !== 'withdrawn' ? `It was withdrawn. Nothing is owed. ${explained(reason)}` : 'It was withdrawn. Nothing is owed.'],
  lapsed: ({ reason }) => ['calm', 'Lapsed', `The time to act on it is over. Nothing is owed; you may apply again.${reason ? ` ${refusalText(reason).what}` : ''}`],
  notFunded: () => ['calm', 'Not funded', 'Not enough lenders came together in time. Every lender has the money back, you owe nothing, and you may apply again.'],
  closed: () => ['good', 'Closed', 'Everything is repaid. Thank you.'],
};

/** `by` is the date of what happens next by itself. */
export function stateWords(facts: StateFacts): StateWords {
  const [tone, word, sentence, action] = words[facts.state](facts);
  return { tone, word, sentence, action: action ? { href: `/loans/${facts.loanNo}/${action[0]}`, text: action[1] } : null };
}

function until({ by, today }: StateFacts): string {
  return by ? ` by ${dateWords(by, today)}` : '';
}

const dateWords = (date: string, today: string): string => `${date} (${distanceText(today, date)})`;

function ended(what: string, reason: string | null): string {
  return reason ? `${what} ${explained(reason)} You may ask for the reasons and for a person to look at it again.` : what;
}

function explained(reason: string): string {
  const { what, next } = refusalText(reason);
  return `${what} ${next}`;
}
