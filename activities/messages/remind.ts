import { holdMessage, insertMessages } from '../../db/messages.js';
import { rows } from '../../db/pool.js';
import { openInstalments, owedOnInstalment } from '../../db/owed.js';
import type { MessageActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { baseFacts, loanOf } from './facts.js';
import { messagesFor, receiver } from './receivers.js';
import { sendPending } from './send.js';
import { textsOf } from './texts.js';
import type { Template } from './texts.js';

/** Reminds of an instalment on both channels, unless it was paid meanwhile: what is owed is read here, at the last moment. */
export function remindActivity(deps: ActivityDeps): MessageActivities['remind'] {
  return async ({ key, loanNo, instalmentNo, days, asOf }) => {
    const owedFen = await owedOnInstalment(deps.pool, loanNo, instalmentNo);
    if (owedFen === 0) {
      await takeBack(deps, key);
      return { status: 'nothing-owed' };
    }
    const loan = await loanOf(deps, loanNo);
    const instalment = (await openInstalments(deps.pool, loanNo)).find((open) => open.no === instalmentNo);
    const person = await receiver(deps, loan.borrowerId);
    const template = templateOf(days);
    const text = textsOf(template, 'borrower', person.language, { ...baseFacts(deps, loan), amountFen: owedFen, on: instalment?.dueDay ?? null, days });
    if (!text) return { status: 'nothing-owed' };
    await sendPending(deps, await insertMessages(deps.pool, messagesFor(deps.vault, person, text, { key, template, loanNo, asOf, channels: ['sms', 'mail'] })));
    return { status: 'sent' };
  };
}

function templateOf(days: number): Template {
  if (days < 0) return 'reminder-ahead';
  return days === 0 ? 'reminder-today' : 'reminder-late';
}

/** Rows written before an outage must not go out after the payment. */
async function takeBack(deps: ActivityDeps, key: string): Promise<void> {
  const pending = await rows<{ id: number }>(deps.pool, `SELECT id FROM message WHERE key = ANY($1) AND state = 'pending'`, [[`${key}:sms`, `${key}:mail`]]);
  for (const { id } of pending) await holdMessage(deps.pool, id, 'nothing-owed');
}
