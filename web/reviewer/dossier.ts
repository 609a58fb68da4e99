/** Everything a reviewer looks at before deciding, read from the record. */
import { actsOn, type RecordedAct } from '../../db/acts.js';
import { identificationsOf, reportsOnPerson, type DatedReport, type DeskTask } from '../../db/desk.js';
import { findApplication, findLoan, loansOfBorrower, type ApplicationFacts, type LoanRow } from '../../db/loans.js';
import type { Db } from '../../db/pool.js';
import { findScore, type Identification, type StoredScore } from '../../db/reports.js';
import { defaultProduct, type Product } from '../../domain/product.js';

export interface Dossier {
  task: DeskTask;
  personId: string;
  loan: LoanRow | null;
  application: ApplicationFacts | null;
  product: Product | null;
  score: StoredScore | null;
  reports: DatedReport[];
  identifications: Identification[];
  otherLoans: LoanRow[];
  acts: RecordedAct[];
}

export async function readDossier(db: Db, task: DeskTask, personId: string): Promise<Dossier> {
  const { loanNo } = task;
  const [loan, application, score] = loanNo ? await Promise.all([findLoan(db, loanNo), findApplication(db, loanNo), findScore(db, loanNo)]) : [null, null, null];
  const [reports, identifications, loans, onLoan, onPerson] = await Promise.all([
    reportsOnPerson(db, personId), identificationsOf(db, personId), loansOfBorrower(db, personId), loanNo ? actsOn(db, loanNo) : [], actsOn(db, personId),
  ]);
  return {
    task, personId, loan, application, score, reports, identifications,
    product: loan ? (defaultProduct(loan.productId) ?? null) : null,
    otherLoans: loans.filter((each) => each.loanNo !== loanNo),
    acts: [...onLoan, ...onPerson].sort((a, b) => a.id - b.id),
  };
}

/** A score's reasons as kept: codes of the policy, and the points that each characteristic cost. */
export interface ScoreReasons { codes: string[]; points: { code: string; dimension: string; points: number }[]; byDimension: Record<string, number> }

export function scoreReasons(score: StoredScore): ScoreReasons {
  const kept = (score.reasons ?? {}) as Partial<ScoreReasons>;
  return { codes: kept.codes ?? [], points: kept.points ?? [], byDimension: kept.byDimension ?? {} };
}
