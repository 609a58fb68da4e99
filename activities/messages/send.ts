import { beginSending, countPending, recordFailed, recordSent } from '../../db/messages.js';
import type { Message } from '../../db/messages.js';
import type { SendOutcome } from '../../gateways/phone/port.js';
import type { ActivityDeps } from '../deps.js';
import { NotYet } from '../failures.js';

type Sender = Pick<ActivityDeps, 'pool' | 'phone' | 'mail' | 'vault' | 'log'>;

/** At so many tries without a clear answer a message is given up; a network is then silent for hours, not minutes. */
const maxTries = 30;
const atOnce = 6;

/**
 * Sends those of these messages that are pending. What was sent stays sent: a repeat asks the network first (`repeat`),
 * so that a lost answer does not become a second message.
 * @throws NotYet while the network gave no clear answer for some; the rest is done.
 */
export async function sendPending(deps: Sender, ids: readonly number[]): Promise<void> {
  const left = [...ids];
  let unclear = 0;
  const work = async (): Promise<void> => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      if (!(await sendOne(deps, id))) unclear += 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, ids.length) }, work));
  if (unclear > 0) throw new NotYet('network-silent');
}

/** How many are pending still after another try; a silent network is no error here. */
export async function sendWhatGoes(deps: Sender, ids: readonly number[]): Promise<number> {
  await sendPending(deps, ids).catch((error: unknown) => { if (!(error instanceof NotYet)) throw error; });
  return countPending(deps.pool, ids);
}

/** Whether the message needs no further try. */
async function sendOne(deps: Sender, id: number): Promise<boolean> {
  const message = await beginSending(deps.pool, id);
  if (!message) return true;
  const outcome = await hand(deps, message);
  if (outcome.status === 'sent') await recordSent(deps.pool, id, outcome.providerNo);
  else if (outcome.status === 'refused') await recordFailed(deps.pool, id, outcome.code);
  else if (message.tries >= maxTries) await recordFailed(deps.pool, id, 'no-answer');
  else {
    deps.log.warn({ message: id, tries: message.tries, why: outcome.why }, 'a message may not have gone out');
    return false;
  }
  return true;
}

function hand(deps: Sender, message: Message): Promise<SendOutcome> {
  const to = deps.vault.open(message.toCipher);
  if (message.channel === 'sms') {
    return deps.phone.sendSms({ to, body: message.body, reference: String(message.id), repeat: message.tries > 1 });
  }
  return deps.mail.send({ to, subject: message.subject ?? '', text: message.body, reference: `message-${message.id}` });
}
