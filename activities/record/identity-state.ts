import { findPerson } from '../../db/people.js';
import { nextIdentification } from '../../db/reports.js';
import type { RecordActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { NotInRecord } from '../failures.js';

/** Whether the person is identified, and the number of the next attempt. */
export function identityStateActivity({ pool }: Pick<ActivityDeps, 'pool'>): RecordActivities['identityState'] {
  return async ({ personId }) => {
    const person = await findPerson(pool, personId);
    if (!person) throw new NotInRecord('person', personId);
    return { verified: person.identificationState === 'verified', nextAttempt: await nextIdentification(pool, personId) };
  };
}
