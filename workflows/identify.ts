/** Who is this person? Bureaus answer; what they cannot decide, a reviewer does; if nobody does in time, it has failed and everybody is told. */
import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import { addDays, instantAt } from '../domain/dates.js';
import { decideIdentity } from './contract.js';
import type { IdentifyInput, IdentifyResult } from './contract.js';
import { endErrand, openErrand, persist, waitOn, type Errand } from './errand.js';
import { refusal } from './failures.js';
import { inRecord, inRisk } from './retries.js';

interface Decision { reviewerId: string; approve: boolean; reason: string }
interface Identification extends Errand { input: IdentifyInput; asked: boolean; decision?: Decision; result?: IdentifyResult }

export async function identify(input: IdentifyInput): Promise<IdentifyResult> {
  const identification = openIdentification(input);
  const { workflowId, asOf } = identification;
  const verdict = await persist(identification, 'Identification', () =>
    inRisk('Asks the bureaus who this is').verifyIdentity({ workflowId, personId: input.personId, purpose: input.purpose, attempt: input.attempt, asOf: asOf() }));
  const result = verdict.status === 'needs-person'
    ? await reviewed(identification, verdict.code)
    : { status: verdict.status, code: verdict.status === 'failed' ? verdict.code : null };
  await endErrand(identification, `Identification ${result.status}`, input.loanNo ? [input.loanNo] : []);
  identification.result = result;
  await condition(allHandlersFinished);
  return result;
}

function openIdentification(input: IdentifyInput): Identification {
  const identification: Identification = Object.assign(openErrand({ ...input }), { input, asked: false });
  setHandler(decideIdentity, async (decision) => {
    identification.decision = decision;
    await condition(() => identification.result !== undefined);
    return { status: decision.approve ? 'verified' : 'failed' };
  }, {
    description: 'A reviewer decides what the bureaus could not.',
    validator: (decision: { reviewerId: string }) => {
      if (!identification.asked || identification.decision) throw refusal('wrong-state');
      if (decision.reviewerId === input.personId) throw refusal('own-identity');
    },
  });
  return identification;
}

/** A reviewer has so many days; then a supervisor as many; then the answer is no. */
async function reviewed(identification: Identification, code: string): Promise<IdentifyResult> {
  identification.asked = true;
  for (const role of ['reviewer', 'supervisor'] as const) {
    await askFor(identification, role, code);
    await waitOn(identification, {
      untilMs: deadline(identification), summary: `A ${role} decides on the identification`,
      otherwise: role === 'reviewer' ? 'a supervisor is asked' : 'the identification fails', wake: () => identification.decision !== undefined,
    });
    if (identification.decision) break;
  }
  return concluded(identification, code);
}

async function concluded(identification: Identification, code: string): Promise<IdentifyResult> {
  const { input, workflowId, decision } = identification;
  identification.asked = false;
  const status = decision?.approve ? 'verified' : 'failed';
  const refused = decision ? `reviewer-${code}` : 'review-timeout';
  const by = decision?.reviewerId ?? `workflow:${workflowId}`;
  await persist(identification, 'Decision on the identification', () => inRisk('Writes the decision').concludeIdentity({
    workflowId, personId: input.personId, status, code: status === 'failed' ? refused : null, by, why: decision?.reason ?? 'review-timeout', asOf: identification.asOf(),
  }));
  for (const role of ['reviewer', 'supervisor']) {
    await inRecord('Review task closed').closeTask({ key: taskKey(identification, role), state: decision ? 'done' : 'dropped', decision: status, by });
  }
  return { status, code: status === 'failed' ? refused : null };
}

function deadline({ input, today }: Identification): number {
  return instantAt(addDays(today(), input.reviewDays), 0, input.zoneOffsetMinutes);
}

const taskKey = ({ workflowId }: Identification, role: string) => `${workflowId}:review:${role}`;

async function askFor(identification: Identification, role: 'reviewer' | 'supervisor', code: string): Promise<void> {
  const { input, workflowId } = identification;
  await inRecord(`A task for the ${role}`).openTask({
    key: taskKey(identification, role), kind: 'identity-review', role, workflowId, loanNo: input.loanNo, personId: input.personId,
    title: 'Identification needs a decision', details: { code, purpose: input.purpose }, dueAt: null, asOf: identification.asOf(),
  });
}
