/** Messages that a page sends: codes, and notices of changes. Each is a row first, then a short workflow that sends it. */
import { insertMessages, type NewMessage } from '../../db/messages.js';
import { segmentNow } from '../../db/clock.js';
import { poke } from '../../db/waiting.js';
import { inTransaction } from '../../db/pool.js';
import { messageWorkflowId, taskQueues, workflowTypes, type MessageInput } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import type { Told } from '../updates.js';
import type { AccountText } from './texts.js';

export interface Receiver { personId: string | null; phone: string | null; email: string | null }

/** Writes the text for each channel the receiver has, and has it sent. `key`: the same key is one message. */
export async function sendText(deps: AreaDeps, receiver: Receiver, text: AccountText, about: { key: string; asOf: string }): Promise<Told<null>> {
  const messageIds = await inTransaction(deps.pool, async (tx) => {
    const ids = await insertMessages(tx, messagesFor(deps, receiver, text, about));
    for (const id of ids.slice(0, 1)) await poke(tx, messageWorkflowId(id));
    return ids;
  });
  const [first] = messageIds;
  if (first === undefined) return { status: 'done', result: null };
  const input: MessageInput = { messageIds, clock: await segmentNow(deps.pool, deps.clock()) };
  return deps.workflows.start(workflowTypes.message, { workflowId: messageWorkflowId(first), taskQueue: taskQueues.loans, args: [input] });
}

function messagesFor({ vault }: AreaDeps, receiver: Receiver, text: AccountText, { key, asOf }: { key: string; asOf: string }): NewMessage[] {
  const common = { personId: receiver.personId, loanNo: null, template: text.template, businessAt: asOf };
  const sms: NewMessage[] = receiver.phone === null ? [] : [
    { ...common, key: `${key}:sms`, channel: 'sms', toCipher: vault.seal(receiver.phone), toLast4: receiver.phone.slice(-4), subject: null, body: text.body },
  ];
  const mail: NewMessage[] = receiver.email === null ? [] : [
    { ...common, key: `${key}:mail`, channel: 'mail', toCipher: vault.seal(receiver.email), toLast4: receiver.email.split('@').at(-1) ?? '', subject: text.subject, body: text.body },
  ];
  return [...sms, ...mail];
}
