/** What came from outside while the loan was waiting, taken up one at a time. */
import { end } from '../ending.js';
import { answerDone, noteAct, type Life } from '../life.js';
import { payOutOnce } from '../steps/pay-out.js';
import { redeliver } from './payment.js';
import { startLegal } from './pursuit.js';
import { takeUpPayment } from './manual-payment.js';

export function hasNews(life: Life): boolean {
  const { inbox, loan } = life;
  return inbox.pay !== undefined || inbox.children.length > 0 || inbox.policies.length > 0 || inbox.decision !== undefined || inbox.sharesWait || (!loan.paidOut && inbox.accountNews > 0);
}

export async function takeUpNews(life: Life): Promise<void> {
  const { inbox, loan } = life;
  const word = inbox.children.shift();
  if (word) return childEnded(life, word);
  const policy = inbox.policies.shift();
  if (policy) {
    loan.contactHold = policy.hold;
    loan.promiseUntil = policy.promiseUntil;
    return noteAct(life, 'contact-policy', { after: { ...policy } });
  }
  if (inbox.decision) return settledByOperations(life);
  if (inbox.pay) return takeUpPayment(life);
  if (inbox.sharesWait) {
    inbox.sharesWait = false;
    return redeliver(life);
  }
  if (!loan.paidOut && inbox.accountNews > 0) {
    inbox.accountNews = 0;
    await payOutOnce(life);
  }
}

async function childEnded(life: Life, word: { workflowId: string; result: 'cured' | 'to-legal' | 'closed' }): Promise<void> {
  const { loan } = life;
  if (!loan.openChildren.includes(word.workflowId)) return;
  loan.openChildren = loan.openChildren.filter((open) => open !== word.workflowId);
  noteAct(life, 'child-finished', { after: { ...word } });
  if (word.result === 'to-legal' && loan.daysPastDue > 0) return startLegal(life);
  // An episode that ended without cure is not begun again while the arrears stand.
  loan.pursuit = 'spent';
  loan.contactHold = null;
  if (loan.state === 'inLegal') loan.state = 'overdue';
}

/** A written-off loan may be settled under the lenders' mandate: operations say so. */
async function settledByOperations(life: Life): Promise<void> {
  const { inbox } = life;
  const asked = inbox.decision;
  inbox.decision = undefined;
  if (!asked) return;
  noteAct(life, 'settle-loan', { actor: asked.input.personId, role: 'operations', why: asked.input.reason });
  await end(life, 'closed', 'settled', 'closed', 'everybody');
  answerDone(life, asked);
}
