import { startCustodySide, businessTime, password, type CustodySide } from '../../test/custody.js';
import { cardNumber } from '../../test/bank.js';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { addLoan, addPerson } from '../../test/people-with-money.js';
import { wholeInstalment } from '../../test/money-side.js';
import { beginAccount } from '../../db/accounts.js';
import { placeBids } from '../../db/bids.js';
import { compareBooks } from '../../db/books.js';
import { holdingsOf } from '../../db/holdings.js';
import { intend, markSent } from '../../db/instructions.js';
import { recordOutcome } from '../../db/outcomes.js';
import { createPool, rows, type Pool } from '../../db/pool.js';
import type { BankActivities } from '../../workflows/contract.js';
import { openListingActivity } from '../record/open-listing.js';
import { createBankActivities } from './index.js';

let bank: CustodySide;
let database: TestDatabase;
let pool: Pool;
let activities: BankActivities;

beforeAll(async () => {
  [bank, database] = await Promise.all([startCustodySide(), createTestDatabase()]);
  pool = createPool(database.url, { name: 'sandbox-bank-test', max: 10 });
  activities = createBankActivities({ pool, custody: bank.custody });
});

afterAll(async () => {
  await bank.stop();
  await pool.end();
  await database.drop();
});

type Act = Parameters<CustodySide['person']>[0];

/** A person's own act at the bank as web does it: the row, the visit, and the bank's word recorded when the browser comes back. */
async function atTheBank(verb: 'register' | 'authorise' | 'deposit', userNo: string, act: Act, typed?: Parameters<CustodySide['person']>[1]): Promise<void> {
  const requestNo = `${verb}-${userNo}`;
  await intend(pool, { requestNo, businessKey: requestNo, verb, userNo, amountFen: 'amountFen' in act ? act.amountFen : 0, workflowId: requestNo, step: verb, asOf: businessTime });
  await markSent(pool, requestNo);
  const message = await bank.person({ ...act, requestNo }, typed);
  expect(await recordOutcome(pool, { requestNo, outcome: message.outcome, user: message.user, at: businessTime })).toMatchObject({ terminal: true, changed: true });
}

let serial = 0;
async function open(personId: string, role: 'BORROWERS' | 'INVESTOR', depositFen: number): Promise<string> {
  serial += 1;
  await addPerson(pool, personId, role === 'INVESTOR' ? 'borrower' : 'lender');
  const userNo = await beginAccount(pool, personId, role);
  const card = cardNumber(9, serial);
  await atTheBank('register', userNo, { act: 'register', userNo, role, realName: '王小明', idNumber: `11010119900307${String(1000 + serial)}`, mobile: '13800000000' }, { password, passwordAgain: password, cardNumber: card, bankName: 'Merchants Bank of the Sandbox' });
  await atTheBank('authorise', userNo, { act: 'authorise', userNo, types: ['RECHARGE', 'TENDER', 'REPAYMENT', 'WITHDRAW'], maxFen: 100_000_000, failTime: '2035-01-01' });
  if (depositFen > 0) await atTheBank('deposit', userNo, { act: 'deposit', userNo, amountFen: depositFen });
  return userNo;
}

async function until<T extends { status: string }>(what: string, call: () => Promise<T>): Promise<T> {
  let last: T | undefined;
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    last = await call();
    if (last.status !== 'pending') return last;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  throw new Error(`${what}: ${JSON.stringify(last)}`);
}

const balances = () => compareBooks(pool, () => bank.custody.downloadBalances());
const clean = { trialBalanceFen: 0, bankDifferences: [], unbalancedJournals: [] };

describe('the money side against the sandbox bank on the wire', () => {
  it('knows what the bank holds of a person', async () => {
    await open('P1', 'BORROWERS', 0);
    for (const [index, fen] of [400_000, 300_000, 250_000].entries()) await open(`P1${index}`, 'INVESTOR', fen);
    await addLoan(pool, { loanNo: 'LN1', borrowerId: 'P1', amountFen: 600_000, productId: 'consumer', termMonths: 3, annualRateBps: 900, serviceFeeFen: 600 });
    expect(await rows(pool, `SELECT state, card_last4 IS NOT NULL AS card FROM custody_account WHERE user_no = 'B-P1'`)).toEqual([{ state: 'active', card: true }]);
    expect(await activities.borrowerReady({ loanNo: 'LN1', asOf: businessTime })).toEqual({ ready: true, missing: [] });
    expect(await balances()).toMatchObject({ ...clean, openInstructions: 0 });
  });

  it('carries one loan from its project to the first instalment, and agrees with the bank at every step', async () => {
    expect(await activities.createProject({ loanNo: 'LN1', asOf: businessTime })).toEqual({ status: 'done' });
    expect(await openListingActivity({ pool })({ loanNo: 'LN1', deadline: '2026-03-20T10:00:00.000Z', asOf: businessTime })).toEqual({ targetFen: 600_000 });
    await pool.query('UPDATE listing SET max_share_bps = 10000');
    const bids = [300_000, 200_000, 100_000].map((amountFen, index) => ({ key: `b${index}`, lenderId: `P1${index}`, userNo: `L-P1${index}`, amountFen, by: 'authorisation' as const, riskNoticeVersion: '1' }));
    await placeBids(pool, 'LN1', bids, businessTime);
    expect(await balances()).toMatchObject(clean);
    expect(await activities.freezeBids({ loanNo: 'LN1', asOf: businessTime })).toMatchObject({ frozenFen: 600_000, reservedFen: 0, waiting: 0 });
    expect(await balances()).toMatchObject(clean);
    expect(await activities.conclude({ loanNo: 'LN1', asOf: '2026-03-02', at: businessTime })).toMatchObject({ status: 'done' });
    const released = await until('release', () => activities.release({ loanNo: 'LN1', attempt: 1, asOf: businessTime }));
    expect(released).toMatchObject({ status: 'done', valueDate: '2026-03-02' });
    if (released.status !== 'done') return;
    expect(await balances()).toMatchObject(clean);
    expect(await activities.payOut({ loanNo: 'LN1', attempt: 1, asOf: businessTime })).toMatchObject({ status: 'pending', requestNo: 'LN1-payout-a1', expectedAt: '2026-03-03T02:00:00.000Z' });
    expect(await balances()).toMatchObject({ ...clean, openInstructions: 1 });

    const parts = [wholeInstalment(released.instalments[0]!)];
    const dueFen = parts[0]!.principalFen + parts[0]!.interestFen + parts[0]!.feeFen;
    const paymentNo = 'LN1:p1';
    const asOf = '2026-04-02T02:00:00.000Z';
    expect(await until('payment', () => activities.takePayment({ loanNo: 'LN1', paymentNo, n: 1, source: 'debit', amountFen: dueFen, pull: true, partial: false, whole: null, asOf }))).toEqual({ status: 'done', frozenFen: dueFen, countsOn: '2026-04-02', shared: null });
    expect(await balances()).toMatchObject(clean);
    expect(await until('distribution', () => activities.distribute({ loanNo: 'LN1', paymentNo, parts, forgivenInterest: [], afterWriteOff: false, asOf }))).toEqual({ status: 'done', undelivered: 0 });
    expect(await balances()).toMatchObject(clean);
    const holdings = await holdingsOf(pool, 'LN1');
    expect(holdings.reduce((sum, holding) => sum + holding.paidPrincipalFen, 0)).toBe(parts[0]!.principalFen);
  });

  it('fails a listing with the bank giving every freeze back', async () => {
    await addLoan(pool, { loanNo: 'LN2', borrowerId: 'P1', amountFen: 200_000 });
    await activities.createProject({ loanNo: 'LN2', asOf: businessTime });
    await openListingActivity({ pool })({ loanNo: 'LN2', deadline: '2026-03-20T10:00:00.000Z', asOf: businessTime });
    await placeBids(pool, 'LN2', [{ key: 'again', lenderId: 'P12', userNo: 'L-P12', amountFen: 60_000, by: 'authorisation', riskNoticeVersion: '1' }], businessTime);
    expect(await activities.freezeBids({ loanNo: 'LN2', asOf: businessTime })).toMatchObject({ frozenFen: 60_000 });
    expect(await until('failing', () => activities.failListing({ loanNo: 'LN2', code: 'not-funded', asOf: businessTime }))).toEqual({ status: 'done' });
    expect(await balances()).toMatchObject(clean);
    expect(await activities.closeDays({ from: '2026-04-02', to: '2026-04-02', asOf: businessTime })).toEqual({ trialBalanceFen: 0, differences: 0 });
  });
});
