/** Schedules (还款计划): versions that are never edited, only paid. Version 0 is the offer's, 1 starts on the value date. */
import type { IsoDate } from '../domain/dates.js';
import type { CarriedInstalment } from '../domain/loan.js';
import { rows, type Db } from './pool.js';

export interface NewInstalment { dueDate: IsoDate; dueDay: IsoDate; principalFen: number; interestFen: number; feeFen: number }

/** Writes a version, numbered from 1; one that is there stays as it is. */
export async function writeSchedule(db: Db, loanNo: string, version: number, instalments: readonly NewInstalment[]): Promise<void> {
  await db.query(
    `INSERT INTO instalment (loan_no, version, no, due_date, due_day, principal_fen, interest_fen, fee_fen)
     SELECT $1, $2, i.position, (i.row ->> 'dueDate')::date, (i.row ->> 'dueDay')::date, (i.row ->> 'principalFen')::bigint, (i.row ->> 'interestFen')::bigint, (i.row ->> 'feeFen')::bigint
       FROM jsonb_array_elements($3::jsonb) WITH ORDINALITY AS i(row, position) ON CONFLICT DO NOTHING`, [loanNo, version, JSON.stringify(instalments)]);
}

/** The schedule from the value date on, as a loan that has just been disbursed carries it: nothing is paid. */
export async function firstSchedule(db: Db, loanNo: string): Promise<CarriedInstalment[]> {
  const written = await rows<NewInstalment & { no: number }>(
    db, `SELECT no, due_date AS "dueDate", due_day AS "dueDay", principal_fen AS "principalFen", interest_fen AS "interestFen", fee_fen AS "feeFen" FROM instalment WHERE loan_no = $1 AND version = 1 ORDER BY no`, [loanNo]);
  return written.map((instalment) => ({
    ...instalment, paidPrincipalFen: 0, paidInterestFen: 0, paidFeeFen: 0, paidLateInterestFen: 0, forgivenInterestFen: 0, latePrincipalDays: 0, lateComputedTo: null, reminded: [], debited: [],
  }));
}
