/** Plays the rows' lives: every act is a person's, over HTTP, and the business clock is stepped between them. */
import type { BusinessClock } from '../persons/business-clock.js';
import type { Borrower, LoanView } from '../persons/borrower.js';
import type { Lender } from '../persons/lender.js';
import type { Reviewer } from '../persons/staff.js';
import { until, type World } from '../persons/world.js';
import { UnexpectedPage } from '../visitor.js';
import type { BookRow } from './book.js';
import { bidsFor, fillCard, leaveOnCard, makeBorrower, tellBureaus } from './cast.js';
import type { ProgressStore } from './store.js';
import { applyEvent, eventsOf, lastMomentOf, recoverEvent, type AgreedLoan, type StoryEvent } from './story.js';

export interface PlayerOptions {
  world: World;
  clock: BusinessClock;
  lenders: Lender[];
  reviewer: Reviewer;
  rows: BookRow[];
  store: ProgressStore;
  zoneOffsetMinutes: number;
  writeOffAfterDays: number;
  /** Parts are killed meanwhile: what a page says no to may be an act that was cut off and is yet to be settled. */
  disturbed: boolean;
  /** Hears what happens: for a progress display. */
  say: (line: string) => void;
  onProgress: (done: { businessNow: number; events: number; waiting: number }) => void;
  onWait: (waitingFor: string[]) => void;
}

/** Times that an act is tried again while a part of the platform is down; each try is the same act under the same key. */
const triesOfAnAct = 60;
/** A page that says no is asked again only so often: it will not change its mind. */
const triesOfARefusal = 5;
const pauseBetweenTriesMs = 1_000;
/** What the platform lets one authorisation say at most: ten million yuan. */
const yearsLimitFen = 1_000_000_000;
const repayingStates = ['repaying', 'overdue', 'inLegal', 'writtenOff', 'closed'];
/** Bids are placed by so many lenders at a time. */
const lendersAtOnce = 6;

export class Player {
  private readonly queue: StoryEvent[] = [];
  private readonly rowOf: Map<number, BookRow>;
  private readonly borrowers = new Map<number, Borrower>();
  private events = 0;
  private endMs = 0;

  constructor(private readonly options: PlayerOptions) {
    this.rowOf = new Map(options.rows.map((row) => [row.line, row]));
  }

  async play(): Promise<void> {
    const { clock, rows, zoneOffsetMinutes, onWait, onProgress } = this.options;
    this.options.say(`${this.options.lenders.length} lenders sign up and deposit`);
    await this.settleLenders();
    for (const row of rows) await this.takeUp(row, zoneOffsetMinutes);
    for (;;) {
      const next = this.queue.sort((a, b) => a.atMs - b.atMs || a.line - b.line).shift();
      const atMs = next?.atMs ?? this.endMs;
      await clock.stepTo(Math.max(atMs, await this.now()), onWait);
      if (!next) break;
      await this.retrying(() => this.perform(next), `${next.kind} of row ${next.line}`);
      this.events += 1;
      onProgress({ businessNow: atMs, events: this.events, waiting: this.queue.length });
    }
  }

  private now(): Promise<number> {
    return this.retrying(() => this.options.clock.now(), 'reading the clock');
  }

  /** Puts into the queue what is still to come in a row's life; after a restart that is less than all. */
  private async takeUp(row: BookRow, zoneOffsetMinutes: number): Promise<void> {
    const progress = this.options.store.of(row.line);
    if (!progress.done.includes('apply') || progress.loanNo === null) {
      this.queue.push(applyEvent(row, zoneOffsetMinutes));
      return;
    }
    const borrower = await this.retrying(() => this.borrowerOf(row), `the borrower of row ${row.line} arrives`);
    await this.goOn(row, await this.retrying(() => borrower.loan(progress.loanNo ?? ''), 'reading a loan'));
  }

  private async goOn(row: BookRow, loan: LoanView): Promise<void> {
    const { zoneOffsetMinutes, writeOffAfterDays, store } = this.options;
    if (!loan.valueDate) throw new Error(`${loan.loanNo} was funded but has no value date`);
    const agreed: AgreedLoan = { valueDate: loan.valueDate, instalments: loan.instalments };
    const done = store.of(row.line).done;
    for (const event of eventsOf(row, agreed, zoneOffsetMinutes, writeOffAfterDays)) {
      if (!done.includes(event.kind)) this.queue.push(event);
      this.endMs = Math.max(this.endMs, event.atMs);
    }
    if (loan.writtenOffOn && !done.includes('recover')) this.lookForRecovery(row, loan.writtenOffOn);
    if (!row.chargedOff) this.endMs = Math.max(this.endMs, lastMomentOf(agreed, zoneOffsetMinutes));
  }

  private lookForRecovery(row: BookRow, writtenOffOn: string): void {
    const event = recoverEvent(row, writtenOffOn, this.options.zoneOffsetMinutes);
    if (event && !this.queue.some((each) => each.line === row.line && each.kind === 'recover')) this.queue.push(event);
  }

  private async perform(event: StoryEvent): Promise<void> {
    const row = this.rowOf.get(event.line);
    if (!row) throw new Error(`there is no row ${event.line}`);
    const progress = this.options.store.of(event.line);
    const borrower = await this.borrowerOf(row);
    const key = (what: string): string => `replay-${row.line}-${what}`;
    const loanNo = progress.loanNo ?? '';
    const { world, say } = this.options;
    switch (event.kind) {
      case 'apply':
        progress.loanNo = await this.bringAbout(row, borrower);
        say(`${progress.loanNo}: row ${row.line}, ${row.status}, funded and disbursed`);
        break;
      case 'empty-card':
        await leaveOnCard(world, borrower, 0);
        break;
      case 'bring-part':
        await leaveOnCard(world, borrower, event.amountFen);
        await borrower.deposit(event.amountFen, key('bring-part'));
        break;
      case 'pay-off':
        await borrower.pay(loanNo, 'payoff', key('pay-off'));
        break;
      case 'catch-up':
        await fillCard(world, borrower);
        await borrower.pay(loanNo, 'due', key('catch-up'));
        break;
      case 'look-for-write-off': {
        const loan = await borrower.loan(loanNo);
        if (loan.writtenOffOn) this.lookForRecovery(row, loan.writtenOffOn);
        say(`${loanNo}: ${loan.writtenOffOn ? `written off on ${loan.writtenOffOn}` : `is ${loan.state}, not written off`}`);
        break;
      }
      case 'recover':
        await leaveOnCard(world, borrower, event.amountFen);
        await borrower.pay(loanNo, 'amount', key('recover'), event.amountFen);
        this.endMs = Math.max(this.endMs, event.atMs);
        break;
    }
    progress.done.push(event.kind);
    await this.options.store.save();
    if (event.kind === 'apply') await this.goOn(row, await borrower.loan(progress.loanNo ?? ''));
  }

  /** From sign-up to money on the card. */
  private async bringAbout(row: BookRow, borrower: Borrower): Promise<string> {
    const { world, reviewer } = this.options;
    const key = (what: string): string => `replay-${row.line}-${what}`;
    await borrower.giveIdentity();
    await tellBureaus(world, borrower, row);
    await fillCard(world, borrower);
    await borrower.openAccount(yearsLimitFen);
    const loanNo = await borrower.apply({
      amountFen: row.principalFen, termMonths: row.termMonths, purpose: row.purpose, annualIncomeFen: row.annualIncomeFen, employmentYears: row.employmentYears,
      homeOwnership: row.homeOwnership, monthlyDebtsFen: row.credit.monthlyDebtPaymentsFen, description: `Row ${row.line} of the public loan book`,
    }, key('apply'));
    const reviewed = await borrower.untilState(loanNo, 'inReview', 'offered', 'preparing', 'fundraising', 'concluding', 'disbursing', 'payingOut', ...repayingStates);
    if (reviewed.state === 'inReview') await this.approve(reviewer, row, loanNo, key('approve'));
    const offered = await borrower.untilState(loanNo, 'offered', 'preparing', 'fundraising', 'concluding', 'disbursing', 'payingOut', ...repayingStates);
    if (offered.state === 'offered') await borrower.acceptOffer(loanNo, key('accept'));
    const listed = await borrower.untilState(loanNo, 'fundraising', 'concluding', 'disbursing', 'payingOut', ...repayingStates);
    if (listed.state === 'fundraising') await this.fund(row, loanNo);
    await borrower.untilState(loanNo, 'payingOut', ...repayingStates);
    return loanNo;
  }

  private async approve(reviewer: Reviewer, row: BookRow, loanNo: string, key: string): Promise<void> {
    const task = await until(`a review task of ${loanNo}`, async () => (await reviewer.queue()).find((each) => each.loanNo === loanNo && each.kind === 'review'));
    await reviewer.approve(task.taskId, { amountFen: row.principalFen, termMonths: row.termMonths, annualRateBps: row.annualRateBps, grade: row.grade, note: "The row's own figures" }, key);
  }

  private async fund(row: BookRow, loanNo: string): Promise<void> {
    const { lenders } = this.options;
    const { listing } = await (lenders[0] as Lender).visitor.read<{ listing: { minBidFen: number; stepFen: number } }>(`/market/${loanNo}`);
    const amounts = bidsFor(row.principalFen, lenders.length, listing.minBidFen, listing.stepFen);
    const bid = (amountFen: number, index: number): Promise<void> =>
      this.retrying(() => this.bid(lenders[index] as Lender, loanNo, amountFen, row.line, index), `the bid of lender ${index} on ${loanNo}`);
    await inParallel(amounts.slice(0, -1), lendersAtOnce, bid);
    // The last one takes the rest, which need not be a step: everybody else has to be there first.
    const last = amounts.length - 1;
    await bid(amounts[last] ?? 0, last);
  }

  private async bid(lender: Lender, loanNo: string, amountFen: number, line: number, index: number): Promise<void> {
    const key = `replay-${line}-bid-${index}`;
    let refused = await lender.bid(loanNo, amountFen, key);
    // Assessments hold for a year: whoever bids after that answers the questions again first.
    if (refused !== null && !(await lender.home()).assessed) {
      await lender.becomeAssessed();
      refused = await lender.bid(loanNo, amountFen, key);
    }
    if (refused !== null) throw new Error(`the bid of lender ${index} on ${loanNo} was refused: ${refused}`);
  }

  private async settleLenders(): Promise<void> {
    const { world, lenders, rows, reviewer } = this.options;
    const lentFen = rows.reduce((sum, row) => sum + row.principalFen, 0);
    // An equal share twice over, and room for the largest loan: small loans have fewer lenders, always the first.
    const moneyFen = Math.ceil(lentFen / lenders.length) * 2 + Math.max(...rows.map((row) => row.principalFen));
    await inParallel(lenders, lendersAtOnce, (lender, index) => this.retrying(async () => {
      await fillCard(world, lender);
      await tellBureaus(world, lender);
      await lender.settleIn(moneyFen, yearsLimitFen);
    }, `lender ${index} settles in`));
    await this.retrying(() => reviewer.arrive(), 'the reviewer arrives');
  }

  private async borrowerOf(row: BookRow): Promise<Borrower> {
    const known = this.borrowers.get(row.line);
    if (known) return known;
    const borrower = makeBorrower(this.options.world, row);
    await borrower.arrive();
    this.borrowers.set(row.line, borrower);
    return borrower;
  }

  /** A part of the platform may be down: the same act is tried again, and happens once. */
  private async retrying<T>(act: () => Promise<T>, what: string): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await act();
      } catch (error) {
        const refused = error instanceof UnexpectedPage && error.page.status < 500;
        if (attempt >= (refused && !this.options.disturbed ? triesOfARefusal : triesOfAnAct)) throw error;
        if (attempt === 2) this.options.say(`${what} does not work yet: ${error instanceof Error ? error.message : String(error)}`);
        await new Promise((resolve) => setTimeout(resolve, pauseBetweenTriesMs));
      }
    }
  }
}

async function inParallel<T>(items: readonly T[], atOnce: number, work: (item: T, index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      await work(items[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
