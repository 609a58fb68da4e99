import type { IsoDate } from './dates.js';
import { assertNotNegativeFen, type Fen } from './money.js';
import type { Bps } from './percent.js';
import { profileOf, type BorrowerKind, type LprValue, type ProfileId } from './regulation.js';

export interface BorrowerCapInput {
  profile: ProfileId;
  borrower: BorrowerKind;
  /** Principal not yet repaid here. */
  platformBalanceFen: Fen;
  /** Own projects still raising, which count as taken. */
  raisingFen: Fen;
  /** Declared and found at other platforms. */
  elsewhereBalanceFen: Fen;
  applyFen: Fen;
}

export type CapViolation = 'platform-cap' | 'overall-cap';

/** Highest borrower balance, inclusive, here and over all platforms (Interim Measures, Art. 17). */
export function borrowerCap(input: BorrowerCapInput): { allowed: boolean; violations: CapViolation[] } {
  const caps = profileOf(input.profile).borrowerCaps?.value;
  if (!caps) return { allowed: true, violations: [] };
  const here = [input.platformBalanceFen, input.raisingFen, input.applyFen].reduce((sum, fen) => sum + assertNotNegativeFen(fen), 0);
  const everywhere = here + assertNotNegativeFen(input.elsewhereBalanceFen);
  const violations: CapViolation[] = [];
  if (here > caps.platformFen[input.borrower]) violations.push('platform-cap');
  if (everywhere > caps.overallFen[input.borrower]) violations.push('overall-cap');
  return { allowed: violations.length === 0, violations };
}

/** How much more the borrower may still ask for; undefined where the profile has no cap. */
export function borrowerRoomFen(input: Omit<BorrowerCapInput, 'applyFen'>): Fen | undefined {
  const caps = profileOf(input.profile).borrowerCaps?.value;
  if (!caps) return undefined;
  const here = input.platformBalanceFen + input.raisingFen;
  const room = Math.min(caps.platformFen[input.borrower] - here, caps.overallFen[input.borrower] - here - input.elsewhereBalanceFen);
  return Math.max(0, room);
}

export type CapBps = { capBps: Bps | null } | { refused: 'no-cap-known' };

/**
 * The highest all-in yearly cost of a contract of that date: four times the one-year LPR then in force (private-lending
 * interpretation Art. 25). `null`: the profile has no cap. Contracts before 2020-08-20 fall under rules not kept here. Later LPR
 * values are entered by finance with a source and handed in.
 */
export function capBps(profile: ProfileId, contractDate: IsoDate, laterLpr: LprValue[] = []): CapBps {
  const cap = profileOf(profile).rateCap?.value;
  if (!cap) return { capBps: null };
  const inForce = [...cap.lpr, ...laterLpr].filter((value) => value.from <= contractDate).sort((a, b) => (a.from < b.from ? -1 : 1));
  const lpr = inForce[inForce.length - 1];
  return lpr ? { capBps: lpr.bps * cap.lprMultiple } : { refused: 'no-cap-known' };
}

export interface RateCapInput {
  profile: ProfileId;
  contractDate: IsoDate;
  /** All-in yearly cost, not the nominal rate. */
  annualRateBps: Bps;
}

/** Whether a yearly cost is within the cap; equal is allowed. */
export function rateCap(input: RateCapInput, laterLpr: LprValue[] = []): { capBps: Bps | null; allowed: boolean } | { refused: 'no-cap-known' } {
  const cap = capBps(input.profile, input.contractDate, laterLpr);
  if ('refused' in cap) return cap;
  return { capBps: cap.capBps, allowed: cap.capBps === null || input.annualRateBps <= cap.capBps };
}

export interface LateCostCapInput {
  profile: ProfileId;
  contractDate: IsoDate;
  overdueInterestBps: Bps;
  penaltyBps: Bps;
  otherFeesBps: Bps;
}

export interface LateCost {
  /** The lower of the sum and the cap. */
  supportedBps: Bps;
  allowed: boolean;
}

/** Late interest, penalty and fees together are supported only up to the cap (private-lending interpretation Art. 29). */
export function lateCostCap(input: LateCostCapInput, laterLpr: LprValue[] = []): LateCost | { refused: 'no-cap-known' } {
  const sum = input.overdueInterestBps + input.penaltyBps + input.otherFeesBps;
  const cap = capBps(input.profile, input.contractDate, laterLpr);
  if ('refused' in cap) return cap;
  const supportedBps = cap.capBps === null ? sum : Math.min(sum, cap.capBps);
  return { supportedBps, allowed: supportedBps === sum };
}
