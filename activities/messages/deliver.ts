import type { MessageActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { sendWhatGoes } from './send.js';

/** Sends pending messages that somebody else has written (codes, notices of web). Answers how many still wait. */
export function deliverActivity(deps: ActivityDeps): MessageActivities['deliver'] {
  return async ({ messageIds }) => ({ pending: await sendWhatGoes(deps, messageIds) });
}
