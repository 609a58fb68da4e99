import { ageOn, idNumber } from '../../domain/identity.js';
import type { IsoDate } from '../../domain/dates.js';
import { openPerson } from '../../db/people.js';
import type { OpenPerson } from '../../db/people.js';
import { inTransaction } from '../../db/pool.js';
import { recordAct } from '../../db/acts.js';
import { beginIdentification, recordIdentification } from '../../db/reports.js';
import type { RiskActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { askBureau } from './bureaus.js';
import { businessDate } from './facts.js';

type Input = Parameters<RiskActivities['verifyIdentity']>[0];
type Verdict = Awaited<ReturnType<RiskActivities['verifyIdentity']>>;

const fullAge = 18;
/** A number younger than this may have been bought for the application; a person looks. */
const monthsInNetTrusted = 3;

/** Identifies a person: checksums first, which cost nothing, then the identity bureau, then the mobile carrier. */
export function verifyIdentityActivity(deps: ActivityDeps): RiskActivities['verifyIdentity'] {
  return async (input) => {
    const { workflowId, personId, attempt, purpose } = input;
    const begun = await inTransaction(deps.pool, (tx) => beginIdentification(tx, { workflowId, personId, attempt, purpose }));
    if (begun.state === 'verified') return { status: 'verified' };
    if (begun.state === 'failed') return { status: 'failed', code: begun.reason ?? 'identity-mismatch' };
    if (begun.state === 'review') return { status: 'needs-person', code: begun.reason ?? 'bureau-unavailable' };
    const person = await openPerson(deps.pool, deps.vault, personId);
    const verdict = await judge(deps, input, person);
    await keep(deps, input, verdict, person);
    return verdict;
  };
}

async function judge(deps: ActivityDeps, input: Input, person: OpenPerson): Promise<Verdict> {
  const on = businessDate(input.asOf, deps.settings.zoneOffsetMinutes);
  const { name, idNumber: number } = person;
  if (!name || !number) return { status: 'failed', code: 'identity-data-missing' };
  const formal = formalTrouble(number, on);
  if (formal) return { status: 'failed', code: formal };
  const identity = await askBureau(deps, {
    personId: person.id, loanNo: null, bureau: 'identity', reference: `${input.workflowId}:identity`, on,
    ask: () => deps.bureaus.identity({ name, idNumber: number, reference: `${input.workflowId}:identity` }),
  });
  if (!identity) return { status: 'needs-person', code: 'identity-bureau-unavailable' };
  if (identity.deceased) return { status: 'failed', code: 'identity-deceased' };
  if (!identity.match) return { status: 'failed', code: 'identity-mismatch' };
  const carrier = await askBureau(deps, {
    personId: person.id, loanNo: null, bureau: 'carrier', reference: `${input.workflowId}:carrier`, on,
    ask: () => deps.bureaus.carrier({ name, idNumber: number, mobile: person.phone, reference: `${input.workflowId}:carrier` }),
  });
  if (!carrier) return { status: 'needs-person', code: 'carrier-unavailable' };
  if (!carrier.match || !carrier.active) return { status: 'failed', code: 'mobile-mismatch' };
  return carrier.monthsInNet < monthsInNetTrusted ? { status: 'needs-person', code: 'mobile-new' } : { status: 'verified' };
}

function formalTrouble(number: string, on: IsoDate): string | null {
  const checked = idNumber(number, on);
  if (!checked.valid) return 'id-number-invalid';
  return ageOn(checked.birthDate, on) < fullAge ? 'too-young' : null;
}

async function keep(deps: ActivityDeps, input: Input, verdict: Verdict, person: OpenPerson): Promise<void> {
  const { workflowId, personId, asOf } = input;
  const state = verdict.status === 'needs-person' ? 'review' : verdict.status;
  const reason = verdict.status === 'verified' ? null : verdict.code;
  const checked = verdict.status === 'verified' && person.idNumber ? idNumber(person.idNumber) : { valid: false as const };
  await inTransaction(deps.pool, async (tx) => {
    const changed = await recordIdentification(tx, { workflowId, personId, state, reason, at: asOf, birthDate: checked.valid ? checked.birthDate : undefined });
    if (!changed) return;
    await recordAct(tx, { actor: `workflow:${workflowId}`, role: 'system', verb: `identity-${state}`, subject: personId, after: { state, reason }, businessAt: asOf });
  });
}
