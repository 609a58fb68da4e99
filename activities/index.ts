/** All activities, made from what they need. */
import type { BankActivities, MessageActivities, RecordActivities, RiskActivities } from '../workflows/contract.js';
import { createBankActivities } from './bank/index.js';
import type { ActivityDeps } from './deps.js';
import { withFailures } from './failures.js';
import { createMessageActivities } from './messages/index.js';
import { createRecordActivities } from './record/index.js';
import { createRiskActivities } from './risk/index.js';

/** The activities by task queue, their errors mapped. */
export function createCrew(deps: ActivityDeps): { record: RecordActivities; bank: BankActivities; risk: RiskActivities; messages: MessageActivities } {
  return {
    record: withFailures(createRecordActivities(deps), deps.log),
    bank: withFailures(createBankActivities(deps), deps.log),
    risk: withFailures(createRiskActivities(deps), deps.log),
    messages: withFailures(createMessageActivities(deps), deps.log),
  };
}

/** All of them at once, for a worker that serves every queue. */
export function createActivities(deps: ActivityDeps): RecordActivities & RiskActivities & BankActivities & MessageActivities {
  const { record, bank, risk, messages } = createCrew(deps);
  return { ...record, ...bank, ...risk, ...messages };
}
