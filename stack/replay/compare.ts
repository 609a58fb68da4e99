/** Holds what the platform did against what the file says happened, row by row and in all. Pure. */
import type { BookRow } from './book.js';

/** What the platform's own record says became of one row. */
export interface LivedLoan {
  line: number;
  loanNo: string;
  state: string;
  lentFen: number;
  /** Repaid before a write-off. */
  principalFen: number;
  interestFen: number;
  lateInterestFen: number;
  /** Principal open at the write-off; null when never written off. */
  writtenOffFen: number | null;
  /** Everything paid after the write-off. */
  recoveredFen: number;
}

export interface Sums { loans: number; lentFen: number; principalFen: number; interestFen: number; chargedOffFen: number; recoveredFen: number }

export type DeviationKind =
  | 'file-rounding'              // the file's repaid principal differs from the loan by its own rounding
  | 'written-off-then-repaid'    // paid in full so late that the write-off came first: the last payment counts as recovered
  | 'charged-off-though-repaid'  // the file calls the principal repaid and the loan charged off; one fen stays open here
  | 'recovered-more-than-owed';  // surplus is never taken from a borrower

export interface Deviation { line: number; loanNo: string; kind: DeviationKind; field: 'principalFen' | 'recoveredFen' | 'chargedOffFen'; fileFen: number; platformFen: number }

export interface Comparison {
  loans: number;
  byStatus: Record<string, { file: number; platform: number }>;
  lentFen: Pair;
  principalFen: Pair;
  interestFen: Pair;
  chargedOffFen: Pair;
  recoveredFen: Pair;
  /** Per status of the file: the sums on both sides. */
  sums: Record<string, { file: Sums; platform: Sums }>;
  /** Interest that differs, by reason: the file counts days within a month, the platform's borrowers act on due days. */
  interestDifferences: { early: Pair; late: Pair; onTime: Pair; chargedOff: Pair };
  /** Reported beside, not lived again. */
  beside: { lateFeesFen: number; collectionFeesFen: number; platformLateInterestFen: number };
  listed: Deviation[];
  listedFen: { principalFen: number; recoveredFen: number; chargedOffFen: number };
  /** Rows whose figures differ without a known reason. */
  unexplained: { line: number; loanNo: string; field: string; expected: number | string; platform: number | string }[];
}
interface Pair { file: number; platform: number }

const roundingLimitFen = 50;
const statusOnPlatform = (row: BookRow, loan: LivedLoan): string => {
  const policy = row.status.includes('Status:') ? `${row.status.split('Status:')[0]}Status:` : '';
  if (loan.writtenOffFen !== null) return `${policy}Charged Off`;
  return loan.state === 'closed' ? `${policy}Fully Paid` : loan.state;
};

/** Compares row by row. Throws nothing; what does not fit is in `unexplained`. */
export function compare(rows: BookRow[], lived: LivedLoan[]): Comparison {
  const byLine = new Map(lived.map((loan) => [loan.line, loan]));
  const result: Comparison = {
    loans: rows.length, byStatus: {}, sums: {},
    lentFen: pair(), principalFen: pair(), interestFen: pair(), chargedOffFen: pair(), recoveredFen: pair(),
    interestDifferences: { early: pair(), late: pair(), onTime: pair(), chargedOff: pair() },
    beside: { lateFeesFen: 0, collectionFeesFen: 0, platformLateInterestFen: 0 },
    listed: [], listedFen: { principalFen: 0, recoveredFen: 0, chargedOffFen: 0 }, unexplained: [],
  };
  for (const row of rows) {
    const loan = byLine.get(row.line) ?? missing(row);
    judge(result, row, loan);
    add(result, row, loan);
  }
  for (const each of result.listed) result.listedFen[each.field] += each.fileFen - each.platformFen;
  return result;
}

/** True when every difference is a listed one. */
export function agrees(comparison: Comparison): boolean {
  const left = (field: 'principalFen' | 'recoveredFen' | 'chargedOffFen') => comparison[field].file - comparison[field].platform - comparison.listedFen[field];
  return comparison.unexplained.length === 0 && comparison.lentFen.file === comparison.lentFen.platform
    && left('principalFen') === 0 && left('recoveredFen') === 0 && left('chargedOffFen') === 0;
}

function judge(result: Comparison, row: BookRow, loan: LivedLoan): void {
  const file = fileSums(row);
  const differ = (field: 'principalFen' | 'recoveredFen' | 'chargedOffFen', platformFen: number) => {
    if (platformFen === file[field]) return;
    const kind = knownDeviation(row, loan, field, file[field], platformFen);
    if (kind) result.listed.push({ line: row.line, loanNo: loan.loanNo, kind, field, fileFen: file[field], platformFen });
    else result.unexplained.push({ line: row.line, loanNo: loan.loanNo, field, expected: file[field], platform: platformFen });
  };
  if (loan.lentFen !== row.principalFen) result.unexplained.push({ line: row.line, loanNo: loan.loanNo, field: 'lentFen', expected: row.principalFen, platform: loan.lentFen });
  differ('principalFen', loan.principalFen);
  differ('chargedOffFen', loan.writtenOffFen ?? 0);
  differ('recoveredFen', loan.recoveredFen);
  const status = statusOnPlatform(row, loan);
  if (status !== row.status && !result.listed.some((each) => each.line === row.line && each.kind === 'written-off-then-repaid')) {
    result.unexplained.push({ line: row.line, loanNo: loan.loanNo, field: 'status', expected: row.status, platform: status });
  }
}

function knownDeviation(row: BookRow, loan: LivedLoan, field: Deviation['field'], fileFen: number, platformFen: number): DeviationKind | null {
  if (!row.chargedOff && loan.writtenOffFen !== null && loan.state === 'closed') return 'written-off-then-repaid';
  if (row.chargedOff && row.paidPrincipalFen >= row.principalFen && field !== 'recoveredFen' && platformFen === (field === 'principalFen' ? row.principalFen - 1 : 1)) return 'charged-off-though-repaid';
  if (row.chargedOff && field === 'recoveredFen' && platformFen < fileFen && loan.state === 'closed') return 'recovered-more-than-owed';
  const rounding = Math.abs(fileFen - platformFen) <= roundingLimitFen;
  if (rounding && field === 'principalFen' && !row.chargedOff && platformFen === row.principalFen) return 'file-rounding';
  return null;
}

function fileSums(row: BookRow): Sums {
  // Without a date of a last payment the row was never paid (the file's figures are zero there too).
  return {
    loans: 1, lentFen: row.principalFen, principalFen: row.paidPrincipalFen, interestFen: row.paidInterestFen,
    chargedOffFen: row.chargedOff ? Math.max(0, row.principalFen - row.paidPrincipalFen) : 0, recoveredFen: row.recoveredFen,
  };
}

function add(result: Comparison, row: BookRow, loan: LivedLoan): void {
  const file = fileSums(row);
  const platform: Sums = { loans: 1, lentFen: loan.lentFen, principalFen: loan.principalFen, interestFen: loan.interestFen, chargedOffFen: loan.writtenOffFen ?? 0, recoveredFen: loan.recoveredFen };
  for (const field of ['lentFen', 'principalFen', 'interestFen', 'chargedOffFen', 'recoveredFen'] as const) {
    result[field].file += file[field];
    result[field].platform += platform[field];
  }
  const sums = (result.sums[row.status] ??= { file: noSums(), platform: noSums() });
  for (const field of Object.keys(file) as (keyof Sums)[]) {
    sums.file[field] += file[field];
    sums.platform[field] += platform[field];
  }
  (result.byStatus[row.status] ??= pair()).file += 1;
  (result.byStatus[statusOnPlatform(row, loan)] ??= pair()).platform += 1;
  const why = result.interestDifferences[interestReason(row)];
  why.file += file.interestFen;
  why.platform += platform.interestFen;
  result.beside.lateFeesFen += row.lateFeeFen;
  result.beside.collectionFeesFen += row.collectionFeeFen;
  result.beside.platformLateInterestFen += loan.lateInterestFen;
}

function interestReason(row: BookRow): keyof Comparison['interestDifferences'] {
  if (row.chargedOff) return 'chargedOff';
  if (row.lastPaidIn === null) return 'onTime';
  const months = (Number(row.lastPaidIn.slice(0, 4)) - Number(row.issuedIn.slice(0, 4))) * 12 + Number(row.lastPaidIn.slice(5)) - Number(row.issuedIn.slice(5));
  return months < row.termMonths ? 'early' : months > row.termMonths ? 'late' : 'onTime';
}

const pair = (): Pair => ({ file: 0, platform: 0 });
const noSums = (): Sums => ({ loans: 0, lentFen: 0, principalFen: 0, interestFen: 0, chargedOffFen: 0, recoveredFen: 0 });
const missing = (row: BookRow): LivedLoan => ({ line: row.line, loanNo: '', state: 'missing', lentFen: 0, principalFen: 0, interestFen: 0, lateInterestFen: 0, writtenOffFen: null, recoveredFen: 0 });
