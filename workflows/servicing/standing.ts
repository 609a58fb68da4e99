/** How the loan stands today: days past due, and what it means when the arrears are gone. */
import { daysPastDueOf, oldestOpen } from '../../domain/servicing.js';
import { arrearsChanged } from '../contract.js';
import { noteAct, type Life } from '../life.js';
import { tellWorkflow } from '../neighbours.js';

/** Brings days past due up to date; a late loan whose arrears are paid is repaying again. */
export async function standing(life: Life): Promise<void> {
  const { loan } = life;
  loan.daysPastDue = daysPastDueOf(loan, life.today());
  if (loan.state === 'payingOut') loan.state = 'repaying';
  if (loan.daysPastDue === 0 && (loan.state === 'overdue' || loan.state === 'inLegal')) await cured(life);
}

async function cured(life: Life): Promise<void> {
  const { loan } = life;
  noteAct(life, 'cured', { after: { state: 'repaying' } });
  loan.state = 'repaying';
  loan.pursuit = 'none';
  loan.promiseUntil = null;
  loan.contactHold = null;
  await tellChildren(life, 'cured');
}

/** Tells open collection and legal episodes. One that is gone already has ended and need not be told. */
export async function tellChildren(life: Life, status: 'cured' | 'closed' | 'partly'): Promise<void> {
  const { loan } = life;
  for (const workflowId of [...loan.openChildren]) {
    const heard = await tellWorkflow(workflowId, arrearsChanged, { status, overdueSince: oldestOpen(loan)?.dueDay });
    if (heard === 'told') life.wakes.push(workflowId);
    if (heard === 'ended') loan.openChildren = loan.openChildren.filter((open) => open !== workflowId);
  }
  if (status !== 'partly') loan.openChildren = [];
}
