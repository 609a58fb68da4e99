/**
 * What passes to heirs (继承): each has a fraction of the whole, as the notarised certificate of inheritance (继承权公证书) says. A claim
 * is split to the fen by the rule by which payments are shared.
 */
import { distribute } from './distribution.js';
import type { Fen } from './money.js';

export interface HeirShare { personId: string; numerator: number; denominator: number }

export const mostHeirs = 8;
const largestDenominator = 1_000;
/** Above it fractions are finer than any certificate, and weights would not stay whole numbers. */
const largestWeight = 1_000_000_000;

export type HeirsRefusal = 'no-heirs' | 'not-a-fraction' | 'named-twice' | 'not-the-whole' | 'too-fine';

/** Why these are not the heirs of a whole, or null. Fractions are added exactly. */
export function refuseHeirs(heirs: readonly HeirShare[]): HeirsRefusal | null {
  if (heirs.length === 0) return 'no-heirs';
  if (heirs.some(({ numerator, denominator }) => !isWhole(numerator) || !isWhole(denominator) || numerator > denominator || denominator > largestDenominator)) return 'not-a-fraction';
  if (new Set(heirs.map(({ personId }) => personId)).size < heirs.length) return 'named-twice';
  const common = commonDenominator(heirs);
  if (common > largestWeight) return 'too-fine';
  return weightsOf(heirs, common).reduce((sum, weight) => sum + weight, 0) === common ? null : 'not-the-whole';
}

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value > 0;

function commonDenominator(heirs: readonly HeirShare[]): number {
  return heirs.reduce((common, { denominator }) => (common > largestWeight ? common : (common / greatestDivisor(common, denominator)) * denominator), 1);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

const weightsOf = (heirs: readonly HeirShare[], common: number): number[] => heirs.map(({ numerator, denominator }) => numerator * (common / denominator));

/** An amount split by the heirs' fractions: Σ is the amount, each less than one fen from the exact part. */
export function splitFen(amountFen: Fen, heirs: readonly HeirShare[]): Fen[] {
  return distribute({ sharesFen: weightsOf(heirs, commonDenominator(heirs)), alreadyGivenFen: heirs.map(() => 0), paidSoFarFen: 0, payFen: amountFen });
}

/** `1/3`, or `1` for the whole; null for anything else. */
export function readFraction(text: string): Pick<HeirShare, 'numerator' | 'denominator'> | null {
  const found = /^\s*(\d{1,4})(?:\s*\/\s*(\d{1,4}))?\s*$/.exec(text);
  return found ? { numerator: Number(found[1]), denominator: Number(found[2] ?? 1) } : null;
}
