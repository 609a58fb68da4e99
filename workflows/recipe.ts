/** Follows a loan's recipe from the step where the loan stands, which after a restart need not be the first. */
import { hasEnded, type LoanStep } from '../domain/loan.js';
import { cancel, end, releaseHolds } from './ending.js';
import { StepLeft } from './failures.js';
import { enter } from './course.js';
import { noteAct, type Life } from './life.js';

export type Step = readonly [name: LoanStep, carryOut: (life: Life) => Promise<void>];

/** Carries out the steps in order, until the loan has ended. The borrower's withdrawal is honoured between any two of them. */
export async function follow(life: Life, recipe: readonly Step[]): Promise<void> {
  const from = recipe.findIndex(([name]) => name === life.loan.step);
  for (const [name, carryOut] of recipe.slice(from)) {
    if (hasEnded(life.loan)) return;
    if (life.inbox.cancel) return cancel(life);
    life.loan.step = name;
    await carryOutOrLeave(life, carryOut);
  }
  if (life.inbox.cancel && !hasEnded(life.loan)) await cancel(life);
}

async function carryOutOrLeave(life: Life, carryOut: Step[1]): Promise<void> {
  try {
    await carryOut(life);
  } catch (error) {
    if (!(error instanceof StepLeft)) throw error;
    if (error.way === 'end') await endByOperations(life);
    if (error.way === 'skip') noteAct(life, 'step-skipped', { role: 'operations', after: { step: life.loan.step } });
  }
}

/** Operations end a loan that cannot go on: before the contract nobody owes anything; after it the loan is settled. */
async function endByOperations(life: Life): Promise<void> {
  const { loan } = life;
  if (loan.concludedOn === null) {
    if (loan.fundraisingDeadline !== null) await releaseHolds(life, 'ended-by-operations');
    return end(life, 'declined', 'ended-by-operations', 'refused', loan.fundraisingDeadline !== null ? 'everybody' : 'borrower');
  }
  await enter(life, loan.state, 'platform', 'Settled by decision of operations');
  await end(life, 'closed', 'settled', 'closed', 'everybody');
}
