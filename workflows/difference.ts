/** A difference with the bank (差错): somebody owns it and decides it in three working days; after that a second person does. */
import { allHandlersFinished, condition, getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import { parseInstant } from '../domain/dates.js';
import { caseDecided, decideCase, type DifferenceInput } from './contract.js';
import { endErrand, openErrand, waitOn, type Errand } from './errand.js';
import { refusal } from './failures.js';
import { atBank, inRecord } from './retries.js';

const WEEK_MS = 7 * 24 * 3_600_000;

interface Decision { personId: string; resolution: 'accept-bank' | 'explained' }

export async function difference(input: DifferenceInput): Promise<{ resolution: Decision['resolution'] }> {
  const errand = openErrand(input);
  const { caseId, dueAt } = input;
  const desk: { decision?: Decision } = {};
  setHandler(decideCase, async ({ personId, resolution }) => {
    const answer = await atBank(`Case ${caseId}: ${resolution}`).resolveCase({ caseId, personId, resolution, asOf: errand.asOf() });
    if (answer.status === 'refused') throw refusal(answer.code);
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

/** The tasks leave the desks; the day may now be explained. Its workflow looks daily, should it not hear this. */
async function close(errand: Errand, input: DifferenceInput, { personId, resolution }: Decision): Promise<void> {
  for (const role of ['operations', 'supervisor']) await inRecord('The case is decided: task closed').closeTask({ key: `${errand.workflowId}:${role}`, state: 'done', decision: resolution, by: personId });
  await getExternalWorkflowHandle(input.reconcileId).signal(caseDecided, { caseId: input.caseId }).catch(() => undefined);
  await endErrand(errand, `Case ${input.caseId} is decided: ${resolution}`, [input.reconcileId]);
}
