/** Money that a person moves outside a loan, or another act of theirs at the bank: followed until the bank has decided. */
import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import { addDays, instantAt, parseInstant } from '../domain/dates.js';
import { decideWithdrawal, instructionDone } from './contract.js';
import type { MovementInput, MovementStep, PersonTemplate } from './contract.js';
import { endErrand, openErrand, persist, waitOn, type Errand } from './errand.js';
import { refusal } from './failures.js';
import { atBank, byMessage, inRecord, pagePatience, patience } from './retries.js';

/** Business days after which operations look at an act that has not ended. */
const CASE_AFTER_DAYS = 3;
const DAY_MS = 24 * 3_600_000;

type Look = NonNullable<MovementStep['look']>;

/** What finance does with a withdrawal that the bank holds. `asked`: it was put on the desk and the person told. */
interface Desk { open: boolean; asked: boolean; decisions: number }

export async function movement(input: MovementInput): Promise<{ status: 'done' | 'refused' }> {
  const errand = openErrand(input);
  const desk: Desk = { open: false, asked: false, decisions: 0 };
  let words = 0;
  setHandler(instructionDone, () => void (words += 1), { description: 'The bank has decided.' });
  setHandler(decideWithdrawal, async ({ personId, decision, reasonKey }) => {
    const answer = await atBank(`Withdrawal: ${decision}`).decideWithdrawal({ requestNo: input.requestNo, decision, personId, reasonKey, asOf: errand.asOf() });
    if (answer.status === 'refused') throw refusal(answer.code);
    desk.decisions += 1;
    return { ok: true } as const;
  }, {
    description: 'Finance: the withdrawal that the bank holds goes on, or is cancelled.',
    validator: (_decision) => {
      if (!desk.open) throw refusal('not-to-be-decided');
    },
  });
  let caseAt = caseAfter(errand);
  let inCase = false;
  for (let attempts = 0; ; attempts += 1) {
    const [heard, lookedAt] = [words, errand.clock.pokes];
    const step = await persist(errand, 'The bank is asked', () =>
      atBank(`What became of ${input.verb}?`).followMovement({ requestNo: input.requestNo, attempts, asOf: errand.asOf() }));
    if (desk.open && step.look && !step.look.held) await leaveDesk(errand, input, desk, step.look);
    if (step.status !== 'pending') {
      if (step.status === 'done' && input.verb === 'reset-password') await tell(errand, input, 'trading-password-reset');
      await endErrand(errand, `${input.verb} ${step.status}`);
      await condition(allHandlersFinished);
      return { status: step.status };
    }
    if (step.look?.confirmBy) {
      await lookTwice(errand, input, desk, { confirmBy: step.look.confirmBy, came: () => words !== heard });
      caseAt = caseAfter(errand);
      continue;
    }
    if (!inCase && errand.clock.now() >= caseAt) {
      inCase = true;
      await openCase(errand, input);
    }
    await awaitEnd(errand, input, { attempts, lookedAt, expectedAt: step.expectedAt, caseAt, came: () => words !== heard });
  }
}

const caseAfter = (errand: Errand): number => instantAt(addDays(errand.today(), CASE_AFTER_DAYS), 0, 0);

/** The bank holds it (CONFIRMING). Finance confirms or cancels by the cut-off of the next working day; else it is cancelled. */
async function lookTwice(errand: Errand, input: MovementInput, desk: Desk, { confirmBy, came }: { confirmBy: string; came: () => boolean }): Promise<void> {
  const { requestNo } = input;
  const before = desk.decisions;
  desk.open = true;
  if (!desk.asked) {
    desk.asked = true;
    await inRecord('A task for finance').openTask({
      key: `${requestNo}:second-look`, kind: 'case', role: 'finance', workflowId: errand.workflowId, loanNo: null, personId: null,
      title: 'A withdrawal waits to be confirmed', details: { requestNo }, dueAt: confirmBy, asOf: errand.asOf(),
    });
    await tell(errand, input, 'withdrawal-held');
  }
  const decided = (): boolean => desk.decisions > before;
  const dueMs = parseInstant(confirmBy);
  await waitOn(errand, { untilMs: dueMs, summary: 'Withdrawal: finance confirms or cancels', otherwise: 'it is cancelled', wake: () => decided() || came() });
  await condition(allHandlersFinished);
  if (decided() || errand.clock.now() < dueMs) return;
  await persist(errand, 'The withdrawal is cancelled', () =>
    atBank('Withdrawal: nobody has confirmed it').decideWithdrawal({ requestNo, decision: 'cancel', personId: null, reasonKey: null, asOf: errand.asOf() }));
}

/** The bank holds it no longer: the task leaves the desk, and the person is told what was decided. */
async function leaveDesk(errand: Errand, input: MovementInput, desk: Desk, { decision, inTime }: Look): Promise<void> {
  desk.open = false;
  await inRecord('The withdrawal is decided: task closed').closeTask({ key: `${input.requestNo}:second-look`, state: decision !== null && inTime ? 'done' : 'dropped', decision: decision ?? 'ended', by: `workflow:${errand.workflowId}` });
  if (decision !== null) await tell(errand, input, decision === 'confirm' ? 'withdrawal-confirmed' : inTime ? 'withdrawal-cancelled' : 'withdrawal-not-confirmed');
}

/** On both channels; a network that is silent for long is operations' business, and must not hold up the rest. */
async function tell(errand: Errand, { requestNo, personId }: MovementInput, template: PersonTemplate): Promise<void> {
  await persist(errand, 'The person is told', () => byMessage(`${template} to ${personId}`).tellPerson({ key: `${template}:${requestNo}`, template, personId, requestNo, asOf: errand.asOf() }));
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
