import type { ProfileId } from '../domain/regulation.js';
import type { RiskGrade } from './grades.js';
import type { ScoreResult } from './scorecard.js';

/** What the paid sources and the score said about one application. Amounts in fen. */
export interface DecisionFacts {
  score: Pick<ScoreResult, 'grade' | 'probabilityOfDefault' | 'reasons'>;
  amountFen: number;
  termMonths: number;
  /** Nominal yearly rate the grade would pay, in basis points. */
  annualRateBps: number;
  monthlyIncomeFen: number;
  /** Instalments of all other debts a month, declared or found, the higher. */
  monthlyDebtFen: number;
  courtRecord: 'none' | 'found' | 'unknown';
  /** Listed as a person subject to enforcement (失信被执行人). */
  enforcementListed: boolean;
  fraudSuspected: boolean;
  overdueElsewhere: boolean;
  applicationsLast30Days: number;
}

export type DecisionCode =
  | 'grade-not-lent' | 'enforcement-listed' | 'fraud-suspected' | 'overdue-elsewhere' | 'court-record' | 'source-unknown' | 'many-applications'
  | 'weak-grade' | 'above-ability' | 'income-too-low';

export type Verdict = 'approve' | 'refer' | 'decline';

/** Points of the policy that a later version may change, kept as data. */
export interface DecisionPolicy {
  version: string;
  declineGrades: readonly RiskGrade[];
  referGrades: readonly RiskGrade[];
  /** Largest share of monthly income that all instalments together may take, in per cent. */
  debtServicePercent: number;
  minMonthlyIncomeFen: number;
  maxApplications30Days: number;
  /** Amounts are proposed in steps of this. */
  amountStepFen: number;
  /** Nothing is decided by machine: every application goes to the reviewer with the codes as advice. */
  reviewerDecidesAll: boolean;
}

/** Expert judgement until own outcomes exist: the limits are common practice, not measured here. */
export const DEFAULT_POLICY: DecisionPolicy = {
  version: 'expert-1',
  declineGrades: ['F'],
  referGrades: ['D', 'E'],
  debtServicePercent: 50,
  minMonthlyIncomeFen: 200_000,
  maxApplications30Days: 5,
  amountStepFen: 10_000,
  reviewerDecidesAll: false,
};

/** Recorded loans were granted by somebody else's policy: here only a reviewer can grant them again. */
export const REPLAY_POLICY: DecisionPolicy = { ...DEFAULT_POLICY, version: 'replay-1', reviewerDecidesAll: true };

/** The policy under which a profile's applications are decided. */
export function policyFor(profile: ProfileId): DecisionPolicy {
  return profile === 'us' ? REPLAY_POLICY : DEFAULT_POLICY;
}

export interface Decision {
  verdict: Verdict;
  policy: string;
  /** Why not an approval; empty when it is. Declines come first. */
  codes: DecisionCode[];
  /** The most that the borrower's income carries over this term at this rate: 0 when nothing. */
  affordableFen: number;
  /** What is proposed: the amount asked for, or less when income does not carry it. */
  proposedFen: number;
}

/**
 * approve, refer to a reviewer, or decline. A refusal by machine alone may be looked at again by a human on request (PIPL Art. 24), and
 * what is unknown is never held against the borrower silently: it is referred.
 */
export function decide(facts: DecisionFacts, policy: DecisionPolicy = DEFAULT_POLICY): Decision {
  const affordableFen = affordableAmountFen(facts, policy);
  const proposedFen = Math.min(facts.amountFen, affordableFen);
  const declines = declineCodes(facts, policy, affordableFen);
  const refers = referCodes(facts, policy, affordableFen);
  return { verdict: verdictOf(declines, refers, policy), policy: policy.version, codes: [...declines, ...refers], affordableFen, proposedFen };
}

function verdictOf(declines: DecisionCode[], refers: DecisionCode[], policy: DecisionPolicy): Verdict {
  if (policy.reviewerDecidesAll) return 'refer';
  if (declines.length > 0) return 'decline';
  return refers.length > 0 ? 'refer' : 'approve';
}

function declineCodes(facts: DecisionFacts, policy: DecisionPolicy, affordableFen: number): DecisionCode[] {
  const codes: DecisionCode[] = [];
  if (facts.enforcementListed) codes.push('enforcement-listed');
  if (policy.declineGrades.includes(facts.score.grade)) codes.push('grade-not-lent');
  if (facts.monthlyIncomeFen < policy.minMonthlyIncomeFen || affordableFen === 0) codes.push('income-too-low');
  return codes;
}

function referCodes(facts: DecisionFacts, policy: DecisionPolicy, affordableFen: number): DecisionCode[] {
  const codes: DecisionCode[] = [];
  if (facts.fraudSuspected) codes.push('fraud-suspected');
  if (facts.overdueElsewhere) codes.push('overdue-elsewhere');
  if (facts.courtRecord === 'found') codes.push('court-record');
  if (facts.courtRecord === 'unknown') codes.push('source-unknown');
  if (facts.applicationsLast30Days > policy.maxApplications30Days) codes.push('many-applications');
  if (policy.referGrades.includes(facts.score.grade)) codes.push('weak-grade');
  if (affordableFen > 0 && facts.amountFen > affordableFen) codes.push('above-ability');
  return codes;
}

/**
 * Ability to repay: the principal whose equal instalment fits what income leaves after other debts, in whole steps. The annuity's
 * present value is summed period by period: terms are short, and the last digit matters to nobody.
 */
export function affordableAmountFen(facts: DecisionFacts, policy: DecisionPolicy = DEFAULT_POLICY): number {
  const room = Math.floor((facts.monthlyIncomeFen * policy.debtServicePercent) / 100) - facts.monthlyDebtFen;
  if (room <= 0) return 0;
  const monthly = facts.annualRateBps / 120_000;
  let discount = 1;
  let presentValue = 0;
  for (let month = 0; month < facts.termMonths; month += 1) {
    discount /= 1 + monthly;
    presentValue += room * discount;
  }
  return Math.floor(presentValue / policy.amountStepFen) * policy.amountStepFen;
}
