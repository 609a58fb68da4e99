/** What a loan's own page shows beside its row: the schedule in force, and the bank's movements of it. */
import type { IsoDate } from '../domain/dates.js';
import type { InstalmentFigures } from '../domain/loan.js';
import { rows, type Db } from './pool.js';

export interface ScheduleRow extends InstalmentFigures {
  version: number;
  paidOn: IsoDate | null;
}

/** The newest version of a loan's schedule (version 0 is the offer's); empty before there is an offer. */
export function scheduleInForce(db: Db, loanNo: string): Promise<ScheduleRow[]> {
  return rows<ScheduleRow>(
    db,
    `SELECT version, no, due_date AS "dueDate", due_day AS "dueDay", principal_fen AS "principalFen", interest_fen AS "interestFen", fee_fen AS "feeFen",
       paid_principal_fen AS "paidPrincipalFen", paid_interest_fen AS "paidInterestFen", paid_fee_fen AS "paidFeeFen", paid_late_interest_fen AS "paidLateInterestFen",
       forgiven_interest_fen AS "forgivenInterestFen", paid_on AS "paidOn"
     FROM instalment WHERE loan_no = $1 AND version = (SELECT max(version) FROM instalment WHERE loan_no = $1) ORDER BY no`,
    [loanNo],
  );
}

/** What a loan has to be paid next: what is still open of its oldest open instalment, and the day until which paying is in time. */
export interface NextInstalment { loanNo: string; dueDay: IsoDate; openFen: number }

/** One for each disbursed loan of the borrower that has something open. */
export function nextInstalments(db: Db, borrowerId: string): Promise<NextInstalment[]> {
  const open = 'i.principal_fen + i.interest_fen + i.fee_fen - i.paid_principal_fen - i.paid_interest_fen - i.paid_fee_fen - i.forgiven_interest_fen';
  return rows<NextInstalment>(
    db,
    `SELECT DISTINCT ON (i.loan_no) i.loan_no AS "loanNo", i.due_day AS "dueDay", (${open})::bigint AS "openFen"
       FROM instalment i JOIN loan l ON l.loan_no = i.loan_no
      WHERE l.borrower_id = $1 AND l.value_date IS NOT NULL AND i.version = (SELECT max(version) FROM instalment v WHERE v.loan_no = i.loan_no) AND ${open} > 0 ORDER BY i.loan_no, i.no`,
    [borrowerId],
  );
}
