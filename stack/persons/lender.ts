import { suitabilityQuestions } from '../../domain/suitability.js';
import { decimalYuan } from '../../domain/money.js';
import { UnexpectedPage } from '../visitor.js';
import { Customer } from './customer.js';
import { until } from './world.js';
import type { World } from './world.js';
import type { Identity } from '../identities.js';

interface Home { identificationState: string; missing: string[]; noticeConfirmed: boolean; assessed: boolean; availableFen: number | null }

export class Lender extends Customer {
  constructor(world: World, identity: Identity) {
    super(world, identity, 'lender');
  }

  home(): Promise<Home> {
    return this.visitor.read<Home>('/lender');
  }

  /** From nothing to able to bid, with this much free money; what is done already is left. */
  async settleIn(moneyFen: number, limitFen: number): Promise<void> {
    await this.arrive();
    await this.giveIdentity();
    await this.becomeIdentified();
    await this.becomeAssessed();
    await this.openAccount(limitFen);
    const missingFen = moneyFen - ((await this.home()).availableFen ?? 0);
    if (missingFen > 0) await this.deposit(missingFen);
  }

  private async becomeIdentified(): Promise<void> {
    if ((await this.home()).identificationState === 'none') await this.visitor.submit(await this.visitor.open('/lender'), 'identify');
    await until(`${this.identity.email} to be identified`, async () => {
      const { identificationState } = await this.home();
      if (identificationState === 'failed' || identificationState === 'review') throw new Error(`${this.identity.email} was not identified at once: ${identificationState}`);
      return identificationState === 'verified';
    });
  }

  /** Confirms the risk notice and answers the questionnaire, as far as they are not in force. */
  async becomeAssessed(): Promise<void> {
    const { noticeConfirmed, assessed } = await this.home();
    if (!noticeConfirmed) await this.visitor.submit(await this.visitor.open('/lender/risk-notice'), 'risk-notice', { confirm: 'yes' });
    if (assessed) return;
    const boldest = Object.fromEntries(suitabilityQuestions.map((question) => [question.id, question.answers.at(-1)?.value ?? '']));
    const page = await this.visitor.submit(await this.visitor.open('/lender/questionnaire'), 'questionnaire', boldest);
    if (page.has('questionnaire')) throw new UnexpectedPage(page, 'the questionnaire to be recorded');
  }

  /** Bids by standing authorisation. `key` makes it one bid however often it is pressed. Answers the code of a refusal, or null. */
  async bid(loanNo: string, amountFen: number, key: string): Promise<string | null> {
    const typed = { amount: decimalYuan(amountFen), by: 'authorisation', key };
    const check = await this.visitor.submit(await this.visitor.open(`/lender/bid/${loanNo}`), 'bid', typed);
    if (!check.has('confirm-bid')) return check.summary();
    const placed = await this.visitor.submit(check, 'confirm-bid', { risk: 'yes' });
    return new URL(placed.url).pathname.startsWith('/lender/bids/') ? null : placed.summary();
  }
}
