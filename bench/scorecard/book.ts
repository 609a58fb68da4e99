import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import type { ScoreInput } from '../../risk/characteristics.js';

/** One recorded loan: what was known when it was asked for, when that was, and whether it was charged off. */
export interface RecordedLoan {
  input: ScoreInput;
  issuedOn: string;
  bad: 0 | 1;
}

/** Columns that may be read. All others are known only later, or are somebody's price; a test plants one and sees it refused. */
export const COLUMNS_KNOWN_AT_APPLICATION = [
  'loan_amnt', 'term', 'emp_length', 'home_ownership', 'annual_inc', 'purpose', 'dti', 'delinq_2yrs', 'earliest_cr_line', 'inq_last_6mths',
  'mths_since_last_delinq', 'mths_since_last_record', 'open_acc', 'pub_rec', 'revol_bal', 'revol_util', 'total_acc', 'pub_rec_bankruptcies',
] as const;

type KnownColumn = (typeof COLUMNS_KNOWN_AT_APPLICATION)[number];
type Row = Record<string, string>;

/** Reads LendingClub's public book (CSV, also gzipped). Rows outside its credit policy are left out. */
export function readBook(path: string): RecordedLoan[] {
  const bytes = readFileSync(path);
  const text = path.endsWith('.gz') ? gunzipSync(bytes).toString('utf8') : bytes.toString('utf8');
  const rows: Row[] = parse(text, { columns: true });
  return rows.filter((row) => row['loan_status'] === 'Fully Paid' || row['loan_status'] === 'Charged Off').map(recordedLoan);
}

export function recordedLoan(row: Row): RecordedLoan {
  return { input: inputOf(row), issuedOn: row['issue_d'] ?? '', bad: row['loan_status'] === 'Charged Off' ? 1 : 0 };
}

function inputOf(row: Row): ScoreInput {
  const text = (column: KnownColumn) => row[column] ?? '';
  const number = (column: KnownColumn) => (text(column) === '' ? null : Number(text(column)));
  // The file writes 0 months where there never was a delinquency or record.
  const monthsSince = (column: KnownColumn) => number(column) || null;
  return {
    amount: number('loan_amnt') ?? 0,
    termMonths: number('term') ?? 0,
    annualIncome: number('annual_inc') ?? 0,
    employmentYears: employmentYears(text('emp_length')),
    homeOwnership: text('home_ownership') === 'NONE' ? 'OTHER' : text('home_ownership'),
    purpose: text('purpose'),
    debtToIncomePercent: number('dti'),
    delinquencies2y: number('delinq_2yrs'),
    inquiries6m: number('inq_last_6mths'),
    monthsSinceDelinquency: monthsSince('mths_since_last_delinq'),
    monthsSinceRecord: monthsSince('mths_since_last_record'),
    openAccounts: number('open_acc'),
    totalAccounts: number('total_acc'),
    publicRecords: number('pub_rec'),
    bankruptcies: number('pub_rec_bankruptcies'),
    revolvingBalance: number('revol_bal'),
    revolvingUtilisation: number('revol_util'),
    creditAgeMonths: monthsBetween(text('earliest_cr_line'), row['issue_d'] ?? ''),
  };
}

function employmentYears(text: string): number | null {
  if (text === '< 1 year') return 0;
  return text === '10+ years' ? 10 : Number.parseInt(text, 10) || null;
}

function monthsBetween(from: string, to: string): number | null {
  if (from === '' || to === '') return null;
  return (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7));
}
