/**
 * A lender's suitability (出借人风险承受能力评估; Interim Measures, Art. 26): five questions on age, finances, experience,
 * preference and tolerance make a grade C1 (cautious) to C5 (bold), which sets how much may be lent and on which loan grades.
 * The weights are the platform's policy.
 */
import type { Fen } from './money.js';

export type LenderGrade = 'C1' | 'C2' | 'C3' | 'C4' | 'C5';

export interface SuitabilityQuestion {
  id: 'age' | 'finances' | 'experience' | 'preference' | 'tolerance';
  text: string;
  /** From the most cautious answer to the boldest. `value` is what is kept. */
  answers: readonly { value: string; text: string; points: number }[];
}

export const suitabilityQuestions: readonly SuitabilityQuestion[] = [
  { id: 'age', text: 'How old are you?', answers: [
    { value: 'over-65', text: 'Over 65', points: 0 }, { value: '56-65', text: '56 to 65', points: 1 }, { value: '18-30', text: '18 to 30', points: 2 }, { value: '31-55', text: '31 to 55', points: 3 }] },
  { id: 'finances', text: 'How much of your savings do you mean to lend here?', answers: [
    { value: 'over-half', text: 'More than half', points: 0 }, { value: 'quarter-half', text: 'A quarter to a half', points: 1 }, { value: 'tenth-quarter', text: 'A tenth to a quarter', points: 3 }, { value: 'under-tenth', text: 'Less than a tenth', points: 4 }] },
  { id: 'experience', text: 'What have you put money into that nobody guarantees?', answers: [
    { value: 'none', text: 'Nothing so far', points: 0 }, { value: 'funds', text: 'Funds', points: 2 }, { value: 'shares', text: 'Shares or bonds, for over a year', points: 3 }, { value: 'lending', text: 'Lending or shares, for over three years', points: 4 }] },
  { id: 'preference', text: 'Which would you rather have?', answers: [
    { value: 'safe', text: 'Little return, and hardly ever a loss', points: 0 }, { value: 'balanced', text: 'Some return, and some loss now and then', points: 2 }, { value: 'return', text: 'More return, and losses that I can bear', points: 4 }] },
  { id: 'tolerance', text: 'A fifth of what you lent is lost within a year. What then?', answers: [
    { value: 'hardship', text: 'I would be in difficulty', points: -20 }, { value: 'stop', text: 'I would stop lending', points: 1 }, { value: 'less', text: 'I would lend less', points: 3 }, { value: 'go-on', text: 'I would go on: I could afford it', points: 4 }] },
];

export type SuitabilityAnswers = Record<SuitabilityQuestion['id'], string>;

/** The least points of each grade, boldest first. */
const gradeFrom: readonly [number, LenderGrade][] = [[17, 'C5'], [13, 'C4'], [9, 'C3'], [5, 'C2'], [Number.NEGATIVE_INFINITY, 'C1']];

const limitFen: Record<LenderGrade, Fen> = { C1: 2_000_000, C2: 10_000_000, C3: 50_000_000, C4: 200_000_000, C5: 1_000_000_000 };
/** The riskiest loan grade that a lender's grade may fund. */
const riskiest: Record<LenderGrade, string> = { C1: 'A', C2: 'B', C3: 'D', C4: 'E', C5: 'G' };

export type Suitability = { grade: LenderGrade; limitFen: Fen; points: number } | { refused: 'unanswered'; questions: SuitabilityQuestion['id'][] };

/** Grade and limit for the answers; refuses when one is missing or not among those offered. */
export function assessSuitability(answers: Partial<SuitabilityAnswers>): Suitability {
  const points = suitabilityQuestions.map((question) => question.answers.find((answer) => answer.value === answers[question.id])?.points);
  const unanswered = suitabilityQuestions.filter((_, index) => points[index] === undefined).map((question) => question.id);
  if (unanswered.length > 0) return { refused: 'unanswered', questions: unanswered };
  const sum = points.reduce<number>((total, each) => total + (each ?? 0), 0);
  const [, grade] = gradeFrom.find(([least]) => sum >= least)!;
  return { grade, limitFen: limitFen[grade], points: sum };
}

/** Whether a lender of this grade may fund a loan of that grade (A best). */
export function mayFundGrade(lender: LenderGrade, loanGrade: string): boolean {
  return loanGrade <= riskiest[lender];
}
