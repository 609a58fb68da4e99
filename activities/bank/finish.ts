import { undeliveredCount } from '../../db/holdings.js';
import type { BankActivities } from '../../workflows/contract.js';
import { unlessDone, type BankDeps } from './carry-out.js';
import { changeProject } from './projects.js';

/** The project ends at the bank (FINISH) when everything is repaid and delivered: nothing may stay frozen under it. */
export function finishActivity(deps: BankDeps): BankActivities['finish'] {
  return async ({ loanNo, at }) => {
    if ((await undeliveredCount(deps.pool, loanNo)) > 0) return { status: 'refused', code: 'undelivered' };
    return unlessDone(await changeProject(deps, { loanNo, state: 'FINISH', step: 'close', asOf: at })) ?? { status: 'done' };
  };
}
