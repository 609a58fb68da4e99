/**
 * LendingClub's public loan book: reads the rows a replay lives again. Dollars are taken as yuan, so every amount
 * becomes fen; rates are decimals in the file (0.1122) and become basis points.
 */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { Decimal } from 'decimal.js';
import { z } from 'zod';

const blank = (text: string) => text.trim() === '';
const decimal = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
/** Exact: money never passes through floating point. Half a fen rounds up. */
const toFen = (text: string): number => new Decimal(text).times(100).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber();
const yuan = z.string().regex(decimal, 'must be an amount').transform(toFen);
const optionalNumber = z.string().transform((text, context) => {
  if (blank(text)) return null;
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  context.addIssue({ code: 'custom', message: 'must be a number or empty' });
  return z.NEVER;
});
const month = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date').transform((text) => text.slice(0, 7));

/** The columns a replay uses; others may be there. */
const rowShape = z.object({
  funded_amnt: yuan,
  term: z.string().transform((text) => Number.parseInt(text, 10)).refine((months) => months >= 1 && months <= 360, 'must be 1 to 360 months'),
  int_rate: z.string().transform(Number).refine((rate) => rate >= 0 && rate < 1, 'must be a yearly rate between 0 and 1'),
  grade: z.string().regex(/^[A-G]$/, 'must be A to G'),
  emp_length: z.string(),
  home_ownership: z.string(),
  annual_inc: z.string().regex(decimal, 'must be an amount').or(z.literal('').transform(() => '0')).transform(toFen),
  issue_d: month,
  loan_status: z.string().min(1),
  purpose: z.string().min(1),
  dti: optionalNumber,
  delinq_2yrs: optionalNumber,
  earliest_cr_line: z.string(),
  inq_last_6mths: optionalNumber,
  mths_since_last_delinq: optionalNumber,
  mths_since_last_record: optionalNumber,
  open_acc: optionalNumber,
  pub_rec: optionalNumber,
  revol_bal: yuan,
  revol_util: optionalNumber,
  total_acc: optionalNumber,
  total_rec_prncp: yuan,
  total_rec_int: yuan,
  total_rec_late_fee: yuan,
  recoveries: yuan,
  collection_recovery_fee: yuan,
  last_pymnt_d: z.string(),
});

export interface BookRow {
  /** The row's number in the file, the first loan being 1. */
  line: number;
  principalFen: number;
  termMonths: number;
  annualRateBps: number;
  grade: string;
  issuedIn: string;
  /** As the file says it, e.g. “Fully Paid”. */
  status: string;
  chargedOff: boolean;
  purpose: string;
  homeOwnership: 'RENT' | 'OWN' | 'MORTGAGE' | 'OTHER';
  employmentYears: number | null;
  annualIncomeFen: number;
  debtToIncomePercent: number | null;
  credit: {
    openAccounts: number; totalAccounts: number; revolvingBalanceFen: number; revolvingUtilisationBps: number;
    delinquencies2y: number; inquiries6m: number; monthsSinceDelinquency: number | null; monthsSinceRecord: number | null;
    publicRecords: number; creditAgeMonths: number; monthlyDebtPaymentsFen: number;
  };
  /** What the file says was repaid. */
  paidPrincipalFen: number;
  paidInterestFen: number;
  lateFeeFen: number;
  recoveredFen: number;
  collectionFeeFen: number;
  lastPaidIn: string | null;
}

/** A row or file that cannot be read; says which line and column, and what was expected. */
export class UnreadableBook extends Error {
  override name = 'UnreadableBook';
}

/** Reads loans of a CSV or .csv.gz in the file's order, from `from` (YYYY-MM) on, at most `loans`. */
export async function readBook(file: string, options: { loans?: number; from?: string } = {}): Promise<BookRow[]> {
  const raw = createReadStream(file);
  const rows: BookRow[] = [];
  let line = 0;
  const records = (file.endsWith('.gz') ? raw.pipe(createGunzip()).on('error', (error) => raw.destroy(error)) : raw)
    .pipe(parse({ columns: true, bom: true, relax_column_count: false }));
  raw.on('error', (error) => records.destroy(error));
  try {
    for await (const record of records as AsyncIterable<Record<string, string>>) {
      line += 1;
      const row = readRow(record, line);
      if (options.from && row.issuedIn < options.from) continue;
      rows.push(row);
      if (options.loans !== undefined && rows.length >= options.loans) break;
    }
  } catch (error) {
    if (error instanceof UnreadableBook) throw error;
    throw new UnreadableBook(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    raw.destroy();
  }
  if (rows.length === 0) throw new UnreadableBook(`${file}: no loan${options.from ? ` issued in or after ${options.from}` : ''}; is it LendingClub's loan book with a header line?`);
  return rows;
}

function readRow(record: Record<string, string>, line: number): BookRow {
  const parsed = rowShape.safeParse(record);
  if (!parsed.success) {
    throw new UnreadableBook(`loan ${line}: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`);
  }
  const row = parsed.data;
  const income = row.annual_inc;
  return {
    line,
    principalFen: row.funded_amnt,
    termMonths: row.term,
    annualRateBps: Math.round(row.int_rate * 10_000),
    grade: row.grade,
    issuedIn: row.issue_d,
    status: row.loan_status,
    chargedOff: row.loan_status.endsWith('Charged Off'),
    purpose: row.purpose,
    homeOwnership: homeOwnership(row.home_ownership),
    employmentYears: employmentYears(row.emp_length),
    annualIncomeFen: income,
    debtToIncomePercent: row.dti,
    credit: {
      openAccounts: row.open_acc ?? 0,
      totalAccounts: row.total_acc ?? 0,
      revolvingBalanceFen: row.revol_bal,
      revolvingUtilisationBps: Math.round((row.revol_util ?? 0) * 10_000),
      delinquencies2y: row.delinq_2yrs ?? 0,
      inquiries6m: row.inq_last_6mths ?? 0,
      // 0.0 stands in rows that never had one: there it means “none” (see the data's notes).
      monthsSinceDelinquency: row.mths_since_last_delinq || null,
      monthsSinceRecord: row.mths_since_last_record || null,
      publicRecords: row.pub_rec ?? 0,
      creditAgeMonths: /^\d{4}-\d{2}/.test(row.earliest_cr_line) ? Math.max(0, monthsBetween(row.earliest_cr_line.slice(0, 7), row.issue_d)) : 0,
      monthlyDebtPaymentsFen: new Decimal(income).div(12).times(row.dti ?? 0).div(100).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber(),
    },
    paidPrincipalFen: row.total_rec_prncp,
    paidInterestFen: row.total_rec_int,
    lateFeeFen: row.total_rec_late_fee,
    recoveredFen: row.recoveries,
    collectionFeeFen: row.collection_recovery_fee,
    lastPaidIn: /^\d{4}-\d{2}/.test(row.last_pymnt_d) ? row.last_pymnt_d.slice(0, 7) : null,
  };
}

function homeOwnership(text: string): BookRow['homeOwnership'] {
  return text === 'RENT' || text === 'OWN' || text === 'MORTGAGE' ? text : 'OTHER';
}

/** “10+ years”, “< 1 year”, “3 years”; null when not told. */
function employmentYears(text: string): number | null {
  if (text.startsWith('<')) return 0;
  const years = Number.parseInt(text, 10);
  return Number.isNaN(years) ? null : years;
}

/** Whole months from one `YYYY-MM` to another. */
export function monthsBetween(from: string, to: string): number {
  const count = (text: string) => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7));
  return count(to) - count(from);
}
