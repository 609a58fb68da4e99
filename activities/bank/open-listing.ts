import { openListing } from '../../db/listings.js';
import type { BankActivities } from '../../workflows/contract.js';
import type { BankDeps } from './carry-out.js';
import { loanFacts } from './loan-facts.js';

/** The most one lender may hold of a loan: losses are shared by many, or the loan is not listed for them. */
const maxShareBps = 3_000;

export function openListingActivity({ pool }: BankDeps): BankActivities['openListing'] {
  return async ({ loanNo, deadline, asOf }) => {
    const { offer, product } = await loanFacts(pool, loanNo);
    const { targetFen } = await openListing(pool, {
      loanNo, projectNo: loanNo, targetFen: offer.amountFen, minBidFen: product.minBidFen, stepFen: product.minBidFen, maxShareBps, openedAt: asOf, deadline,
    });
    return { targetFen };
  };
}
