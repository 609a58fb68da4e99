/** Draws that a seed repeats: which part dies, when, and how long it stays dead. */
import { createHash } from 'node:crypto';

export interface Dice {
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  one<T>(of: readonly T[]): T;
}

export function createDice(seed: number): Dice {
  let drawn = 0;
  const between = (least: number, most: number): number => {
    drawn += 1;
    const bits = createHash('sha256').update(`${seed}:${drawn}`).digest().readUIntBE(0, 6);
    return least + (bits % (most - least + 1));
  };
  return {
    between,
    one: (of) => {
      const drawnOne = of[between(0, of.length - 1)];
      if (drawnOne === undefined) throw new RangeError('nothing to draw from');
      return drawnOne;
    },
  };
}
