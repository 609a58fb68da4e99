/**
 * What a loan was told and has not dealt with yet. Handlers only check and put down; the loan's own course takes things up one
 * at a time, so that nothing happens to a loan behind its own back.
 */
import { condition, setHandler } from '@temporalio/workflow';
import type { LoanState, LoanStep } from '../domain/loan.js';
import { hasEnded } from '../domain/loan.js';
import { isPaidUp, payableDues, payableNowFen, totalFen } from '../domain/servicing.js';
import type { IsoDate } from '../domain/dates.js';
import {
  acceptOffer, accountReady, cancelLoan, childFinished, contactPolicyChanged, decideReview, decideStep, instructionDone, loanView, pay, retryStep, sharesWaiting,
} from './contract.js';
import type { Done, PayResult, ReviewDecision } from './contract.js';
import { refusal } from './failures.js';

/** Something a person asked for, until it is answered. */
export interface Asked<In, Out> { input: In; answer?: Out; refused?: string }

export interface PayInput { key: string; personId: string; kind: 'due' | 'amount' | 'payoff'; amountFen: number }
export interface StepDecision { personId: string; decision: 'retry' | 'skip' | 'end'; reason: string }
export interface ChildWord { workflowId: string; result: 'cured' | 'to-legal' | 'closed' }
export interface ContactPolicy { hold: string | null; promiseUntil: IsoDate | null }

export interface Inbox {
  accept?: Asked<{ personId: string; offerVersion: number }, Done>;
  cancel?: Asked<{ personId: string; reason: string }, Done>;
  review?: Asked<ReviewDecision, Done>;
  decision?: Asked<StepDecision, Done>;
  pay?: Asked<PayInput, PayResult>;
  /** How often the world said that the borrower's account is ready. */
  accountNews: number;
  /** Instructions that have ended, not yet looked at. */
  bankWords: string[];
  /** Shares of payments are to be sent again now. */
  sharesWait: boolean;
  children: ChildWord[];
  policies: ContactPolicy[];
}

export const emptyInbox = (): Inbox => ({ accountNews: 0, bankWords: [], sharesWait: false, children: [], policies: [] });

/** The steps up to which the borrower may withdraw: until the contract is concluded. */
const BEFORE_CONTRACT: readonly LoanStep[] = ['preScreen', 'identify', 'screen', 'score', 'review', 'offer', 'prepare', 'list', 'fund'];
const SERVICED: readonly LoanState['state'][] = ['payingOut', 'repaying', 'overdue', 'inLegal', 'writtenOff'];
/** Steps without which the recipe can go on; the others can only be done again or end the loan. */
const MAY_BE_SKIPPED: readonly LoanStep[] = ['preScreen', 'screen', 'payOut', 'service', 'close'];
/** More words of the bank than can ever be awaited at once. */
const MOST_WORDS = 50;

interface Desk { loan: LoanState; inbox: Inbox; stuck: boolean; today(): IsoDate }

/** Registers every handler of a loan; call it before the first `await`. */
export function listen(desk: Desk): void {
  hearTheWorld(desk);
  hearTheBorrower(desk);
  hearTheDesks(desk);
  setHandler(loanView, () => desk.loan, { description: "The loan's whole state." });
}

function hearTheWorld({ inbox }: Desk): void {
  setHandler(instructionDone, ({ requestNo }) => {
    inbox.bankWords = [...inbox.bankWords.filter((word) => word !== requestNo), requestNo].slice(-MOST_WORDS);
  }, { description: 'The bank has ended an instruction.' });
  setHandler(sharesWaiting, () => void (inbox.sharesWait = true), { description: 'Undelivered shares are to be sent again now.' });
  setHandler(childFinished, (word) => void inbox.children.push(word), { description: 'A collection or legal episode has ended.' });
  setHandler(contactPolicyChanged, (policy) => void inbox.policies.push(policy), { description: 'Contact is held or resumed; a promise was taken.' });
  setHandler(accountReady, () => void (inbox.accountNews += 1), { description: 'Something changed at the borrower’s custody account.' });
}

function hearTheBorrower(desk: Desk): void {
  const { loan, inbox } = desk;
  setHandler(acceptOffer, (input) => answered((inbox.accept ??= { input })), {
    description: 'The borrower accepts the offer.',
    validator: ({ personId, offerVersion }) => {
      mustBe(personId === loan.borrowerId, 'not-your-loan');
      mustBe(loan.state === 'offered' && !inbox.accept, 'wrong-state');
      mustBe(loan.offer?.version === offerVersion, 'offer-changed');
    },
  });
  setHandler(cancelLoan, (input) => answered((inbox.cancel ??= { input })), {
    description: 'The borrower withdraws.',
    validator: ({ personId }) => {
      mustBe(personId === loan.borrowerId, 'not-your-loan');
      mustBe(!hasEnded(loan), 'loan-ended');
      mustBe(BEFORE_CONTRACT.includes(loan.step), 'contract-concluded');
    },
  });
  setHandler(pay, async (input: PayInput) => repeated(loan, input.key) ?? answered<PayInput, PayResult>(inbox.pay?.input.key === input.key ? inbox.pay : (inbox.pay = { input })), {
    description: 'The borrower pays.',
    validator: (input: PayInput) => {
      mustBe(input.personId === loan.borrowerId, 'not-your-loan');
      if (repeated(loan, input.key) || inbox.pay?.input.key === input.key) return;
      mustBe(loan.step === 'service' && SERVICED.includes(loan.state), 'wrong-state');
      mustBe(!inbox.pay && (!loan.payment || loan.payment.key === null), 'another-act-in-progress');
      mustBePayable(loan, input, desk.today());
    },
  });
}

function hearTheDesks(desk: Desk): void {
  const { loan, inbox } = desk;
  const decide = (input: StepDecision) => answered<StepDecision, Done>((inbox.decision ??= { input }));
  setHandler(decideReview, (input: ReviewDecision) => answered((inbox.review ??= { input })), {
    description: 'A reviewer decides.',
    validator: (input: ReviewDecision) => {
      mustBe(loan.state === 'inReview' && !inbox.review, 'wrong-state');
      mustBe(input.reviewerId !== loan.borrowerId, 'own-loan');
      mustBe(input.decision !== 'approve' || (input.amountFen ?? 1) > 0, 'amount-too-small');
    },
  });
  setHandler(retryStep, ({ personId, reason }) => decide({ personId, decision: 'retry', reason }), {
    description: 'Operations: do the stopped step again.',
    validator: (_decision) => mustBe(desk.stuck && !inbox.decision, 'nothing-is-stuck'),
  });
  setHandler(decideStep, (input) => decide(input), {
    description: 'Operations: leave the stopped step, or end the loan.',
    validator: ({ decision }) => {
      mustBe((desk.stuck || (decision === 'end' && loan.state === 'writtenOff')) && !inbox.decision, 'nothing-is-stuck');
      mustBe(decision === 'end' || MAY_BE_SKIPPED.includes(loan.step), 'step-cannot-be-skipped');
    },
  });
}

function mustBePayable(loan: LoanState, input: PayInput, today: IsoDate): void {
  mustBe(Number.isSafeInteger(input.amountFen) && input.amountFen >= 0, 'not-an-amount');
  mustBe(!isPaidUp(loan, today), 'nothing-owed');
  if (input.kind === 'due') mustBe(payableNowFen(loan, today) > 0, 'nothing-owed');
  if (input.kind === 'amount') mustBe(input.amountFen > 0 && totalFen(payableDues(loan, today)) > 0, 'not-an-amount');
  if (input.kind === 'payoff') mustBe(!loan.writtenOffOn, 'written-off');
}

function mustBe(holds: boolean, code: string): void {
  if (!holds) throw refusal(code);
}

/** The answer that an act with this key got before, perhaps in an earlier run. */
function repeated(loan: LoanState, key: string): PayResult | undefined {
  const before = loan.handled.find((act) => act.key === key);
  return before && { status: before.status, paidFen: before.paidFen, code: before.code };
}

/** Returns when the loan has dealt with it and the record knows. */
async function answered<In, Out>(asked: Asked<In, Out>): Promise<Out> {
  await condition(() => asked.answer !== undefined || asked.refused !== undefined);
  if (asked.answer === undefined) throw refusal(asked.refused ?? 'refused');
  return asked.answer;
}

/** The loan's life is over: whoever still waits for an answer is told so. */
export function refuseAll(inbox: Inbox, code: string): void {
  for (const asked of [inbox.accept, inbox.cancel, inbox.review, inbox.decision, inbox.pay]) {
    if (asked && asked.answer === undefined) asked.refused ??= code;
  }
}
