/** Who is this? A person identified once need not be again; otherwise a workflow of its own finds out, if need be with a reviewer. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { startChild, ParentClosePolicy } from '@temporalio/workflow';
import { addDays, instantAt } from '../../domain/dates.js';
import { identifyWorkflowId, taskQueues, type IdentifyInput, type IdentifyResult } from '../contract.js';
import { end } from '../ending.js';
import { enter, standBy } from '../course.js';
import type { Life } from '../life.js';
import { writeProjection } from '../projection.js';
import { inRecord } from '../retries.js';
import { identify } from '../identify.js';

/** How long another identification of the same person, started elsewhere, is waited for between looks. */
const ELSEWHERE_MS = 60_000;
/** Reviews of an identification may be extended once; then the child has ended by itself. */
const LONGEST_IN_REVIEWS = 3;

export async function identifyBorrower(life: Life): Promise<void> {
  await enter(life, 'identifying', 'platform', 'Identifying the borrower');
  for (;;) {
    const known = await inRecord('Is the borrower identified?').identityState({ personId: life.loan.borrowerId });
    if (known.verified || life.inbox.cancel) return;
    const result = await identification(life, known.nextAttempt);
    if (result === 'verified' || result === 'withdrawn') return;
    if (result !== 'elsewhere') return end(life, 'refused', result.code ?? 'not-identified', 'identity-failed');
  }
}

type Outcome = 'verified' | 'withdrawn' | 'elsewhere' | { code: string | null };

async function identification(life: Life, attempt: number): Promise<Outcome> {
  const { loan, inbox } = life;
  const workflowId = identifyWorkflowId(loan.borrowerId, attempt);
  const input: IdentifyInput = {
    personId: loan.borrowerId, attempt, purpose: 'borrow', loanNo: loan.loanNo,
    reviewDays: loan.terms.reviewDays, zoneOffsetMinutes: loan.terms.zoneOffsetMinutes, clock: life.clock.segment(),
  };
  await writeProjection({ workflowId, summary: 'starting', nextAt: life.asOf(), knownAt: life.asOf(), seen: 0, loan: null, acts: [], closed: false });
  let result: IdentifyResult | undefined;
  try {
    const child = await startChild(identify, {
      workflowId, taskQueue: taskQueues.loans, args: [input], parentClosePolicy: ParentClosePolicy.ABANDON, staticSummary: 'Identifies the borrower',
    });
    void child.result().then((found) => void (result = found), () => void (result = { status: 'failed', code: 'identification-ended' }));
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await waiting(life, () => false, ELSEWHERE_MS);
    return inbox.cancel ? 'withdrawn' : 'elsewhere';
  }
  while (!result && !inbox.cancel) await waiting(life, () => result !== undefined);
  if (!result) return 'withdrawn';
  return (result).status === 'verified' ? 'verified' : { code: (result).code };
}

async function waiting(life: Life, wake: () => boolean, silenceMs?: number): Promise<void> {
  const { terms } = life.loan;
  await standBy(life, {
    untilMs: instantAt(addDays(life.today(), terms.reviewDays * LONGEST_IN_REVIEWS), terms.businessMinute, terms.zoneOffsetMinutes),
    owner: 'platform', summary: 'The borrower is being identified', otherwise: 'the identification is looked at again', wake, silenceMs,
  });
}
