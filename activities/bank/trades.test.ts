/** Fees, rewards, sold claims, guarantors and entrusted payment on a real PostgreSQL, over a bank that loses, repeats and delays. */
import { intend } from '../../db/instructions.js';
import { findPurchase, findSale } from '../../db/claim-sales.js';
import { holdingsOf, type Holding } from '../../db/holdings.js';
import { recordOutcome } from '../../db/outcomes.js';
import { OutOfOrder } from '../../db/reservations.js';
import { row, rows } from '../../db/pool.js';
import type { Trouble } from '../../test/model-bank.js';
import { createMoneySide, wholeInstalment, type MoneySide } from '../../test/money-side.js';
import { deposit, someMoment } from '../../test/people-with-money.js';
import type { CarriedInstalment } from '../../domain/loan.js';

let side: MoneySide;
let serial = 300;
beforeAll(async () => {
  side = await createMoneySide();
  side.bank.open('PLATFORM_MARKETING');
});
afterAll(() => side.close());
afterEach(async () => {
  Object.assign(side.bank, { trouble: () => null, batchesAtOnce: true });
  side.bank.deliverLate();
  expect(await side.books()).toMatchObject({ trialBalanceFen: 0, bankDifferences: [], unbalancedJournals: [] });
});

const asOf = '2025-04-10T02:00:00.000Z';
const ledger = async (code: string): Promise<number> => (await row<{ balance: number }>(side.pool, 'SELECT balance FROM account WHERE code = $1', [code]))?.balance ?? 0;
const claimsOf = (loanNo: string) => rows<{ code: string; balance: number }>(side.pool, `SELECT code, balance FROM account WHERE loan_no = $1 AND book = 'claims' AND balance <> 0 ORDER BY code`, [loanNo]);

interface Lent { loanNo: string; no: number; borrower: string; instalments: CarriedInstalment[]; holdings: Holding[] }
/** A loan of 3,000.00 over three months of two lenders, 2,000 and 1,000, with a third person who may buy. */
async function lent(productId: 'replay' | 'consumer' = 'consumer'): Promise<Lent> {
  const no = (serial += 1);
  const loanNo = `LN${no}`;
  const borrower = await side.person(`P${no}0`, 'borrower', 500_000);
  for (const n of [1, 2, 3]) await side.person(`P${no}${n}`, 'lender', 400_000);
  await side.listed({ loanNo, borrowerId: `P${no}0`, amountFen: 300_000, productId, termMonths: 3, annualRateBps: 1_200, serviceFeeFen: productId === 'consumer' ? 300 : 0 });
  await side.bid(loanNo, `P${no}1`, 200_000);
  await side.bid(loanNo, `P${no}2`, 100_000);
  const instalments = await side.disburse(loanNo);
  return { loanNo, no, borrower, instalments, holdings: await holdingsOf(side.pool, loanNo) };
}

async function guarantor(no: number, fen: number): Promise<string> {
  const userNo = `G-P${no}9`;
  await side.pool.query(`INSERT INTO person (id, email, email_index, phone_cipher, phone_index, phone_last4, password_hash) VALUES ($1, $1, $1, 'x', $1, '0000', 'x')`, [`P${no}9`]);
  await side.pool.query(`INSERT INTO custody_account (user_no, person_id, bank_role, state) VALUES ($1, $2, 'GUARANTEECORP', 'active')`, [userNo, `P${no}9`]);
  side.bank.open(userNo, fen);
  await deposit(side.pool, userNo, fen);
  return userNo;
}

/** How the wire may misbehave at one call; our process may die around it, too. */
const troubles: Exclude<Trouble, null | object>[] = ['never-arrives', 'answer-lost', 'arrives-late', 'arrives-twice', 'crash-before', 'crash-after'];

/** The trouble strikes the first call of each verb; the act is repeated until it is done. */
async function persist<T extends { status: string }>(trouble: Trouble, verbs: readonly string[], act: () => Promise<T>): Promise<T> {
  const struck = new Set<string>();
  side.bank.trouble = (verb) => {
    if (!verbs.includes(verb) || struck.has(verb)) return null;
    struck.add(verb);
    return trouble;
  };
  const done = await side.persist(act);
  expect([...struck].sort()).toEqual([...verbs].sort());
  side.bank.trouble = () => null;
  const before = side.bank.calls.length;
  expect(await act()).toEqual(done);
  expect(side.bank.calls.length).toBe(before);
  return done;
}

describe.each(troubles)('with %s', (trouble) => {
  it('an agreed fee is taken once, out of the borrower\'s available money', async () => {
    const { borrower, loanNo } = await lent();
    const [before, income] = [await side.money(borrower), await ledger('platform:income')];
    expect(await persist(trouble, ['transferFee'], () => side.activities.transferFee({ key: 'valuation', userNo: borrower, loanNo, amountFen: 1_500, asOf }))).toEqual({ status: 'done' });
    expect(await side.money(borrower)).toEqual([before[0] - 1_500, 0, 0]);
    expect(await ledger('platform:income')).toBe(income + 1_500);
  });

  it('a reward is paid once, out of what the platform has brought in once', async () => {
    const { no } = await lent();
    const key = `${trouble}-${no}`;
    await persist(trouble, ['pullFromCard'], () => side.activities.bringOwnFunds({ key, amountFen: 800, asOf }));
    expect(await persist(trouble, ['settleNow'], () => side.activities.reward({ key, userNo: `L-P${no}3`, amountFen: 800, asOf }))).toEqual({ status: 'done' });
    expect([await side.money(`L-P${no}3`), await ledger('platform:marketing')]).toEqual([[400_800, 0, 0], 0]);
  });

  it('a claim is put up, bought in part, and the rest taken back, once each', async () => {
    const { loanNo, no, holdings: [large] } = await lent();
    const sold = await persist(trouble, ['sellClaim'], () => side.activities.sellClaim({ key: 'a', holdingId: large!.id, shareFen: 120_000, asOf }));
    const saleNo = sold.status === 'done' ? sold.saleNo : '';
    const purchase = { key: 'b', saleNo, buyerId: `P${no}3`, shareFen: 50_000, priceFen: 49_500, accruedFen: 120, feeFen: 50, asOf };
    const income = await ledger('platform:income');
    expect(await persist(trouble, ['hold', 'settleNow'], () => side.activities.buyClaim(purchase))).toEqual({ status: 'done' });
    expect(await persist(trouble, ['cancelClaimSale'], () => side.activities.cancelClaimSale({ saleNo, asOf }))).toEqual({ status: 'done' });
    expect(await side.money(`L-P${no}3`)).toEqual([400_000 - 49_670, 0, 0]);
    expect(await side.money(`L-P${no}1`)).toEqual([200_000 + 49_620, 0, 0]);
    expect(await ledger('platform:income')).toBe(income + 50);
    expect((await holdingsOf(side.pool, loanNo)).map(({ lenderId, principalFen }) => [lenderId, principalFen])).toEqual([[`P${no}1`, 150_000], [`P${no}2`, 100_000], [`P${no}3`, 50_000]]);
    expect(await findSale(side.pool, saleNo)).toMatchObject({ state: 'cancelled', shareFen: 120_000, soldFen: 50_000 });
    expect((await claimsOf(loanNo)).map(({ balance }) => balance).sort((a, b) => a - b)).toEqual([-300_000, 50_000, 100_000, 150_000]);
  });

  it('a guarantor pays in the borrower\'s place once, the lenders as by the borrower, and is repaid once', async () => {
    const { loanNo, no, borrower, instalments } = await lent();
    const guarantorUserNo = await guarantor(no, 200_000);
    const parts = [{ ...wholeInstalment(instalments[0]!), feeFen: 0 }];
    const dueFen = parts[0]!.principalFen + parts[0]!.interestFen;
    const before = [await side.money(`L-P${no}1`), await side.money(`L-P${no}2`)];
    expect(await persist(trouble, ['hold', 'settleBatch'], () => side.activities.compensate({ loanNo, guarantorUserNo, paymentNo: `${loanNo}:p1`, n: 1, parts, asOf }))).toEqual({ status: 'done', undelivered: 0 });
    const after = [await side.money(`L-P${no}1`), await side.money(`L-P${no}2`)];
    const fees = (await holdingsOf(side.pool, loanNo)).reduce((sum, holding) => sum + holding.feesFen, 0);
    expect(after[0]![0] - before[0]![0] + after[1]![0] - before[1]![0]).toBe(dueFen - fees);
    expect([await ledger(`${guarantorUserNo}:available`), await ledger(`${guarantorUserNo}:frozen`)]).toEqual([200_000 - dueFen, 0]);
    expect(await ledger(`${loanNo}:debt:principal`)).toBe(-300_000);
    expect([await ledger(`${loanNo}:${guarantorUserNo}:principal`), await ledger(`${loanNo}:${guarantorUserNo}:interest`)]).toEqual([parts[0]!.principalFen, parts[0]!.interestFen]);

    const back = { loanNo, guarantorUserNo, paymentNo: `${loanNo}:p2`, n: 2, amountFen: 1_000_000, asOf };
    expect(await persist(trouble, ['hold', 'settleNow'], () => side.activities.repayGuarantor(back))).toEqual({ status: 'done', paidFen: dueFen });
    expect(await ledger(`${guarantorUserNo}:available`)).toBe(200_000);
    expect((await side.money(borrower))[0]).toBe(800_000 - dueFen);
    expect([await ledger(`${loanNo}:debt:principal`), await ledger(`${loanNo}:debt:interest`)]).toEqual([parts[0]!.principalFen - 300_000, 0]);
    expect(await side.activities.repayGuarantor({ ...back, paymentNo: `${loanNo}:p3`, n: 3 })).toEqual({ status: 'refused', code: 'nothing-owed' });
  });
});

describe('a sold claim', () => {
  it('shares the next payment by what each holder has outstanding, to the fen, and ends exactly', async () => {
    const { loanNo, no, holdings: [large], instalments } = await lent('replay');
    await side.pay(loanNo, 1, [wholeInstalment(instalments[0]!)]);
    const sold = await side.activities.sellClaim({ key: 'a', holdingId: large!.id, shareFen: 33_333, asOf });
    const saleNo = sold.status === 'done' ? sold.saleNo : '';
    expect(await side.activities.buyClaim({ key: 'b', saleNo, buyerId: `P${no}3`, shareFen: 33_333, priceFen: 33_000, accruedFen: 0, feeFen: 0, asOf })).toEqual({ status: 'done' });
    expect(await findSale(side.pool, saleNo)).toMatchObject({ state: 'sold' });
    const outstanding = (await holdingsOf(side.pool, loanNo)).map((holding) => holding.principalFen - holding.paidPrincipalFen);
    expect((await holdingsOf(side.pool, loanNo)).map((holding) => holding.shareFen)).toEqual(outstanding);
    await side.pay(loanNo, 2, [wholeInstalment(instalments[1]!)]);
    const shares = await rows<{ principal: number; interest: number }>(side.pool, `SELECT d.principal_fen AS principal, d.interest_fen AS interest FROM distribution d WHERE payment_no = $1 ORDER BY holding_id`, [`${loanNo}:p2`]);
    const whole = outstanding.reduce((sum, fen) => sum + fen, 0);
    for (const [index, share] of shares.entries()) {
      expect(Math.abs(share.principal - (instalments[1]!.principalFen * outstanding[index]!) / whole)).toBeLessThan(1);
      expect(Math.abs(share.interest - (instalments[1]!.interestFen * outstanding[index]!) / whole)).toBeLessThan(1);
    }
    await side.pay(loanNo, 3, [wholeInstalment(instalments[2]!)]);
    expect((await holdingsOf(side.pool, loanNo)).map((holding) => holding.principalFen - holding.paidPrincipalFen)).toEqual([0, 0, 0]);
    expect(await claimsOf(loanNo)).toEqual([]);
  });

  it('can be all of a holding, and the seller is owed nothing more', async () => {
    const { loanNo, no, holdings: [, small], instalments } = await lent('replay');
    const sold = await side.activities.sellClaim({ key: 'a', holdingId: small!.id, shareFen: 100_000, asOf });
    await side.activities.buyClaim({ key: 'b', saleNo: sold.status === 'done' ? sold.saleNo : '', buyerId: `P${no}1`, shareFen: 100_000, priceFen: 100_000, accruedFen: 0, feeFen: 0, asOf });
    for (const [index, instalment] of instalments.entries()) await side.pay(loanNo, index + 1, [wholeInstalment(instalment)]);
    expect((await holdingsOf(side.pool, loanNo)).map((holding) => [holding.lenderId, holding.principalFen, holding.paidPrincipalFen])).toEqual([[`P${no}1`, 300_000, 300_000], [`P${no}2`, 0, 0]]);
    expect(await claimsOf(loanNo)).toEqual([]);
  });

  it('is refused where it cannot be: more than is free, one\'s own, the borrower, a sale that has ended, a payment under way', async () => {
    const { loanNo, no, holdings: [large] } = await lent();
    expect(await side.activities.sellClaim({ key: 'x', holdingId: large!.id, shareFen: 200_001, asOf })).toEqual({ status: 'refused', code: 'share-short' });
    expect(await side.activities.sellClaim({ key: 'x', holdingId: 999_999, shareFen: 1, asOf })).toEqual({ status: 'refused', code: 'no-such-claim' });
    expect(await rows(side.pool, `SELECT 1 FROM instruction WHERE loan_no = $1 AND verb = 'sell-claim'`, [loanNo])).toEqual([]);
    const sold = await side.activities.sellClaim({ key: 'a', holdingId: large!.id, shareFen: 150_000, asOf });
    expect(await side.activities.sellClaim({ key: 'b', holdingId: large!.id, shareFen: 50_001, asOf })).toEqual({ status: 'refused', code: 'share-short' });
    const saleNo = sold.status === 'done' ? sold.saleNo : '';
    const buy = (key: string, buyerId: string, shareFen = 10_000) => side.activities.buyClaim({ key, saleNo, buyerId, shareFen, priceFen: shareFen, accruedFen: 0, feeFen: 0, asOf });
    expect(await buy('own', `P${no}1`)).toEqual({ status: 'refused', code: 'own-claim' });
    expect(await buy('borrower', `P${no}0`)).toEqual({ status: 'refused', code: 'no-account' });
    expect(await buy('much', `P${no}3`, 150_001)).toEqual({ status: 'refused', code: 'share-short' });
    await side.pool.query(`INSERT INTO payment (payment_no, loan_no, n, source, asked_fen, as_of, state) VALUES ($1 || ':p9', $1, 9, 'debit', 1, '2025-04-10', 'asked')`, [loanNo]);
    expect(await buy('late', `P${no}3`)).toEqual({ status: 'refused', code: 'payment-running' });
    await side.pool.query(`DELETE FROM payment WHERE payment_no = $1 || ':p9'`, [loanNo]);
    await side.activities.cancelClaimSale({ saleNo, asOf });
    expect(await buy('ended', `P${no}3`)).toEqual({ status: 'refused', code: 'sale-ended' });
  });

  it('that a court holds back is neither put up nor sold', async () => {
    const { no, holdings: [large, small] } = await lent();
    const sold = await side.activities.sellClaim({ key: 'a', holdingId: large!.id, shareFen: 50_000, asOf });
    await side.pool.query(
      `INSERT INTO court_order (order_no, person_id, court, case_number, covers, from_date, expires_on, state, entered_at) SELECT 'CO' || $1 || n, 'P' || $1 || n, 'Court', 'No. 1', 'claims', '2025-04-01', '2026-04-01', 'standing', now() FROM unnest(ARRAY['1', '2']) n`, [String(no)]);
    const buy = { key: 'b', saleNo: sold.status === 'done' ? sold.saleNo : '', buyerId: `P${no}3`, shareFen: 10_000, priceFen: 10_000, accruedFen: 0, feeFen: 0, asOf };
    expect(await side.activities.buyClaim(buy)).toEqual({ status: 'refused', code: 'claim-restrained' });
    expect(await side.activities.sellClaim({ key: 'c', holdingId: small!.id, shareFen: 1, asOf })).toEqual({ status: 'refused', code: 'claim-restrained' });
  });

  it('that the bank does not sell, or that a payment overtakes, gives the buyer everything back', async () => {
    const { loanNo, no, holdings: [large] } = await lent();
    const sold = await side.activities.sellClaim({ key: 'a', holdingId: large!.id, shareFen: 150_000, asOf });
    const saleNo = sold.status === 'done' ? sold.saleNo : '';
    const purchase = (key: string) => ({ key, saleNo, buyerId: `P${no}3`, shareFen: 10_000, priceFen: 10_000, accruedFen: 0, feeFen: 10, asOf });
    side.bank.trouble = (verb) => (verb === 'settleNow' ? { refuse: 'share-short' } : null);
    expect(await side.activities.buyClaim(purchase('bank'))).toEqual({ status: 'refused', code: 'share-short' });
    side.bank.trouble = (verb) => (verb === 'settleNow' ? { refuse: 'bank-closed' } : null);
    expect(await side.activities.buyClaim(purchase('night'))).toMatchObject({ status: 'pending' });
    side.bank.trouble = () => null;
    await side.pool.query(`INSERT INTO payment (payment_no, loan_no, n, source, asked_fen, as_of, state) VALUES ($1 || ':p9', $1, 9, 'debit', 1, '2025-04-10', 'frozen')`, [loanNo]);
    expect(await side.activities.buyClaim({ ...purchase('night'), asOf: '2025-04-11T02:00:00.000Z' })).toEqual({ status: 'refused', code: 'payment-running' });
    await side.pool.query(`DELETE FROM payment WHERE payment_no = $1 || ':p9'`, [loanNo]);
    expect(await side.money(`L-P${no}3`)).toEqual([400_000, 0, 0]);
    expect(await findPurchase(side.pool, `${saleNo}-buy-bank`)).toMatchObject({ state: 'refused', reason: 'share-short' });
    expect(await findSale(side.pool, saleNo)).toMatchObject({ state: 'open', soldFen: 0 });
    expect(await rows(side.pool, `SELECT request_no FROM instruction WHERE state NOT IN ('done', 'refused')`)).toEqual([]);
  });

  it('of a buyer without the money is refused, and the share is free for the next one', async () => {
    const { no, holdings: [large] } = await lent();
    const sold = await side.activities.sellClaim({ key: 'a', holdingId: large!.id, shareFen: 100_000, asOf });
    const saleNo = sold.status === 'done' ? sold.saleNo : '';
    side.bank.accounts.get(`L-P${no}3`)!.state = 'frozen';
    const buy = (key: string, buyerId: string) => side.activities.buyClaim({ key, saleNo, buyerId, shareFen: 100_000, priceFen: 100_000, accruedFen: 0, feeFen: 0, asOf });
    expect(await buy('a', `P${no}3`)).toEqual({ status: 'refused', code: 'account-unusable' });
    expect(await buy('b', `P${no}2`)).toEqual({ status: 'done' });
  });
});

describe('a guarantor', () => {
  it('whose share a lender cannot receive keeps it frozen until it is delivered, and the lender keeps the claim until then', async () => {
    const { loanNo, no, instalments, holdings } = await lent('replay');
    const guarantorUserNo = await guarantor(no, 200_000);
    side.bank.accounts.get(`L-P${no}2`)!.state = 'frozen';
    const parts = [wholeInstalment(instalments[0]!)];
    expect(await side.activities.compensate({ loanNo, guarantorUserNo, paymentNo: `${loanNo}:p1`, n: 1, parts, asOf })).toEqual({ status: 'done', undelivered: 1 });
    expect(await ledger(`${loanNo}:h${holdings[1]!.id}:principal`)).toBe(100_000);
    expect(await ledger(`${guarantorUserNo}:frozen`)).toBeGreaterThan(0);
    side.bank.accounts.get(`L-P${no}2`)!.state = 'active';
    expect(await side.activities.redeliver({ loanNo, asOf: '2025-04-11T02:00:00.000Z' })).toEqual({ undelivered: 0 });
    expect(await ledger(`${guarantorUserNo}:frozen`)).toBe(0);
    expect(await ledger(`${loanNo}:${guarantorUserNo}:principal`)).toBe(parts[0]!.principalFen);
  });

  it('without the money, or for fees and costs, pays nothing', async () => {
    const { loanNo, no, instalments } = await lent();
    const guarantorUserNo = await guarantor(no, 10);
    const compensate = (paymentNo: string, feeFen: number) => side.activities.compensate({ loanNo, guarantorUserNo, paymentNo, n: 1, parts: [{ ...wholeInstalment(instalments[0]!), feeFen }], asOf });
    expect(await compensate(`${loanNo}:p1`, 0)).toEqual({ status: 'refused', code: 'insufficient-funds' });
    expect(await compensate(`${loanNo}:p1`, 0)).toEqual({ status: 'refused', code: 'insufficient-funds' });
    await expect(compensate(`${loanNo}:p2`, 300)).rejects.toThrow(RangeError);
  });

  it('who is not repaid after all leaves the borrower\'s money free again', async () => {
    const { loanNo, no, borrower, instalments } = await lent('replay');
    const guarantorUserNo = await guarantor(no, 200_000);
    await side.activities.compensate({ loanNo, guarantorUserNo, paymentNo: `${loanNo}:p1`, n: 1, parts: [wholeInstalment(instalments[0]!)], asOf });
    const before = await side.money(borrower);
    side.bank.trouble = (verb) => (verb === 'settleNow' ? { refuse: 'account-unusable' } : null);
    const repay = () => side.activities.repayGuarantor({ loanNo, guarantorUserNo, paymentNo: `${loanNo}:p2`, n: 2, amountFen: 5_000, asOf });
    expect(await repay()).toEqual({ status: 'refused', code: 'account-unusable' });
    expect(await repay()).toEqual({ status: 'refused', code: 'account-unusable' });
    expect(await side.money(borrower)).toEqual(before);
  });
});

describe('a bank that is closed for the night', () => {
  it('sells, buys and pays when it opens, under the next numbers, once', async () => {
    const { loanNo, no, holdings: [large], borrower, instalments } = await lent('replay');
    const guarantorUserNo = await guarantor(no, 200_000);
    const shut = new Set<string>();
    side.bank.trouble = (verb) => {
      if (shut.has(verb)) return null;
      shut.add(verb);
      return { refuse: 'bank-closed' };
    };
    const overnight = async <T extends { status: string }>(act: (at: string) => Promise<T>): Promise<T> => {
      let last = await act('2025-04-10T14:30:00.000Z');
      for (let hour = 15; last.status === 'pending' && hour < 20; hour += 1) last = await act(`2025-04-10T${hour}:00:00.000Z`);
      return last;
    };
    expect(await overnight((at) => side.activities.transferFee({ key: 'night', userNo: borrower, loanNo, amountFen: 100, asOf: at }))).toEqual({ status: 'done' });
    const sold = await overnight((at) => side.activities.sellClaim({ key: 'night', holdingId: large!.id, shareFen: 60_000, asOf: at }));
    const saleNo = sold.status === 'done' ? sold.saleNo : '';
    expect(await findSale(side.pool, saleNo)).toMatchObject({ state: 'open', requestNo: `${saleNo}-t2` });
    expect(await overnight((at) => side.activities.buyClaim({ key: 'night', saleNo, buyerId: `P${no}3`, shareFen: 20_000, priceFen: 20_000, accruedFen: 10, feeFen: 5, asOf: at }))).toEqual({ status: 'done' });
    expect(await overnight((at) => side.activities.cancelClaimSale({ saleNo, asOf: at }))).toEqual({ status: 'done' });
    shut.delete('hold');
    expect(await overnight((at) => side.activities.compensate({ loanNo, guarantorUserNo, paymentNo: `${loanNo}:p1`, n: 1, parts: [wholeInstalment(instalments[0]!)], asOf: at }))).toEqual({ status: 'done', undelivered: 0 });
    shut.delete('hold');
    shut.delete('settleNow');
    expect(await overnight((at) => side.activities.repayGuarantor({ loanNo, guarantorUserNo, paymentNo: `${loanNo}:p2`, n: 2, amountFen: 500, asOf: at }))).toEqual({ status: 'done', paidFen: 500 });
    expect(await rows(side.pool, `SELECT business_key FROM instruction WHERE loan_no = $1 AND state = 'done' AND verb <> 'change-project' GROUP BY 1 HAVING count(*) > 1`, [loanNo])).toEqual([]);
    expect(await rows(side.pool, `SELECT request_no FROM instruction WHERE state NOT IN ('done', 'refused')`)).toEqual([]);
  });
});

describe('what may never be', () => {
  it('a fee of a lender, or a reward to the platform, is not even asked of the bank', async () => {
    const { no, loanNo } = await lent();
    const before = side.bank.calls.length;
    await expect(side.activities.transferFee({ key: 'x', userNo: `L-P${no}1`, loanNo, amountFen: 1, asOf })).rejects.toThrow(RangeError);
    await expect(side.activities.reward({ key: 'x', userNo: 'PLATFORM_INCOME', amountFen: 1, asOf })).rejects.toThrow(RangeError);
    expect(side.bank.calls).toHaveLength(before);
  });

  it('a reward that is heard of before the money it comes from is not recorded yet', async () => {
    const { no } = await lent();
    const requestNo = `REWARD-early-${no}`;
    await intend(side.pool, { requestNo, businessKey: requestNo, verb: 'reward', userNo: `L-P${no}1`, amountFen: 700, workflowId: requestNo, step: 'reward', asOf });
    await side.pool.query(`INSERT INTO instruction_detail (request_no, batch_no, from_user_no, to_user_no, kind, purpose, amount_fen, state) VALUES ($1 || '-1', $1, 'PLATFORM_MARKETING', $2, 'principal', 'reward', 700, 'sent')`, [requestNo, `L-P${no}1`]);
    await expect(recordOutcome(side.pool, { requestNo, at: asOf, outcome: { status: 'done', amountFen: 700, at: asOf, bankNo: 'BK' } })).rejects.toThrow(OutOfOrder);
    await recordOutcome(side.pool, { requestNo, at: asOf, outcome: { status: 'refused', code: 'refused', reason: '' } });
    expect(await rows(side.pool, `SELECT state, reason FROM instruction_detail WHERE batch_no = $1`, [requestNo])).toEqual([{ state: 'refused', reason: 'refused' }]);
  });
});

describe('a loan that is paid to the supplier', () => {
  it('is released to the account that the borrower has authorised, owed by the borrower, and not paid out to the borrower', async () => {
    const no = (serial += 1);
    const loanNo = `LN${no}`;
    const borrower = await side.person(`P${no}0`, 'borrower', 5_000);
    await side.person(`P${no}1`, 'lender', 400_000);
    await side.pool.query(`INSERT INTO person (id, email, email_index, phone_cipher, phone_index, phone_last4, password_hash) VALUES ($1, $1, $1, 'x', $1, '0000', 'x')`, [`P${no}8`]);
    await side.pool.query(`INSERT INTO custody_account (user_no, person_id, bank_role, state) VALUES ($1, $2, 'SUPPLIERS', 'active')`, [`S-P${no}8`, `P${no}8`]);
    side.bank.open(`S-P${no}8`);
    await side.listed({ loanNo, borrowerId: `P${no}0`, amountFen: 100_000 });
    const requestNo = `${loanNo}-entrust`;
    await intend(side.pool, { requestNo, businessKey: requestNo, verb: 'authorise-entrusted-pay', userNo: borrower, loanNo, amountFen: 0, workflowId: requestNo, step: 'entrust', asOf: someMoment, details: { by: 'password', payeeUserNo: `S-P${no}8` } });
    await recordOutcome(side.pool, { requestNo, at: someMoment, outcome: { status: 'done', amountFen: 100_000, at: someMoment, bankNo: 'BK' } });
    await side.bid(loanNo, `P${no}1`, 100_000);
    await side.disburse(loanNo);
    expect([await ledger(`S-P${no}8:available`), await side.money(borrower)]).toEqual([100_000, [5_000, 0, 0]]);
    expect(await ledger(`${loanNo}:debt:principal`)).toBe(-100_000);
    expect(await side.activities.payOut({ loanNo, attempt: 1, asOf: someMoment })).toEqual({ status: 'done', paidFen: 0 });
    expect(await rows(side.pool, `SELECT 1 FROM instruction WHERE loan_no = $1 AND verb = 'payout'`, [loanNo])).toEqual([]);
  });
});
