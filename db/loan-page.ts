/** What a loan's own page shows beside its row: the schedule in force, and the bank's movements of it. */
import type { IsoDate } from '../domain/dates.js';
import { rows, type Db } from './pool.js';

export interface ScheduleRow {
  version: number;
  no: number;
  dueDate: IsoDate;
  dueDay: IsoDate;
  principalFen: number;
  interestFen: number;
  feeFen: number;
  paidPrincipalFen: number;
  paidInterestFen: number;
  paidFeeFen: number;
  paidLateInterestFen: number;
  forgivenInterestFen: number;
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
