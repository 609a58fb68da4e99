/**
 * A whole installation with people in it, for tests and benches: lenders with money, a reviewer at work, and borrowers
 * who bring a loan about as replay's do. Everybody acts by HTTP only, and the business clock is stepped.
 */
import { instantAt, isoInstant, type IsoDate } from '../domain/dates.js';
import { demoPeople, ensureDemoPeople } from '../stack/demo-people.js';
import { identity } from '../stack/identities.js';
import { Borrower, type LoanView, type Wish } from '../stack/persons/borrower.js';
import { BusinessClock } from '../stack/persons/business-clock.js';
import { Lender } from '../stack/persons/lender.js';
import { Reviewer, type Approval } from '../stack/persons/staff.js';
import { fillCardOf, longKnownMobile, setFile, until, worldOf, type World } from '../stack/persons/world.js';
import { startStack, type Stack } from '../stack/supervisor.js';

export interface Town {
  stack: Stack;
  world: World;
  clock: BusinessClock;
  lenders: Lender[];
  reviewer: Reviewer;
  stop(): Promise<void>;
}

export interface TownOptions {
  dataFolder: string;
  dist: string;
  profile: 'cn' | 'us';
  /** The first business day. */
  startOn: IsoDate;
  lenders: number;
  /** What each lender deposits. */
  moneyFen: number;
  say?: (line: string) => void;
  /** What the clock waits for when a step is not quiet. */
  onWait?: (waitingFor: string[]) => void;
}

export const zoneOffsetMinutes = 480;
const families = { lenders: 2, borrowers: 3 };
const credentials = { password: 'many-streams-1', tradingPassword: '246813' };
/** What the platform lets one authorisation say at most: ten million yuan. */
const yearsLimitFen = 1_000_000_000;
const morning = 8 * 60;

/** Starts everything and lets the lenders settle in. Ends everything again when that fails. */
export async function openTown(options: TownOptions): Promise<Town> {
  const stack = await startStack({
    dataFolder: options.dataFolder, dist: options.dist, ports: 'free', host: '127.0.0.1', profile: options.profile, stepped: true, people: false, durable: false,
    startAt: isoInstant(instantAt(options.startOn, morning, zoneOffsetMinutes)), temporalCli: process.env['TRIBUTARY_TEMPORAL_CLI'], say: options.say,
  });
  try {
    return await settle(stack, options);
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

async function settle(stack: Stack, options: TownOptions): Promise<Town> {
  const { DATABASE_URL = '', DATA_KEYS_FILE = '', DEMO_PASSWORD = '', CLOCK_URL = '', CLOCK_TOKEN = '' } = stack.settings;
  await ensureDemoPeople({ databaseUrl: DATABASE_URL, dataKeysFile: DATA_KEYS_FILE, password: DEMO_PASSWORD });
  const world = worldOf(stack.settings);
  const email = demoPeople(DEMO_PASSWORD).find((person) => person.role === 'reviewer')?.email ?? '';
  const reviewer = new Reviewer(world, { email, password: DEMO_PASSWORD });
  await reviewer.arrive();
  const lenders = Array.from({ length: options.lenders }, (_, number) => new Lender(world, identity({ family: families.lenders, number, ...credentials })));
  const town = { stack, world, clock: new BusinessClock(CLOCK_URL, CLOCK_TOKEN), lenders, reviewer, stop: () => stack.stop() };
  await settleIn(town, options.moneyFen);
  return town;
}

/** The lenders become able to bid, each with this much free money; what is there already is left. */
export async function settleIn({ world, lenders }: Pick<Town, 'world' | 'lenders'>, moneyFen: number): Promise<void> {
  await Promise.all(lenders.map(async (lender) => {
    await fillCardOf(world, lender.identity.cardNumber);
    await setFile(world, lender.identity.idNumber, { carrier: longKnownMobile });
    await lender.settleIn(moneyFen, yearsLimitFen);
  }));
}

/** A person with money on the card, known to the bureaus, with an account at the bank: ready to apply. */
export async function readyBorrower({ world }: Town, number: number): Promise<Borrower> {
  const borrower = new Borrower(world, identity({ family: families.borrowers, number, ...credentials }));
  await borrower.arrive();
  await borrower.giveIdentity();
  await setFile(world, borrower.identity.idNumber, { carrier: longKnownMobile, credit: spotlessCredit });
  await fillCardOf(world, borrower.identity.cardNumber);
  await borrower.openAccount(yearsLimitFen);
  return borrower;
}

/** What a credit bureau knows of somebody who has always paid. */
const spotlessCredit = {
  openAccounts: 8, totalAccounts: 20, revolvingBalanceFen: 500_000, revolvingUtilisationBps: 1_200, delinquencies2y: 0, inquiries6m: 0,
  monthsSinceDelinquency: null, monthsSinceRecord: null, publicRecords: 0, creditAgeMonths: 180, monthlyDebtPaymentsFen: 50_000,
};

/** A modest wish of somebody who earns well. */
export function modestWish(amountFen: number, termMonths: number): Wish {
  return { amountFen, termMonths, purpose: 'debt_consolidation', annualIncomeFen: 30_000_000, employmentYears: 9, homeOwnership: 'OWN', monthlyDebtsFen: 50_000, description: 'One rate in place of three' };
}

export const funded = ['payingOut', 'repaying', 'overdue', 'closed'];
const disbursing = ['concluding', 'disbursing', ...funded];
const listed = ['fundraising', ...disbursing];
const decided = ['offered', 'preparing', ...listed];

/** A reviewer looks at it where the rules ask for one. */
export async function decide({ reviewer }: Town, borrower: Borrower, loanNo: string, approval: Approval): Promise<LoanView> {
  const loan = await borrower.untilState(loanNo, 'inReview', ...decided);
  if (loan.state !== 'inReview') return loan;
  const task = await until(`a review task of ${loanNo}`, async () => (await reviewer.queue()).find((each) => each.loanNo === loanNo && each.kind === 'review'));
  await reviewer.approve(task.taskId, approval, `${loanNo}-approve`);
  return borrower.untilState(loanNo, ...decided);
}

/** Signs the offer and waits until lenders can see the loan. */
export async function accept(borrower: Borrower, loanNo: string): Promise<void> {
  const { state } = await borrower.untilState(loanNo, ...decided);
  if (state === 'offered') await borrower.acceptOffer(loanNo, `${loanNo}-accept`);
  await borrower.untilState(loanNo, ...listed);
}

/** Every lender takes an equal part. A bid refused is an error. */
export async function fund({ lenders }: Town, loanNo: string, amountFen: number): Promise<void> {
  const partFen = amountFen / lenders.length;
  if (!Number.isInteger(partFen)) throw new RangeError(`${amountFen} fen cannot be shared equally among ${lenders.length}`);
  await Promise.all(lenders.map((lender, index) => bid(lender, loanNo, partFen, index)));
}

/** One lender's bid; pressed twice it is one. */
export async function bid(lender: Lender, loanNo: string, amountFen: number, index: number): Promise<void> {
  const refused = await lender.bid(loanNo, amountFen, `${loanNo}-bid-${index}`);
  if (refused !== null) throw new Error(`the bid of lender ${index} on ${loanNo} was refused: ${refused}`);
}
