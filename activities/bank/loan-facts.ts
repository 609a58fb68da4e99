/** What the money side needs to know of a loan: the accepted offer, the product, the borrower's account. */
import { bankUserNo } from '../../db/accounts.js';
import { row, type Db } from '../../db/pool.js';
import { cnCalendar, weekendsOnly, type Calendar } from '../../domain/calendar.js';
import type { CarriedOffer, LoanState } from '../../domain/loan.js';
import { defaultProduct, type Product } from '../../domain/product.js';
import type { ProfileId } from '../../domain/regulation.js';
import { NotInRecord } from '../failures.js';

export interface LoanFacts {
  loanNo: string;
  borrowerId: string;
  /** The borrower's account at the bank. */
  borrowerUserNo: string;
  profile: ProfileId;
  product: Product;
  offer: Pick<CarriedOffer, 'version' | 'amountFen' | 'termMonths' | 'annualRateBps' | 'grade' | 'serviceFeeFen'>;
  zoneOffsetMinutes: number;
  /** Minute of the day at which business is done. */
  businessMinute: number;
}

type LoanFactsRow = Omit<LoanFacts, 'product' | 'borrowerUserNo' | 'offer' | 'zoneOffsetMinutes' | 'businessMinute'> & { productId: string; carried: LoanState } & LoanFacts['offer'];

/** @throws NotInRecord when there is no such loan, offer or product. */
export async function loanFacts(db: Db, loanNo: string): Promise<LoanFacts> {
  const found = await row<LoanFactsRow>(
    db, `SELECT l.loan_no AS "loanNo", l.borrower_id AS "borrowerId", l.profile, l.product_id AS "productId", l.carried, o.version, o.amount_fen AS "amountFen", o.term_months AS "termMonths",
                o.annual_rate_bps AS "annualRateBps", o.grade, o.service_fee_fen AS "serviceFeeFen"
           FROM loan l JOIN LATERAL (SELECT * FROM offer WHERE offer.loan_no = l.loan_no ORDER BY version DESC LIMIT 1) o ON true WHERE l.loan_no = $1`, [loanNo]);
  if (!found) throw new NotInRecord('loan with an offer', loanNo);
  const { productId, carried, version, amountFen, termMonths, annualRateBps, grade, serviceFeeFen, borrowerId, profile } = found;
  const product = defaultProduct(productId);
  if (!product) throw new NotInRecord('product', productId);
  return {
    loanNo, borrowerId, profile, product, borrowerUserNo: bankUserNo(borrowerId, 'BORROWERS'),
    offer: { version, amountFen, termMonths, annualRateBps, grade, serviceFeeFen },
    zoneOffsetMinutes: carried.terms.zoneOffsetMinutes, businessMinute: carried.terms.businessMinute,
  };
}

/** Whose working days count under a profile. */
export function calendarOf(profile: ProfileId): Calendar {
  return profile === 'cn' || profile === 'institutional' ? cnCalendar : weekendsOnly;
}
