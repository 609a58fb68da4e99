/** Telling another workflow something by Signal. It may have ended by itself in the meantime: that, and only that, is no trouble. */
import { ApplicationFailure, getExternalWorkflowHandle, isCancellation, log } from '@temporalio/workflow';
import type { SignalDefinition } from '@temporalio/common';

/** `untold`: the server did not take it (too many Signals, for one). Whoever was not told looks by itself when its wait is over, as after a Signal that was lost. */
export type Heard = 'told' | 'ended' | 'untold';

/** @throws only what cancels the teller. */
export async function tellWorkflow<Args extends unknown[]>(workflowId: string, signal: SignalDefinition<Args>, ...args: Args): Promise<Heard> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(signal, ...args);
    return 'told';
  } catch (error) {
    if (isCancellation(error)) throw error;
    if (isGone(error)) return 'ended';
    log.error('another workflow could not be told', { told: workflowId, signal: signal.name, error: (error as Error).message });
    return 'untold';
  }
}

/** The SDK has no error of its own for it: an ApplicationFailure that says in words that the workflow was not found. */
export function isGone(error: unknown): boolean {
  return error instanceof ApplicationFailure && (/NotFound/.test(error.type ?? '') || /not found/.test(error.message));
}
