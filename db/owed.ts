/** What a borrower owes, read from the record at the moment it is needed. */
import { daysBetween } from '../domain/dates.js';
import type { IsoDate } from '../domain/dates.js';
import { lateInterestOfPrincipalDays } from '../domain/lateness.js';
import type { LoanState } from '../domain/loan.js';
import { row, rows } from './pool.js';
import type { Db } from './pool.js';

/** An instalment of the schedule in force, with what is open on it. */
export interface OpenInstalment { no: number; dueDate: IsoDate; dueDay: IsoDate; principalFen: number; interestFen: number; feeFen: number }

export interface Owed {
  /** Due on or before the day and not paid, by component. */
  principalFen: number;
  interestFen: number;
  feeFen: number;
  lateInterestFen: number;
  /** All of it, less what the bank has frozen for payments that are not yet allocated. Never negative. */
  dueFen: number;
  /** All principal not repaid, due or not. */
  outstandingPrincipalFen: number;
  /** The oldest day that counts among what is open; null when nothing is due. */
  dueSince: IsoDate | null;
  lastDueDate: IsoDate | null;
  instalments: OpenInstalment[];
}

/** Instalments of the schedule in force that are not wholly paid, oldest first. */
export async function openInstalments(db: Db, loanNo: string): Promise<OpenInstalment[]> {
  return rows<OpenInstalment>(db,
    `SELECT no, due_date AS "dueDate", due_day AS "dueDay", principal_fen - paid_principal_fen AS "principalFen",
       interest_fen - paid_interest_fen - forgiven_interest_fen AS "interestFen", fee_fen - paid_fee_fen AS "feeFen"
     FROM instalment
     WHERE loan_no = $1 AND version = (SELECT max(version) FROM instalment WHERE loan_no = $1 AND version > 0)
       AND principal_fen + interest_fen + fee_fen > paid_principal_fen + paid_interest_fen + forgiven_interest_fen + paid_fee_fen
     ORDER BY no`, [loanNo]);
}

/**
 * What is due on `asOf`. A payment counts from the bank's freezing on, however long its distribution takes: what is frozen is not owed any more.
 */
export async function owedOn(db: Db, loanNo: string, asOf: IsoDate): Promise<Owed> {
  const open = await openInstalments(db, loanNo);
  const due = open.filter((instalment) => instalment.dueDay <= asOf);
  // One after the other: inside a transaction there is one connection.
  const lateInterestFen = await openLateInterest(db, loanNo, asOf);
  const frozenFen = await frozenPayments(db, loanNo);
  const sum = (pick: (instalment: OpenInstalment) => number, of: OpenInstalment[]): number => of.reduce((total, instalment) => total + pick(instalment), 0);
  const principalFen = sum((instalment) => instalment.principalFen, due);
  const interestFen = sum((instalment) => instalment.interestFen, due);
  const feeFen = sum((instalment) => instalment.feeFen, due);
  return {
    principalFen, interestFen, feeFen, lateInterestFen,
    dueFen: Math.max(0, principalFen + interestFen + feeFen + lateInterestFen - frozenFen),
    outstandingPrincipalFen: sum((instalment) => instalment.principalFen, open),
    dueSince: due[0]?.dueDay ?? null,
    lastDueDate: open.at(-1)?.dueDate ?? null,
    instalments: due,
  };
}

/** What is open on one instalment, less what is frozen for payments under way; 0 when it is paid. */
export async function owedOnInstalment(db: Db, loanNo: string, no: number): Promise<number> {
  const open = (await openInstalments(db, loanNo)).filter((instalment) => instalment.no <= no);
  const mine = open.find((instalment) => instalment.no === no);
  if (!mine) return 0;
  const total = open.reduce((sum, instalment) => sum + instalment.principalFen + instalment.interestFen + instalment.feeFen, 0);
  const own = mine.principalFen + mine.interestFen + mine.feeFen;
  // Payments fill the oldest first: what is frozen reaches this instalment only beyond what is open before it.
  return Math.max(0, Math.min(own, total - (await frozenPayments(db, loanNo))));
}

/** Once a payment is allocated it stands in the instalments, wherever its distribution is. */
async function frozenPayments(db: Db, loanNo: string): Promise<number> {
  return (await row<{ fen: number }>(db,
    `SELECT COALESCE(sum(frozen_fen), 0)::bigint AS fen FROM payment WHERE loan_no = $1 AND state = 'frozen'`, [loanNo]))?.fen ?? 0;
}

/** Late interest up to a day, from the workflow's own running total, carried on over what is overdue since. */
async function openLateInterest(db: Db, loanNo: string, asOf: IsoDate): Promise<number> {
  const loan = (await row<{ carried: LoanState }>(db, 'SELECT carried FROM loan WHERE loan_no = $1', [loanNo]))?.carried;
  if (!loan) return 0;
  return loan.instalments.reduce((total, instalment) => {
    const from = instalment.lateComputedTo ?? instalment.dueDay;
    const days = Math.max(0, daysBetween(from, asOf));
    const principalDays = instalment.latePrincipalDays + days * (instalment.principalFen - instalment.paidPrincipalFen);
    return total + Math.max(0, lateInterestOfPrincipalDays(principalDays, loan.terms.lateInterestBps) - instalment.paidLateInterestFen);
  }, 0);
}
