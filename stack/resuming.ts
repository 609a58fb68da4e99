/** Starts lost workflows again from the record: a loan is never only in Temporal. */
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { segmentNow } from '../db/clock.js';
import { carriedState, livingLoans } from '../db/loans.js';
import type { Pool } from '../db/pool.js';
import { reopenEpisode } from '../db/pursuit.js';
import { poke } from '../db/waiting.js';
import type { ClockSegment, LoanState } from '../domain/loan.js';
import { hasEnded } from '../domain/loan.js';
import { oldestOpen } from '../domain/servicing.js';
import { collectWorkflowId, legalWorkflowId, loanWorkflowId, taskQueues, workflowTypes } from '../workflows/contract.js';
import type { CollectInput, LegalInput, LoanInput } from '../workflows/contract.js';

export interface Resuming { pool: Pool; client: Client; wallNow: () => number }

export type Resumed =
  | { loanNo: string; status: 'resumed'; state: LoanState['state']; children: string[] }
  | { loanNo: string; status: 'still-running' | 'has-ended' | 'no-such-loan' };

/** Starts a loan's workflow from its carried state, and the collection and legal workflows that were open with it. */
export async function resumeLoan(deps: Resuming, loanNo: string): Promise<Resumed> {
  const carried = await carriedState(deps.pool, loanNo);
  if (!carried) return { loanNo, status: 'no-such-loan' };
  if (hasEnded(carried)) return { loanNo, status: 'has-ended' };
  if (await isRunning(deps.client, loanWorkflowId(loanNo))) return { loanNo, status: 'still-running' };
  const clock = await segmentNow(deps.pool, deps.wallNow());
  const children: string[] = [];
  for (const workflowId of carried.openChildren) {
    if (await resumeChild(deps, workflowId, carried, clock)) children.push(workflowId);
  }
  const input: LoanInput = { carried, clock };
  await poke(deps.pool, loanNo);
  const started = await start(deps.client, workflowTypes.loan, loanWorkflowId(loanNo), input);
  return started ? { loanNo, status: 'resumed', state: carried.state, children } : { loanNo, status: 'still-running' };
}

/** Every loan that lives in the record and not in Temporal. */
export async function resumeAll(deps: Resuming): Promise<Resumed[]> {
  const results: Resumed[] = [];
  for (const loanNo of await livingLoans(deps.pool)) results.push(await resumeLoan(deps, loanNo));
  return results;
}

async function resumeChild(deps: Resuming, workflowId: string, loan: LoanState, clock: ClockSegment): Promise<boolean> {
  if (await isRunning(deps.client, workflowId)) return false;
  const { loanNo, borrowerId, episodes: episode, profile } = loan;
  const { zoneOffsetMinutes, businessMinute, legalAfterDays } = loan.terms;
  await reopenEpisode(deps.pool, workflowId);
  await poke(deps.pool, workflowId);
  if (workflowId === legalWorkflowId(loanNo, episode)) {
    const input: LegalInput = { loanNo, borrowerId, episode, zoneOffsetMinutes, businessMinute, clock };
    return start(deps.client, workflowTypes.legal, workflowId, input);
  }
  if (workflowId !== collectWorkflowId(loanNo, episode)) return false;
  const input: CollectInput = {
    loanNo, borrowerId, episode, profile, overdueSince: oldestOpen(loan)?.dueDay ?? loan.appliedAt.slice(0, 10), zoneOffsetMinutes, businessMinute, legalAfterDays, clock,
  };
  return start(deps.client, workflowTypes.collect, workflowId, input);
}

/** Whether it was started; false when somebody was quicker. */
async function start(client: Client, type: string, workflowId: string, input: object): Promise<boolean> {
  try {
    await client.workflow.start(type, { workflowId, taskQueue: taskQueues.loans, args: [input], workflowIdConflictPolicy: 'FAIL', workflowIdReusePolicy: 'ALLOW_DUPLICATE' });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
