/** Made-up lenders of the demo: they settle in, and bid on what is listed until their money is lent. */
import { Lender } from '../persons/lender.js';
import { fillCardOf, longKnownMobile, setFile, type World } from '../persons/world.js';
import type { Identity } from '../identities.js';

const moneyFen = 20_000_000;
const limitFen = 500_000_000;

interface Listing { loanNo: string; targetFen: number; freeFen: number; minBidFen: number; stepFen: number; maxShareBps: number }

/** What lender number `n` bids on a listing: between a twelfth and a fifth of it in whole steps, or the rest; 0 = nothing. */
export function bidOn(listing: Listing, n: number): number {
  const most = Math.floor((listing.targetFen * listing.maxShareBps) / 10_000);
  const wanted = Math.floor(listing.targetFen / (5 + (n % 8)));
  const stepped = Math.max(listing.minBidFen, Math.floor(wanted / listing.stepFen) * listing.stepFen);
  const bid = listing.freeFen - stepped < listing.minBidFen ? listing.freeFen : stepped;
  return bid > 0 && bid <= most && bid <= listing.freeFen ? bid : 0;
}

export class DemoLender {
  private readonly lender: Lender;
  private ready = false;
  /** Listings on which this lender has as much as one may have. */
  private readonly enough = new Set<string>();

  constructor(private readonly world: World, identity: Identity, private readonly n: number, private readonly bids: boolean) {
    this.lender = new Lender(world, identity);
  }

  async act(): Promise<void> {
    if (!this.ready) await this.settle();
    if (!this.bids) return;
    const { listings } = await this.lender.visitor.read<{ listings: Listing[] }>('/market');
    const { availableFen } = await this.lender.home();
    for (const listing of listings.filter((each) => !this.enough.has(each.loanNo))) {
      const amountFen = bidOn(listing, this.n);
      if (amountFen === 0 || amountFen > (availableFen ?? 0)) continue;
      // What is free makes the key: the same look is one bid, a later one, when less is free, is another.
      const refused = await this.lender.bid(listing.loanNo, amountFen, `people-${this.n}-${listing.loanNo}-${listing.freeFen}`);
      if (refused !== null) this.enough.add(listing.loanNo);
      return;
    }
  }

  private async settle(): Promise<void> {
    await setFile(this.world, this.lender.identity.idNumber, { carrier: longKnownMobile });
    await fillCardOf(this.world, this.lender.identity.cardNumber);
    await this.lender.settleIn(moneyFen, limitFen);
    this.ready = true;
  }
}
