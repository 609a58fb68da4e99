/** The borrower pays: what is due, an amount of choice, or everything. Answered when the bank has frozen the money; the sharing goes on after. */
import { payableDues, payableNowFen, payoffOf, totalFen } from '../../domain/servicing.js';
import type { PayResult } from '../contract.js';
import { tell } from '../ending.js';
import type { PayInput } from '../inbox.js';
import { showBusy } from '../course.js';
import { noteAct, type Life } from '../life.js';
import { remember, sourceOf, takePayment, type NewPayment } from './payment.js';

export async function takeUpPayment(life: Life): Promise<void> {
  const { loan, inbox } = life;
  const asked = inbox.pay;
  if (!asked) return;
  const payment = paymentFor(life, asked.input);
  // A debit that came first may have left nothing to pay.
  if (payment.amountFen <= 0) {
    asked.refused = 'nothing-owed';
    inbox.pay = undefined;
    return;
  }
  const answer = (result: PayResult) => {
    remember(life, asked.input.key, result);
    asked.answer = result;
  };
  noteAct(life, 'pay', { actor: asked.input.personId, role: 'borrower', after: { kind: asked.input.kind, amountFen: payment.amountFen } });
  await takePayment(life, payment, {
    asked: () => (asked.answer ??= { status: 'asked', paidFen: 0, code: null }),
    settled: async (taken) => {
      remember(life, asked.input.key, taken);
      await showBusy(life, taken.status === 'paid' ? 'bank' : 'borrower', taken.status === 'paid' ? 'The payment is being shared' : 'The payment was refused');
      answer(taken);
    },
  });
  inbox.pay = undefined;
  if (asked.answer && loan.handled.some((act) => act.key === asked.input.key && act.status === 'paid')) await thank(life);
}

function paymentFor(life: Life, input: PayInput): NewPayment {
  const { loan } = life;
  const today = life.today();
  const { kind, key } = input;
  const most = kind === 'payoff' ? payoffOf(loan, today).totalFen : kind === 'due' ? payableNowFen(loan, today) : Math.min(input.amountFen, totalFen(payableDues(loan, today)));
  return { source: sourceOf(life, kind === 'payoff' ? 'payoff' : 'manual'), key, amountFen: most, pull: true, partial: false };
}

async function thank(life: Life): Promise<void> {
  const { loan } = life;
  if (loan.writtenOffOn) await tell(life, 'recovered', 'lenders', `:p${loan.payments}`);
  await tell(life, 'payment-received', 'borrower', `:p${loan.payments}`);
}

