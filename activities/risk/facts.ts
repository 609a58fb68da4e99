import { dateAt, parseInstant } from '../../domain/dates.js';
import type { IsoDate } from '../../domain/dates.js';
import { defaultProduct } from '../../domain/product.js';
import type { Product } from '../../domain/product.js';
import { findApplication, findLoan } from '../../db/loans.js';
import type { ApplicationFacts, LoanRow } from '../../db/loans.js';
import type { Pool } from '../../db/pool.js';
import { NotInRecord } from '../failures.js';

/** A loan with what its applicant said and the product it was asked under. */
export interface LoanFacts { loan: LoanRow; application: ApplicationFacts; product: Product }

/** Reads what every check of an application needs. @throws NotInRecord */
export async function loanFacts(pool: Pool, loanNo: string): Promise<LoanFacts> {
  const [loan, application] = await Promise.all([findLoan(pool, loanNo), findApplication(pool, loanNo)]);
  if (!loan || !application) throw new NotInRecord('application', loanNo);
  const product = defaultProduct(loan.productId);
  if (!product || product.version !== loan.productVersion) throw new NotInRecord('product', `${loan.productId} version ${loan.productVersion}`);
  return { loan, application, product };
}

/** The business date of an instant in the platform's zone. */
export function businessDate(instant: string, zoneOffsetMinutes: number): IsoDate {
  return dateAt(parseInstant(instant), zoneOffsetMinutes);
}
