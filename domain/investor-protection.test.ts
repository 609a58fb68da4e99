import { lossSimulation, offerWarning, ownerLimit, reflection } from './investor-protection.js';

const DAY = 86_400_000;

describe('investor protection (eu)', () => {
  it('warns above the higher of a thousand euro and five per cent of net worth, not at it', () => {
    expect(offerWarning('eu', 1_000_000, 100_000)).toEqual({ thresholdCents: 100_000, required: false });
    expect(offerWarning('eu', 1_000_000, 100_001)).toEqual({ thresholdCents: 100_000, required: true });
    expect(offerWarning('eu', 10_000_000, 500_000)).toEqual({ thresholdCents: 500_000, required: false });
    expect(offerWarning('eu', -5_000_000, 100_001)).toEqual({ thresholdCents: 100_000, required: true });
  });

  it('simulates a loss of a tenth of net worth, and of nothing where there is none', () => {
    expect([12_345, 0, -100].map((netWorth) => lossSimulation('eu', netWorth)?.bearableLossCents)).toEqual([1_234, 0, 0]);
  });

  it('lets an owner raise five million in twelve months and not a cent more', () => {
    expect(ownerLimit('eu', 400_000_000, 100_000_000).allowed).toBe(true);
    expect(ownerLimit('eu', 400_000_000, 100_000_001).allowed).toBe(false);
  });

  it('lets the non-sophisticated revoke for four days from the offer', () => {
    expect(reflection('eu', false, 0, 4 * DAY)).toEqual({ mayRevoke: true, endsAtMs: 4 * DAY });
    expect(reflection('eu', false, 0, 4 * DAY + 1).mayRevoke).toBe(false);
    expect(reflection('eu', true, 0, DAY).mayRevoke).toBe(false);
  });

  it('is not part of the other profiles', () => {
    expect([offerWarning('cn', 0, 1), lossSimulation('cn', 0), ownerLimit('cn', 1e12, 1), reflection('cn', false, 0, 1).mayRevoke])
      .toEqual([undefined, undefined, { allowed: true }, false]);
  });
});
