/** A lender's suitability questionnaire (cn Art. 26): no valid assessment, no trade. */
import type { IsoDate } from '../domain/dates.js';
import { row, type Db } from './pool.js';

export type LenderGrade = 'C1' | 'C2' | 'C3' | 'C4' | 'C5';

export interface LenderAssessment {
  answers: Record<string, string>;
  grade: LenderGrade;
  /** The most the lender may have lent out at any time. */
  limitFen: number;
  /** Business time. */
  assessedAt: string;
  validUntil: IsoDate;
}

export async function recordAssessment(tx: Db, personId: string, assessment: LenderAssessment): Promise<void> {
  await tx.query(
    'INSERT INTO lender_assessment (person_id, answers, grade, limit_fen, assessed_at, valid_until) VALUES ($1, $2, $3, $4, $5, $6)',
    [personId, JSON.stringify(assessment.answers), assessment.grade, assessment.limitFen, assessment.assessedAt, assessment.validUntil],
  );
}

/** The newest assessment if it is still valid on that day. */
export function validAssessment(db: Db, personId: string, on: IsoDate): Promise<LenderAssessment | null> {
  return row<LenderAssessment>(
    db,
    `SELECT answers, grade, limit_fen AS "limitFen", assessed_at AS "assessedAt", valid_until AS "validUntil" FROM
       (SELECT * FROM lender_assessment WHERE person_id = $1 ORDER BY id DESC LIMIT 1) newest WHERE valid_until >= $2::date`,
    [personId, on],
  );
}
