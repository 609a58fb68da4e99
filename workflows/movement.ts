/** Money that a person moves outside a loan, or another act of theirs at the bank: followed until the bank has decided. */
import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import { addDays, instantAt, parseInstant } from '../domain/dates.js';
import { instructionDone } from './contract.js';
import type { MovementInput } from './contract.js';
import { endErrand, openErrand, persist, waitOn, type Errand } from './errand.js';
import { atBank, inRecord, pagePatience, patience } from './retries.js';

/** Business days after which operations look at an act that has not ended. */
const CASE_AFTER_DAYS = 3;
const DAY_MS = 24 * 3_600_000;

export async function movement(input: MovementInput): Promise<{ status: 'done' | 'refused' }> {
  const errand = openErrand(input);
  let words = 0;
  setHandler(instructionDone, () => void (words += 1), { description: 'The bank has decided.' });
  const caseAt = instantAt(addDays(errand.today(), CASE_AFTER_DAYS), 0, 0);
  let inCase = false;
  for (let attempts = 0; ; attempts += 1) {
    const [heard, lookedAt] = [words, errand.clock.pokes];
    const step = await persist(errand, 'The bank is asked', () =>
      atBank(`What became of ${input.verb}?`).followMovement({ requestNo: input.requestNo, attempts, asOf: errand.asOf() }));
    if (step.status !== 'pending') {
      await endErrand(errand, `${input.verb} ${step.status}`);
      await condition(allHandlersFinished);
      return { status: step.status };
    }
    if (!inCase && errand.clock.now() >= caseAt) {
      inCase = true;
      await openCase(errand, input);
    }
    await awaitEnd(errand, input, { attempts, lookedAt, expectedAt: step.expectedAt, caseAt, came: () => words !== heard });
  }
}

interface Expecting { attempts: number; lookedAt: number; expectedAt: string | null; caseAt: number; came: () => boolean }

/** A payout comes on its working day; an act on the bank's page whenever the person is done with it. */
async function awaitEnd(errand: Errand, input: MovementInput, { attempts, lookedAt, expectedAt, caseAt, came }: Expecting): Promise<void> {
  const expectedMs = expectedAt === null ? 0 : parseInstant(expectedAt);
  if (expectedMs > errand.clock.now()) {
    await waitOn(errand, { untilMs: expectedMs, summary: `${input.verb}: expected from the bank`, otherwise: 'the bank is asked', wake: came });
    return;
  }
  await waitOn(errand, {
    untilMs: Math.max(caseAt, errand.clock.now() + DAY_MS), summary: `${input.verb}: the person is at the bank`, otherwise: 'operations look into it',
    wake: came, lookedAt, silenceMs: patience(pagePatience, attempts),
  });
}

async function openCase(errand: Errand, input: MovementInput): Promise<void> {
  await inRecord('A case for operations').openTask({
    key: `${input.requestNo}:not-ended`, kind: 'case', role: 'operations', workflowId: errand.workflowId, loanNo: null, personId: input.personId,
    title: `${input.verb} has not ended at the bank`, details: { requestNo: input.requestNo }, dueAt: null, asOf: errand.asOf(),
  });
}
