import { placeBids } from '../../db/bids.js';
import { holdingsOf } from '../../db/holdings.js';
import { find } from '../../db/instructions.js';
import { findListing } from '../../db/listings.js';
import { recordReturnedPayout } from '../../db/outcomes/cash.js';
import { findPayment } from '../../db/payments.js';
import { rows } from '../../db/pool.js';
import { createMoneySide, deadline, wholeInstalment, type MoneySide } from '../../test/money-side.js';
import { addLenders, addLoan, someMoment } from '../../test/people-with-money.js';

let side: MoneySide;
let loans = 200;
beforeAll(async () => { side = await createMoneySide(); });
afterAll(() => side.close());
afterEach(() => { Object.assign(side.bank, { trouble: () => null, batchesAtOnce: true }); });

const clean = { trialBalanceFen: 0, bankDifferences: [], unbalancedJournals: [] };

/** A loan of 300,000 fen with three lenders of 100,000 each who have 200,000; its project is made and it is listed. */
async function threeLenders(options: { productId?: 'replay' | 'consumer' } = {}): Promise<{ loanNo: string; borrower: string; lenders: string[]; no: number }> {
  const no = (loans += 1);
  const [loanNo, borrower] = [`LN${no}`, await side.person(`P${no}00`, 'borrower')];
  const lenders = await Promise.all([1, 2, 3].map((n) => side.person(`P${no}0${n}`, 'lender', 200_000)));
  await side.listed({ loanNo, borrowerId: `P${no}00`, amountFen: 300_000, termMonths: options.productId ? 3 : 36, annualRateBps: 900, ...options });
  return { loanNo, borrower, lenders, no };
}
const bidAll = async (loanNo: string, no: number): Promise<void> => { for (const n of [1, 2, 3]) await side.bid(loanNo, `P${no}0${n}`, 100_000); };
const balancesOf = (loanNo: string) => rows<{ code: string; balance: number }>(side.pool, `SELECT code, balance FROM account WHERE loan_no = $1 AND balance <> 0 ORDER BY code`, [loanNo]);

describe('funding', () => {
  it('fails cleanly: every hold is released, every reservation ends, nobody can bid any more', async () => {
    const { loanNo, lenders, no } = await threeLenders();
    await side.bid(loanNo, `P${no}01`, 100_000);
    await side.activities.freezeBids({ loanNo, asOf: someMoment });
    await side.bid(loanNo, `P${no}02`, 100_000);
    expect(await side.activities.failListing({ loanNo, code: 'not-funded', asOf: someMoment })).toEqual({ status: 'done' });
    expect(side.bank.projects.get(loanNo)?.state).toBe('MISCARRY');
    expect(await Promise.all(lenders.map((lender) => side.money(lender)))).toEqual([[200_000, 0, 0], [200_000, 0, 0], [200_000, 0, 0]]);
    expect(await rows(side.pool, 'SELECT state, reason FROM bid WHERE loan_no = $1 ORDER BY id', [loanNo])).toEqual([{ state: 'released', reason: null }, { state: 'expired', reason: 'not-funded' }]);
    expect(await side.bid(loanNo, `P${no}03`, 100_000)).toMatchObject([{ refused: 'listing-closed' }]);
    expect(await findListing(side.pool, loanNo)).toMatchObject({ state: 'failed', reservedFen: 0, frozenFen: 0 });
    expect(await side.books()).toMatchObject(clean);
  });

  it('that fails before there is a project asks nothing of the bank', async () => {
    await side.person('P999', 'borrower');
    await addLoan(side.pool, { loanNo: 'LN999', borrowerId: 'P999', amountFen: 100_000 });
    const before = side.bank.calls.length;
    expect(await side.activities.failListing({ loanNo: 'LN999', code: 'cancelled', asOf: someMoment })).toEqual({ status: 'done' });
    expect(side.bank.calls).toHaveLength(before);
  });

  it('gives back, when it hears of it, a freeze by hand that the bank did just before the project ended', async () => {
    const { loanNo, lenders, no } = await threeLenders();
    const [placed] = await placeBids(side.pool, loanNo, [{ key: 'hand', lenderId: `P${no}01`, userNo: lenders[0]!, amountFen: 100_000, by: 'password', riskNoticeVersion: '1' }], someMoment);
    const requestNo = placed && 'requestNo' in placed ? placed.requestNo : '';
    side.bank.holdByHand(requestNo, loanNo, lenders[0]!, 100_000);
    await side.activities.failListing({ loanNo, code: 'not-funded', asOf: someMoment });
    expect(await side.books()).toMatchObject(clean);
    await side.activities.followMovement({ requestNo, attempts: 1, asOf: someMoment });
    expect(await rows(side.pool, 'SELECT state FROM bid WHERE loan_no = $1', [loanNo])).toEqual([{ state: 'released' }]);
    expect(await side.money(lenders[0]!)).toEqual([200_000, 0, 0]);
    expect(await side.books()).toMatchObject({ ...clean, openInstructions: 0 });
  });

  it('cancels at the bank a freeze by hand that came after its share had gone', async () => {
    const { loanNo, lenders, no } = await threeLenders();
    const [placed] = await placeBids(side.pool, loanNo, [{ key: 'hand', lenderId: `P${no}01`, userNo: lenders[0]!, amountFen: 200_000, by: 'password', riskNoticeVersion: '1' }], someMoment);
    const requestNo = placed && 'requestNo' in placed ? placed.requestNo : '';
    await side.pool.query(`UPDATE bid SET expires_at = now() - interval '1 second' WHERE request_no = $1`, [requestNo]);
    expect(await side.activities.fundingSums({ loanNo, asOf: someMoment })).toEqual({ targetFen: 300_000, reservedFen: 0, frozenFen: 0, waiting: 0, byHand: 0 });
    for (const n of [2, 3]) await side.bid(loanNo, `P${no}0${n}`, 100_000);
    side.bank.holdByHand(requestNo, loanNo, lenders[0]!, 200_000);
    await side.pool.query(`UPDATE instruction SET sent_at = now() - interval '1 minute' WHERE request_no = $1`, [requestNo]);
    expect(await side.activities.freezeBids({ loanNo, asOf: someMoment })).toMatchObject({ frozenFen: 200_000, reservedFen: 0 });
    expect(await side.money(lenders[0]!)).toEqual([200_000, 0, 0]);
    expect(side.bank.accounts.get(lenders[0]!)).toMatchObject({ availableFen: 200_000, frozenFen: 0 });
  });

  it('leaves a bank that answers nothing alone for a while, and goes on where it was', async () => {
    const { loanNo, no } = await threeLenders();
    await bidAll(loanNo, no);
    side.bank.trouble = () => 'never-arrives';
    await expect(side.activities.freezeBids({ loanNo, asOf: someMoment })).rejects.toThrow('no-answer');
    side.bank.trouble = () => null;
    expect(await side.activities.freezeBids({ loanNo, asOf: someMoment })).toMatchObject({ frozenFen: 300_000, waiting: 0 });
  });

  it('drops a bid that the bank refuses and leaves its share to others', async () => {
    const { loanNo, lenders, no } = await threeLenders();
    side.bank.accounts.get(lenders[1]!)!.state = 'frozen';
    await bidAll(loanNo, no);
    expect(await side.activities.freezeBids({ loanNo, asOf: someMoment })).toEqual({ targetFen: 300_000, reservedFen: 0, frozenFen: 200_000, waiting: 0, byHand: 0 });
    expect(await rows(side.pool, `SELECT reason FROM bid WHERE loan_no = $1 AND state = 'refused'`, [loanNo])).toEqual([{ reason: 'account-unusable' }]);
    expect(await side.money(lenders[1]!)).toEqual([200_000, 0, 0]);
  });

  it('concludes only what is full at the bank, once, and seals every share', async () => {
    const { loanNo, no } = await threeLenders();
    await bidAll(loanNo, no);
    expect(await side.activities.conclude({ loanNo, asOf: '2025-03-03', at: someMoment })).toEqual({ status: 'refused', code: 'not-full' });
    await side.activities.freezeBids({ loanNo, asOf: someMoment });
    expect(await side.activities.conclude({ loanNo, asOf: '2025-03-03', at: someMoment })).toEqual({ status: 'done', concludedOn: '2025-03-03' });
    expect(await side.activities.conclude({ loanNo, asOf: '2025-03-09', at: someMoment })).toEqual({ status: 'done', concludedOn: '2025-03-03' });
    const [contract] = await rows<{ body: string; sha256: string }>(side.pool, 'SELECT body, sha256 FROM contract WHERE loan_no = $1', [loanNo]);
    for (const n of [1, 2, 3]) expect(contract!.body).toContain(`P${no}0${n} 1000.00\n`);
    expect(contract!.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('does not conclude for a borrower who has become late with another loan', async () => {
    const { loanNo, no } = await threeLenders();
    await addLoan(side.pool, { loanNo: `${loanNo}X`, borrowerId: `P${no}00`, amountFen: 100_000 });
    await side.pool.query('UPDATE loan SET days_past_due = 3 WHERE loan_no = $1', [`${loanNo}X`]);
    await bidAll(loanNo, no);
    await side.activities.freezeBids({ loanNo, asOf: someMoment });
    expect(await side.activities.conclude({ loanNo, asOf: '2025-03-03', at: someMoment })).toEqual({ status: 'refused', code: 'overdue-elsewhere-here' });
  });
});

describe('disbursement', () => {
  it('leaves done details alone and sends a refused one again under a new number after the repair', async () => {
    const { loanNo, borrower, lenders, no } = await threeLenders();
    await bidAll(loanNo, no);
    await side.activities.freezeBids({ loanNo, asOf: someMoment });
    await side.activities.conclude({ loanNo, asOf: '2025-03-03', at: someMoment });
    side.bank.batchesAtOnce = false;
    expect(await side.activities.release({ loanNo, attempt: 1, asOf: someMoment })).toEqual({ status: 'pending', requestNo: `${loanNo}-release-a1-b1`, expectedAt: null });
    side.bank.accounts.get(lenders[1]!)!.state = 'frozen';
    side.bank.finishBatches();
    side.bank.batchesAtOnce = true;
    expect(await side.activities.release({ loanNo, attempt: 1, asOf: someMoment })).toEqual({ status: 'refused', code: 'account-unusable' });
    expect(await balancesOf(loanNo)).toEqual([]);
    expect(await side.books()).toMatchObject(clean);
    side.bank.accounts.get(lenders[1]!)!.state = 'active';
    const released = await side.persist(() => side.activities.release({ loanNo, attempt: 2, asOf: '2025-03-04T02:00:00.000Z' }));
    expect(released).toMatchObject({ status: 'done', valueDate: '2025-03-04' });
    const second = side.bank.calls.find((call) => call.input['batchNo'] === `${loanNo}-release-a2-b1`);
    expect(second?.input['details']).toHaveLength(1);
    expect((await side.money(borrower))[0]).toBe(300_000);
    expect((await balancesOf(loanNo)).at(0)).toEqual({ code: `${loanNo}:debt:principal`, balance: -300_000 });
  });

  it('pays nothing out while the account cools after a change of card', async () => {
    const { loanNo, borrower, no } = await threeLenders();
    await bidAll(loanNo, no);
    await side.disburse(loanNo);
    await side.pool.query(`UPDATE custody_account SET payouts_from = '2025-03-04T02:00:00Z' WHERE user_no = $1`, [borrower]);
    expect(await side.activities.payOut({ loanNo, attempt: 1, asOf: someMoment })).toEqual({ status: 'pending', requestNo: `${loanNo}-payout-a1`, expectedAt: '2025-03-04T02:00:00.000Z' });
    expect(side.bank.calls.filter((call) => call.verb === 'payOut' && call.input['userNo'] === borrower)).toEqual([]);
    await side.activities.payOut({ loanNo, attempt: 1, asOf: '2025-03-04T02:00:00.000Z' });
    // The bank got it late and pays on the next working day: it is expected then, and the business clock goes on until then.
    expect(await side.activities.payOut({ loanNo, attempt: 1, asOf: '2025-03-04T02:00:00.000Z' })).toMatchObject({ status: 'pending', expectedAt: '2025-03-05T02:00:00.000Z' });
    side.bank.finishPayouts();
    expect(await side.activities.payOut({ loanNo, attempt: 1, asOf: '2025-03-05T02:00:00.000Z' })).toEqual({ status: 'done', paidFen: 300_000 });
  });

  it('takes a payout that comes back into the account again, once', async () => {
    const { loanNo, borrower, no } = await threeLenders();
    await bidAll(loanNo, no);
    await side.disburse(loanNo);
    await side.activities.payOut({ loanNo, attempt: 1, asOf: someMoment });
    side.bank.finishPayouts(false);
    expect(await side.persist(() => side.activities.payOut({ loanNo, attempt: 1, asOf: someMoment }))).toEqual({ status: 'refused', code: 'card-refused' });
    expect((await side.money(borrower))[0]).toBe(300_000);
    await side.activities.payOut({ loanNo, attempt: 2, asOf: someMoment });
    side.bank.finishPayouts();
    expect(await side.persist(() => side.activities.payOut({ loanNo, attempt: 2, asOf: someMoment }))).toEqual({ status: 'done', paidFen: 300_000 });
    const back = () => recordReturnedPayout(side.pool, { requestNo: `${loanNo}-payout-a2`, at: '2025-03-07T02:00:00.000Z', bankNo: 'BK9' });
    expect([(await back()).changed, (await back()).changed]).toEqual([true, false]);
    expect((await side.money(borrower))[0]).toBe(300_000);
    side.bank.accounts.get(borrower)!.availableFen += 300_000;
    expect(await side.books()).toMatchObject(clean);
  });
});

describe('payments', () => {
  async function disbursed(productId?: 'replay' | 'consumer') {
    const loan = await threeLenders({ productId });
    await bidAll(loan.loanNo, loan.no);
    const instalments = await side.disburse(loan.loanNo);
    await side.activities.payOut({ loanNo: loan.loanNo, attempt: 1, asOf: someMoment });
    side.bank.finishPayouts();
    await side.persist(() => side.activities.payOut({ loanNo: loan.loanNo, attempt: 1, asOf: someMoment }));
    return { ...loan, instalments };
  }
  const take = (loanNo: string, n: number, amountFen: number, options: Partial<Parameters<MoneySide['activities']['takePayment']>[0]> = {}) =>
    side.persist(() => side.activities.takePayment({ loanNo, paymentNo: `${loanNo}:p${n}`, n, source: 'debit', amountFen, pull: true, partial: false, whole: null, asOf: '2025-04-03T02:00:00.000Z', ...options }));

  it('pulls only what custody lacks, and never takes more than was asked for', async () => {
    const { loanNo, borrower } = await disbursed();
    side.bank.cards.set(borrower, 1_000_000);
    await side.bank.custody.pullFromCard({ requestNo: `D-${loanNo}`, userNo: borrower, amountFen: 4_000, businessTime: someMoment });
    await side.pool.query(`INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, as_of) VALUES ($1, $1, 'deposit', $2, 4000, $1, 'deposit', 'sent', now())`, [`D-${loanNo}`, borrower]);
    expect(await take(loanNo, 1, 9_540)).toEqual({ status: 'done', frozenFen: 9_540, countsOn: '2025-04-03', shared: null });
    expect(await find(side.pool, `${loanNo}-p1-pull`)).toMatchObject({ amountFen: 5_540, state: 'done' });
    await side.bank.custody.pullFromCard({ requestNo: `D2-${loanNo}`, userNo: borrower, amountFen: 50_000, businessTime: someMoment });
    await side.pool.query(`INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, as_of) VALUES ($1, $1, 'deposit', $2, 50000, $1, 'deposit', 'sent', now())`, [`D2-${loanNo}`, borrower]);
    expect(await take(loanNo, 2, 9_540)).toMatchObject({ status: 'done', frozenFen: 9_540 });
    expect(await find(side.pool, `${loanNo}-p2-pull`)).toBeNull();
    expect((await side.money(borrower))[0]).toBe(40_460);
    expect(await side.books()).toMatchObject(clean);
  });

  it('takes what is there where a partial debit is agreed, and nothing where it is not', async () => {
    const { loanNo, borrower } = await disbursed();
    side.bank.cards.set(borrower, 3_000);
    expect(await take(loanNo, 1, 9_540, { partial: true })).toEqual({ status: 'refused', code: 'card-refused' });
    await side.bank.custody.pullFromCard({ requestNo: `D-${loanNo}`, userNo: borrower, amountFen: 3_000, businessTime: someMoment });
    await side.pool.query(`INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, as_of) VALUES ($1, $1, 'deposit', $2, 3000, $1, 'deposit', 'sent', now())`, [`D-${loanNo}`, borrower]);
    expect(await take(loanNo, 2, 9_540)).toEqual({ status: 'refused', code: 'card-refused' });
    expect(await take(loanNo, 3, 9_540, { partial: true })).toMatchObject({ status: 'done', frozenFen: 3_000 });
    expect(await findPayment(side.pool, `${loanNo}:p2`)).toMatchObject({ state: 'refused', frozenFen: 0 });
  });

  it('shares a whole payment in the same breath, and only a whole one of that day', async () => {
    const { loanNo, borrower, instalments } = await disbursed('consumer');
    side.bank.cards.set(borrower, 1_000_000);
    const parts = [wholeInstalment(instalments[0]!)];
    const amountFen = parts[0]!.principalFen + parts[0]!.interestFen + parts[0]!.feeFen;
    const whole = { parts, forgivenInterest: [], afterWriteOff: false, countsOn: '2025-04-03' };
    const expected = { status: 'done', frozenFen: amountFen, countsOn: '2025-04-03', shared: { undelivered: 0 } };
    expect(await take(loanNo, 1, amountFen, { whole })).toEqual(expected);
    expect(await findPayment(side.pool, `${loanNo}:p1`)).toMatchObject({ state: 'distributed' });
    const asked = side.bank.calls.length;
    expect(await take(loanNo, 1, amountFen, { whole })).toEqual(expected);
    expect(side.bank.calls).toHaveLength(asked);
    expect(await take(loanNo, 2, 20_000, { whole: { ...whole, countsOn: '2025-04-02' } })).toMatchObject({ frozenFen: 20_000, shared: null });
    side.bank.batchesAtOnce = false;
    const second = wholeInstalment(instalments[1]!);
    const secondFen = second.principalFen + second.interestFen + second.feeFen;
    expect(await take(loanNo, 3, secondFen, { whole: { ...whole, parts: [second] } })).toMatchObject({ frozenFen: secondFen, shared: null });
    expect(await findPayment(side.pool, `${loanNo}:p3`)).toMatchObject({ state: 'distributing' });
  });

  it('has its workflow told of what it waits for, and of nothing else', async () => {
    const { loanNo, borrower, instalments } = await disbursed('consumer');
    side.bank.cards.set(borrower, 1_000_000);
    side.bank.batchesAtOnce = false;
    const parts = [wholeInstalment(instalments[0]!)];
    const amountFen = parts[0]!.principalFen + parts[0]!.interestFen + parts[0]!.feeFen;
    await take(loanNo, 1, amountFen);
    const distribute = () => side.activities.distribute({ loanNo, paymentNo: `${loanNo}:p1`, parts, forgivenInterest: [], afterWriteOff: false, asOf: someMoment });
    expect(await distribute()).toMatchObject({ status: 'pending', requestNo: `${loanNo}-p1-batch1` });
    const awaited = await Promise.all(['pull', 'hold', 'batch1'].map(async (each) => (await find(side.pool, `${loanNo}-p1-${each}`))?.awaited));
    expect(awaited).toEqual([false, false, true]);
    side.bank.finishBatches();
    expect(await distribute()).toEqual({ status: 'done', undelivered: 0 });
  });

  it('counts on the day it was first asked for, however late it is repeated', async () => {
    const { loanNo, borrower } = await disbursed();
    side.bank.cards.set(borrower, 1_000_000);
    side.bank.trouble = (verb) => (verb === 'hold' ? 'never-arrives' : null);
    await expect(take(loanNo, 1, 9_540)).rejects.toThrow('not done after a hundred calls');
    side.bank.trouble = () => null;
    expect(await take(loanNo, 1, 9_540, { asOf: '2025-04-05T02:00:00.000Z' })).toEqual({ status: 'done', frozenFen: 9_540, countsOn: '2025-04-03', shared: null });
  });

  it('gives back what was frozen and is not owed after all', async () => {
    const { loanNo, borrower, instalments } = await disbursed();
    side.bank.cards.set(borrower, 1_000_000);
    await take(loanNo, 1, 20_000);
    const parts = [wholeInstalment(instalments[0]!)];
    expect(await side.persist(() => side.activities.distribute({ loanNo, paymentNo: `${loanNo}:p1`, parts, forgivenInterest: [], afterWriteOff: false, asOf: someMoment }))).toEqual({ status: 'done', undelivered: 0 });
    const owed = parts[0]!.principalFen + parts[0]!.interestFen;
    expect(await side.money(borrower)).toEqual([20_000 - owed, 0, 0]);
    expect(await side.books()).toMatchObject(clean);
  });

  it('throws rather than share more than was frozen', async () => {
    const { loanNo, borrower, instalments } = await disbursed();
    side.bank.cards.set(borrower, 1_000_000);
    await take(loanNo, 1, 5_000);
    await expect(side.activities.distribute({ loanNo, paymentNo: `${loanNo}:p1`, parts: [wholeInstalment(instalments[0]!)], forgivenInterest: [], afterWriteOff: false, asOf: someMoment })).rejects.toThrow('5000 frozen');
  });

  it('keeps a share that the bank refuses frozen under the loan; the borrower owes no longer, and it is delivered later', async () => {
    const { loanNo, borrower, lenders, instalments } = await disbursed('consumer');
    side.bank.cards.set(borrower, 10_000_000);
    side.bank.accounts.get(lenders[1]!)!.state = 'frozen';
    expect(await side.pay(loanNo, 1, [wholeInstalment(instalments[0]!)])).toBe('paid');
    const tasks = () => rows(side.pool, 'SELECT kind, state, details FROM task WHERE loan_no = $1', [loanNo]);
    expect(await tasks()).toEqual([{ kind: 'undelivered', state: 'open', details: { paymentNo: `${loanNo}:p1`, shares: 1 } }]);
    const [, second] = await holdingsOf(side.pool, loanNo);
    expect(second!.paidPrincipalFen).toBe(0);
    expect((await balancesOf(loanNo)).find((each) => each.code.endsWith(':debt:principal'))?.balance).toBe(-(300_000 - instalments[0]!.principalFen));
    expect((await side.money(borrower))[2]).toBeGreaterThan(0);
    expect(await side.books()).toMatchObject(clean);
    expect(await side.activities.redeliver({ loanNo, asOf: someMoment })).toEqual({ undelivered: 1 });
    expect(await side.activities.finish({ loanNo, asOf: '2025-05-01', at: someMoment })).toEqual({ status: 'refused', code: 'undelivered' });
    side.bank.accounts.get(lenders[1]!)!.state = 'active';
    expect(await side.activities.redeliver({ loanNo, asOf: someMoment })).toEqual({ undelivered: 0 });
    expect(await find(side.pool, `${loanNo}-p1-again-t2`)).toMatchObject({ state: 'done' });
    for (const instalment of instalments.slice(1)) expect(await side.pay(loanNo, instalment.no, [wholeInstalment(instalment)])).toBe('paid');
    expect(await balancesOf(loanNo)).toEqual([]);
    expect((await holdingsOf(side.pool, loanNo)).map((holding) => holding.paidPrincipalFen)).toEqual([100_000, 100_000, 100_000]);
    expect((await tasks()).map((task) => (task as { state: string }).state)).toEqual(['done']);
    expect(await side.books()).toMatchObject(clean);
  });

  it('passes costs on, and shares late interest, apart from the platform\'s income', async () => {
    const { loanNo, borrower, instalments } = await disbursed('consumer');
    side.bank.cards.set(borrower, 10_000_000);
    expect(await side.pay(loanNo, 1, [{ ...wholeInstalment(instalments[0]!), feeFen: 0, lateInterestFen: 301, costsFen: 5_000 }])).toBe('paid');
    const [costs] = await rows<{ fen: number }>(side.pool, `SELECT sum(p.amount_fen)::bigint AS fen FROM posting p JOIN account a ON a.id = p.account_id JOIN journal j ON j.id = p.journal_id WHERE a.code = 'platform:costs' AND j.request_no = $1`, [`${loanNo}-p1-batch1`]);
    expect(costs!.fen).toBe(5_000);
    expect((await holdingsOf(side.pool, loanNo)).reduce((sum, holding) => sum + holding.paidLateInterestFen, 0)).toBe(301);
    expect(await side.books()).toMatchObject(clean);
  });

  it('splits more than a thousand details into batches of the bank\'s size', async () => {
    const borrower = await side.person('P888', 'borrower');
    await addLoan(side.pool, { loanNo: 'LN888', borrowerId: 'P888', amountFen: 6_010_000, annualRateBps: 1_200 });
    await side.activities.createProject({ loanNo: 'LN888', asOf: someMoment });
    await side.activities.openListing({ loanNo: 'LN888', deadline, asOf: someMoment });
    await side.pool.query('UPDATE listing SET max_share_bps = 10000 WHERE loan_no = $1', ['LN888']);
    const ids = Array.from({ length: 601 }, (_, n) => `P888-${n}`);
    await addLenders(side.pool, ids, 10_000);
    for (const id of ids) side.bank.open(`L-${id}`, 10_000);
    for (const part of [ids.slice(0, 301), ids.slice(301)]) await placeBids(side.pool, 'LN888', part.map((id) => ({ key: id, lenderId: id, userNo: `L-${id}`, amountFen: 10_000, by: 'authorisation' as const, riskNoticeVersion: '1' })), someMoment);
    const instalments = await side.disburse('LN888');
    side.bank.cards.set(borrower, 10_000_000);
    expect(await side.pay('LN888', 1, [wholeInstalment(instalments[0]!)])).toBe('paid');
    const sizes = await rows<{ size: number }>(side.pool, `SELECT count(*)::int AS size FROM instruction_detail WHERE batch_no LIKE 'LN888-p1-batch%' GROUP BY batch_no ORDER BY 1 DESC`);
    expect(sizes.map((each) => each.size)).toEqual([1_000, 202]);
    expect(await side.books()).toMatchObject(clean);
  });
});

describe('a person\'s own movement', () => {
  it('is asked about, and given up when the bank has not seen it within its window', async () => {
    const lender = await side.person('P700', 'lender');
    const send = (requestNo: string, minutesAgo: number) => side.pool.query(
      `INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, as_of, sent_at) VALUES ($1, $1, 'deposit', $2, 700, $1, 'deposit', 'sent', now(), now() - make_interval(mins => $3))`, [requestNo, lender, minutesAgo]);
    await send('D-fresh', 1);
    await send('D-old', 11);
    expect(await side.activities.followMovement({ requestNo: 'D-fresh', attempts: 1, asOf: someMoment })).toEqual({ status: 'pending', expectedAt: null });
    expect(await side.activities.followMovement({ requestNo: 'D-old', attempts: 1, asOf: someMoment })).toEqual({ status: 'refused', expectedAt: null });
  });
});

describe('the day\'s close', () => {
  it('ends a person\'s act that nobody follows, because the web server died between writing it and saying so', async () => {
    const lender = await side.person('P702', 'lender', 900);
    const write = (requestNo: string, verb: string, minutesAgo: number) => side.pool.query(
      `INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, as_of, intended_at) VALUES ($1, $1, $2, $3, 700, $1, 'movement', 'intended', now(), now() - make_interval(mins => $4))`, [requestNo, verb, lender, minutesAgo]);
    await write('D-forgotten', 'deposit', 11);
    await write('D-begun', 'deposit', 1);
    await write('A-ordered', 'cancel-authorisation', 11);
    await side.activities.closeDays({ from: '2025-03-01', to: '2025-03-01', asOf: someMoment });
    expect(await rows(side.pool, `SELECT request_no AS no, state, reason FROM instruction WHERE request_no IN ('D-forgotten', 'D-begun', 'A-ordered') ORDER BY 1`)).toEqual([
      { no: 'A-ordered', state: 'intended', reason: null }, { no: 'D-begun', state: 'intended', reason: null }, { no: 'D-forgotten', state: 'refused', reason: 'never-arrived' },
    ]);
  });

  it('finds a planted difference, opens a case and writes the day', async () => {
    const lender = await side.person('P701', 'lender', 12_345);
    side.bank.accounts.get(lender)!.availableFen += 1;
    const closed = await side.activities.closeDays({ from: '2025-03-02', to: '2025-03-03', asOf: someMoment });
    expect(closed.trialBalanceFen).toBe(0);
    expect(closed.differences).toBeGreaterThan(0);
    const [day] = await rows<{ differences: object[] }>(side.pool, `SELECT differences FROM day_close WHERE day = '2025-03-03'`);
    expect(day!.differences).toContainEqual({ userNo: lender, ours: { availableFen: 12_345, frozenFen: 0 }, bank: { availableFen: 12_346, frozenFen: 0 }, openInstructions: 0 });
    expect(await rows(side.pool, `SELECT kind FROM task WHERE key = 'books:2025-03-03'`)).toEqual([{ kind: 'case' }]);
    side.bank.accounts.get(lender)!.availableFen -= 1;
  });
});
