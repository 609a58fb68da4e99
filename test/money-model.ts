/**
 * What every account must hold, worked out without the platform: two small sets of figures per person, the bank's and ours,
 * which differ only by what has not been heard of. The model-based test does each operation here and for real, and compares.
 */
import { distribute } from '../domain/distribution.js';

export interface Purse { bank: { available: number; frozen: number }; ours: { available: number; reserved: number; frozen: number; transit: number }; blocked: boolean; unheard: { requestNo: string; kind: 'deposit' | 'withdraw'; fen: number; came: boolean }[] }
/** `held`: what the bank did about a bid by hand, while we have not heard it. */
export interface Bid { serial: number; lender: string; fen: number; by: 'authorisation' | 'password'; state: 'reserved' | 'frozen' | 'gone' | 'lent'; held: 'no' | 'yes' | 'refused' | null }
interface Owed { lender: string; fen: number }
export interface Loan {
  loanNo: string; borrower: string; targetFen: number; feeBps: number; state: 'open' | 'failed' | 'concluded' | 'active' | 'closed'; bids: Bid[]; instalments: { no: number; principalFen: number; interestFen: number; feeFen: number }[];
  paid: number; payments: number; releases: number; undelivered: Owed[]; given: { principal: number[]; interest: number[] }; payouts: { fen: number; state: 'open' | 'arrived' | 'back' | 'returned'; heard: boolean }[];
}

export class MoneyModel {
  readonly purses = new Map<string, Purse>();
  readonly loans: Loan[] = [];
  incomeFen = 0;
  /** All that came in from cards, less what went out to them, by our books. */
  insideFen = 0;

  open(userNo: string): void {
    this.purses.set(userNo, { bank: { available: 0, frozen: 0 }, ours: { available: 0, reserved: 0, frozen: 0, transit: 0 }, blocked: false, unheard: [] });
  }

  purse(userNo: string): Purse {
    const purse = this.purses.get(userNo);
    if (!purse) throw new RangeError(`the model knows no ${userNo}`);
    return purse;
  }

  /** A person's own movement on the bank's page; whether the bank did it. */
  movement(userNo: string, requestNo: string, kind: 'deposit' | 'withdraw', fen: number, brought: boolean): boolean {
    const { bank, blocked, unheard } = this.purse(userNo);
    const came = brought && (kind === 'deposit' || (!blocked && bank.available >= fen));
    if (came) bank.available += kind === 'deposit' ? fen : -fen;
    unheard.push({ requestNo, kind, fen, came });
    return came;
  }

  /** The oldest movement that we have not heard of is heard of. @returns what it was */
  hearMovement(userNo: string): Purse['unheard'][number] {
    const { ours, unheard } = this.purse(userNo);
    const heard = unheard.shift()!;
    const { kind, fen, came } = heard;
    if (!came) return heard;
    if (kind === 'withdraw') this.cover(userNo, fen);
    ours.available += kind === 'deposit' ? fen : -fen;
    this.insideFen += kind === 'deposit' ? fen : -fen;
    return heard;
  }

  /** A deposit is undone on both sides; not when we have set the money aside since. @returns whether it was */
  takeBack(userNo: string, fen: number): boolean {
    const { ours, bank } = this.purse(userNo);
    if (ours.available < fen) return false;
    ours.available -= fen;
    bank.available -= fen;
    this.insideFen -= fen;
    return true;
  }

  /** The bank has used money that we had set aside for bids: the newest of them end. */
  private cover(userNo: string, fen: number): void {
    const { ours } = this.purse(userNo);
    const reserved = this.loans.flatMap((loan) => loan.bids).filter((bid) => bid.lender === userNo && bid.state === 'reserved').sort((a, b) => b.serial - a.serial);
    for (const bid of reserved) if (ours.available < fen) this.drop(bid);
  }

  private drop(bid: Bid): void {
    const { ours } = this.purse(bid.lender);
    ours.reserved -= bid.fen;
    ours.available += bid.fen;
    bid.state = 'gone';
  }

  freeFen(loan: Loan): number {
    return loan.targetFen - loan.bids.filter((bid) => bid.state === 'reserved' || bid.state === 'frozen').reduce((sum, bid) => sum + bid.fen, 0);
  }

  mayBid(loan: Loan, lender: string, fen: number): boolean {
    return loan.state === 'open' && fen <= this.freeFen(loan) && this.purse(lender).ours.available >= fen;
  }

  bid(loan: Loan, bid: Omit<Bid, 'state' | 'held'>): Bid {
    const { ours } = this.purse(bid.lender);
    ours.available -= bid.fen;
    ours.reserved += bid.fen;
    const placed: Bid = { ...bid, state: 'reserved', held: bid.by === 'password' ? 'no' : null };
    loan.bids.push(placed);
    return placed;
  }

  /** The bank's side of a freeze, on its page or by our order. */
  hold(bid: Bid): boolean {
    const { bank, blocked } = this.purse(bid.lender);
    if (blocked || bank.available < bid.fen) return false;
    bank.available -= bid.fen;
    bank.frozen += bid.fen;
    return true;
  }

  holdByHand(bid: Bid): void { bid.held = this.hold(bid) ? 'yes' : 'refused'; }

  /** The minutes of bids by hand are over. */
  expireByHand(loan: Loan): void { for (const bid of loan.bids) if (bid.by === 'password' && bid.state === 'reserved') this.drop(bid); }

  /** All freezes of a listing end: those by order are carried out, the one by hand is heard of. */
  freeze(loan: Loan): void {
    for (const bid of loan.bids.filter((each) => each.by === 'authorisation' && each.state === 'reserved')) this.frozen(loan, bid, this.hold(bid));
    for (const bid of loan.bids) {
      const { held } = bid;
      if (held === null) continue;
      bid.held = null;
      this.frozen(loan, bid, held === 'yes');
    }
  }

  private frozen(loan: Loan, bid: Bid, done: boolean): void {
    const { ours, bank } = this.purse(bid.lender);
    if (!done) {
      if (bid.state === 'reserved') this.drop(bid);
    } else if (bid.state === 'reserved') {
      ours.reserved -= bid.fen;
      ours.frozen += bid.fen;
      bid.state = 'frozen';
    } else {
      this.cover(bid.lender, bid.fen);
      if (loan.state === 'open' && this.freeFen(loan) >= bid.fen) {
        ours.available -= bid.fen;
        ours.frozen += bid.fen;
        bid.state = 'frozen';
      } else if (loan.state !== 'failed') {
        bank.frozen -= bid.fen;
        bank.available += bid.fen;
      }
    }
  }

  /** 流标: the bank gives back all it has frozen, also what we have not heard of. */
  fail(loan: Loan): void {
    for (const bid of loan.bids) {
      const { ours, bank } = this.purse(bid.lender);
      if (bid.state === 'reserved') this.drop(bid);
      const frozen = bid.state === 'frozen';
      if (frozen || bid.held === 'yes') {
        bank.frozen -= bid.fen;
        bank.available += bid.fen;
      }
      if (!frozen) continue;
      ours.frozen -= bid.fen;
      ours.available += bid.fen;
      bid.state = 'gone';
    }
    loan.state = 'failed';
  }

  isFull(loan: Loan): boolean {
    return loan.bids.filter((bid) => bid.state === 'frozen').reduce((sum, bid) => sum + bid.fen, 0) === loan.targetFen;
  }

  /** 放款; whether everybody's money went. */
  release(loan: Loan): boolean {
    const borrower = this.purse(loan.borrower);
    for (const bid of loan.bids.filter((each) => each.state === 'frozen')) {
      const { ours, bank, blocked } = this.purse(bid.lender);
      if (blocked) continue;
      ours.frozen -= bid.fen;
      bank.frozen -= bid.fen;
      borrower.ours.available += bid.fen;
      borrower.bank.available += bid.fen;
      bid.state = 'lent';
    }
    return !loan.bids.some((bid) => bid.state === 'frozen');
  }

  payOut(loan: Loan): number {
    const { ours, bank } = this.purse(loan.borrower);
    const fen = Math.min(loan.targetFen, ours.available);
    if (fen === 0) return 0;
    ours.available -= fen;
    ours.transit += fen;
    bank.available -= fen;
    bank.frozen += fen;
    loan.payouts.push({ fen, state: 'open', heard: false });
    return fen;
  }

  /** All payouts under way reach their cards, or are refused there. */
  finishPayouts(arrive: boolean): void {
    for (const loan of this.loans) {
      for (const payout of loan.payouts.filter((each) => each.state === 'open')) {
        const { bank } = this.purse(loan.borrower);
        bank.frozen -= payout.fen;
        if (!arrive) bank.available += payout.fen;
        payout.state = arrive ? 'arrived' : 'back';
      }
    }
  }

  hearPayout(loan: Loan): void {
    const { ours } = this.purse(loan.borrower);
    for (const payout of loan.payouts.filter((each) => !each.heard && each.state !== 'open')) {
      payout.heard = true;
      ours.transit -= payout.fen;
      if (payout.state === 'back') ours.available += payout.fen;
      else this.insideFen -= payout.fen;
    }
  }

  /** Days later it comes back. */
  comeBack(loan: Loan, payout: Loan['payouts'][number]): void {
    const { ours, bank } = this.purse(loan.borrower);
    ours.available += payout.fen;
    bank.available += payout.fen;
    this.insideFen += payout.fen;
    payout.state = 'returned';
  }

  /** The next instalment, whole: custody first, the rest from the card; shared at once. */
  repay(loan: Loan): void {
    const { ours, bank } = this.purse(loan.borrower);
    if (ours.available !== bank.available) this.hearPayout(loan);
    const { principalFen, interestFen, feeFen } = loan.instalments[loan.paid]!;
    const fen = principalFen + interestFen + feeFen;
    const pulled = Math.max(0, fen - ours.available);
    for (const side of [ours, bank]) {
      side.available += pulled - fen;
      side.frozen += fen;
    }
    this.insideFen += pulled;
    const holders = loan.bids.filter((bid) => bid.state === 'lent');
    const principal = this.share(loan, 'principal', principalFen);
    const interest = this.share(loan, 'interest', interestFen);
    let income = feeFen;
    for (const [index, { lender }] of holders.entries()) {
      const fee = Math.floor((interest[index]! * loan.feeBps) / 10_000);
      income += fee;
      this.deliver(loan, { lender, fen: principal[index]! + interest[index]! - fee });
    }
    for (const side of [ours, bank]) side.frozen -= income;
    this.incomeFen += income;
    loan.paid += 1;
  }

  private share(loan: Loan, part: 'principal' | 'interest', payFen: number): number[] {
    const holders = loan.bids.filter((bid) => bid.state === 'lent');
    const given = loan.given[part].length > 0 ? loan.given[part] : holders.map(() => 0);
    const now = distribute({ sharesFen: holders.map((bid) => bid.fen), alreadyGivenFen: given, paidSoFarFen: given.reduce((sum, fen) => sum + fen, 0), payFen });
    loan.given[part] = given.map((fen, index) => fen + now[index]!);
    return now;
  }

  private deliver(loan: Loan, owed: Owed): void {
    const to = this.purse(owed.lender);
    if (to.blocked) {
      loan.undelivered.push(owed);
      return;
    }
    const from = this.purse(loan.borrower);
    for (const side of ['ours', 'bank'] as const) {
      from[side].frozen -= owed.fen;
      to[side].available += owed.fen;
    }
  }

  redeliver(loan: Loan): void {
    for (const owed of loan.undelivered.splice(0)) this.deliver(loan, owed);
  }
}
