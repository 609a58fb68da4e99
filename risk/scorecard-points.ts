import type { CharacteristicCode } from './characteristics.js';

/** Points of one characteristic: by number (`[below, points]`, the last bin open) or by level. Unknown values get `unknown`. */
export type CardLine =
  | { code: CharacteristicCode; bins: readonly (readonly [number | null, number])[]; unknown: number }
  | { code: CharacteristicCode; levels: Readonly<Record<string, number>>; unknown: number };

/**
 * The trained scorecard. Where it comes from, what it was measured at and what it cannot know stands in `docs/model-card.md`: fitted on
 * LendingClub's public book (loans issued to December 2010), with monotone bins, by `bench/scorecard/train.ts`.
 * American borrowers of that time, none of ours.
 */
export const SCORECARD_VERSION = 'public-book-2010-1';

/** Score at which eight loans are good for one bad, and points that double those odds. */
export const SCORE_SCALE = { score: 600, odds: 8, pointsToDoubleOdds: 60 } as const;

export const BASE_POINTS = 583;

export const SCORECARD: readonly CardLine[] = [
  {
    code: 'annual-income',
    bins: [[23000, -31], [29000, -18], [32000, -16], [40000, -6], [50000, -2], [65000, 1], [75000, 5], [100000, 11], [null, 17]],
    unknown: 0,
  },
  { code: 'payment-to-income', bins: [[0.04, 4], [0.048, 1], [0.08, 0], [0.1, -4], [null, -9]], unknown: 0 },
  { code: 'debt-to-income', bins: [[7.6, 2], [13, 1], [14, 0], [18, -1], [null, -2]], unknown: 0 },
  {
    code: 'revolving-utilisation',
    bins: [[0.28, 29], [0.38, 9], [0.56, -2], [0.66, -6], [0.71, -13], [0.81, -17], [0.88, -21], [0.94, -24], [null, -39]],
    unknown: 0,
  },
  { code: 'revolving-to-income', bins: [[0.12, 5], [0.23, 2], [0.33, -2], [0.38, -5], [0.44, -9], [null, -12]], unknown: 0 },
  { code: 'total-accounts', bins: [[6, -14], [10, -10], [13, -2], [20, 1], [null, 3]], unknown: 0 },
  { code: 'delinquencies', bins: [[1, 0], [null, -3]], unknown: 0 },
  { code: 'inquiries', bins: [[1, 20], [2, -5], [3, -9], [null, -47]], unknown: 0 },
  { code: 'public-records', bins: [[1, 4], [null, -49]], unknown: 0 },
  { code: 'credit-age', bins: [[54, -6], [68, -2], [200, 0], [null, 2]], unknown: 0 },
  {
    code: 'purpose',
    levels: {
      debt_consolidation: -2, credit_card: 35, moving: 7, small_business: -65, other: -9, home_improvement: 11, wedding: 33,
      educational: -22, major_purchase: 20, medical: -6, car: 23, vacation: -13, house: -18, renewable_energy: -12,
    },
    unknown: 0,
  },
  { code: 'term', bins: [[60, 13], [null, -48]], unknown: 0 },
  {
    code: 'loan-to-income',
    bins: [[0.12, 8], [0.16, 5], [0.19, 2], [0.22, 0], [0.24, -3], [0.29, -6], [0.33, -10], [0.39, -14], [null, -21]],
    unknown: 0,
  },
];
