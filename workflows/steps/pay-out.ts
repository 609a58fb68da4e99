/** "Paid out to your card" is the end of lending, not "disbursed". A payout that comes back is tried again; the value date stays, and the schedule runs. */
import { addDays } from '../../domain/dates.js';
import { momentOf, nextItem } from '../../domain/agenda.js';
import { tell } from '../ending.js';
import { enter, standBy } from '../course.js';
import { noteAct, type Life } from '../life.js';
import type { BankStep } from '../contract.js';
import { atBank, inRecord } from '../retries.js';
import { settle } from '../settle.js';

export async function payOut(life: Life): Promise<void> {
  await enter(life, 'payingOut', 'bank', "Paying out to the borrower's card");
  // A payout that keeps coming back does not hold up the loan: when its first reminder is due, servicing takes it over.
  while (!(await payOutOnce(life))) {
    const first = nextItem(life.loan, life.today());
    if (!first || first.kind !== 'payOutAgain') return;
    const news = life.inbox.accountNews;
    const lookedAt = life.clock.pokes;
    await standBy(life, {
      untilMs: momentOf(first, life.loan), owner: 'borrower', summary: 'The payout came back: the borrower binds a card again', otherwise: 'it is tried again',
      wake: () => life.inbox.accountNews !== news, lookedAt,
    });
  }
}

/** After the bank's word nobody needs to ask it again whether the money has arrived. */
async function paidInRecord(loanNo: string, attempt: number): Promise<BankStep<{ paidFen: number }> | undefined> {
  const { paidFen } = await inRecord('Has the payout arrived?').lookAtPayout({ loanNo, attempt });
  return paidFen === null ? undefined : { status: 'done', paidFen };
}

/** One try. @returns whether the money has reached the card. */
export async function payOutOnce(life: Life): Promise<boolean> {
  const { loan } = life;
  const attempt = loan.tries.payout + 1;
  const paid = await settle(life, {
    what: 'The payout',
    ask: () => atBank("Pays out to the borrower's card").payOut({ loanNo: loan.loanNo, attempt, asOf: life.asOf() }),
    look: () => paidInRecord(loan.loanNo, attempt),
  });
  if (paid.status === 'done') {
    loan.paidOut = true;
    loan.payOutAgainOn = null;
    noteAct(life, 'pay-out', { after: { paidFen: paid.paidFen } });
    await tell(life, 'paid-out', 'borrower');
    return true;
  }
  loan.tries.payout = attempt;
  loan.payOutAgainOn = addDays(life.today(), 1);
  noteAct(life, 'payout-returned', { why: paid.code, after: { attempt } });
  await tell(life, 'payout-returned', 'borrower', `:a${attempt}`);
  return false;
}
