import { project } from '../../db/loans.js';
import type { RecordActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { NotInRecord } from '../failures.js';

/** Writes what a workflow wants known, with its wait and its acts. Repeats and late retries change nothing. */
export function projectActivity({ pool }: Pick<ActivityDeps, 'pool'>): RecordActivities['project'] {
  return async (input) => {
    const written = await project(pool, input);
    if (!written) throw new NotInRecord('loan', input.loan?.loanNo ?? input.workflowId);
    return written;
  };
}
