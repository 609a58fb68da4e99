/**
 * Random lives of many people's money, against a hostile bank wire and with our process dying at any statement, held against a
 * model that knows nothing of the platform. `TRIBUTARY_MODEL_OPERATIONS` (default 2,000) says for how long: 200,000 is an hour or two.
 */
import fc from 'fast-check';
import { findPayment } from '../db/payments.js';
import { intend, markSent } from '../db/instructions.js';
import { recordOutcome } from '../db/outcomes.js';
import { recordReturnedPayout } from '../db/outcomes/cash.js';
import { placeBids } from '../db/bids.js';
import { reverseJournal } from '../db/ledger.js';
import { inTransaction, row, rows } from '../db/pool.js';
import { createMoneySide, wholeInstalment, type MoneySide } from './money-side.js';
import { MoneyModel, type Loan } from './money-model.js';
import type { Trouble } from './model-bank.js';
import { life, lenders, type Life, type Operation } from './money-lives.js';
import { someMoment } from './people-with-money.js';

const wanted = Number(process.env['TRIBUTARY_MODEL_OPERATIONS'] ?? 2_000);
/** `npm test` lives the same lives every time; `TRIBUTARY_MODEL_SEED=random` lives others, and says which. */
const givenSeed = process.env['TRIBUTARY_MODEL_SEED'] ?? '20261122';
const seed = givenSeed === 'random' ? Date.now() % 2_147_483_647 : Number(givenSeed);
const path = process.env['TRIBUTARY_MODEL_PATH'];
/** Every repeat is an hour later: a bank that was closed may have opened. */
const anHourLater = (at: string, attempt: number): string => new Date(Date.parse(at) + attempt * 3_600_000).toISOString();

let side: MoneySide;
const now = (): string => side.at(someMoment);
const openSide = async (): Promise<MoneySide> => Object.assign(await createMoneySide(), { moment: anHourLater });
let serial = 0;
beforeAll(async () => { side = await openSide(); });
afterAll(() => side.close());

const troubles = ['crash-before', 'crash-after', 'answer-lost', 'never-arrives', 'arrives-late', 'arrives-twice', { refuse: 'bank-closed' }] as const satisfies Trouble[];
const nameOf = (trouble: (typeof troubles)[number]): string => (typeof trouble === 'object' ? trouble.refuse : trouble);

/** How often what happened: a test in which no loan is ever repaid would prove little. */
const tally = new Map<string, number>();
const happened = (what: string): void => { tally.set(what, (tally.get(what) ?? 0) + 1); };
const mustHappen = [...troubles.map(nameOf), 'death', 'bid', 'bid not taken', 'bid by hand', 'listing failed', 'lent', 'paid out', 'repaid', 'deposit reversed'];

/** The bank's wire and our process, as a life's luck has them. */
function misfortune({ rough, deadly, luck }: Life): void {
  let state = luck;
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  side.bank.trouble = () => {
    if (next(100) >= rough) return null;
    const trouble = troubles[next(troubles.length)]!;
    happened(nameOf(trouble));
    return trouble;
  };
  side.dies = () => {
    const dies = next(100) < deadly;
    if (dies) happened('death');
    return dies;
  };
}

class LifeOfMoney {
  readonly model = new MoneyModel();
  private readonly no = (serial += 1);
  private deposits: { userNo: string; requestNo: string; fen: number }[] = [];
  private count = 0;

  lender = (index: number): string => `L-M${this.no}-${index}`;
  private personOf = (userNo: string): string => userNo.slice(2);
  private loan(which: number, ...states: Loan['state'][]): Loan | undefined {
    const fitting = this.model.loans.filter((loan) => states.includes(loan.state));
    return fitting[which % Math.max(1, fitting.length)];
  }

  async begin(): Promise<void> {
    for (let index = 0; index < lenders; index += 1) {
      await side.person(`M${this.no}-${index}`, 'lender');
      this.model.open(this.lender(index));
      await this.move(this.lender(index), 'deposit', 600_000, true);
      await this.hearAll(this.lender(index));
    }
    for (const consumer of [true, false]) await this.list(40_000, consumer);
  }

  async do({ kind, who, which, size, coin }: Operation): Promise<void> {
    const lender = this.lender(who);
    const fen = size * 10_000;
    const open = this.loan(which, 'open');
    const active = this.loan(which, 'active');
    switch (kind) {
      case 'deposit': case 'withdraw': return this.move(lender, kind, fen + which, coin || which > 2);
      case 'list': return this.list(20_000 * (1 + (size % 4)), coin);
      case 'bid': return open && this.bid(open, lender, Math.min(fen, Math.max(10_000, this.model.freeFen(open))), 'authorisation', coin);
      case 'bid-by-hand': return open && this.bid(open, lender, fen, 'password', coin);
      case 'cancel': return open && this.cancel(open);
      case 'freeze': return open && this.freeze(open);
      case 'conclude': return this.conclude(which);
      case 'pay-out': return active && this.payOut(active);
      case 'finish-payouts': return this.finishPayouts(coin);
      case 'come-back': return active && this.comeBack(active);
      case 'repay': return active && this.repay(active, coin);
      case 'fail': return which < 3 && open ? this.fail(open) : undefined;
      case 'write-off': return active && this.persist(() => side.activities.writeOff({ loanNo: active.loanNo, asOf: '2025-09-01', daysPastDue: 120, principalFen: 1, interestFen: 1 }));
      case 'hear': return this.hearAll(lender);
      case 'block': return this.block(lender, !this.model.purse(lender).blocked && which < 4);
      case 'redeliver': return active && this.redeliver(active);
      case 'reverse': return this.reverse(lender, which);
      case 'finish': return active && this.finish(active);
    }
  }

  private persist<T>(call: () => Promise<T>): Promise<T> { return side.persist(call); }

  /** The person's browser brings the form to the bank, perhaps twice, or never. */
  private async move(userNo: string, kind: 'deposit' | 'withdraw', fen: number, brought: boolean): Promise<void> {
    const requestNo = `${kind}-${this.no}-${(this.count += 1)}`;
    await intend(side.pool, { requestNo, businessKey: requestNo, verb: kind, userNo, amountFen: fen, workflowId: requestNo, step: kind, asOf: someMoment });
    await markSent(side.pool, requestNo);
    if (brought) for (const _ of [1, 2]) side.bank.cashByHand(requestNo, userNo, kind === 'deposit' ? fen : -fen);
    this.model.movement(userNo, requestNo, kind, fen, brought);
  }

  /** Every other one by the bank's notification, which comes twice; the others because we ask. */
  private async hearAll(userNo: string): Promise<void> {
    for (const { requestNo } of [...this.model.purse(userNo).unheard]) {
      const outcome = await side.bank.custody.query(requestNo);
      if (outcome.status !== 'notFound' && requestNo.length % 2 === 0) for (const _ of [1, 2]) await recordOutcome(side.pool, { requestNo, at: someMoment, outcome });
      await this.age(`request_no = $1`, requestNo);
      await this.persist(() => side.activities.followMovement({ requestNo, attempts: 1, asOf: now() }));
      const heard = this.model.hearMovement(userNo);
      if (heard.came && heard.kind === 'deposit') this.deposits.push({ userNo, requestNo, fen: heard.fen });
    }
  }

  /**
   * A deposit that should not have been: the bank takes it back, and two people have the ledger follow by a reversing journal, which
   * comes twice. What has been spent since cannot be taken back.
   */
  private async reverse(userNo: string, which: number): Promise<void> {
    const own = this.deposits.filter((each) => each.userNo === userNo);
    const deposit = own[which % Math.max(1, own.length)];
    if (!deposit || this.model.purse(userNo).bank.available < deposit.fen) return;
    const reverse = (): ReturnType<typeof reverseJournal> => inTransaction(side.pool, (tx) => reverseJournal(tx, { key: deposit.requestNo, why: 'the bank took it back', by: 'P900', secondPerson: 'P901', role: 'finance', businessAt: someMoment }));
    const may = this.model.takeBack(userNo, deposit.fen);
    expect(await reverse()).toMatchObject(may ? { status: 'reversed', changed: true } : { status: 'refused', code: 'short-of-money' });
    happened(may ? 'deposit reversed' : 'deposit spent');
    if (!may) return;
    side.bank.accounts.get(userNo)!.availableFen -= deposit.fen;
    this.deposits = this.deposits.filter((each) => each !== deposit);
    expect(await reverse()).toMatchObject({ status: 'reversed', changed: false });
  }

  /** Eleven minutes go by: what the bank has not seen by now it never will. */
  private async age(which: string, value: string): Promise<void> {
    await side.pool.query(`UPDATE instruction SET sent_at = clock_timestamp() - interval '11 minutes' WHERE state NOT IN ('done', 'refused') AND sent_at IS NOT NULL AND ${which}`, [value]);
  }

  private async list(targetFen: number, consumer: boolean): Promise<void> {
    const loanNo = `LM${this.no}x${(this.count += 1)}`;
    const borrower = await side.person(loanNo, 'borrower');
    side.bank.cards.set(borrower, 1_000_000_000);
    this.model.open(borrower);
    await side.listed({ loanNo, borrowerId: loanNo, amountFen: targetFen, productId: consumer ? 'consumer' : 'replay', termMonths: 3, annualRateBps: 900, serviceFeeFen: consumer ? 77 : 0 });
    if (!consumer) await side.pool.query('UPDATE listing SET min_bid_fen = 10000, step_fen = 10000 WHERE loan_no = $1', [loanNo]);
    this.model.loans.push({ loanNo, borrower, targetFen, feeBps: consumer ? 1_000 : 0, state: 'open', bids: [], instalments: [], paid: 0, payments: 0, releases: 0, undelivered: [], given: { principal: [], interest: [] }, payouts: [] });
  }

  private async bid(loan: Loan, lender: string, fen: number, by: 'authorisation' | 'password', brought: boolean): Promise<void> {
    const live = loan.bids.some((bid) => (bid.lender === lender && bid.state !== 'gone') || (by === 'password' && bid.held !== null));
    if (live || fen % 10_000 !== 0) return;
    const may = this.model.mayBid(loan, lender, fen);
    const wish = { key: `b${(this.count += 1)}`, lenderId: this.personOf(lender), userNo: lender, amountFen: fen, by, riskNoticeVersion: '1' };
    // The form is sent twice: it is one bid.
    const [placed, again] = [(await placeBids(side.pool, loan.loanNo, [wish], someMoment))[0]!, (await placeBids(side.pool, loan.loanNo, [wish], someMoment))[0]!];
    expect({ ...wish, placed: 'requestNo' in placed }).toEqual({ ...wish, placed: may });
    happened(!may ? 'bid not taken' : by === 'password' ? 'bid by hand' : 'bid');
    if (!('requestNo' in placed)) return;
    expect(again).toMatchObject({ requestNo: placed.requestNo });
    const bid = this.model.bid(loan, { serial: placed.bidId, lender, fen, by });
    if (by !== 'password' || !brought) return;
    side.bank.holdByHand(placed.requestNo, loan.loanNo, lender, fen);
    this.model.holdByHand(bid);
  }

  private async cancel(loan: Loan): Promise<void> {
    await side.pool.query(`UPDATE bid SET expires_at = clock_timestamp() - interval '1 second' WHERE loan_no = $1 AND by = 'password' AND state = 'reserved'`, [loan.loanNo]);
    await this.persist(() => side.activities.fundingSums({ loanNo: loan.loanNo, asOf: now() }));
    if (loan.bids.some((bid) => bid.by === 'password' && bid.state === 'reserved')) happened('reservation ended');
    this.model.expireByHand(loan);
  }

  private async freeze(loan: Loan): Promise<void> {
    await this.age('loan_no = $1', loan.loanNo);
    await this.until(loan, `verb IN ('hold', 'release-hold')`, () => side.activities.freezeBids({ loanNo: loan.loanNo, asOf: now() }));
    this.model.freeze(loan);
  }

  /** Repeats, as a workflow does, until nothing of this kind is open any more. */
  private async until(loan: Loan, verbs: string, call: () => Promise<unknown>): Promise<void> {
    await this.persist(async () => {
      await call();
      const open = await row<{ open: number }>(side.pool, `SELECT count(*)::int AS open FROM instruction WHERE loan_no = $1 AND state NOT IN ('done', 'refused') AND ${verbs}`, [loan.loanNo]);
      return { status: open?.open === 0 ? 'done' : 'pending' };
    });
  }

  private async conclude(which: number): Promise<void> {
    const loan = this.loan(which, 'open', 'concluded');
    if (!loan) return;
    if (loan.state === 'open') {
      await this.freeze(loan);
      const concluded = await this.persist(() => side.activities.conclude({ loanNo: loan.loanNo, asOf: '2025-03-03', at: now() }));
      expect(concluded.status).toBe(this.model.isFull(loan) ? 'done' : 'refused');
      if (concluded.status !== 'done') return;
      loan.state = 'concluded';
    }
    const attempt = (loan.releases += 1);
    const released = await this.persist(() => side.activities.release({ loanNo: loan.loanNo, attempt, asOf: now() }));
    expect(released.status).toBe(this.model.release(loan) ? 'done' : 'refused');
    happened(released.status === 'done' ? 'lent' : 'share refused at release');
    if (released.status !== 'done') return;
    loan.state = 'active';
    loan.instalments = released.instalments.map(({ no, principalFen, interestFen, feeFen }) => ({ no, principalFen, interestFen, feeFen }));
  }

  private async payOut(loan: Loan): Promise<void> {
    if (loan.payouts.some((payout) => !payout.heard)) return this.hearPayout(loan);
    if (this.model.payOut(loan) > 0) await this.follow(loan, 'accepted');
  }

  private async hearPayout(loan: Loan): Promise<void> {
    if (loan.payouts.at(-1)?.state === 'open') return;
    await this.follow(loan, 'done');
    happened(loan.payouts.at(-1)?.state === 'arrived' ? 'paid out' : 'payout refused');
    this.model.hearPayout(loan);
  }

  private async follow(loan: Loan, far: 'accepted' | 'done'): Promise<void> {
    const attempt = loan.payouts.length;
    await this.persist(async () => {
      const step = await side.activities.payOut({ loanNo: loan.loanNo, attempt, asOf: now() });
      const state = step.status === 'pending' && (await row<{ state: string }>(side.pool, 'SELECT state FROM instruction WHERE request_no = $1', [step.requestNo]))?.state;
      return { status: state === 'accepted' && far === 'accepted' ? 'done' : step.status };
    });
  }

  private finishPayouts(arrive: boolean): Promise<void> {
    side.bank.deliverLate();
    side.bank.finishPayouts(arrive);
    this.model.finishPayouts(arrive);
    return Promise.resolve();
  }

  /** The bank's word that it came back is told twice. */
  private async comeBack(loan: Loan): Promise<void> {
    const payout = loan.payouts.find((each) => each.heard && each.state === 'arrived');
    if (!payout) return;
    const found = await rows<{ requestNo: string }>(side.pool, `SELECT request_no AS "requestNo" FROM instruction WHERE loan_no = $1 AND verb = 'payout' AND reason IS DISTINCT FROM 'bank-closed' ORDER BY intended_at`, [loan.loanNo]);
    const requestNo = found[loan.payouts.indexOf(payout)]!.requestNo;
    side.bank.comeBack(loan.borrower, payout.fen);
    for (const _ of [1, 2]) await recordReturnedPayout(side.pool, { requestNo, at: someMoment, bankNo: `BACK-${requestNo}` });
    this.model.comeBack(loan, payout);
    happened('payout back');
  }

  private async repay(loan: Loan, pull: boolean): Promise<void> {
    const instalment = loan.instalments[loan.paid];
    if (!instalment) return;
    const part = wholeInstalment(instalment as Parameters<typeof wholeInstalment>[0]);
    const n = (loan.payments += 1);
    const asked = instalment.principalFen + instalment.interestFen + instalment.feeFen;
    const { ours, bank } = this.model.purse(loan.borrower);
    if (ours.available !== bank.available) this.model.hearPayout(loan);
    const paid = await side.pay(loan.loanNo, n, [part], { pull });
    expect({ loan: loan.loanNo, n, paid }).toEqual({ loan: loan.loanNo, n, paid: pull || ours.available >= asked ? 'paid' : { refused: 'insufficient-funds' } });
    happened(paid === 'paid' ? 'repaid' : 'not repaid');
    if (paid !== 'paid') return;
    await this.until(loan, `verb LIKE 'batch-%'`, async () => (await findPayment(side.pool, `${loan.loanNo}:p${n}`))!);
    this.model.repay(loan);
    if (loan.undelivered.length > 0) happened('undelivered');
  }

  private async redeliver(loan: Loan): Promise<void> {
    await this.until(loan, `verb LIKE 'batch-%'`, () => side.activities.redeliver({ loanNo: loan.loanNo, asOf: now() }));
    const owed = loan.undelivered.length;
    this.model.redeliver(loan);
    if (loan.undelivered.length < owed) happened('redelivered');
  }

  private async finish(loan: Loan): Promise<void> {
    if (loan.paid < loan.instalments.length) return;
    const finished = await this.persist(() => side.activities.finish({ loanNo: loan.loanNo, asOf: '2025-12-01', at: now() }));
    expect(finished.status).toBe(loan.undelivered.length > 0 ? 'refused' : 'done');
    if (finished.status !== 'done') return;
    loan.state = 'closed';
    happened('loan closed');
  }

  private async fail(loan: Loan): Promise<void> {
    await this.persist(() => side.activities.failListing({ loanNo: loan.loanNo, code: 'not-funded', asOf: now() }));
    this.model.fail(loan);
    happened('listing failed');
  }

  private block(userNo: string, blocked: boolean): Promise<void> {
    side.bank.accounts.get(userNo)!.state = blocked ? 'frozen' : 'active';
    this.model.purse(userNo).blocked = blocked;
    return Promise.resolve();
  }

  /** The weather clears: all that is under way comes to its end. */
  async settle(): Promise<void> {
    for (let index = 0; index < lenders; index += 1) await this.block(this.lender(index), false);
    for (let index = 0; index < lenders; index += 1) await this.hearAll(this.lender(index));
    await this.finishPayouts(true);
    for (const loan of this.model.loans) {
      if (loan.state === 'open') await this.fail(loan);
      await this.freeze(loan);
      if (loan.state === 'concluded') await this.conclude(this.model.loans.filter((each) => ['open', 'concluded'].includes(each.state)).indexOf(loan));
      if (loan.undelivered.length > 0) await this.redeliver(loan);
      if (loan.payouts.some((payout) => !payout.heard)) await this.hearPayout(loan);
    }
  }

  async compare(): Promise<void> {
    const codes = [...this.model.purses.keys()];
    const ledger = await rows<{ code: string; balance: number }>(side.pool, `SELECT code, balance FROM account WHERE book = 'custody' AND owner = ANY($1) AND balance <> 0`, [codes]);
    const bank = codes.map((userNo) => ({ userNo, available: side.bank.accounts.get(userNo)?.availableFen, frozen: side.bank.accounts.get(userNo)?.frozenFen }));
    expect(Object.fromEntries(ledger.map((each) => [each.code, each.balance]))).toEqual(Object.fromEntries(codes.flatMap((userNo) => {
      const { available, reserved, frozen, transit } = this.model.purse(userNo).ours;
      return Object.entries({ available, reserved, frozen, 'in-transit': transit }).filter(([, fen]) => fen !== 0).map(([bucket, fen]) => [`${userNo}:${bucket}`, fen]);
    })));
    expect(bank).toEqual(codes.map((userNo) => ({ userNo, ...this.model.purse(userNo).bank })));
    expect(await side.books()).toMatchObject({ trialBalanceFen: 0, bankDifferences: [], unbalancedJournals: [], openInstructions: 0 });
    // A batch is done when some of it is; the rest is tried again under the same key. Of its details the next line speaks.
    expect(await rows(side.pool, `SELECT business_key FROM instruction WHERE state = 'done' AND verb NOT LIKE 'batch-%' GROUP BY business_key HAVING count(*) > 1`)).toEqual([]);
    expect(await rows(side.pool, `SELECT payment_no, holding_id, purpose FROM instruction_detail d JOIN instruction i ON i.request_no = d.batch_no WHERE d.state = 'done' AND d.holding_id IS NOT NULL GROUP BY 1, 2, 3 HAVING count(*) > 1`)).toEqual([]);
    const said = new Map<string, string>();
    for (const { input } of side.bank.calls) {
      const words = JSON.stringify(input);
      expect(said.get(String(input['requestNo'])) ?? words).toBe(words);
      said.set(String(input['requestNo']), words);
    }
    side.bank.calls.length = 0;
  }
}

const fixed = async (code: string): Promise<number> => (await row<{ balance: number }>(side.pool, `SELECT balance FROM account WHERE book = 'custody' AND code = $1`, [code]))?.balance ?? 0;

async function live(each: Life): Promise<number> {
  const before = [await fixed('platform:income'), await fixed('outside')];
  side.bank.trouble = () => null;
  const money = new LifeOfMoney();
  await money.begin();
  misfortune(each);
  try {
    for (const step of each.operations) await money.do(step);
  } finally {
    side.bank.deliverLate();
    side.bank.trouble = () => null;
    side.dies = () => false;
  }
  await money.settle();
  await money.compare();
  expect([(await fixed('platform:income')) - before[0]!, (await fixed('outside')) - before[1]!]).toEqual([money.model.incomeFen, -money.model.insideFen]);
  return each.operations.length;
}

/** A life that failed leaves its database behind: the shrunken ones must not fail because of it. */
async function judged(each: Life): Promise<number> {
  try {
    return await live(each);
  } catch (error) {
    await side.close();
    side = await openSide();
    throw error;
  }
}

describe('any life of many people\'s money, whatever the wire and our process do', () => {
  it(`leaves model, ledger and bank agreeing on every account, with every instruction ended and none done twice (seed ${seed}, ${wanted} operations)`, async () => {
    let [done, failed] = [0, false];
    for (let round = 0; done < wanted; round += 1) {
      const property = fc.asyncProperty(life, async (each) => {
        if (done >= wanted && !failed) return;
        failed = true;
        done += await judged(each);
        failed = false;
      });
      const result = await fc.check(property, { seed: seed + round, numRuns: 10, ...(path ? { path } : {}) });
      if (result.failed) throw new Error(`${await fc.asyncDefaultReportMessage(result) ?? ''}\n\nRepeat it with:\n  ${command(result.seed, result.counterexamplePath)}\n\n${String(result.errorInstance)}`, { cause: result.errorInstance });
      if (path) return;
    }
    if (wanted >= 2_000) for (const happened of mustHappen) expect(`${happened}: ${(tally.get(happened) ?? 0) > 0 ? 'happened' : 'never'}`).toBe(`${happened}: happened`);
  }, 60_000 + wanted * 150);
});

const command = (failing: number, at: string | null): string =>
  `TRIBUTARY_MODEL_SEED=${failing} TRIBUTARY_MODEL_PATH=${at ?? ''} NODE_OPTIONS=--experimental-vm-modules npx jest test/money-model.test.ts`;
