/**
 * An estate (继承): a second person approves the notarised certificate, then the claims pass to the heirs and the money to the
 * person's own card. What cannot pass yet (a court's order, a payment under way) is tried again every day.
 */
import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import { parseInstant } from '../domain/dates.js';
import { decideEstate, instructionDone, type EstateInput } from './contract.js';
import { endErrand, openErrand, persist, showErrand, waitOn, type Errand } from './errand.js';
import { refusal } from './failures.js';
import { atBank, bankPatience, inRecord, patience } from './retries.js';

const DAY_MS = 24 * 3_600_000;
const WEEK_MS = 7 * DAY_MS;

interface Passing extends Errand {
  input: EstateInput;
  approved: boolean | null;
  /** The bank's words. */
  words: number;
}

export async function estate(input: EstateInput): Promise<{ ended: 'refused' | 'passed-on' }> {
  const passing = openPassing(input);
  await showErrand(passing, { nextAt: passing.asOf(), summary: `Estate ${input.estateNo} was entered` });
  const ended = (await decision(passing)) ? 'passed-on' : 'refused';
  if (ended === 'passed-on') await passOn(passing);
  await endErrand(passing, `${input.estateNo} has ended: ${ended}`);
  await condition(allHandlersFinished);
  return { ended };
}

function openPassing(input: EstateInput): Passing {
  const passing: Passing = Object.assign(openErrand(input), { input, approved: null, words: 0 });
  setHandler(instructionDone, () => void (passing.words += 1), { description: 'The bank has decided.' });
  setHandler(decideEstate, async (decided) => {
    const answer = await atBank(`${input.estateNo} is ${decided.approve ? 'approved' : 'refused'}`).decideEstate({ ...decided, estateNo: input.estateNo, asOf: passing.asOf() });
    if (answer.status === 'refused') throw refusal(answer.code);
    passing.approved ??= answer.approved;
    for (const role of ['operations', 'supervisor']) {
      await inRecord('The estate is decided: task closed').closeTask({ key: taskKey(passing, role), state: 'done', decision: answer.approved ? 'approved' : 'refused', by: decided.personId });
    }
    return { ok: true } as const;
  }, {
    description: 'A second person approves or refuses what a certificate of inheritance says.',
    validator: (_decision: { personId: string }) => {
      if (passing.approved !== null) throw refusal('paper-decided');
    },
  });
  return passing;
}

const taskKey = ({ workflowId }: Passing, role: string): string => `${workflowId}:decide:${role}`;

async function askToDecide(passing: Passing, role: 'operations' | 'supervisor'): Promise<void> {
  const { input: { estateNo, personId, dueAt }, workflowId } = passing;
  await inRecord(`A task for ${role}`).openTask({
    key: taskKey(passing, role), kind: 'case', role, workflowId, loanNo: null, personId, title: `A second person decides on estate ${estateNo}`, details: { estateNo }, dueAt: role === 'operations' ? dueAt : null, asOf: passing.asOf(),
  });
}

/** By its deadline; after it a supervisor is asked, and it stays on that desk until somebody decides. */
async function decision(passing: Passing): Promise<boolean> {
  const { input: { estateNo, dueAt } } = passing;
  await askToDecide(passing, 'operations');
  const decided = (): boolean => passing.approved !== null;
  await waitOn(passing, { untilMs: parseInstant(dueAt), summary: `${estateNo}: operations, compliance or a supervisor decide`, otherwise: 'a supervisor is asked to decide', wake: decided });
  if (passing.approved === null) await askToDecide(passing, 'supervisor');
  while (passing.approved === null) {
    await waitOn(passing, { untilMs: passing.clock.now() + WEEK_MS, strideMs: WEEK_MS, summary: `${estateNo}: a supervisor decides`, otherwise: 'it stays on the supervisor’s desk', wake: decided });
  }
  return passing.approved;
}

/** Until nothing is left. Why something stays is in the record; what the bank refuses, operations look into. */
async function passOn(passing: Passing): Promise<void> {
  const { estateNo } = passing.input;
  for (let tries = 0; ; tries += 1) {
    const [heard, lookedAt] = [passing.words, passing.clock.pokes];
    const step = await persist(passing, 'Passing on', () => atBank(`Passes on what ${estateNo} has`).settleEstate({ estateNo, asOf: passing.asOf() }));
    if (step.status === 'done') return;
    const tomorrow = passing.clock.now() + DAY_MS;
    if (step.status === 'pending') {
      const expectedMs = step.expectedAt === null ? 0 : parseInstant(step.expectedAt);
      const wait = expectedMs > passing.clock.now() ? { untilMs: expectedMs } : { untilMs: tomorrow, lookedAt, silenceMs: patience(bankPatience, tries) };
      await waitOn(passing, { ...wait, summary: `${estateNo}: the money is on its way to the card`, otherwise: 'the bank is asked', wake: () => passing.words !== heard });
      continue;
    }
    const refused = step.status === 'refused';
    if (refused) await askOperations(passing, step.code);
    passing.stuck = true;
    await waitOn(passing, {
      untilMs: tomorrow, strideMs: DAY_MS, summary: refused ? `${estateNo}: the bank refused the payout (${step.code}), operations look into it` : `${estateNo}: not all of it can pass on yet (${step.code})`,
      otherwise: 'it is tried again', wake: () => passing.retryAsked,
    });
    passing.stuck = passing.retryAsked = false;
  }
}

async function askOperations(passing: Passing, code: string): Promise<void> {
  const { input: { estateNo, personId }, workflowId } = passing;
  await inRecord('A task: the bank refused').openTask({
    key: `${workflowId}:refused:${code}`, kind: 'case', role: 'operations', workflowId, loanNo: null, personId, title: `${estateNo}: the bank refused to pay the money out`, details: { estateNo, code }, dueAt: null, asOf: passing.asOf(),
  });
}
