/**
 * What a loan carries through its life: the state its workflow owns.
 *
 * Plain JSON with ids, dates, fen and codes only: it stands in workflow histories for years and is kept in
 * `loan.carried`, from which a lost workflow is started again. Never a name, number, phone, address or list of lenders.
 */
import type { AllocationPart } from './allocation.js';
import type { IsoDate } from './dates.js';
import type { ProfileId } from './regulation.js';

/** Where a loan is in its life. The last six are ends. */
export type LoanStateName =
  | 'applied' | 'identifying' | 'screening' | 'inReview' | 'offered' | 'preparing'
  | 'fundraising' | 'concluding' | 'disbursing' | 'payingOut'
  | 'repaying' | 'overdue' | 'inLegal' | 'writtenOff'
  | 'refused' | 'declined' | 'cancelled' | 'lapsed' | 'notFunded' | 'closed';

export const endStates: readonly LoanStateName[] = ['refused', 'declined', 'cancelled', 'lapsed', 'notFunded', 'closed'];

/** Who has to act next. */
export type LoanOwner = 'borrower' | 'lenders' | 'bank' | 'platform' | 'reviewer' | 'operations' | 'collector' | 'legal' | 'nobody';

/** The named steps of a loan's recipe; also where a stopped step waits for `retryStep` or `decideStep`. */
export type LoanStep =
  | 'preScreen' | 'identify' | 'screen' | 'score' | 'review' | 'offer' | 'prepare' | 'list' | 'fund'
  | 'conclude' | 'disburse' | 'payOut' | 'service' | 'close';

/**
 * The business clock as a workflow knows it. `governed` (off production): only `clockReached` moves it.
 * Otherwise business time is wall time plus `businessAt - wallAt`.
 * `stepped`: the clock goes from moment to moment that somebody waits for, and nobody watches it pass.
 */
export interface ClockSegment { wallAt: number; businessAt: number; speed: number; governed: boolean; stepped?: boolean }

/** Limits and times that a loan keeps from its start, from the product version and the platform's settings. */
export interface LoanTerms {
  zoneOffsetMinutes: number;
  /** Wall time of day, minutes from midnight, at which business of a day is done (10:00 = 600). */
  businessMinute: number;
  reviewDays: number;
  offerDays: number;
  /** From accepted offer to an open custody account, bound card and authorisations. */
  preparationDays: number;
  /** Working days a listing may raise funds (cn: at most 20). */
  fundraisingWorkingDays: number;
  disbursementWorkingDays: number;
  /** Days relative to the due day on which a reminder goes out. */
  reminderDays: number[];
  /** Extra reminders when the debit before failed. */
  anxiousReminderDays: number[];
  /** Days relative to the due day on which the due-day debit tries. */
  debitDays: number[];
  partialDebit: boolean;
  lateInterestBps: number;
  /** Days past due at which the collection episode starts. */
  collectAfterDays: number;
  legalAfterDays: number;
  writeOffAfterDays: number;
  /** How long a written-off or fully chased loan keeps waiting for recoveries between looks. */
  recoveryLookDays: number;
}

/** An instalment (还款期次) and what was paid on it, as workflow, record and pages have it. */
export interface InstalmentFigures {
  no: number;
  dueDate: IsoDate;
  /** The day that counts: the due date moved to a working day where the product says so. */
  dueDay: IsoDate;
  principalFen: number;
  interestFen: number;
  feeFen: number;
  paidPrincipalFen: number;
  paidInterestFen: number;
  paidFeeFen: number;
  paidLateInterestFen: number;
  /** Interest not owed after an early repayment. */
  forgivenInterestFen: number;
}

export interface CarriedInstalment extends InstalmentFigures {
  /** Σ overdue principal (fen) × days it was overdue, up to and including `lateComputedTo`: late interest is a running total over it. */
  latePrincipalDays: number;
  lateComputedTo: IsoDate | null;
  /** Days (relative to dueDay) of reminders and debits already done. */
  reminded: number[];
  debited: number[];
}

export interface CarriedOffer {
  version: number;
  amountFen: number;
  termMonths: number;
  method: 'equal-instalments' | 'equal-principal' | 'interest-only' | 'bullet' | 'flat';
  annualRateBps: number;
  grade: string;
  serviceFeeFen: number;
  validUntil: IsoDate;
}

/** What a reviewer approved; null leaves the figure to the product. */
export interface ApprovedFigures { amountFen: number | null; termMonths: number | null; annualRateBps: number | null; grade: string | null }

/** Why money is taken from the borrower. */
export type PaymentSource = 'debit' | 'manual' | 'payoff' | 'recovery';

/**
 * A payment that was begun and is not booked yet. A loan started again from the record ends it first, under the same number,
 * so that no money moves twice.
 */
export interface OpenPayment {
  n: number;
  source: PaymentSource;
  /** The person's key; null when the loan itself began it. */
  key: string | null;
  amountFen: number;
  pull: boolean;
  partial: boolean;
  /** Once the bank has frozen it: how it was booked. What remains is to share it among the lenders. */
  booked: BookedPayment | null;
}

/** How a frozen payment stands in the loan's books. */
export interface BookedPayment {
  frozenFen: number;
  countsOn: IsoDate;
  parts: AllocationPart[];
  forgivenInterest: { no: number; fen: number }[];
  afterWriteOff: boolean;
}

/** An act that was carried out, with its answer: the same key answers the same again, also in a later run. */
export interface HandledAct { key: string; status: 'paid' | 'refused' | 'asked'; paidFen: number; code: string | null }

/** How the arrears are pursued: by nobody, by a collection episode, by a legal case; `spent`: both have ended and the arrears stand. */
export type Pursuit = 'none' | 'collection' | 'legal' | 'spent';

export interface LoanState {
  loanNo: string;
  borrowerId: string;
  profile: ProfileId;
  productId: string;
  productVersion: number;
  segment: string;
  requestedFen: number;
  termMonths: number;
  purpose: string;
  appliedAt: string;
  terms: LoanTerms;

  state: LoanStateName;
  step: LoanStep;
  owner: LoanOwner;
  /** ISO instant of the next thing that happens by itself; null at an end. */
  nextAt: string | null;
  /** Code of the refusal, failure or stop; null while all is well. */
  reason: string | null;
  revision: number;
  /** Pokes of the record taken in (see `waiting`). */
  seen: number;

  grade: string | null;
  /** Why a person must look at the application; null when the rules decide alone. */
  referred: string | null;
  approved: ApprovedFigures | null;
  offer: CarriedOffer | null;
  acceptedAt: string | null;
  fundraisingDeadline: string | null;
  frozenFen: number;
  concludedOn: IsoDate | null;
  valueDate: IsoDate | null;
  /** Tries so far of things that get a new number only after a final refusal. */
  tries: { release: number; payout: number };
  /** The principal has reached the borrower's card; else, when it came back, the day on which it is tried again. */
  paidOut: boolean;
  payOutAgainOn: IsoDate | null;

  instalments: CarriedInstalment[];
  payments: number;
  payment: OpenPayment | null;
  lastDebitFailed: boolean;
  daysPastDue: number;
  /** Lenders' shares that the bank refused, and the day on which they are sent again. */
  undelivered: number;
  redeliverOn: IsoDate | null;
  /** How often they were sent again in vain; absent in states written before it was counted. */
  redeliveries?: number;
  pursuit: Pursuit;
  /** Collection and legal episodes so far; the ids of children still open. */
  episodes: number;
  openChildren: string[];
  promiseUntil: IsoDate | null;
  contactHold: string | null;
  writtenOffOn: IsoDate | null;
  /** The day of the next look for recoveries. */
  recoveryLookOn: IsoDate | null;
  recoveredFen: number;
  closedOn: IsoDate | null;
  /** Acts already carried out, newest last, at most 50: deduplication across continue-as-new. */
  handled: HandledAct[];
}

/** What an application hands to the loan's workflow. */
export interface LoanApplication {
  loanNo: string; borrowerId: string; profile: ProfileId; productId: string; productVersion: number; segment: string;
  requestedFen: number; termMonths: number; purpose: string; appliedAt: string; terms: LoanTerms;
}

/** The state of a loan that was just applied for. */
export function newLoan(application: LoanApplication): LoanState {
  return {
    ...application,
    state: 'applied', step: 'preScreen', owner: 'platform', nextAt: application.appliedAt, reason: null, revision: 0, seen: 0,
    grade: null, referred: null, approved: null, offer: null, acceptedAt: null, fundraisingDeadline: null, frozenFen: 0, concludedOn: null, valueDate: null,
    tries: { release: 0, payout: 0 }, paidOut: false, payOutAgainOn: null,
    instalments: [], payments: 0, payment: null, lastDebitFailed: false, daysPastDue: 0, undelivered: 0, redeliverOn: null,
    pursuit: 'none', episodes: 0, openChildren: [], promiseUntil: null, contactHold: null,
    writtenOffOn: null, recoveryLookOn: null, recoveredFen: 0, closedOn: null, handled: [],
  };
}

/** Whether the loan's life is over. */
export function hasEnded(loan: LoanState): boolean {
  return endStates.includes(loan.state);
}
