import { recordAct } from '../../db/acts.js';
import { inTransaction } from '../../db/pool.js';
import { findIdentification, recordIdentification } from '../../db/reports.js';
import type { RiskActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { NotInRecord } from '../failures.js';

/** Writes what a reviewer decided on an identification that the bureaus could not decide. */
export function concludeIdentityActivity({ pool }: Pick<ActivityDeps, 'pool'>): RiskActivities['concludeIdentity'] {
  return (input) => inTransaction(pool, async (tx) => {
    const before = await findIdentification(tx, input.workflowId);
    if (!before) throw new NotInRecord('identification', input.workflowId);
    const changed = await recordIdentification(tx, { workflowId: input.workflowId, personId: input.personId, state: input.status, reason: input.code, at: input.asOf });
    if (!changed) return;
    await recordAct(tx, {
      actor: input.by, role: input.by.startsWith('workflow:') ? 'system' : 'reviewer', verb: `identity-${input.status}`, subject: input.personId,
      before: { state: before.state, reason: before.reason }, after: { state: input.status, reason: input.code }, why: input.why, businessAt: input.asOf,
    });
  });
}
