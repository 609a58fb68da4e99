/** Made-up borrowers of the demo: they apply, sign, live from their cards, and come back when a loan has ended. */
import { Borrower, type Wish } from '../persons/borrower.js';
import { longKnownMobile, setFile, setNumber, type World } from '../persons/world.js';
import type { Identity } from '../identities.js';

const limitFen = 50_000_000;
const ends = ['refused', 'declined', 'cancelled', 'lapsed', 'notFunded', 'closed', 'writtenOff'];

/** What the demo's borrower number `n` asks for the `time`-th time: small loans of many kinds. */
export function wishOf(n: number, time: number): Wish {
  const purposes = ['debt_consolidation', 'home_improvement', 'medical', 'wedding', 'car', 'moving', 'small_business'];
  const terms = [3, 6, 9, 12];
  const amountFen = 500_000 + ((n * 7 + time * 3) % 16) * 250_000;
  return {
    amountFen, termMonths: terms[(n + time) % terms.length] ?? 6, purpose: purposes[(n * 3 + time) % purposes.length] ?? 'other',
    annualIncomeFen: 9_000_000 + (n % 7) * 2_500_000, employmentYears: n % 12, homeOwnership: ['RENT', 'OWN', 'MORTGAGE'][n % 3] ?? 'RENT', monthlyDebtsFen: (n % 5) * 50_000,
    description: 'A loan of the demonstration',
  };
}

/** One in five answers the phone and promises to pay; the others let it ring. */
const answersThePhone = (n: number): boolean => n % 5 === 0;

export class DemoBorrower {
  private readonly borrower: Borrower;
  private ready = false;

  constructor(private readonly world: World, identity: Identity, private readonly n: number) {
    this.borrower = new Borrower(world, identity);
  }

  /** Does the next thing that is for this person to do; nothing when there is nothing. */
  async act(): Promise<void> {
    if (!this.ready) await this.settle();
    const { loans } = await this.borrower.visitor.read<{ loans: { loanNo: string; state: string }[] }>('/borrower');
    const open = loans.find((loan) => !ends.includes(loan.state));
    if (!open) return this.apply(loans);
    if (open.state === 'offered') await this.borrower.acceptOffer(open.loanNo, `people-${open.loanNo}-accept`);
  }

  /** Somebody who was refused or did not pay does not come back. */
  private async apply(loans: { state: string }[]): Promise<void> {
    if (loans.some((loan) => ['refused', 'declined', 'writtenOff'].includes(loan.state))) return;
    await this.borrower.apply(wishOf(this.n, loans.length), `people-${this.n}-apply-${loans.length}`);
  }

  private async settle(): Promise<void> {
    const { identity } = this.borrower;
    await setFile(this.world, identity.idNumber, { carrier: longKnownMobile });
    if (answersThePhone(this.n)) await setNumber(this.world, identity.mobile, { behaviour: 'answers', digits: '1', afterSeconds: 1 });
    await this.borrower.arrive();
    await this.borrower.giveIdentity();
    await this.borrower.openAccount(limitFen);
    this.ready = true;
  }
}
