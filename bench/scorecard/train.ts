/**
 * Trains the scorecard on LendingClub's public book and measures it on later loans:
 *
 *     node dist/bench/scorecard/train.js BOOK.csv.gz
 *
 * prints the lines of `risk/scorecard-points.ts` and, beside them, the figures of `docs/model-card.md`.
 */
import { CHARACTERISTICS, type Characteristic } from '../../risk/characteristics.js';
import { GRADE_CUTOFFS } from '../../risk/grades.js';
import { SCORE_SCALE, type CardLine } from '../../risk/scorecard-points.js';
import { evidenceOf, LEFT_OUT, weightOf, type Evidence } from './bins.js';
import { readBook, type RecordedLoan } from './book.js';
import { measure, stability } from './measures.js';
import { fitLogistic } from './regression.js';

/** Loans issued later are only looked at. */
export const TRAIN_UNTIL = '2010-12-31';
const RIDGE = 5;
const SMALLEST_COEFFICIENT = 0.02;

export interface TrainedCard { basePoints: number; lines: CardLine[] }
interface Weighed { characteristic: Characteristic; evidence: Evidence; coefficient: number }

/** Points per natural log of the odds. */
const POINTS_PER_LOG_ODDS = SCORE_SCALE.pointsToDoubleOdds / Math.LN2;

export function trainCard(loans: RecordedLoan[]): TrainedCard {
  let candidates = CHARACTERISTICS.filter(({ code }) => !LEFT_OUT.includes(code))
    .map((characteristic) => ({ characteristic, evidence: evidenceOf(characteristic, loans) }));
  for (;;) {
    const rows = loans.map(({ input }) => [1, ...candidates.map(({ characteristic, evidence }) => -weightOf(evidence, characteristic, input))]);
    const [intercept = 0, ...coefficients] = fitLogistic(rows, loans.map(({ bad }) => bad), RIDGE);
    const useless = coefficients.findIndex((coefficient) => coefficient < SMALLEST_COEFFICIENT);
    if (useless < 0) return asPoints(intercept, candidates.map((each, index) => ({ ...each, coefficient: coefficients[index] ?? 0 })));
    candidates = candidates.filter((_, index) => index !== useless);
  }
}

function asPoints(intercept: number, weighed: Weighed[]): TrainedCard {
  const basePoints = Math.round(SCORE_SCALE.score + POINTS_PER_LOG_ODDS * (-intercept - Math.log(SCORE_SCALE.odds)));
  return { basePoints, lines: weighed.map(lineOf).filter((line) => !isWithoutEffect(line)) };
}

function lineOf({ characteristic: { code }, evidence, coefficient }: Weighed): CardLine {
  const points = (weight: number) => Math.round(POINTS_PER_LOG_ODDS * coefficient * weight) || 0;
  const unknown = points(evidence.unknown);
  if ('levels' in evidence) {
    return { code, levels: Object.fromEntries(Object.entries(evidence.levels).map(([level, weight]) => [level, points(weight)])), unknown };
  }
  const bins: [number | null, number][] = [];
  for (const bin of evidence.bins) {
    const below = bin.below === Infinity ? null : bin.below;
    const last = bins.at(-1);
    if (last && last[1] === points(bin.weight)) last[0] = below;
    else bins.push([below, points(bin.weight)]);
  }
  return { code, bins, unknown };
}

/** A line whose points differ by at most one tells nobody anything. */
function isWithoutEffect(line: CardLine): boolean {
  const points = 'bins' in line ? line.bins.map(([, each]) => each) : Object.values(line.levels);
  return Math.max(...points) - Math.min(...points) <= 1;
}

/** Points of a borrower by a card that is not installed yet. */
export function scoreBy(card: TrainedCard, { input }: RecordedLoan): number {
  return card.lines.reduce((score, line) => {
    const value = CHARACTERISTICS.find(({ code }) => code === line.code)?.read(input) ?? null;
    if (value === null) return score + line.unknown;
    if ('levels' in line) return score + (line.levels[String(value)] ?? line.unknown);
    return score + (line.bins.find(([below]) => below === null || Number(value) < below)?.[1] ?? line.unknown);
  }, card.basePoints);
}

function predictionOf(score: number): number {
  return 1 / (1 + SCORE_SCALE.odds * 2 ** ((score - SCORE_SCALE.score) / SCORE_SCALE.pointsToDoubleOdds));
}

/** All that the model card states, from one run. */
export function report(loans: RecordedLoan[]): string {
  const train = loans.filter(({ issuedOn }) => issuedOn <= TRAIN_UNTIL);
  const later = loans.filter(({ issuedOn }) => issuedOn > TRAIN_UNTIL);
  const card = trainCard(train);
  const scores = (sample: RecordedLoan[]) => sample.map((loan) => scoreBy(card, loan));
  const figures = (sample: RecordedLoan[]) => measure(scores(sample).map(predictionOf), sample.map(({ bad }) => bad));
  const samples = { train, later, 'later, 36 months': later.filter(({ input }) => input.termMonths === 36) };
  return [
    `base points ${card.basePoints}`,
    ...card.lines.map((line) => JSON.stringify(line)),
    ...Object.entries(samples).map(([name, sample]) => `${name}: ${JSON.stringify(figures(sample))}`),
    `stability train to later: ${stability(scores(train), scores(later)).toFixed(4)}`,
    ...gradeLines(later, scores(later).map(predictionOf)),
  ].join('\n');
}

function gradeLines(loans: RecordedLoan[], predictions: number[]): string[] {
  const limits = [...GRADE_CUTOFFS, ['F', 1.01] as const];
  return limits.map(([grade, below], index) => {
    const from = limits[index - 1]?.[1] ?? 0;
    const inGrade = loans.filter((_, each) => (predictions[each] ?? 0) >= from && (predictions[each] ?? 0) < below);
    const bad = inGrade.filter((loan) => loan.bad === 1).length;
    return `grade ${grade}: ${inGrade.length} loans, ${((100 * bad) / inGrade.length).toFixed(1)} % bad`;
  });
}

const [, script, path] = process.argv;
if (script?.endsWith('/scorecard/train.js')) {
  if (!path) throw new Error('which loan book? give the path of the CSV file');
  process.stdout.write(`${report(readBook(path))}\n`);
}
