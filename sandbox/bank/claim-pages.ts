/** What people do about claims and projects on the bank's own pages: a lender puts a claim up for sale, a borrower entrusts the payment. */
import { amount, number } from './fields.js';
import { entrust } from './entrusted.js';
import { showYuan } from './money.js';
import { personal, personalFields } from './personal-order.js';
import { putUpForSale } from './sales.js';

export const sellClaim = personal(personalFields.extend({ projectNo: number, share: amount }), (input) => ({
  title: 'Put a claim up for sale', action: `Offer ${showYuan(input.share)} of the claim`, asks: ['password'], amountFen: input.share,
  facts: [['Part of your claim', showYuan(input.share)], ['On project', input.projectNo], ['Until it is sold', 'it stays yours, and you can take it back'], ['Costs', showYuan(0)]],
  apply: (tx, _typed, atMs) => putUpForSale(tx, { requestNo: input.requestNo, projectNo: input.projectNo, userNo: input.platformUserNo, shareFen: input.share, atMs, byAuthorisation: false }),
}));

export const entrustPayment = personal(personalFields.extend({ projectNo: number, entrustedPlatformUserNo: number }), (input) => ({
  title: 'Have the loan paid to your supplier', action: 'Entrust the payment', asks: ['password'],
  facts: [['Project', input.projectNo], ['Paid to', input.entrustedPlatformUserNo], ['Instead of', 'your own custody account: you owe the loan all the same'], ['Costs', showYuan(0)]],
  apply: (tx) => entrust(tx, { projectNo: input.projectNo, borrowerNo: input.platformUserNo, payeeNo: input.entrustedPlatformUserNo }),
}));
