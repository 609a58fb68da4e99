import { find } from '../../db/instructions.js';
import { insertMessages } from '../../db/messages.js';
import { findLook } from '../../db/withdrawal-looks.js';
import { dateAt, minuteOfDayAt, parseInstant } from '../../domain/dates.js';
import { formatFen } from '../../domain/money.js';
import type { MessageActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { NotInRecord } from '../failures.js';
import { personText } from './person-texts.js';
import { messagesFor, receiver } from './receivers.js';
import { sendPending } from './send.js';

/** What became of an act of a person at the bank, told on both channels. The same key is one message. */
export function tellPersonActivity(deps: ActivityDeps): MessageActivities['tellPerson'] {
  return async ({ key, template, personId, requestNo, asOf }) => {
    const { pool, vault, settings } = deps;
    const [instruction, look, person] = [await find(pool, requestNo), await findLook(pool, requestNo), await receiver(deps, personId)];
    if (!instruction) throw new NotInRecord('instruction', requestNo);
    const text = personText(template, person.language, {
      platformName: settings.platformName, complaintsContact: settings.complaintsContact, url: `${settings.publicUrl}/account/bank/${requestNo}`,
      amount: formatFen(instruction.amountFen, { currency: 'CNY' }), until: look ? moment(look.dueAt, settings.zoneOffsetMinutes) : '',
    });
    await sendPending(deps, await insertMessages(pool, messagesFor(vault, person, text, { key, template, loanNo: null, asOf, channels: ['sms', 'mail'] })));
  };
}

/** `2026-11-24 16:00` in the platform's zone. */
function moment(instant: string, zoneOffsetMinutes: number): string {
  const minutes = minuteOfDayAt(parseInstant(instant), zoneOffsetMinutes);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${dateAt(parseInstant(instant), zoneOffsetMinutes)} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
