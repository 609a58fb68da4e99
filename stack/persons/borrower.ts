import { decimalYuan } from '../../domain/money.js';
import type { Identity } from '../identities.js';
import { UnexpectedPage, type Page } from '../visitor.js';
import { Customer } from './customer.js';
import { until, type World } from './world.js';

export interface Wish {
  amountFen: number;
  termMonths: number;
  purpose: string;
  annualIncomeFen: number;
  employmentYears: number | null;
  homeOwnership: string;
  monthlyDebtsFen: number;
  description: string;
}

/** What the loan's page tells programs. */
export interface LoanView {
  loanNo: string;
  state: string;
  owner: string;
  nextAt: string | null;
  outstandingFen: number;
  daysPastDue: number;
  valueDate: string | null;
  writtenOffOn: string | null;
  offer: { version: number; amountFen: number; annualRateBps: number } | null;
  instalments: { no: number; dueDate: string; dueDay: string; principalFen: number; interestFen: number }[];
}

export class Borrower extends Customer {
  constructor(world: World, identity: Identity) {
    super(world, identity, 'borrower');
  }

  /** Applies; the same key finds the same application. Answers the loan's number. */
  async apply(wish: Wish, key: string): Promise<string> {
    const typed = {
      key, amount: decimalYuan(wish.amountFen), termMonths: String(wish.termMonths), purpose: wish.purpose, description: wish.description,
      annualIncome: decimalYuan(wish.annualIncomeFen), employer: '', employmentYears: wish.employmentYears === null ? '' : String(wish.employmentYears), homeOwnership: wish.homeOwnership,
      region: '', monthlyDebts: decimalYuan(wish.monthlyDebtsFen), elsewhere: '0', student: 'no',
    };
    const check = await this.visitor.submit(await this.visitor.open('/borrower/apply'), 'apply', typed);
    const sent = await this.visitor.submit(check, 'apply-confirm', { 'credit-consent': 'yes' });
    return this.loanNoOf(sent);
  }

  private loanNoOf(page: Page): string {
    const loanNo = /^\/loans\/(LN\d+)/.exec(new URL(page.url).pathname)?.[1];
    if (!loanNo) throw new UnexpectedPage(page, 'the page of a loan');
    return loanNo;
  }

  loan(loanNo: string): Promise<LoanView> {
    return this.visitor.read<LoanView>(`/loans/${loanNo}`);
  }

  /** Waits until the loan is in one of the states; says what it saw when that does not happen. */
  async untilState(loanNo: string, ...states: string[]): Promise<LoanView> {
    let seen = '';
    return until(`${loanNo} to be ${states.join(' or ')}`, async () => {
      const loan = await this.loan(loanNo);
      seen = loan.state;
      return states.includes(seen) ? loan : null;
    }).catch((error: Error) => { throw new Error(`${error.message}; it is ${seen}`); });
  }

  async acceptOffer(loanNo: string, key: string): Promise<void> {
    const done = await this.visitor.submit(await this.visitor.open(`/loans/${loanNo}/offer/accept`), 'accept-offer', { key, signed: 'yes' });
    if (done.status >= 400 || done.has('accept-offer')) throw new UnexpectedPage(done, 'the offer to be accepted');
  }

  /** Pays what is due, an amount, or everything. */
  async pay(loanNo: string, kind: 'due' | 'amount' | 'payoff', key: string, amountFen?: number): Promise<void> {
    const check = await this.visitor.submit(await this.visitor.open(`/loans/${loanNo}/pay`), 'pay', { key, kind, ...(amountFen === undefined ? {} : { amount: decimalYuan(amountFen) }) });
    const done = await this.visitor.submit(check, 'pay-confirm');
    if (done.status >= 400 || done.has('pay-confirm')) throw new UnexpectedPage(done, 'the payment to be taken');
  }
}
