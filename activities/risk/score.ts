import { findReport, ownRecord, saveScore } from '../../db/reports.js';
import type { CourtFacts, CreditFacts } from '../../gateways/bureaus/port.js';
import type { ScoreInput } from '../../risk/characteristics.js';
import { decide, policyFor } from '../../risk/decision.js';
import type { DecisionFacts } from '../../risk/decision.js';
import { scoreApplication } from '../../risk/scorecard.js';
import type { ScoreResult } from '../../risk/scorecard.js';
import type { Product } from '../../domain/product.js';
import type { RiskActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { loanFacts } from './facts.js';
import type { LoanFacts } from './facts.js';
import { screeningReference } from './screen.js';

/** Scores the applicant and decides by policy: approve, refer to a reviewer, or decline. Kept with all it was computed from. */
export function scoreActivity({ pool }: Pick<ActivityDeps, 'pool'>): RiskActivities['score'] {
  return async ({ loanNo, asOf }) => {
    const facts = await loanFacts(pool, loanNo);
    const [credit, court] = await Promise.all([answered<CreditFacts>(pool, loanNo, 'credit'), answered<CourtFacts>(pool, loanNo, 'court')]);
    const own = await ownRecord(pool, facts.loan.borrowerId, loanNo, asOf);
    const input = scoreInput(facts, credit);
    const result = scoreApplication(input);
    const asked = decisionFacts(facts, result, credit, court, own.applicationsLast30Days);
    const decision = decide(asked, policyFor(facts.product.profile));
    const kept = await saveScore(pool, {
      loanNo, model: result.version, points: Math.round(result.score), pdBps: Math.round(result.probabilityOfDefault * 10_000), grade: result.grade,
      reasons: { codes: decision.codes, byDimension: result.byDimension, points: result.reasons },
      inputs: { score: input, decision: asked, policy: decision.policy, affordableFen: decision.affordableFen, proposedFen: decision.proposedFen },
      decision: decision.verdict, decidedOn: asOf,
    });
    const { codes } = kept.reasons as { codes: string[] };
    return { grade: kept.grade, pdBps: kept.pdBps, decision: kept.decision, code: codes[0] ?? null };
  };
}

async function answered<T>(pool: ActivityDeps['pool'], loanNo: string, bureau: 'credit' | 'court'): Promise<T | null> {
  const report = await findReport(pool, screeningReference(loanNo, bureau));
  return report?.status === 'answered' ? (report.facts as T) : null;
}

/** The characteristics, in currency units; what no bureau answered is unknown. */
function scoreInput({ loan, application }: LoanFacts, credit: CreditFacts | null): ScoreInput {
  return {
    amount: loan.requestedFen / 100,
    termMonths: loan.termMonths,
    annualIncome: application.annualIncomeFen / 100,
    employmentYears: application.employmentYears,
    homeOwnership: application.homeOwnership,
    purpose: loan.purpose,
    debtToIncomePercent: debtToIncomePercent(application.debtToIncomeBps, application.annualIncomeFen, credit),
    delinquencies2y: credit?.delinquencies2y ?? null,
    inquiries6m: credit?.inquiries6m ?? null,
    monthsSinceDelinquency: credit?.monthsSinceDelinquency ?? null,
    monthsSinceRecord: credit?.monthsSinceRecord ?? null,
    openAccounts: credit?.openAccounts ?? null,
    totalAccounts: credit?.totalAccounts ?? null,
    publicRecords: credit?.publicRecords ?? null,
    bankruptcies: null,
    revolvingBalance: credit ? credit.revolvingBalanceFen / 100 : null,
    revolvingUtilisation: credit ? credit.revolvingUtilisationBps / 10_000 : null,
    creditAgeMonths: credit?.creditAgeMonths ?? null,
  };
}

function debtToIncomePercent(declaredBps: number | null, annualIncomeFen: number, credit: CreditFacts | null): number | null {
  if (declaredBps !== null) return declaredBps / 100;
  return credit && annualIncomeFen > 0 ? (credit.monthlyDebtPaymentsFen * 12 * 100) / annualIncomeFen : null;
}

function decisionFacts({ loan, application, product }: LoanFacts, score: ScoreResult, credit: CreditFacts | null, court: CourtFacts | null, applicationsLast30Days: number): DecisionFacts {
  const monthlyIncomeFen = Math.floor(application.annualIncomeFen / 12);
  const declaredDebtFen = Math.floor((monthlyIncomeFen * (application.debtToIncomeBps ?? 0)) / 10_000);
  return {
    score: { grade: score.grade, probabilityOfDefault: score.probabilityOfDefault, reasons: score.reasons },
    amountFen: loan.requestedFen,
    termMonths: loan.termMonths,
    annualRateBps: rateFor(product, score.grade),
    monthlyIncomeFen,
    monthlyDebtFen: Math.max(declaredDebtFen, credit?.monthlyDebtPaymentsFen ?? 0),
    courtRecord: court === null ? 'unknown' : court.openCases > 0 ? 'found' : 'none',
    enforcementListed: court?.onEnforcementList ?? false,
    fraudSuspected: false,
    overdueElsewhere: credit?.monthsSinceDelinquency === 0,
    applicationsLast30Days,
  };
}

/** What the grade would pay; for a grade that is not lent to, or where the reviewer prices, the dearest. */
function rateFor({ pricing }: Product, grade: string): number {
  if (pricing.by === 'reviewer') return pricing.maxRateBps;
  return pricing.annualRateBps[grade] ?? Math.max(...Object.values(pricing.annualRateBps));
}
