import { borrowerCap } from '../../domain/caps.js';
import { openPerson } from '../../db/people.js';
import type { OpenPerson } from '../../db/people.js';
import { ownRecord } from '../../db/reports.js';
import type { CourtFacts, CreditFacts, PlatformsFacts } from '../../gateways/bureaus/port.js';
import type { RiskActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { askBureau } from './bureaus.js';
import { loanFacts } from './facts.js';

type Input = Parameters<RiskActivities['screen']>[0];
interface Answers { court: CourtFacts | null; platforms: PlatformsFacts | null; credit: CreditFacts | null }

/** The reference under which a bureau was asked about an application. */
export const screeningReference = (loanNo: string, bureau: 'court' | 'platforms' | 'credit'): string => `${loanNo}:${bureau}`;

/**
 * The paid checks: court, other platforms, credit. Listed for enforcement or above the caps over all platforms is the
 * end; a bureau that stays silent sends the application to a person.
 */
export function screenActivity(deps: ActivityDeps): RiskActivities['screen'] {
  return async (input) => {
    const { loan, application, product } = await loanFacts(deps.pool, input.loanNo);
    const person = await openPerson(deps.pool, deps.vault, loan.borrowerId);
    const { court, platforms, credit } = await askAll(deps, input, person);
    if (court?.onEnforcementList) return { status: 'refused', code: 'enforcement-listed' };
    const own = await ownRecord(deps.pool, loan.borrowerId, input.loanNo, input.asOf);
    // Declared or found, whichever is more: a declaration may know what no bureau does.
    const elsewhereBalanceFen = Math.max(application.elsewhereFen, platforms?.outstandingFen ?? 0);
    const cap = borrowerCap({
      profile: product.profile, borrower: person.kind, platformBalanceFen: own.platformBalanceFen, raisingFen: own.raisingFen,
      elsewhereBalanceFen, applyFen: loan.requestedFen,
    });
    const [violation] = cap.violations;
    if (violation) return { status: 'refused', code: violation };
    if (!court) return { status: 'needs-person', code: 'court-unavailable' };
    if (!platforms) return { status: 'needs-person', code: 'platforms-unavailable' };
    return credit ? { status: 'passed' } : { status: 'needs-person', code: 'credit-unavailable' };
  };
}

async function askAll(deps: ActivityDeps, input: Input, person: OpenPerson): Promise<Answers> {
  const { name, idNumber } = person;
  if (!name || !idNumber) return { court: null, platforms: null, credit: null };
  const about = (bureau: 'court' | 'platforms' | 'credit') => ({
    personId: person.id, loanNo: input.loanNo, bureau, reference: screeningReference(input.loanNo, bureau), on: input.asOf,
  });
  const { bureaus } = deps;
  const [court, platforms, credit] = await Promise.all([
    askBureau(deps, { ...about('court'), ask: () => bureaus.court({ name, idNumber, reference: screeningReference(input.loanNo, 'court') }) }),
    askBureau(deps, { ...about('platforms'), ask: () => bureaus.platforms({ idNumber, reference: screeningReference(input.loanNo, 'platforms') }) }),
    askBureau(deps, { ...about('credit'), ask: () => bureaus.credit({ name, idNumber, reference: screeningReference(input.loanNo, 'credit') }) }),
  ]);
  return { court, platforms, credit };
}
