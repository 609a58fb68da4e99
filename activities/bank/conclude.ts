import { createHash } from 'node:crypto';
import { recordAct } from '../../db/acts.js';
import { holdNewClaims } from '../../db/court-orders.js';
import { createHoldings } from '../../db/holdings.js';
import { lockListing, setListingState } from '../../db/listings.js';
import { inTransaction, row, type Transaction } from '../../db/pool.js';
import { makeOffer } from '../../domain/offer.js';
import type { BankActivities } from '../../workflows/contract.js';
import type { BankDeps } from './carry-out.js';
import { contractText } from './contract-text.js';
import { loanFacts, type LoanFacts } from './loan-facts.js';

/** 合同成立: checked once more on the day, sealed and dated with every lender's share; from here the borrower cannot cancel. */
export function concludeActivity({ pool }: BankDeps): BankActivities['conclude'] {
  return async ({ loanNo, asOf, at }) => {
    const loan = await loanFacts(pool, loanNo);
    return inTransaction(pool, async (tx) => {
      const listing = await lockListing(tx, loanNo);
      const sealed = await row<{ concludedOn: string }>(tx, 'SELECT concluded_on AS "concludedOn" FROM contract WHERE loan_no = $1', [loanNo]);
      if (sealed) return { status: 'done' as const, concludedOn: sealed.concludedOn };
      if (listing?.state !== 'full' || listing.frozenFen !== loan.offer.amountFen) return { status: 'refused' as const, code: 'not-full' };
      const refused = (await whyNot(tx, loan)) ?? capToday(loan, asOf);
      if (refused) return { status: 'refused' as const, code: refused };
      const holdings = await createHoldings(tx, loanNo);
      await holdNewClaims(tx, loanNo, at);
      const total = holdings.reduce((sum, holding) => sum + holding.principalFen, 0);
      if (total !== loan.offer.amountFen) throw new RangeError(`${loanNo}: shares of ${total} fen for ${loan.offer.amountFen}`);
      const body = contractText(loan, holdings, asOf);
      const sha256 = createHash('sha256').update(body, 'utf8').digest('hex');
      await tx.query('INSERT INTO contract (loan_no, concluded_on, body, sha256) VALUES ($1, $2, $3, $4)', [loanNo, asOf, body, sha256]);
      await setListingState(tx, loanNo, 'concluded');
      await recordAct(tx, { actor: `workflow:${loanNo}`, role: 'platform', verb: 'conclude', subject: loanNo, after: { sha256, lenders: holdings.length, amountFen: total }, businessAt: at });
      return { status: 'done' as const, concludedOn: asOf };
    });
  };
}

/** What may have changed while lenders were bidding: the borrower's identification, account, or another loan gone late. */
async function whyNot(tx: Transaction, { borrowerId, borrowerUserNo, loanNo }: LoanFacts): Promise<string | null> {
  const found = await row<{ identified: boolean; active: boolean; overdue: boolean }>(
    tx, `SELECT p.identification_state = 'verified' AS identified, EXISTS (SELECT 1 FROM custody_account a WHERE a.user_no = $2 AND a.state = 'active') AS active,
                EXISTS (SELECT 1 FROM loan o WHERE o.borrower_id = p.id AND o.loan_no <> $3 AND o.days_past_due > 0 AND o.state NOT IN ('closed', 'cancelled')) AS overdue
           FROM person p WHERE p.id = $1`, [borrowerId, borrowerUserNo, loanNo]);
  if (!found?.identified) return 'not-identified';
  if (!found.active) return 'account-unusable';
  return found.overdue ? 'overdue-elsewhere-here' : null;
}

/** The cap of the day of the contract counts, not that of the offer. */
function capToday({ product, profile, offer }: LoanFacts, contractDate: string): string | null {
  const priced = makeOffer({ product, profile, contractDate, amountFen: offer.amountFen, termMonths: offer.termMonths, grade: offer.grade, annualRateBps: offer.annualRateBps });
  return 'refused' in priced && (priced.refused === 'rate-cap' || priced.refused === 'no-cap-known') ? priced.refused : null;
}
