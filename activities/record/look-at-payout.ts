import { latestTry, payoutKey } from '../../db/instructions.js';
import type { RecordActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';

/** Whether a payout has arrived, from the record alone. */
export function lookAtPayoutActivity({ pool }: Pick<ActivityDeps, 'pool'>): RecordActivities['lookAtPayout'] {
  return async ({ loanNo, attempt }) => {
    const payout = await latestTry(pool, payoutKey(loanNo, attempt));
    return { paidFen: payout?.state === 'done' ? payout.amountFen : null };
  };
}
