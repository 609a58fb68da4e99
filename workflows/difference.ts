/** A difference with the bank (差错): somebody owns it and decides it in three working days; after that a second person does. */
import { allHandlersFinished, condition, ParentClosePolicy, setHandler, startChild } from '@temporalio/workflow';
import { parseInstant } from '../domain/dates.js';
import { caseDecided, decideCase, deliveryWorkflowId, loanWorkflowId, sharesWaiting, taskQueues, type DifferenceInput } from './contract.js';
import { delivery } from './delivery.js';
import { endErrand, openErrand, waitOn, type Errand } from './errand.js';
import { refusal } from './failures.js';
import { tellWorkflow } from './neighbours.js';
import { atBank, inRecord } from './retries.js';

const WEEK_MS = 7 * 24 * 3_600_000;

interface Decision { personId: string; resolution: 'accept-bank' | 'explained' }

export async function difference(input: DifferenceInput): Promise<{ resolution: Decision['resolution'] }> {
  const errand = openErrand(input);
  const { caseId, dueAt } = input;
  const desk: { decision?: Decision; undelivered?: string } = {};
  setHandler(decideCase, async ({ personId, resolution }) => {
    const answer = await atBank(`Case ${caseId}: ${resolution}`).resolveCase({ caseId, personId, resolution, asOf: errand.asOf() });
    if (answer.status === 'refused') throw refusal(answer.code);
    desk.undelivered ??= answer.undelivered;
    desk.decision ??= { personId, resolution };
    return { ok: true } as const;
  }, {
    description: 'Finance: the bank is right and the ledger follows, or the difference is explained.',
    validator: (_decision) => {
      if (desk.decision) throw refusal('case-decided');
    },
  });
  const decided = (): boolean => desk.decision !== undefined;

  await ask(errand, input, 'operations');
  await waitOn(errand, { untilMs: parseInstant(dueAt), summary: `Case ${caseId}: its owner decides`, otherwise: 'a second person decides', wake: decided });
  if (!decided()) await ask(errand, input, 'supervisor');
  while (!desk.decision) {
    await waitOn(errand, { untilMs: errand.clock.now() + WEEK_MS, strideMs: WEEK_MS, summary: `Case ${caseId}: a second person decides`, otherwise: 'it stays on the supervisor’s desk', wake: decided });
  }
  if (desk.undelivered) await deliver(errand, input, desk.undelivered);
  await close(errand, input, desk.decision);
  await condition(allHandlersFinished);
  return { resolution: desk.decision.resolution };
}

async function ask(errand: Errand, { caseId, day, dueAt }: DifferenceInput, role: 'operations' | 'supervisor'): Promise<void> {
  await inRecord(`A task for ${role}`).openTask({
    key: `${errand.workflowId}:${role}`, kind: 'case', role, workflowId: errand.workflowId, loanNo: null, personId: null,
    title: `Our books and the bank's file of ${day} differ`, details: { caseId, day }, dueAt: role === 'operations' ? dueAt : null, asOf: errand.asOf(),
  });
}

/** What the bank did not deliver is sent again: by the loan, or, if that has ended, by a workflow of its own. */
async function deliver(errand: Errand, { caseId, zoneOffsetMinutes = 0 }: DifferenceInput, loanNo: string): Promise<void> {
  if ((await tellWorkflow(loanWorkflowId(loanNo), sharesWaiting)) !== 'ended') return;
  await startChild(delivery, {
    workflowId: deliveryWorkflowId(loanNo, `case-${caseId}`), taskQueue: taskQueues.loans, parentClosePolicy: ParentClosePolicy.ABANDON, staticSummary: `Delivers shares of ${loanNo}`,
    args: [{ loanNo, zoneOffsetMinutes, clock: errand.clock.segment() }],
  });
}

/** The tasks leave the desks; the day may now be explained. Its workflow looks daily, should it not hear this. */
async function close(errand: Errand, input: DifferenceInput, { personId, resolution }: Decision): Promise<void> {
  for (const role of ['operations', 'supervisor']) await inRecord('The case is decided: task closed').closeTask({ key: `${errand.workflowId}:${role}`, state: 'done', decision: resolution, by: personId });
  await tellWorkflow(input.reconcileId, caseDecided, { caseId: input.caseId });
  await endErrand(errand, `Case ${input.caseId} is decided: ${resolution}`, [input.reconcileId]);
}
