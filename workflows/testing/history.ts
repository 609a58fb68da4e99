/** What a workflow and all its children cost together. */
import type { WorkflowHandle } from '@temporalio/client';
import { costOf, together, type HistoryCost } from '../../bench/history.js';

/** `handleOf` finds a child by its id. */
export async function costOfAll(handle: Pick<WorkflowHandle, 'fetchHistory'>, handleOf: (workflowId: string) => Pick<WorkflowHandle, 'fetchHistory'>): Promise<HistoryCost> {
  const own = costOf(await handle.fetchHistory());
  return together([own, ...(await Promise.all(own.children.map((child) => costOfAll(handleOf(child), handleOf))))]);
}
