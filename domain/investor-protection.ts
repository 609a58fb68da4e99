import { profileOf, type InvestorProtection, type ProfileId } from './regulation.js';

/** Protections of Regulation (EU) 2020/1503; profiles without them allow and require nothing. Amounts in euro cents. */
const MS_PER_DAY = 86_400_000;

function rulesOf(profile: ProfileId): InvestorProtection | undefined {
  return profileOf(profile).investorProtection?.value;
}

/** Above the higher of €1,000 and 5 % of net worth an offer needs a warning and explicit consent (Art. 21(7)). */
export function offerWarning(profile: ProfileId, netWorthCents: number, offerCents: number): { thresholdCents: number; required: boolean } | undefined {
  const rules = rulesOf(profile);
  if (!rules) return undefined;
  const share = Math.floor((netWorthCents * rules.warningAbovePercentOfNetWorth) / 100);
  const thresholdCents = Math.max(rules.warningAboveCents, share);
  return { thresholdCents, required: offerCents > thresholdCents };
}

/** The loss a lender is shown to be able to bear: 10 % of net worth, nothing when that is negative (Art. 21(5)). */
export function lossSimulation(profile: ProfileId, netWorthCents: number): { bearableLossCents: number } | undefined {
  const rules = rulesOf(profile);
  if (!rules) return undefined;
  return { bearableLossCents: Math.floor((Math.max(0, netWorthCents) * rules.lossSimulationPercentOfNetWorth) / 100) };
}

/** A project owner raises at most €5,000,000 in twelve months (Art. 1(2)(c)). */
export function ownerLimit(profile: ProfileId, last12MonthsCents: number, newCents: number): { allowed: boolean } {
  const rules = rulesOf(profile);
  return { allowed: !rules || last12MonthsCents + newCents <= rules.ownerLimitCents };
}

/**
 * Four calendar days of reflection with free revocation for non-sophisticated investors, counted from the moment of the offer
 * (Art. 22(2), (3)). Instants in milliseconds.
 */
export function reflection(profile: ProfileId, sophisticated: boolean, offerAtMs: number, revokeAtMs: number): { mayRevoke: boolean; endsAtMs: number } {
  const rules = rulesOf(profile);
  const endsAtMs = offerAtMs + (rules && !sophisticated ? rules.reflectionDays * MS_PER_DAY : 0);
  return { mayRevoke: endsAtMs > offerAtMs && revokeAtMs >= offerAtMs && revokeAtMs <= endsAtMs, endsAtMs };
}
