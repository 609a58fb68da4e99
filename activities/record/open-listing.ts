import { openListing } from '../../db/listings.js';
import type { RecordActivities } from '../../workflows/contract.js';
import { loanFacts } from '../bank/loan-facts.js';
import type { ActivityDeps } from '../deps.js';

/** The most one lender may hold of a loan: losses are shared by many, or the loan is not listed for them. */
const maxShareBps = 3_000;

export function openListingActivity({ pool }: Pick<ActivityDeps, 'pool'>): RecordActivities['openListing'] {
  return async ({ loanNo, deadline, asOf }) => {
    const { offer, product } = await loanFacts(pool, loanNo);
    const { targetFen } = await openListing(pool, {
      loanNo, projectNo: loanNo, targetFen: offer.amountFen, minBidFen: product.minBidFen, stepFen: product.minBidFen, maxShareBps, openedAt: asOf, deadline,
    });
    return { targetFen };
  };
}
