/** Raising the money is a workflow of its own; the loan waits for its word: full, failed in time (流标), or stopped because the borrower withdrew. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { startChild } from '@temporalio/workflow';
import { parseInstant } from '../../domain/dates.js';
import { fundWorkflowId, stopFunding, taskQueues, type FundResult } from '../contract.js';
import { waitWall } from '../clock.js';
import { end } from '../ending.js';
import { fund } from '../fund.js';
import { standBy } from '../course.js';
import { noteAct, type Life } from '../life.js';
import { tellWorkflow } from '../neighbours.js';
import { writeProjection } from '../projection.js';

/** Once the deadline has passed the child only releases holds at the bank. */
const RELEASE_MS = 24 * 3_600_000;

export async function fundLoan(life: Life): Promise<void> {
  const { loan, inbox } = life;
  const result = await funded(life);
  loan.frozenFen = result.frozenFen;
  if (inbox.cancel) return;
  if (result.status === 'full') return noteAct(life, 'fully-funded', { after: { frozenFen: result.frozenFen } });
  await end(life, 'notFunded', 'not-funded-in-time', 'not-funded', 'everybody');
}

async function funded(life: Life): Promise<FundResult> {
  const { loan, inbox } = life;
  const child = await startFunding(life);
  let result: FundResult | undefined;
  let stopped = false;
  void child.result().then((found) => void (result = found), () => void (result = { status: 'failed', frozenFen: 0 }));
  while (!result) {
    if (inbox.cancel && !stopped) {
      stopped = true;
      await tellWorkflow(fundWorkflowId(loan.loanNo), stopFunding);
    }
    await waitForFunding(life, () => result !== undefined, stopped);
  }
  return result;
}

async function waitForFunding(life: Life, wake: () => boolean, stopped: boolean): Promise<void> {
  const { loan, clock } = life;
  if (stopped) return void (await waitWall(RELEASE_MS, 'The listing is withdrawn: its holds are being released', wake));
  const deadline = parseInstant(loan.fundraisingDeadline ?? life.asOf());
  await standBy(life, {
    untilMs: deadline > clock.now() ? deadline : clock.now() + RELEASE_MS, owner: 'lenders',
    summary: 'Lenders fund the loan', otherwise: 'the listing fails and every hold is released', wake,
  });
}

async function startFunding(life: Life) {
  const { loan, clock } = life;
  const workflowId = fundWorkflowId(loan.loanNo);
  const targetFen = loan.offer?.amountFen ?? loan.requestedFen;
  await writeProjection({ workflowId, summary: 'starting', nextAt: life.asOf(), knownAt: life.asOf(), seen: 0, loan: null, acts: [], closed: false });
  for (;;) {
    try {
      return await startChild(fund, {
        workflowId, taskQueue: taskQueues.loans, staticSummary: `Funds ${loan.loanNo}`,
        args: [{ loanNo: loan.loanNo, targetFen, deadline: loan.fundraisingDeadline ?? life.asOf(), clock: clock.segment() }],
      });
    } catch (error) {
      // A loan that was started again: the old run's child is being ended by the server.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      await waitWall(5_000, 'The former funding is ending');
    }
  }
}
