/** How workflows refuse and fail: every failure that leaves a workflow has a stable `type`; everything else is a bug and stops the Workflow Task. */
import { ApplicationFailureCategory } from '@temporalio/common';
import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, isCancellation, rootCause } from '@temporalio/workflow';

/** Refuses an Update with a code that pages translate. Expected: no alarm. */
export function refusal(code: string): ApplicationFailure {
  return ApplicationFailure.create({ type: code, message: code, nonRetryable: true, category: ApplicationFailureCategory.BENIGN });
}

/** The code of a step that failed for good (its retries are exhausted), or undefined when the error is something else. */
export function stepFailureCode(error: unknown): string | undefined {
  if (isCancellation(error)) return undefined;
  if (!(error instanceof ActivityFailure) && !(error instanceof ChildWorkflowFailure)) return undefined;
  const cause = error.cause;
  return cause instanceof ApplicationFailure && cause.type ? cause.type : cause?.name ?? rootCause(error) ?? 'failed';
}

/** Operations, or the borrower's withdrawal, took the loan out of a step that could not go on. Never leaves the workflow. */
export class StepLeft extends ApplicationFailure {
  constructor(readonly way: 'skip' | 'end' | 'cancel') {
    super(`step left: ${way}`, 'step-left', true);
  }
}
