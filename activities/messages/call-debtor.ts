import { findContactByKey, insertContact, recordContactFailed, recordDialled } from '../../db/contacts.js';
import type { Contact } from '../../db/contacts.js';
import { collectWorkflowId, contactEnded } from '../../workflows/contract.js';
import type { MessageActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { NotYet } from '../failures.js';
import { contactGate } from './contact-gate.js';
import { receiver } from './receivers.js';

/**
 * Calls the debtor, if hours, frequency, holds and what is owed allow it. The network then asks the platform what to say
 * (`/phone/calls/<contact id>/voice`) and tells how it ended.
 */
export function callDebtorActivity(deps: ActivityDeps): MessageActivities['callDebtor'] {
  return async ({ key, loanNo, episode, asOf }) => {
    const earlier = await findContactByKey(deps.pool, key);
    if (earlier && (earlier.providerNo || earlier.endedAt)) return { status: 'started', contactId: earlier.id };
    const gate = await contactGate(deps, { loanNo, episode, channel: 'call', asOf });
    // A repeat of an attempt that was allowed finds itself among the attempts counted: that alone does not stop it.
    if (!gate.open && (!earlier || gate.step.status !== 'not-now')) {
      if (earlier) await recordContactFailed(deps.pool, earlier.id, gate.step.status);
      return gate.step;
    }
    const personId = earlier?.personId ?? (gate.open ? gate.loan.borrowerId : '');
    const person = await receiver(deps, personId);
    const { contact, created } = await insertContact(deps.pool, {
      key, loanNo, episode, personId: person.id, channel: 'call', toLast4: person.phoneLast4, state: 'dialling', messageId: null,
      by: `workflow:${collectWorkflowId(loanNo, episode)}`, businessAt: asOf,
    });
    const outcome = await deps.phone.call({ to: person.phone, reference: String(contact.id), repeat: !created });
    if (outcome.status === 'unknown') throw new NotYet('network-silent');
    if (outcome.status === 'sent') await recordDialled(deps.pool, contact.id, outcome.providerNo);
    else await giveUp(deps, contact, outcome.code);
    return { status: 'started', contactId: contact.id };
  };
}

/** The network does not call this number: nobody will tell how the call ended but we. Should the Signal be lost, the episode looks. */
async function giveUp(deps: ActivityDeps, contact: Contact, code: string): Promise<void> {
  await recordContactFailed(deps.pool, contact.id, code);
  const episode = deps.temporal.workflow.getHandle(collectWorkflowId(contact.loanNo, contact.episode));
  await episode.signal(contactEnded, { contactId: contact.id, outcome: 'failed' }).catch((error: unknown) => {
    deps.log.warn({ err: error, contact: contact.id }, 'the episode could not be told that a call failed');
  });
}
