import type { BankActivities } from '../../workflows/contract.js';
import { carryOut, unlessDone, type BankDeps } from './carry-out.js';
import { loanFacts } from './loan-facts.js';
import { newTryAfterRefusal } from './projects.js';

/** The bank, too, checks the borrower's cap here; nobody can bid before it has agreed. */
export function createProjectActivity(deps: BankDeps): BankActivities['createProject'] {
  return async ({ loanNo, asOf }) => {
    const { borrowerUserNo, offer } = await loanFacts(deps.pool, loanNo);
    const instruction = await newTryAfterRefusal(deps, {
      businessKey: `${loanNo}:project`, verb: 'create-project', userNo: borrowerUserNo, loanNo, amountFen: offer.amountFen, workflowId: loanNo, step: 'list', asOf,
    });
    const after = await carryOut(deps, instruction, ({ requestNo, amountFen, asOf: businessTime }) => deps.custody.createProject({
      requestNo, projectNo: loanNo, borrowerUserNo, name: `Loan ${loanNo}`, amountFen, annualRateBps: offer.annualRateBps, termMonths: offer.termMonths, businessTime,
    }), asOf);
    return unlessDone(after) ?? { status: 'done' };
  };
}
