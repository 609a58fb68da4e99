/** Begins a lender's identification; two presses at once begin one. */
import { segmentNow } from '../../db/clock.js';
import { inTransaction, row } from '../../db/pool.js';
import { beginIdentification, nextIdentification } from '../../db/reports.js';
import { poke } from '../../db/waiting.js';
import { identifyWorkflowId, taskQueues, workflowTypes, type IdentifyInput } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import type { Told } from '../updates.js';

/** Days a reviewer has when the bureaus leave a question open. */
const reviewDays = 3;

export async function identifyLender(deps: AreaDeps, personId: string): Promise<Told<null>> {
  const begun = await inTransaction(deps.pool, async (tx) => {
    const person = await row<{ state: string }>(tx, 'SELECT identification_state AS state FROM person WHERE id = $1 FOR UPDATE', [personId]);
    if (person?.state !== 'none' && person?.state !== 'failed') return null;
    const attempt = await nextIdentification(tx, personId);
    const workflowId = identifyWorkflowId(personId, attempt);
    await beginIdentification(tx, { workflowId, personId, attempt, purpose: 'lend' });
    await poke(tx, workflowId);
    return { attempt, workflowId };
  });
  if (!begun) return { status: 'done', result: null };
  const input: IdentifyInput = {
    personId, attempt: begun.attempt, purpose: 'lend', loanNo: null, reviewDays, zoneOffsetMinutes: deps.settings.zoneOffsetMinutes, clock: await segmentNow(deps.pool, deps.clock()),
  };
  return deps.workflows.start(workflowTypes.identify, { workflowId: begun.workflowId, taskQueue: taskQueues.loans, args: [input] });
}
