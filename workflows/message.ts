/** Messages that the networks did not take at once: tried again until each is sent or finally failed. */
import type { MessageInput } from './contract.js';
import { endErrand, openErrand, persist, showErrand } from './errand.js';
import { waitWall } from './clock.js';
import { byMessage, deliveryPatience, inRecord, patience } from './retries.js';

/** About a day and a half of trying; then a person looks. */
const MOST_TRIES = 40;

export async function message(input: MessageInput): Promise<{ undelivered: number }> {
  const errand = openErrand(input);
  for (let tries = 0; ; tries += 1) {
    const { pending } = await persist(errand, 'Delivery of messages', () => byMessage('Sends what is pending').deliver({ messageIds: input.messageIds, asOf: errand.asOf() }));
    if (pending === 0 || tries >= MOST_TRIES) {
      if (pending > 0) await giveUp(errand.workflowId, pending, errand.asOf());
      await endErrand(errand, 'Delivery has ended');
      return { undelivered: pending };
    }
    if (tries === 0) await showErrand(errand, { nextAt: null, summary: `${pending} messages wait for the network` });
    await waitWall(patience(deliveryPatience, tries), 'The network is tried again');
  }
}

async function giveUp(workflowId: string, pending: number, asOf: string): Promise<void> {
  await inRecord('A case: messages not sent').openTask({
    key: `${workflowId}:not-sent`, kind: 'case', role: 'operations', workflowId, loanNo: null, personId: null,
    title: `${pending} messages could not be sent`, details: { pending }, dueAt: null, asOf,
  });
}
