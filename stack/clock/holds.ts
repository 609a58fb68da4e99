/** Who asks the clock to stand still for a while (a person on the bank's page, a part that is down), until when (wall time). */
export interface Holds {
  /** Again = longer. */
  hold(id: string, reason: string, seconds: number): void;
  release(id: string): void;
  /** Those in force; expired ones are dropped. */
  active(): { id: string; reason: string }[];
}

/** Nobody holds the clock for longer than this at a time. */
export const longestHoldSeconds = 900;

export function createHolds(wallNow: () => number): Holds {
  const held = new Map<string, { reason: string; until: number }>();
  return {
    hold: (id, reason, seconds) => void held.set(id, { reason, until: wallNow() + Math.min(seconds, longestHoldSeconds) * 1_000 }),
    release: (id) => void held.delete(id),
    active() {
      for (const [id, { until }] of held) if (until <= wallNow()) held.delete(id);
      return [...held].map(([id, { reason }]) => ({ id, reason }));
    },
  };
}
