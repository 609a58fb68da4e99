/** How a loan's life ends before it was ever lent: refused, declined, cancelled, lapsed, not funded. */
import type { IsoDate } from '../domain/dates.js';
import type { LoanStateName } from '../domain/loan.js';
import type { TellTemplate } from './contract.js';
import { enter, showBusy } from './course.js';
import { answerDone, noteAct, type Life } from './life.js';
import { show } from './projection.js';
import { atBank, byMessage } from './retries.js';
import { settle } from './settle.js';
import { attempt } from './stuck.js';

export type Audience = 'borrower' | 'lenders' | 'everybody';

/** Tells people of one event; once per key, however often it is called. */
export async function tell(life: Life, template: TellTemplate, audience: Audience, suffix = '', named: { on?: IsoDate; amountFen?: number } = {}): Promise<void> {
  const { loanNo } = life.loan;
  await attempt(life, `Message: ${template}`, () =>
    byMessage(`Tells ${audience}: ${template}`).tell({ key: `${loanNo}:${template}${suffix}`, template, loanNo, audience, asOf: life.asOf(), ...named }));
}

/** Ends the loan, having told the borrower. The last projection closes its wait. */
export async function end(life: Life, state: LoanStateName, reason: string | null, template: TellTemplate, audience: Audience = 'borrower'): Promise<void> {
  const { loan } = life;
  await tell(life, template, audience);
  loan.reason = reason;
  noteAct(life, state, { why: reason, after: { state } });
  await closeBook(life, state);
}

/** The last word in the record: nothing happens any more. */
export async function closeBook(life: Life, state: LoanStateName): Promise<void> {
  const { loan } = life;
  if (state === 'closed') loan.closedOn = life.today();
  loan.step = 'close';
  loan.state = state;
  loan.owner = 'nobody';
  loan.nextAt = null;
  await show(life, { summary: `Ended: ${state}`, otherwise: null });
}

/** 流标: every hold of the listing is released at the bank, and all bids with it. */
export async function releaseHolds(life: Life, code: string): Promise<void> {
  const { loan } = life;
  await enter(life, loan.state, 'bank', 'Releasing every hold of the listing');
  await settle(life, { what: 'Release of the holds', ask: () => atBank('Fails the listing and releases every hold').failListing({ loanNo: loan.loanNo, code, asOf: life.asOf() }) });
}

/** The borrower has withdrawn: whatever was held for the loan is released, everybody is told. */
export async function cancel(life: Life): Promise<void> {
  const { loan, inbox } = life;
  const asked = inbox.cancel;
  inbox.cancel = undefined;
  if (!asked) return;
  noteAct(life, 'cancel-loan', { actor: asked.input.personId, role: 'borrower', why: 'withdrawn' });
  const listed = loan.fundraisingDeadline !== null;
  if (listed) {
    // The bank may take its time over the holds: the borrower need not wait for it.
    loan.reason = 'cancelling';
    await showBusy(life, 'bank', 'The borrower has withdrawn: releasing every hold');
    answerDone(life, asked);
    await releaseHolds(life, 'cancelled');
  }
  await end(life, 'cancelled', 'withdrawn', 'cancelled', listed ? 'everybody' : 'borrower');
  answerDone(life, asked);
}
