import { findContactByKey, insertContact } from '../../db/contacts.js';
import { insertMessages } from '../../db/messages.js';
import { inTransaction } from '../../db/pool.js';
import { collectWorkflowId } from '../../workflows/contract.js';
import type { MessageActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { contactGate } from './contact-gate.js';
import { baseFacts } from './facts.js';
import { messagesFor, receiver } from './receivers.js';
import { sendPending } from './send.js';
import { textsOf } from './texts.js';

/** One collection SMS with its contact row, if hours, frequency, holds and what is owed allow it. */
export function sendCollectionSmsActivity(deps: ActivityDeps): MessageActivities['sendCollectionSms'] {
  return async ({ key, loanNo, episode, asOf }) => {
    const earlier = await findContactByKey(deps.pool, key);
    if (earlier?.messageId) {
      await sendPending(deps, [earlier.messageId]);
      return { status: 'sent', contactId: earlier.id };
    }
    const gate = await contactGate(deps, { loanNo, episode, channel: 'sms', asOf });
    if (!gate.open) return gate.step;
    const person = await receiver(deps, gate.loan.borrowerId);
    const text = textsOf('collection', 'borrower', person.language, { ...baseFacts(deps, gate.loan), amountFen: gate.dueFen, on: gate.dueSince });
    if (!text) return { status: 'stopped', code: 'no-text' };
    const written = await inTransaction(deps.pool, async (tx) => {
      const messageIds = await insertMessages(tx, messagesFor(deps.vault, person, text, { key, template: 'collection', loanNo, asOf, channels: ['sms'] }));
      const { contact } = await insertContact(tx, {
        key, loanNo, episode, personId: person.id, channel: 'sms', toLast4: person.phoneLast4, state: 'sent', messageId: messageIds[0] ?? null,
        by: `workflow:${collectWorkflowId(loanNo, episode)}`, businessAt: asOf,
      });
      return { messageIds, contactId: contact.id };
    });
    await sendPending(deps, written.messageIds);
    return { status: 'sent', contactId: written.contactId };
  };
}
