/** What borrowers and lenders both do: sign up, prove who they are, open an account at the bank, deposit. */
import { decimalYuan } from '../../domain/money.js';
import type { Identity } from '../identities.js';
import { UnexpectedPage, Visitor, type Page } from '../visitor.js';
import { readCode, smsTo, until, type World } from './world.js';

export type Side = 'borrower' | 'lender';
interface BankRequest { requestNo: string; state: string; reason: string | null }

export class Customer {
  readonly visitor: Visitor;
  constructor(protected readonly world: World, readonly identity: Identity, readonly side: Side) {
    this.visitor = new Visitor(world.platform);
  }

  /** Logs in, or signs up when there is no such account yet: after a restart both are the same person. */
  async arrive(): Promise<void> {
    const page = await this.visitor.open('/log-in');
    // Logged in already: the page leads on.
    if (!page.has('log-in')) return;
    const after = await this.visitor.submit(page, 'log-in', { email: this.identity.email, password: this.identity.password });
    if (!after.has('log-in')) return;
    await this.signUp();
  }

  private async signUp(): Promise<void> {
    const { mobile, email, password } = this.identity;
    const before = (await smsTo(this.world, mobile)).length;
    await this.visitor.submit(await this.visitor.open(`/sign-up?role=${this.side}`), 'sign-up-phone', { phone: mobile });
    const code = await readCode(this.world, mobile, before);
    const page = await this.visitor.submit(await this.visitor.open(`/sign-up/details?role=${this.side}`), 'sign-up', {
      code, email, password, role: this.side, language: 'en', 'user-agreement': 'yes', 'privacy-policy': 'yes', 'risk-notice': 'yes',
    });
    if (page.has('sign-up')) throw new UnexpectedPage(page, 'to be signed up');
  }

  async giveIdentity(): Promise<void> {
    const me = await this.visitor.read<{ named: boolean }>('/account');
    if (me.named) return;
    const { name, idNumber } = this.identity;
    const page = await this.visitor.submit(await this.visitor.open('/account/identity'), 'identity', { name, idNumber, 'identity-consent': 'yes' });
    if (page.has('identity')) throw new UnexpectedPage(page, 'the identity data to be kept');
  }

  /** Custody account, card and standing authorisations, each at the bank's own page; what is there already is left. */
  async openAccount(limitFen: number): Promise<void> {
    const { tradingPassword, cardNumber } = this.identity;
    let page = await this.visitor.open('/account/custody');
    if (page.has(`open-account-${this.side}`)) {
      await this.atBank(await this.visitor.submit(page, `open-account-${this.side}`), { password: tradingPassword, passwordAgain: tradingPassword, cardNumber });
      page = await this.visitor.open('/account/custody');
    }
    if (page.has(`bind-card-${this.side}`)) {
      await this.atBank(await this.visitor.submit(page, `bind-card-${this.side}`), { password: tradingPassword, cardNumber });
      page = await this.visitor.open('/account/custody');
    }
    if (page.$(`a.button[href^="/account/custody/${this.side}/authorise"]`).length === 0) return;
    const form = await this.visitor.open(`/account/custody/${this.side}/authorise`);
    await this.atBank(await this.visitor.submit(form, 'authorise', { max: decimalYuan(limitFen) }), { password: tradingPassword });
  }

  /** `key` makes it one deposit however often it is asked for; without one, each call is another. */
  async deposit(amountFen: number, key?: string): Promise<void> {
    const form = await this.visitor.open(`/account/custody/${this.side}/deposit`);
    const page = await this.visitor.submit(form, 'deposit', { amount: decimalYuan(amountFen), ...(key ? { key } : {}) });
    // The same key again: the request is known, and its page is shown instead of the bank's.
    if (new URL(page.url).pathname.startsWith('/account/bank/')) return;
    await this.atBank(page, { password: this.identity.tradingPassword });
  }

  /** Confirms on the bank's page, comes back, and waits until the platform has the bank's own word. */
  protected async atBank(page: Page, typed: Record<string, string>): Promise<void> {
    if (!page.has('bank-act')) throw new UnexpectedPage(page, "the bank's page");
    const back = await this.visitor.submit(page, 'bank-act', { ...typed, decision: 'confirm' });
    if (back.has('bank-act')) throw new UnexpectedPage(back, 'the bank to accept');
    const path = new URL(back.url).pathname;
    if (!path.startsWith('/account/bank/')) throw new UnexpectedPage(back, "the platform's page of the request");
    const request = await until(`the bank's word on ${path}`, async () => {
      const now = await this.visitor.read<BankRequest>(path);
      return now.state === 'done' || now.state === 'refused' ? now : null;
    });
    if (request.state === 'refused') throw new UnexpectedPage(back, `${path} to be done, but it was refused (${request.reason ?? ''})`);
  }
}
