/** The platform's risk grades by predicted probability of default over the loan's life. F is not lent to. */
export type RiskGrade = 'A' | 'B' | 'C' | 'D' | 'E' | 'F';

/** Upper limits, exclusive. On loans of 2011 the grades' actual losses by number rose from about 4 to 30 %, see docs/model-card.md. */
export const GRADE_CUTOFFS: readonly (readonly [RiskGrade, number])[] = [
  ['A', 0.06],
  ['B', 0.09],
  ['C', 0.13],
  ['D', 0.18],
  ['E', 0.25],
];

/** The grade of a predicted probability of default (0–1). */
export function gradeOf(probabilityOfDefault: number): RiskGrade {
  return GRADE_CUTOFFS.find(([, below]) => probabilityOfDefault < below)?.[0] ?? 'F';
}
