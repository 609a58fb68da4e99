/** Sold claims, guarantors, fees, rewards and entrusted payment against the sandbox bank on the wire, and the day that is reconciled after them. */
import { startCustodySide, businessTime, password, type CustodySide } from '../../test/custody.js';
import { cardNumber } from '../../test/bank.js';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { addLoan, addPerson } from '../../test/people-with-money.js';
import { wholeInstalment } from '../../test/money-side.js';
import { beginAccount, type BankRole } from '../../db/accounts.js';
import { placeBids } from '../../db/bids.js';
import { compareBooks } from '../../db/books.js';
import { askSale, findSale } from '../../db/claim-sales.js';
import { holdingsOf } from '../../db/holdings.js';
import { detailsOf, intend, markSent, verbs } from '../../db/instructions.js';
import { recordOutcome } from '../../db/outcomes.js';
import { createPool, inTransaction, rows, type Pool } from '../../db/pool.js';
import type { CarriedInstalment } from '../../domain/loan.js';
import type { BankActivities, TradeActivities } from '../../workflows/contract.js';
import { openListingActivity } from '../record/open-listing.js';
import { planBatches } from './batches.js';
import { createBankActivities } from './index.js';

let bank: CustodySide;
let database: TestDatabase;
let pool: Pool;
let activities: BankActivities & TradeActivities;
let instalments: CarriedInstalment[];
const loanNo = 'LN1';
const guarantor = 'G-P20';

beforeAll(async () => {
  [bank, database] = await Promise.all([startCustodySide(), createTestDatabase()]);
  pool = createPool(database.url, { name: 'trades-at-the-bank-test', max: 10 });
  activities = createBankActivities({ pool, custody: bank.custody });
  await open('P1', 'BORROWERS', 100_000);
  for (const [index, fen] of [400_000, 300_000, 250_000].entries()) await open(`P1${index}`, 'INVESTOR', fen);
  await open('P20', 'GUARANTEECORP', 300_000);
  await open('P30', 'SUPPLIERS', 0);
  instalments = await lend(loanNo, 'P1', [300_000, 200_000]);
});

afterAll(async () => {
  await bank.stop();
  await pool.end();
  await database.drop();
});

/** After each step every account is at the bank as it is in our books, and each holder has there what is outstanding here. */
afterEach(async () => {
  expect(await compareBooks(pool, () => bank.custody.downloadBalances())).toMatchObject({ trialBalanceFen: 0, bankDifferences: [], unbalancedJournals: [] });
  const holdings = (await holdingsOf(pool, loanNo)).map((holding) => [holding.userNo, holding.principalFen - holding.paidPrincipalFen]).filter(([, fen]) => fen !== 0);
  expect((await bank.custody.queryProject(loanNo))?.shares.map(({ userNo, shareFen }) => [userNo, shareFen]).sort()).toEqual(holdings.sort());
});

type Act = Parameters<CustodySide['person']>[0];

async function atTheBank(verb: 'register' | 'authorise' | 'deposit', userNo: string, act: Act, typed?: Parameters<CustodySide['person']>[1]): Promise<void> {
  const requestNo = `${verb}-${userNo}`;
  await intend(pool, { requestNo, businessKey: requestNo, verb, userNo, amountFen: 'amountFen' in act ? act.amountFen : 0, workflowId: requestNo, step: verb, asOf: businessTime });
  await markSent(pool, requestNo);
  const message = await bank.person({ ...act, requestNo }, typed);
  expect(await recordOutcome(pool, { requestNo, outcome: message.outcome, user: message.user, at: businessTime })).toMatchObject({ terminal: true, changed: true });
}

let serial = 700;
async function open(personId: string, role: BankRole, depositFen: number): Promise<void> {
  serial += 1;
  await addPerson(pool, personId, role === 'INVESTOR' ? 'borrower' : 'lender');
  const userNo = await beginAccount(pool, personId, role);
  await atTheBank('register', userNo, { act: 'register', userNo, role, realName: '王小明', idNumber: `11010119900307${serial}X`, mobile: '13800000000' }, { password, passwordAgain: password, cardNumber: cardNumber(9, serial), bankName: 'Merchants Bank of the Sandbox' });
  await atTheBank('authorise', userNo, { act: 'authorise', userNo, types: ['RECHARGE', 'TENDER', 'REPAYMENT', 'WITHDRAW', 'CREDIT_ASSIGNMENT', 'COMPENSATORY'], maxFen: 100_000_000, failTime: '2035-01-01' });
  if (depositFen > 0) await atTheBank('deposit', userNo, { act: 'deposit', userNo, amountFen: depositFen });
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

async function listed(no: string, borrowerId: string, bids: number[]): Promise<void> {
  const amountFen = bids.reduce((sum, fen) => sum + fen, 0);
  await addLoan(pool, { loanNo: no, borrowerId, amountFen, productId: 'consumer', termMonths: 3, annualRateBps: 1_200, serviceFeeFen: 600 });
  await activities.createProject({ loanNo: no, asOf: businessTime });
  await openListingActivity({ pool })({ loanNo: no, deadline: '2026-03-20T10:00:00.000Z', asOf: businessTime });
  await pool.query('UPDATE listing SET max_share_bps = 10000');
}

async function funded(no: string, bids: number[]): Promise<CarriedInstalment[]> {
  await placeBids(pool, no, bids.map((fen, index) => ({ key: `${no}-${index}`, lenderId: `P1${index}`, userNo: `L-P1${index}`, amountFen: fen, by: 'authorisation' as const, riskNoticeVersion: '1' })), businessTime);
  await activities.freezeBids({ loanNo: no, asOf: businessTime });
  await activities.conclude({ loanNo: no, asOf: '2026-03-02', at: businessTime });
  const released = await until('release', () => activities.release({ loanNo: no, attempt: 1, asOf: businessTime }));
  if (released.status !== 'done') throw new Error(JSON.stringify(released));
  return released.instalments;
}

async function lend(no: string, borrowerId: string, bids: number[]): Promise<CarriedInstalment[]> {
  await listed(no, borrowerId, bids);
  return funded(no, bids);
}

async function pay(n: number, instalment: CarriedInstalment): Promise<void> {
  const parts = [wholeInstalment(instalment)];
  const amountFen = instalment.principalFen + instalment.interestFen + instalment.feeFen;
  const paymentNo = `${loanNo}:p${n}`;
  expect(await until('payment', () => activities.takePayment({ loanNo, paymentNo, n, source: 'debit', amountFen, pull: true, partial: false, whole: null, asOf: businessTime }))).toMatchObject({ status: 'done', frozenFen: amountFen });
  expect(await until('distribution', () => activities.distribute({ loanNo, paymentNo, parts, forgivenInterest: [], afterWriteOff: false, asOf: businessTime }))).toEqual({ status: 'done', undelivered: 0 });
}

it('a claim is sold in part to a new lender and in part to another holder, and the next payment is shared by what each has', async () => {
  await pay(1, instalments[0]!);
  const [large] = await holdingsOf(pool, loanNo);
  const sold = await activities.sellClaim({ key: 's1', holdingId: large!.id, shareFen: 120_000, asOf: businessTime });
  const saleNo = sold.status === 'done' ? sold.saleNo : '';
  const buy = (key: string, buyerId: string, shareFen: number) => activities.buyClaim({ key, saleNo, buyerId, shareFen, priceFen: shareFen - 100, accruedFen: 37, feeFen: 20, asOf: businessTime });
  expect(await buy('b1', 'P12', 70_001)).toEqual({ status: 'done' });
  expect(await buy('b2', 'P11', 20_000)).toEqual({ status: 'done' });
  expect(await buy('b3', 'P12', 30_000)).toEqual({ status: 'refused', code: 'share-short' });
  expect(await activities.cancelClaimSale({ saleNo, asOf: businessTime })).toEqual({ status: 'done' });
  expect(await findSale(pool, saleNo)).toMatchObject({ state: 'cancelled', soldFen: 90_001 });
  await pay(2, instalments[1]!);
});

it('a claim that the seller has put up with the password is recorded from the bank\'s word', async () => {
  const holding = (await holdingsOf(pool, loanNo)).find(({ userNo }) => userNo === 'L-P12')!;
  const asked = await askSale(pool, { key: 'hand', holdingId: holding.id, shareFen: 1_000, by: 'password', asOf: businessTime });
  if ('refused' in asked) throw new Error(asked.refused);
  const { saleNo } = asked.sale;
  const message = await bank.person({ act: 'sell-claim', requestNo: saleNo, projectNo: loanNo, userNo: 'L-P12', shareFen: 1_000 });
  await recordOutcome(pool, { requestNo: saleNo, outcome: message.outcome, at: businessTime });
  expect(await findSale(pool, saleNo)).toMatchObject({ state: 'open', by: 'password' });
  expect(await activities.cancelClaimSale({ saleNo, asOf: businessTime })).toEqual({ status: 'done' });
});

it('a guarantor pays the last instalment in the borrower\'s place and is repaid by the borrower', async () => {
  const parts = [{ ...wholeInstalment(instalments[2]!), feeFen: 0 }];
  const fen = parts[0]!.principalFen + parts[0]!.interestFen;
  expect(await until('compensation', () => activities.compensate({ loanNo, guarantorUserNo: guarantor, paymentNo: `${loanNo}:p3`, n: 3, parts, asOf: businessTime }))).toEqual({ status: 'done', undelivered: 0 });
  expect((await holdingsOf(pool, loanNo)).map((holding) => holding.principalFen - holding.paidPrincipalFen)).toEqual([0, 0, 0]);
  const repay = (n: number, amountFen: number) => activities.repayGuarantor({ loanNo, guarantorUserNo: guarantor, paymentNo: `${loanNo}:p${n}`, n, amountFen, asOf: businessTime });
  expect(await repay(4, 50_000)).toEqual({ status: 'done', paidFen: 50_000 });
  expect(await repay(5, 1_000_000)).toEqual({ status: 'done', paidFen: fen - 50_000 });
  expect(await rows(pool, `SELECT code FROM account WHERE loan_no = $1 AND book = 'claims' AND balance <> 0`, [loanNo])).toEqual([]);
  expect(await activities.finish({ loanNo, asOf: '2026-03-02', at: businessTime })).toEqual({ status: 'done' });
});

it('an agreed fee, the platform\'s own money and a reward are answered at once', async () => {
  expect(await activities.transferFee({ key: 'valuation', userNo: 'B-P1', loanNo, amountFen: 888, asOf: businessTime })).toEqual({ status: 'done' });
  expect(await activities.reward({ key: 'early', userNo: 'L-P10', amountFen: 100, asOf: businessTime })).toEqual({ status: 'refused', code: 'insufficient-funds' });
  expect(await activities.bringOwnFunds({ key: 'march', amountFen: 5_000, asOf: businessTime })).toEqual({ status: 'done' });
  expect(await activities.reward({ key: 'first-loan', userNo: 'L-P10', amountFen: 1_000, asOf: businessTime })).toEqual({ status: 'done' });
  expect(await rows(pool, `SELECT code, balance FROM account WHERE code IN ('platform:marketing', 'own-funds') ORDER BY code`)).toEqual([{ code: 'own-funds', balance: -5_000 }, { code: 'platform:marketing', balance: 4_000 }]);
});

it('a loan is released to the supplier whom the borrower has authorised at the bank', async () => {
  await listed('LN2', 'P1', [50_000]);
  const requestNo = 'LN2-entrust';
  await intend(pool, { requestNo, businessKey: requestNo, verb: 'authorise-entrusted-pay', userNo: 'B-P1', loanNo: 'LN2', amountFen: 0, workflowId: requestNo, step: 'entrust', asOf: businessTime, details: { by: 'password', payeeUserNo: 'S-P30' } });
  await markSent(pool, requestNo);
  await bank.person({ act: 'authorise-entrusted-pay', requestNo, projectNo: 'LN2', userNo: 'B-P1', payeeUserNo: 'S-P30' });
  expect(await activities.followMovement({ requestNo, attempts: 1, asOf: businessTime })).toMatchObject({ status: 'done' });
  await funded('LN2', [50_000]);
  expect(await bank.balance('S-P30')).toEqual([50_000, 0]);
  expect(await activities.payOut({ loanNo: 'LN2', attempt: 1, asOf: businessTime })).toEqual({ status: 'done', paidFen: 0 });
});

it('single shares that are settled at once are recorded as a batch of them is', async () => {
  await listed('LN3', 'P1', [20_000]);
  await placeBids(pool, 'LN3', [{ key: 'now', lenderId: 'P10', userNo: 'L-P10', amountFen: 20_000, by: 'authorisation', riskNoticeVersion: '1' }], businessTime);
  await activities.freezeBids({ loanNo: 'LN3', asOf: businessTime });
  await activities.conclude({ loanNo: 'LN3', asOf: '2026-03-02', at: businessTime });
  const bid = (await rows<{ id: number; requestNo: string }>(pool, `SELECT id, request_no AS "requestNo" FROM bid WHERE loan_no = 'LN3'`))[0]!;
  await inTransaction(pool, (tx) => planBatches(tx, { businessKey: 'LN3:release:a1:b', verb: 'batch-release', userNo: 'B-P1', loanNo: 'LN3', workflowId: 'LN3', step: 'disburse', asOf: businessTime, details: { atOnce: true } },
    [{ name: `bid${bid.id}`, holdRequestNo: bid.requestNo, fromUserNo: 'L-P10', toUserNo: 'B-P1', kind: 'principal', purpose: 'release', amountFen: 20_000, holdingId: null, bidId: bid.id }]));
  expect(await activities.release({ loanNo: 'LN3', attempt: 1, asOf: businessTime })).toMatchObject({ status: 'done', valueDate: '2026-03-02' });
  expect(await detailsOf(pool, 'LN3-release-a1-b1')).toMatchObject([{ state: 'done' }]);
  expect(await bank.custody.query('LN3-release-a1-b1')).toMatchObject({ status: 'done', amountFen: 20_000 });
});

it('the day is reconciled line by line without a difference, and confirmed', async () => {
  const result = await activities.reconcileDays({ from: '2026-03-02', to: '2026-03-02', asOf: '2026-03-03T02:00:00.000Z', zoneOffsetMinutes: 480 });
  expect(result).toEqual({ waiting: null, cases: [] });
  expect(await rows(pool, `SELECT state FROM reconciliation_day`)).toEqual([{ state: 'confirmed' }]);
  const files = await rows<{ file: string; lines: number; equal: number }>(pool, `SELECT file, lines, equal FROM reconciliation_file WHERE lines > 0 ORDER BY file`);
  expect(files.map(({ file }) => file)).toEqual(['commissions', 'deposits', 'transfers']);
  for (const { lines, equal } of files) expect(equal).toBe(lines);
  const kinds = await rows<{ purpose: string }>(pool, `SELECT DISTINCT purpose FROM instruction_detail WHERE state = 'done' ORDER BY 1`);
  expect(kinds.map(({ purpose }) => purpose)).toEqual(expect.arrayContaining(['accrued-interest', 'agreed-fee', 'claim-price', 'guarantor-interest', 'guarantor-principal', 'lender-fee', 'reward', 'sale-fee']));
});

it('every verb that code knows is one that the record takes', async () => {
  for (const verb of verbs) await intend(pool, { requestNo: `known-${verb}`, businessKey: `known-${verb}`, verb, amountFen: 0, workflowId: 'w', step: 's', asOf: businessTime });
  await pool.query(`UPDATE instruction SET state = 'refused' WHERE request_no LIKE 'known-%'`);
});
