import fc from 'fast-check';
import { readFraction, refuseHeirs, splitFen, type HeirShare } from './inheritance.js';

const heirs = (...fractions: string[]): HeirShare[] => fractions.map((fraction, index) => ({ personId: `P${index}`, ...readFraction(fraction)! }));

it('heirs have the whole between them, exactly', () => {
  for (const fractions of [['1'], ['1/2', '1/2'], ['1/3', '1/3', '1/3'], ['1/6', '1/3', '1/2'], ['999/1000', '1/1000']]) expect(refuseHeirs(heirs(...fractions))).toBeNull();
  for (const fractions of [['1/2', '1/3'], ['1/3', '1/3', '333/1000'], ['1/2', '1/2', '1/1000']]) expect(refuseHeirs(heirs(...fractions))).toBe('not-the-whole');
});

it('what is no fraction, names somebody twice, or is finer than any certificate is refused', () => {
  expect(refuseHeirs([])).toBe('no-heirs');
  for (const bad of [{ numerator: 0, denominator: 1 }, { numerator: 2, denominator: 1 }, { numerator: 1, denominator: 0 }, { numerator: 0.5, denominator: 1 }, { numerator: 1, denominator: 1_001 }]) expect(refuseHeirs([{ personId: 'P1', ...bad }])).toBe('not-a-fraction');
  expect(refuseHeirs([{ personId: 'P1', numerator: 1, denominator: 2 }, { personId: 'P1', numerator: 1, denominator: 2 }])).toBe('named-twice');
  expect(refuseHeirs(heirs('1/997', '1/991', '1/983', '1/977'))).toBe('too-fine');
  for (const text of ['', 'a', '1/', '/2', '1.5', '-1/2', '1/2/3', '12345']) expect(readFraction(text)).toBeNull();
});

/** Fractions of any whole: cuts of a common denominator. */
const wholes = fc.integer({ min: 2, max: 1_000 }).chain((denominator) => fc.uniqueArray(fc.integer({ min: 1, max: denominator - 1 }), { maxLength: 7 }).map((cuts): HeirShare[] => {
  const ends = [...cuts.sort((a, b) => a - b), denominator];
  return ends.map((end, index) => ({ personId: `P${index}`, numerator: end - (ends[index - 1] ?? 0), denominator }));
}));

it('whatever is split adds up to the fen, and nobody is a fen from the exact part', () => {
  fc.assert(fc.property(wholes, fc.integer({ min: 0, max: 1_000_000_000 }), (shares, amountFen) => {
    expect(refuseHeirs(shares)).toBeNull();
    const parts = splitFen(amountFen, shares);
    expect(parts.reduce((sum, fen) => sum + fen, 0)).toBe(amountFen);
    parts.forEach((fen, index) => expect(Math.abs(fen - (amountFen * shares[index]!.numerator) / shares[index]!.denominator)).toBeLessThan(1));
  }));
});
