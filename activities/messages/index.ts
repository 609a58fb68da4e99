import type { MessageActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { callDebtorActivity } from './call-debtor.js';
import { sendCollectionSmsActivity } from './collection-sms.js';
import { deliverActivity } from './deliver.js';
import { lookAtContactActivity } from './look-at-contact.js';
import { remindActivity } from './remind.js';
import { tellActivity } from './tell.js';
import { tellPersonActivity } from './tell-person.js';

/** Queue `messages`: what people are told, and how debtors are reached. */
export function createMessageActivities(deps: ActivityDeps): MessageActivities {
  return {
    tell: tellActivity(deps),
    tellPerson: tellPersonActivity(deps),
    remind: remindActivity(deps),
    sendCollectionSms: sendCollectionSmsActivity(deps),
    callDebtor: callDebtorActivity(deps),
    lookAtContact: lookAtContactActivity(deps),
    deliver: deliverActivity(deps),
  };
}
