import type { Fen } from './money.js';
import type { EarlyRepaymentTerms } from './payoff.js';
import type { Bps } from './percent.js';
import type { BorrowerKind, ProfileId } from './regulation.js';
import type { DayCount, Every, RepaymentMethod } from './schedule.js';

/** A risk grade: `A` (best) to `F` on the platform's own scale, `A` to `G` in recorded loans. */
export type Grade = string;

/** How the rate comes about: from the grade (a grade that is missing is not lent to), or row by row from the reviewer, within limits. */
export type Pricing = { by: 'grade'; annualRateBps: Record<Grade, Bps> } | { by: 'reviewer'; minRateBps: Bps; maxRateBps: Bps };

/** What lenders have agreed that may be done without asking them (see lenders' mandate). */
export interface LendersMandate {
  waiveLateInterestPercent: number;
  cutPrincipalPercent: number;
  /** Above these the lenders vote, by outstanding principal, for so many days. */
  voteDays: number;
}

/** What a loan's terms are made of. Versions are never edited: a loan keeps the one it was concluded under. */
export interface Product {
  id: string;
  version: number;
  profile: ProfileId;
  /** Which desk and which figures it belongs to. */
  segment: string;
  borrower: BorrowerKind;
  method: RepaymentMethod;
  every: Every;
  dayCount: DayCount;
  minAmountFen: Fen;
  maxAmountFen: Fen;
  amountStepFen: Fen;
  /** Terms in months that may be chosen. */
  termMonths: number[];
  pricing: Pricing;
  /** The borrower's service fee per instalment, in basis points of the original principal (rounded down). */
  serviceFeeBps: Bps;
  /** The lender's fee: share of interest really received. */
  lenderFeeBps: Bps;
  lateInterestBps: Bps;
  /** Days after the day that counts during which lateness has no consequence (宽限期). */
  graceDays: number;
  /** Due days on a day off move to the next working day. */
  dueDayMoves: boolean;
  earlyRepayment: EarlyRepaymentTerms;
  /** Whether the due-day debit takes what is there when it is less than what is due. */
  partialDebit: boolean;
  /** Days relative to the due day of reminders, and of debits. */
  reminderDays: number[];
  debitDays: number[];
  collectAfterDays: number;
  legalAfterDays: number;
  /** 宣布提前到期: days past due at which the whole debt may be called. */
  accelerateAfterDays: number;
  writeOffAfterDays: number;
  minBidFen: Fen;
  fundraisingWorkingDays: number;
  coolingDays: number;
  minAge: number;
  maxAge: number;
  mandate: LendersMandate;
}

const servicing = {
  graceDays: 0,
  earlyRepayment: { feeBps: 0, freeAfterInstalments: 0 },
  partialDebit: true,
  reminderDays: [-3, -1, 0],
  debitDays: [0, 1, 2, 3],
  collectAfterDays: 1,
  legalAfterDays: 91,
  accelerateAfterDays: 90,
  mandate: { waiveLateInterestPercent: 50, cutPrincipalPercent: 0, voteDays: 7 },
};

/**
 * 等额本息 for natural persons. Grade F is not lent to. The dearest contract (grade E, every term) stays under four times the lowest
 * LPR in the table with its fees; a test computes it. Late interest: 0.03 % a day.
 */
const consumerLoan: Product = {
  ...servicing,
  id: 'consumer',
  version: 1,
  profile: 'cn',
  segment: 'consumer',
  borrower: 'natural',
  method: 'equal-instalments',
  every: { months: 1 },
  dayCount: 'periodic',
  minAmountFen: 100_000,
  maxAmountFen: 20_000_000,
  amountStepFen: 10_000,
  termMonths: [3, 6, 9, 12, 18, 24, 36],
  pricing: { by: 'grade', annualRateBps: { A: 720, B: 780, C: 840, D: 900, E: 940 } },
  serviceFeeBps: 10,
  lenderFeeBps: 1000,
  lateInterestBps: 1095,
  dueDayMoves: true,
  writeOffAfterDays: 180,
  minBidFen: 10_000,
  fundraisingWorkingDays: 20,
  coolingDays: 30,
  minAge: 18,
  maxAge: 65,
};

/**
 * Recorded loans lived again: rate and grade are the row's and are entered by the reviewer; no fees and no late interest, so that
 * every difference from the record has another reason; written off at 150 days.
 */
const replayLoan: Product = {
  ...servicing,
  id: 'replay',
  version: 1,
  profile: 'us',
  segment: 'replay',
  borrower: 'natural',
  method: 'equal-instalments',
  every: { months: 1 },
  dayCount: 'periodic',
  minAmountFen: 50_000,
  maxAmountFen: 4_000_000,
  amountStepFen: 100,
  termMonths: [36, 60],
  pricing: { by: 'reviewer', minRateBps: 0, maxRateBps: 3600 },
  serviceFeeBps: 0,
  lenderFeeBps: 0,
  lateInterestBps: 0,
  dueDayMoves: false,
  writeOffAfterDays: 150,
  minBidFen: 1_000,
  fundraisingWorkingDays: 20,
  coolingDays: 0,
  minAge: 18,
  maxAge: 120,
};

/** The products that a new installation offers, per profile. Profiles without one are kept for their rules only. */
export const DEFAULT_PRODUCTS: Readonly<Record<ProfileId, readonly Product[]>> = {
  cn: [consumerLoan],
  institutional: [],
  eu: [],
  us: [replayLoan],
};

/** A default product by its id, or undefined. */
export function defaultProduct(id: string): Product | undefined {
  return Object.values(DEFAULT_PRODUCTS).flat().find((product) => product.id === id);
}

/** The calendar-free number of instalments of a term; undefined when the term is no whole number of periods. */
export function instalmentsOf(product: Product, termMonths: number): number | undefined {
  if (!('months' in product.every)) return undefined;
  const count = termMonths / product.every.months;
  return Number.isInteger(count) && count > 0 ? count : undefined;
}
