import { addDays, addYears } from '../../domain/dates.js';
import { limitation } from '../../domain/deadlines.js';
import { carriedState } from '../../db/loans.js';
import { owedOn } from '../../db/owed.js';
import { demandDates, evidenceOf, openLegalCase, projectLegalCase } from '../../db/pursuit.js';
import type { LegalRoute, LegalState } from '../../db/pursuit.js';
import type { RecordActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { NotInRecord } from '../failures.js';

/** Days from the hand-off to the day by which the papers must be filed. */
const filingDays = 30;
/** Where a profile names no limitation, the case still has a last day: three years, as in the Civil Code. */
const limitationYears = 3;
/** The platform is no creditor; an agent sues under the lenders' mandate, by assignment (facts: claimant in law). */
const claimant = 'enforcement agent, by assignment from the lenders under their mandate';

/** The legal hand-off: a case with claimant, amount by component, evidence, route and next deadline. */
export function openLegalCaseActivity({ pool }: Pick<ActivityDeps, 'pool'>): RecordActivities['openLegalCase'] {
  return async ({ workflowId, loanNo, episode, asOf }) => {
    const loan = await carriedState(pool, loanNo);
    if (!loan) throw new NotInRecord('loan', loanNo);
    const owed = await owedOn(pool, loanNo, asOf);
    const lastInstalmentDue = owed.lastDueDate ?? asOf;
    const interruptions = await demandDates(pool, loanNo, loan.terms.zoneOffsetMinutes);
    const { expiresOn } = limitation({ profile: loan.profile, lastInstalmentDue, interruptions, on: asOf });
    return openLegalCase(pool, {
      workflowId, loanNo, episode, claimant, route: 'court',
      principalFen: owed.outstandingPrincipalFen, interestFen: owed.interestFen, lateInterestFen: owed.lateInterestFen, feeFen: owed.feeFen,
      evidence: await evidenceOf(pool, loanNo), limitationOn: expiresOn ?? addYears(lastInstalmentDue, limitationYears),
      nextDeadline: addDays(asOf, filingDays), openedOn: asOf,
    });
  };
}

/** Writes how a legal case stands. */
export function projectLegalCaseActivity({ pool }: Pick<ActivityDeps, 'pool'>): RecordActivities['projectLegalCase'] {
  return (input) => projectLegalCase(pool, { ...input, state: input.state as LegalState, route: input.route as LegalRoute | null });
}
