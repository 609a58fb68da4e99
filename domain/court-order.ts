/**
 * Court freeze (司法冻结): how long an order may hold what is a person's, and what of it. Source: Interpretation of the Supreme
 * People's Court on the Civil Procedure Law (民诉法解释, as amended in 2022), Art. 485: bank deposits at most one year, movables
 * two, real estate and other property rights three; a renewal is asked for before the end and runs no longer than that again.
 */
import { addYears, type IsoDate } from './dates.js';
import type { Fen } from './money.js';

/** Money in custody counts as a bank deposit, a claim (债权) as another property right. */
export type Covers = 'money' | 'claims' | 'both';
export const freezeYears = { money: 1, claims: 3 } as const;

/** One order has one end: with money in it, that of money. */
const yearsOf = (covers: Covers): number => (covers === 'claims' ? freezeYears.claims : freezeYears.money);

/** Days before its end on which people are told that an order runs out unless the court renews it. */
export const expiryWarningDays = 15;
/** Working days in which a second person decides; then a supervisor is asked. A freeze is urgent (a bank executes it on the day). */
export const decisionWorkingDays = 1;

/** The last day on which an order from this day may hold; a year ends on the day of the same date (Civil Code 201, 202). */
export function lastDayOfFreeze(covers: Covers, fromDate: IsoDate): IsoDate {
  return addYears(fromDate, yearsOf(covers));
}

export type TermRefusal = 'ends-before-it-begins' | 'already-over' | 'longer-than-the-law';

/** Why an order cannot be entered with these days, or null. */
export function refuseTerm({ covers, fromDate, expiresOn, today }: { covers: Covers; fromDate: IsoDate; expiresOn: IsoDate; today: IsoDate }): TermRefusal | null {
  if (expiresOn <= fromDate) return 'ends-before-it-begins';
  if (expiresOn < today) return 'already-over';
  return expiresOn > lastDayOfFreeze(covers, fromDate) ? 'longer-than-the-law' : null;
}

/** Why an order cannot be renewed to this day, or null. The renewal counts from the day on which the order would have ended. */
export function refuseRenewal({ covers, expiresOn, renewedTo, today }: { covers: Covers; expiresOn: IsoDate; renewedTo: IsoDate; today: IsoDate }): TermRefusal | null {
  if (expiresOn < today) return 'already-over';
  return refuseTerm({ covers, fromDate: expiresOn, expiresOn: renewedTo, today });
}

export interface OutstandingClaim { holdingId: number; outstandingFen: Fen }

/**
 * Which claims an order holds: all that are not repaid; with a sum, the oldest until their outstanding principal reaches it.
 * A claim is held whole: more than the sum where the last one does not fit.
 */
export function claimsToHold(claims: readonly OutstandingClaim[], sumFen: Fen | null): number[] {
  let reached = 0;
  return claims.filter((claim) => claim.outstandingFen > 0).flatMap(({ holdingId, outstandingFen }) => {
    if (sumFen !== null && reached >= sumFen) return [];
    reached += outstandingFen;
    return [holdingId];
  });
}
