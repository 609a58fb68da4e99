import { CHARACTERISTICS, type CharacteristicCode, type CharacteristicValue, type Dimension, type ScoreInput } from './characteristics.js';
import { gradeOf, type RiskGrade } from './grades.js';
import { BASE_POINTS, SCORECARD, SCORECARD_VERSION, SCORE_SCALE, type CardLine } from './scorecard-points.js';

/** What one characteristic adds to or takes from the score of the average borrower. */
export interface ScoreReason {
  code: CharacteristicCode;
  dimension: Dimension;
  points: number;
}

export interface ScoreResult {
  /** Which card gave it, so that a decision can be told years later. */
  version: string;
  score: number;
  /** Over the loan's life, 0–1. */
  probabilityOfDefault: number;
  grade: RiskGrade;
  /** Σ points by dimension. */
  byDimension: Record<Dimension, number>;
  /** What cost points, worst first. */
  reasons: ScoreReason[];
}

/** What is wrong with the input, as `field: rule`, or undefined when it can be scored. */
export function scoreProblem(input: ScoreInput): string | undefined {
  for (const field of ['amount', 'termMonths', 'annualIncome'] as const) {
    const value = input[field];
    if (typeof value !== 'number' || !Number.isFinite(value)) return `${field}: must be a number`;
  }
  if (input.amount <= 0) return 'amount: must be more than 0';
  if (input.termMonths < 1 || !Number.isInteger(input.termMonths)) return 'termMonths: must be a whole number of at least 1';
  return input.annualIncome < 0 ? 'annualIncome: must not be negative' : undefined;
}

/** Scores a borrower by the card. Pure and quick; throws on input that `scoreProblem` names. */
export function scoreApplication(input: ScoreInput): ScoreResult {
  const problem = scoreProblem(input);
  if (problem) throw new RangeError(problem);
  const byDimension: Record<Dimension, number> = { capacity: 0, leverage: 0, history: 0, stability: 0, terms: 0 };
  const reasons: ScoreReason[] = [];
  let score = BASE_POINTS;
  for (const line of SCORECARD) {
    const characteristic = readersByCode[line.code];
    const points = pointsOf(line, characteristic.read(input));
    score += points;
    byDimension[characteristic.dimension] += points;
    if (points < 0) reasons.push({ code: line.code, dimension: characteristic.dimension, points });
  }
  const probabilityOfDefault = defaultProbability(score);
  reasons.sort((a, b) => a.points - b.points);
  return { version: SCORECARD_VERSION, score, probabilityOfDefault, grade: gradeOf(probabilityOfDefault), byDimension, reasons };
}

const readersByCode = Object.fromEntries(CHARACTERISTICS.map((each) => [each.code, each])) as Record<
  CharacteristicCode,
  (typeof CHARACTERISTICS)[number]
>;

function pointsOf(line: CardLine, value: CharacteristicValue): number {
  if (value === null) return line.unknown;
  if ('levels' in line) return line.levels[String(value)] ?? line.unknown;
  if (typeof value !== 'number') return line.unknown;
  return line.bins.find(([below]) => below === null || value < below)?.[1] ?? line.unknown;
}

/** Good-to-bad odds double every so many points. */
export function defaultProbability(score: number): number {
  const { score: anchor, odds, pointsToDoubleOdds } = SCORE_SCALE;
  return 1 / (1 + odds * 2 ** ((score - anchor) / pointsToDoubleOdds));
}
