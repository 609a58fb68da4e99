import { addDays } from '../../domain/dates.js';
import { preScreen } from '../../domain/screening.js';
import { openPerson } from '../../db/people.js';
import { ownRecord } from '../../db/reports.js';
import type { RiskActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { loanFacts } from './facts.js';

/** The free checks, before anything is paid for: form, age, caps, purpose, words, duplicates, cooling period, own record. */
export function preScreenActivity({ pool, vault }: Pick<ActivityDeps, 'pool' | 'vault'>): RiskActivities['preScreen'] {
  return async ({ loanNo, asOf }) => {
    const { loan, application, product } = await loanFacts(pool, loanNo);
    const [person, own] = await Promise.all([openPerson(pool, vault, loan.borrowerId), ownRecord(pool, loan.borrowerId, loanNo, asOf)]);
    const coolingUntil = own.lastDeclinedOn && product.coolingDays > 0 ? addDays(own.lastDeclinedOn, product.coolingDays) : null;
    const result = preScreen({
      product, borrower: person.kind,
      idNumber: person.kind === 'natural' ? (person.idNumber ?? undefined) : undefined,
      uscc: person.kind === 'legal' ? (person.idNumber ?? undefined) : undefined,
      mobile: person.phone, amountFen: loan.requestedFen, termMonths: loan.termMonths,
      purpose: loan.purpose, purposeWords: application.description, isStudent: application.student,
      platformBalanceFen: own.platformBalanceFen, raisingFen: own.raisingFen, declaredElsewhereFen: application.elsewhereFen,
      blacklisted: own.defaultedHere, duplicateOpen: own.duplicateOpen, coolingUntil, belongsToPlatform: own.staff, asOf,
    });
    return 'refused' in result ? { status: 'refused', code: result.refused } : { status: 'passed' };
  };
}
