/** Whose loan a page is about: its borrower's, or staff's to look at; nobody else's. */
import type { Response } from 'express';
import { carriedState, findLoan, type LoanRow } from '../../db/loans.js';
import type { Role } from '../../db/people.js';
import type { Db } from '../../db/pool.js';
import type { LoanState } from '../../domain/loan.js';
import { notFound } from '../errors.js';
import { hasRole, personOf, visitOf } from '../visit.js';

export const staffRoles: readonly Role[] = ['reviewer', 'operations', 'collector', 'supervisor', 'finance', 'compliance', 'administrator', 'auditor'];

export interface LoanAccess {
  loan: LoanRow;
  /** The workflow's whole state as last recorded. */
  carried: LoanState;
  /** The borrower, who may act; otherwise staff, who look. */
  mine: boolean;
}

/** @throws PageError 404 for what is not there and what is another's, alike. */
export async function readableLoan(db: Db, response: Response, loanNo: unknown): Promise<LoanAccess> {
  const found = typeof loanNo === 'string' && /^LN\d{1,12}$/.test(loanNo) ? await findLoan(db, loanNo) : null;
  if (!found) throw notFound();
  const mine = found.borrowerId === personOf(response).id;
  if (!mine && !hasRole(visitOf(response), ...staffRoles)) throw notFound();
  const carried = await carriedState(db, found.loanNo);
  if (!carried) throw notFound();
  return { loan: found, carried, mine };
}

/** As {@link readableLoan}, for the borrower alone. */
export async function ownLoan(db: Db, response: Response, loanNo: unknown): Promise<LoanAccess> {
  const access = await readableLoan(db, response, loanNo);
  if (!access.mine) throw notFound();
  return access;
}
