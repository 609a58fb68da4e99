/** The share of `total` that falls to a round, so that all rounds together make exactly `total`, as evenly as can be. */
export const shareOf = (total: number, round: number, rounds: number): number => Math.floor((total * (round + 1)) / rounds) - Math.floor((total * round) / rounds);
