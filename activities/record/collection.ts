import { owedOn } from '../../db/owed.js';
import { inTransaction } from '../../db/pool.js';
import { insertPromise, judgePromise, loanOfPromise, projectCollection } from '../../db/pursuit.js';
import type { RecordActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { NotInRecord } from '../failures.js';

/** Writes how a collection episode stands. */
export function projectCollectionActivity({ pool }: Pick<ActivityDeps, 'pool'>): RecordActivities['projectCollection'] {
  return (input) => projectCollection(pool, input);
}

/** Takes a promise to pay, once per key; without an amount it is for all that will be due on its day. */
export function recordPromiseActivity({ pool }: Pick<ActivityDeps, 'pool'>): RecordActivities['recordPromise'] {
  return async (input) => {
    const amountFen = input.amountFen ?? (await owedOn(pool, input.loanNo, input.dueOn)).dueFen;
    return insertPromise(pool, { ...input, amountFen: Math.max(1, amountFen) });
  };
}

/** Says whether a promise was kept, by the payments that count: also when nothing is owed any more, whoever paid. */
export function judgePromiseActivity({ pool }: Pick<ActivityDeps, 'pool'>): RecordActivities['judgePromise'] {
  return async ({ promiseId, asOf }) => {
    const state = await inTransaction(pool, async (tx) => {
      const loanNo = await loanOfPromise(tx, promiseId);
      if (!loanNo) throw new NotInRecord('promise', String(promiseId));
      const { dueFen } = await owedOn(tx, loanNo, asOf);
      return judgePromise(tx, promiseId, asOf, dueFen === 0);
    });
    return { state };
  };
}
