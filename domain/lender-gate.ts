import { profileOf, type ProfileId } from './regulation.js';

export interface LenderGateInput {
  profile: ProfileId;
  riskDisclosureConfirmed: boolean;
  riskAssessmentDone: boolean;
  withinGradeLimit: boolean;
  /** The bid is the lender's own act, or a standing authorisation covers it. */
  instructionAuthorised: boolean;
}

export type LenderGateRefusal = 'risk-notice-not-confirmed' | 'not-assessed' | 'above-grade-limit' | 'not-authorised';

/** What a lender must have before any bid (Interim Measures, Art. 25, 26); the first missing thing is named. */
export function lenderGate(input: LenderGateInput): { allowed: true } | { allowed: false; refused: LenderGateRefusal } {
  const refused = profileOf(input.profile).lenderGate.value ? firstMissing(input) : undefined;
  return refused ? { allowed: false, refused } : { allowed: true };
}

function firstMissing(input: LenderGateInput): LenderGateRefusal | undefined {
  if (!input.riskDisclosureConfirmed) return 'risk-notice-not-confirmed';
  if (!input.riskAssessmentDone) return 'not-assessed';
  if (!input.withinGradeLimit) return 'above-grade-limit';
  return input.instructionAuthorised ? undefined : 'not-authorised';
}
