import type { RecordActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { judgePromiseActivity, projectCollectionActivity, recordPromiseActivity } from './collection.js';
import { identityStateActivity } from './identity-state.js';
import { openLegalCaseActivity, projectLegalCaseActivity } from './legal.js';
import { lookAtPaymentActivity } from './look-at-payment.js';
import { lookAtPayoutActivity } from './look-at-payout.js';
import { openListingActivity } from './open-listing.js';
import { projectActivity } from './project.js';
import { closeTaskActivity, openTaskActivity } from './tasks.js';

/** Queue `loans`, as local activities: short, and PostgreSQL only. */
export function createRecordActivities(deps: Pick<ActivityDeps, 'pool'>): RecordActivities {
  return {
    project: projectActivity(deps),
    openListing: openListingActivity(deps),
    openTask: openTaskActivity(deps),
    closeTask: closeTaskActivity(deps),
    identityState: identityStateActivity(deps),
    lookAtPayment: lookAtPaymentActivity(deps),
    lookAtPayout: lookAtPayoutActivity(deps),
    projectCollection: projectCollectionActivity(deps),
    recordPromise: recordPromiseActivity(deps),
    judgePromise: judgePromiseActivity(deps),
    openLegalCase: openLegalCaseActivity(deps),
    projectLegalCase: projectLegalCaseActivity(deps),
  };
}
