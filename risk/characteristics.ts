/**
 * What is known about a borrower when the loan is asked for; `null` or absent = unknown. Amounts in currency units. Nothing that is
 * known only later, and nobody else's price (rate, grade, instalment), ever belongs here.
 */
export interface ScoreInput {
  amount: number;
  termMonths: number;
  annualIncome: number;
  /** 0–10; 10 means ten or more. */
  employmentYears?: number | null;
  homeOwnership?: string | null;
  /** LendingClub's codes, see `domain/purposes.ts`. */
  purpose?: string | null;
  debtToIncomePercent?: number | null;
  delinquencies2y?: number | null;
  inquiries6m?: number | null;
  /** Null also when there never was one. */
  monthsSinceDelinquency?: number | null;
  monthsSinceRecord?: number | null;
  openAccounts?: number | null;
  totalAccounts?: number | null;
  publicRecords?: number | null;
  bankruptcies?: number | null;
  revolvingBalance?: number | null;
  /** 0–1. */
  revolvingUtilisation?: number | null;
  creditAgeMonths?: number | null;
}

/** The five sides from which a borrower is looked at; sub-totals are shown by these. */
export type Dimension = 'capacity' | 'leverage' | 'history' | 'stability' | 'terms';

export type CharacteristicCode =
  | 'annual-income' | 'payment-to-income' | 'debt-to-income' | 'revolving-utilisation' | 'revolving-to-income' | 'open-accounts' | 'total-accounts'
  | 'delinquencies' | 'inquiries' | 'months-since-delinquency' | 'public-records' | 'bankruptcies' | 'credit-age' | 'employment-years'
  | 'home-ownership' | 'purpose' | 'term' | 'loan-to-income' | 'amount';

export type CharacteristicValue = number | string | null;

/** One thing that is scored: where it belongs and how it is read from the input. */
export interface Characteristic {
  code: CharacteristicCode;
  dimension: Dimension;
  read: (input: ScoreInput) => CharacteristicValue;
}

/** `null` for unknown, for a division by nothing, and for what is not a number. */
function ratio(part: number | null | undefined, whole: number | null | undefined): number | null {
  if (part === null || part === undefined || !whole || whole <= 0) return null;
  return part / whole;
}

function known(value: number | null | undefined): number | null {
  return value === null || value === undefined || !Number.isFinite(value) ? null : value;
}

export const CHARACTERISTICS: readonly Characteristic[] = [
  { code: 'annual-income', dimension: 'capacity', read: (input) => known(input.annualIncome) },
  { code: 'payment-to-income', dimension: 'capacity', read: (input) => ratio(input.amount / input.termMonths, input.annualIncome / 12) },
  { code: 'debt-to-income', dimension: 'leverage', read: (input) => known(input.debtToIncomePercent) },
  { code: 'revolving-utilisation', dimension: 'leverage', read: (input) => known(input.revolvingUtilisation) },
  { code: 'revolving-to-income', dimension: 'leverage', read: (input) => ratio(input.revolvingBalance, input.annualIncome) },
  { code: 'open-accounts', dimension: 'leverage', read: (input) => known(input.openAccounts) },
  { code: 'total-accounts', dimension: 'history', read: (input) => known(input.totalAccounts) },
  { code: 'delinquencies', dimension: 'history', read: (input) => known(input.delinquencies2y) },
  { code: 'inquiries', dimension: 'history', read: (input) => known(input.inquiries6m) },
  { code: 'months-since-delinquency', dimension: 'history', read: (input) => known(input.monthsSinceDelinquency) },
  { code: 'public-records', dimension: 'history', read: (input) => known(input.publicRecords) },
  { code: 'bankruptcies', dimension: 'history', read: (input) => known(input.bankruptcies) },
  { code: 'credit-age', dimension: 'history', read: (input) => known(input.creditAgeMonths) },
  { code: 'employment-years', dimension: 'stability', read: (input) => known(input.employmentYears) },
  { code: 'home-ownership', dimension: 'stability', read: (input) => input.homeOwnership ?? null },
  { code: 'purpose', dimension: 'terms', read: (input) => input.purpose ?? null },
  { code: 'term', dimension: 'terms', read: (input) => known(input.termMonths) },
  { code: 'loan-to-income', dimension: 'terms', read: (input) => ratio(input.amount, input.annualIncome) },
  { code: 'amount', dimension: 'terms', read: (input) => known(input.amount) },
];
