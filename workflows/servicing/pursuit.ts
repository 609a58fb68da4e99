/** Collection and law are workflows of their own: they outlive a run of the loan, so they Signal its number when they end. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { oldestOpen } from '../../domain/servicing.js';
import { collect } from '../collect.js';
import { collectWorkflowId, legalWorkflowId, taskQueues } from '../contract.js';
import { tell } from '../ending.js';
import { legal } from '../legal.js';
import { noteAct, type Life } from '../life.js';
import { writeProjection } from '../projection.js';

export async function startCollection(life: Life): Promise<void> {
  const { loan, clock } = life;
  loan.episodes += 1;
  loan.pursuit = 'collection';
  const workflowId = collectWorkflowId(loan.loanNo, loan.episodes);
  const { zoneOffsetMinutes, businessMinute, legalAfterDays } = loan.terms;
  await openChild(life, workflowId, () => startChild(collect, {
    workflowId, taskQueue: taskQueues.loans, parentClosePolicy: ParentClosePolicy.ABANDON, staticSummary: `Collects the arrears of ${loan.loanNo}`,
    args: [{
      loanNo: loan.loanNo, borrowerId: loan.borrowerId, episode: loan.episodes, profile: loan.profile, overdueSince: oldestOpen(loan)?.dueDay ?? life.today(),
      zoneOffsetMinutes, businessMinute, legalAfterDays, clock: clock.segment(),
    }],
  }));
  noteAct(life, 'collection-started', { after: { episode: loan.episodes } });
}

export async function startLegal(life: Life): Promise<void> {
  const { loan, clock } = life;
  loan.pursuit = 'legal';
  if (loan.state !== 'writtenOff') loan.state = 'inLegal';
  const workflowId = legalWorkflowId(loan.loanNo, loan.episodes);
  const { zoneOffsetMinutes, businessMinute } = loan.terms;
  await openChild(life, workflowId, () => startChild(legal, {
    workflowId, taskQueue: taskQueues.loans, parentClosePolicy: ParentClosePolicy.ABANDON, staticSummary: `Legal case of ${loan.loanNo}`,
    args: [{ loanNo: loan.loanNo, borrowerId: loan.borrowerId, episode: loan.episodes, zoneOffsetMinutes, businessMinute, clock: clock.segment() }],
  }));
  noteAct(life, 'legal-started', { after: { episode: loan.episodes } });
  await tell(life, 'legal-notice', 'borrower', `:e${loan.episodes}`);
}

/** Opens the child's row in the record first, so that the clock waits for it; a child that runs already is ours from before a restart. */
async function openChild(life: Life, workflowId: string, start: () => Promise<unknown>): Promise<void> {
  const { loan } = life;
  await writeProjection({ workflowId, summary: 'starting', nextAt: life.asOf(), knownAt: life.asOf(), seen: 0, loan: null, acts: [], closed: false });
  try {
    await start();
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  if (!loan.openChildren.includes(workflowId)) loan.openChildren = [...loan.openChildren, workflowId];
}
