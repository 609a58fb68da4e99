import { endOf, findContact, recordContactFailed } from '../../db/contacts.js';
import type { MessageActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { NotInRecord } from '../failures.js';

/** A call of which the network says nothing for so long (wall time) is taken to have failed. */
const silenceMs = 5 * 60_000;

/** How a contact ended, for when the network's word does not come. */
export function lookAtContactActivity({ pool }: Pick<ActivityDeps, 'pool'>): MessageActivities['lookAtContact'] {
  return async ({ contactId }) => {
    const contact = await findContact(pool, contactId);
    if (!contact) throw new NotInRecord('contact', String(contactId));
    if (contact.endedAt === null && contact.state === 'dialling' && Date.now() - Date.parse(contact.placedAt) > silenceMs) {
      await recordContactFailed(pool, contactId, 'no word from the network');
      return { ended: true, outcome: 'failed' };
    }
    return { ended: contact.endedAt !== null || contact.state === 'sent' || contact.outcome !== null, outcome: endOf(contact) };
  };
}
