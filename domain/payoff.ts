import { addDays, daysBetween, type IsoDate } from './dates.js';
import { assertNotNegativeFen, proportionRounded, type Fen } from './money.js';

/** One row of the schedule with what is still open on it. */
export interface OpenInstalment {
  no: number;
  /** First day of the interest period: the value date, or the due date before. */
  periodStart: IsoDate;
  dueDate: IsoDate;
  /** The period's interest as printed in the schedule. */
  interestFen: Fen;
  paidInterestFen: Fen;
  openPrincipalFen: Fen;
  openFeeFen: Fen;
  openCostsFen: Fen;
  /** Late interest up to `asOf` that is not paid. */
  openLateInterestFen: Fen;
}

/** What early repayment costs beyond what is owed; both 0 unless the product says otherwise. */
export interface EarlyRepaymentTerms {
  /** Share of the principal repaid early, in basis points (违约金). */
  feeBps: number;
  /** Instalments after whose due date no fee is taken. */
  freeAfterInstalments: number;
}

export interface PayoffInput {
  rows: OpenInstalment[];
  asOf: IsoDate;
  terms?: EarlyRepaymentTerms;
  /** How long the figure holds: interest runs on, so by default that day alone. */
  validDays?: number;
}

/** 结清试算: what ends the loan on `asOf`. */
export interface PayoffQuote {
  asOf: IsoDate;
  validUntil: IsoDate;
  principalFen: Fen;
  interestFen: Fen;
  lateInterestFen: Fen;
  /** Service fees of instalments already due or running; those of later periods are not owed. */
  feesFen: Fen;
  costsFen: Fen;
  earlyFeeFen: Fen;
  totalFen: Fen;
  /** Interest of the schedule that is not owed when the loan ends that day. */
  savedInterestFen: Fen;
  /** The same figures per instalment, so that the payment can be booked row by row. */
  perInstalment: { no: number; principalFen: Fen; interestFen: Fen; lateInterestFen: Fen; feeFen: Fen; costsFen: Fen; savedInterestFen: Fen }[];
}

/**
 * Early repayment pays interest for the real term only (Civil Code 677): past periods whole, the running one to the day, later ones
 * none. Fees follow the periods: those begun are owed, those not begun are not.
 */
export function payoffQuote(input: PayoffInput): PayoffQuote {
  const validUntil = addDays(input.asOf, input.validDays ?? 0);
  const perInstalment = input.rows.map((row) => quoteRow(row, validUntil));
  const sum = (pick: (row: (typeof perInstalment)[number]) => Fen) => perInstalment.reduce((total, row) => total + pick(row), 0);
  const figures = {
    principalFen: sum((row) => row.principalFen),
    interestFen: sum((row) => row.interestFen),
    lateInterestFen: sum((row) => row.lateInterestFen),
    feesFen: sum((row) => row.feeFen),
    costsFen: sum((row) => row.costsFen),
    earlyFeeFen: earlyFee(input),
  };
  const totalFen = Object.values(figures).reduce((total, fen) => total + fen, 0);
  return { asOf: input.asOf, validUntil, ...figures, totalFen, savedInterestFen: sum((row) => row.savedInterestFen), perInstalment };
}

function quoteRow(row: OpenInstalment, on: IsoDate): PayoffQuote['perInstalment'][number] {
  const owed = accruedInterestFen(row.interestFen, row.periodStart, row.dueDate, on);
  const interestFen = Math.max(0, owed - row.paidInterestFen);
  const begun = daysBetween(row.periodStart, on) > 0;
  return {
    no: row.no,
    principalFen: assertNotNegativeFen(row.openPrincipalFen, 'open principal'),
    interestFen,
    lateInterestFen: row.openLateInterestFen,
    feeFen: begun ? row.openFeeFen : 0,
    costsFen: row.openCostsFen,
    savedInterestFen: row.interestFen - Math.max(owed, row.paidInterestFen),
  };
}

/**
 * A period's interest up to a day: the period's interest × days elapsed ÷ days in the period, rounded half up, always from the
 * period's start (a running total), so that parts charged in between add up to the whole.
 */
export function accruedInterestFen(periodInterestFen: Fen, periodStart: IsoDate, dueDate: IsoDate, on: IsoDate): Fen {
  const days = daysBetween(periodStart, dueDate);
  const elapsed = Math.min(days, Math.max(0, daysBetween(periodStart, on)));
  return days === 0 ? periodInterestFen : proportionRounded(periodInterestFen, elapsed, days);
}

function earlyFee({ rows, asOf, terms }: PayoffInput): Fen {
  const ahead = rows.filter((row) => row.dueDate > asOf);
  const next = ahead[0];
  if (!terms || !next || next.no > terms.freeAfterInstalments) return 0;
  const principal = ahead.reduce((sum, row) => sum + row.openPrincipalFen, 0);
  return proportionRounded(principal, terms.feeBps, 10_000);
}
