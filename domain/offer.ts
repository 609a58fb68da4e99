import { capBps } from './caps.js';
import type { IsoDate } from './dates.js';
import { proportionFloor, type Fen } from './money.js';
import { BPS_PER_UNIT, percentOfBps, type Bps } from './percent.js';
import { instalmentsOf, type Grade, type Product } from './product.js';
import { allInCost, costBps } from './rates.js';
import type { LprValue, ProfileId } from './regulation.js';
import { buildSchedule, type Every, type RepaymentMethod, type ScheduledInstalment } from './schedule.js';

export interface OfferInput {
  product: Product;
  amountFen: Fen;
  termMonths: number;
  grade: Grade;
  /** Needed where the reviewer prices; ignored where the grade does. */
  annualRateBps?: Bps;
  profile: ProfileId;
  contractDate: IsoDate;
  /** LPR values entered after this version was published. */
  laterLpr?: LprValue[];
}

export type OfferRefusal =
  | 'amount-too-small' | 'amount-too-large' | 'amount-not-a-step' | 'term-not-offered' | 'grade-not-offered' | 'rate-missing' | 'rate-outside-product'
  | 'rate-cap' | 'no-cap-known' | 'profile-mismatch';

/** 授信方案: what the platform proposes. */
export interface Offer {
  amountFen: Fen;
  termMonths: number;
  method: RepaymentMethod;
  grade: Grade;
  annualRateBps: Bps;
  /** Per instalment, beside principal and interest. */
  serviceFeeFen: Fen;
  schedule: ScheduledInstalment[];
  totalInterestFen: Fen;
  totalFeesFen: Fen;
  /** Per cent a year with four decimals, every borrower fee included. */
  allInCost: string;
  /** Null where the profile has no cap. */
  capBps: Bps | null;
  allowed: true;
}

/** A refusal keeps the figures it was decided on, so that a page can say how far off the cap the contract was. */
export interface RefusedOffer {
  refused: OfferRefusal;
  allowed: false;
  allInCost?: string;
  capBps?: Bps | null;
}

/**
 * Prices a loan and checks it against product and rate cap as of `contractDate`; the schedule is shown as if the value date were that day. The cap is
 * checked again when the contract is concluded.
 */
export function makeOffer(input: OfferInput): Offer | RefusedOffer {
  const rate = rateFor(input);
  if (typeof rate === 'string') return { refused: rate, allowed: false };
  const { product, amountFen, termMonths, grade, contractDate } = input;
  const schedule = scheduleFor(product, amountFen, termMonths, rate, contractDate);
  const serviceFeeFen = serviceFeePerInstalmentFen(product, amountFen);
  const cost = costOf(product, amountFen, schedule, serviceFeeFen);
  const cap = capBps(input.profile, contractDate, input.laterLpr);
  if ('refused' in cap) return { refused: cap.refused, allowed: false, allInCost: cost };
  if (cap.capBps !== null && costBps(cost) > cap.capBps) return { refused: 'rate-cap', allowed: false, allInCost: cost, capBps: cap.capBps };
  return {
    amountFen, termMonths, method: product.method, grade, annualRateBps: rate, serviceFeeFen, schedule,
    totalInterestFen: schedule.reduce((sum, row) => sum + row.interestMinor, 0),
    totalFeesFen: serviceFeeFen * schedule.length,
    allInCost: cost, capBps: cap.capBps, allowed: true,
  };
}

function rateFor({ product, amountFen, termMonths, grade, annualRateBps, profile }: OfferInput): Bps | OfferRefusal {
  if (product.profile !== profile) return 'profile-mismatch';
  if (amountFen < product.minAmountFen) return 'amount-too-small';
  if (amountFen > product.maxAmountFen) return 'amount-too-large';
  if (amountFen % product.amountStepFen !== 0) return 'amount-not-a-step';
  if (!product.termMonths.includes(termMonths)) return 'term-not-offered';
  if (product.pricing.by === 'grade') return product.pricing.annualRateBps[grade] ?? 'grade-not-offered';
  if (annualRateBps === undefined) return 'rate-missing';
  const { minRateBps, maxRateBps } = product.pricing;
  return annualRateBps >= minRateBps && annualRateBps <= maxRateBps ? annualRateBps : 'rate-outside-product';
}

/** The product's schedule of an amount from a value date. */
export function scheduleFor(product: Product, amountFen: Fen, termMonths: number, annualRateBps: Bps, valueDate: IsoDate): ScheduledInstalment[] {
  const count = instalmentsOf(product, termMonths);
  if (count === undefined) throw new RangeError(`product ${product.id} has no instalments over ${termMonths} months`);
  return buildSchedule({
    principalMinor: amountFen,
    annualRatePercent: percentOfBps(annualRateBps),
    method: product.method,
    every: product.every,
    count,
    startDate: valueDate,
    dayCount: product.dayCount,
  });
}

/** The borrower's service fee of one instalment, rounded down. */
export function serviceFeePerInstalmentFen(product: Product, amountFen: Fen): Fen {
  return proportionFloor(amountFen, product.serviceFeeBps, BPS_PER_UNIT);
}

function costOf(product: Product, amountFen: Fen, schedule: ScheduledInstalment[], serviceFeeFen: Fen): string {
  const cost = allInCost({
    receivedFen: [amountFen],
    paidFen: [0, ...schedule.map((row) => row.principalMinor + row.interestMinor)],
    feesFen: [0, ...schedule.map(() => serviceFeeFen)],
    periodsPerYear: periodsPerYear(product.every),
  });
  if ('refused' in cost) throw new Error('a schedule that repays its loan has a rate');
  return cost.annualPercent;
}

function periodsPerYear(every: Every): number {
  if ('months' in every) return 12 / every.months;
  return 'weeks' in every ? 52 / every.weeks : 365 / every.days;
}

/** The lender's fee: a share of interest really received, rounded down, never from principal, not in the borrower's cost. */
export function lenderFeeFen(interestFen: Fen, bps: Bps): Fen {
  return proportionFloor(interestFen, bps, BPS_PER_UNIT);
}
