/** The contract of a loan (借款合同) as it is sealed: parties by their numbers, every lender's share, terms, mandate. */
import type { Holding } from '../../db/holdings.js';
import { decimalYuan } from '../../domain/money.js';
import { percentOfBps } from '../../domain/percent.js';
import type { LoanFacts } from './loan-facts.js';

/** Plain text with line ends `\n`, so that its SHA-256 is the same everywhere. Names and numbers of persons stay with the platform's record. */
export function contractText(loan: LoanFacts, holdings: readonly Holding[], concludedOn: string): string {
  const { offer, product } = loan;
  return [
    `LOAN CONTRACT 借款合同 ${loan.loanNo}`,
    `Concluded on ${concludedOn} under the rules of profile ${loan.profile}; product ${product.id}, version ${product.version}.`,
    '',
    `Borrower 借款人: ${loan.borrowerId}`,
    `Principal 本金: ${decimalYuan(offer.amountFen)} yuan`,
    `Yearly rate 年利率: ${percentOfBps(offer.annualRateBps)} %`,
    `Term 期限: ${offer.termMonths} months, ${product.method}, from the value date (the bank day on which the last lender's money has reached the borrower)`,
    `Borrower's service fee 服务费: ${decimalYuan(offer.serviceFeeFen)} yuan with each instalment`,
    `Lender's fee 出借人服务费: ${percentOfBps(product.lenderFeeBps)} % of interest really received, never of principal`,
    `Late interest 罚息: ${percentOfBps(product.lateInterestBps)} % a year on overdue principal`,
    `A payment fills the oldest instalment first; in it costs, then late interest, interest, principal, and the service fee last.`,
    `Called due 宣布提前到期: after ${product.accelerateAfterDays} days past due, with notice.`,
    `Lenders' mandate 授权: the platform may waive up to ${product.mandate.waiveLateInterestPercent} % of late interest and up to ${product.mandate.cutPrincipalPercent} % of principal; above that the lenders vote by outstanding principal within ${product.mandate.voteDays} days.`,
    `The platform is an information intermediary (信息中介): it promises no return and holds nobody's money.`,
    '',
    'Lenders 出借人 and their shares:',
    ...holdings.map((holding) => `${holding.lenderId} ${decimalYuan(holding.principalFen)}`),
    '',
  ].join('\n');
}
