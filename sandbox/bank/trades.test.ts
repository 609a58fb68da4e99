/** Trades at once, claims for sale, guarantors and entrusted payment, at the bank's own doors. */
import { parse } from 'csv-parse/sync';
import { createEmptyDatabase, type TestDatabase } from '../../test/database.js';
import { openCounter, type Counter } from './counter.js';
import { schema } from './schema.js';

let database: TestDatabase;
let at: Counter;
let lenders: string[];
let borrower: string;
let guarantor: string;
let supplier: string;
let projectNo: string;

beforeAll(async () => {
  database = await createEmptyDatabase();
  at = await openCounter(database.url);
});

afterAll(async () => {
  await at.close();
  await database.drop();
});

type Data = Record<string, unknown>;
const ask = (verb: string, data: Data) => at.ask(verb, { requestNo: at.next('r'), ...data });
const line = (from: string, to: string, amount: string, more: Data = {}): Data => ({ requestNo: at.next('d'), sourcePlatformUserNo: from, targetPlatformUserNo: to, bizType: 'PRINCIPAL', amount, ...more });
const freeze = async (platformUserNo: string, bizType: string, amount: string, project = projectNo): Promise<string> => {
  const requestNo = at.next('h');
  expect(await at.ask('USER_AUTO_PRE_TRANSACTION', { requestNo, platformUserNo, projectNo: project, bizType, amount })).toMatchObject({ code: '0', status: 'SUCCESS' });
  return requestNo;
};
const batch = async (bizType: string, details: Data[], project = projectNo): Promise<Data[]> => {
  const batchNo = at.next('b');
  expect(await at.ask('ASYNC_TRANSACTION', { batchNo, bizType, projectNo: project, details })).toMatchObject({ status: 'ACCEPT' });
  return at.until('the batch is done', async () => {
    const { batch: told } = (await at.ask('QUERY_TRANSACTION', { batchNo })) as { batch: { status: string; details: Data[] } };
    return told.status === 'SUCCESS' && told.details;
  });
};
const shares = async (project = projectNo) => (await at.ask('QUERY_PROJECT_INFORMATION', { projectNo: project }))['shares'];
const sell = (platformUserNo: string, share: string) => ask('DEBENTURE_SALE', { platformUserNo, projectNo, share });
const buy = (saleRequestNo: string, details: Data[], more: Data = {}) => ask('SYNC_TRANSACTION', { bizType: 'CREDIT_ASSIGNMENT', projectNo, saleRequestNo, details, ...more });
const refused = (errorCode: string, reasonCode?: string) => ({ code: '1', status: 'FAIL', errorCode, ...(reasonCode ? { reasonCode } : {}) });

/** A project of 1000.00 that two of three lenders have funded, 600 and 400, and that is being repaid. */
beforeEach(async () => {
  lenders = await Promise.all([1, 2, 3].map(() => at.account('INVESTOR', 200_000)));
  borrower = await at.account('BORROWERS', 100_000);
  guarantor = await at.account('GUARANTEECORP', 100_000);
  supplier = await at.account('SUPPLIERS', 0);
  projectNo = await at.project(borrower, '1000.00');
  const holds = [await freeze(lenders[0]!, 'TENDER', '600.00'), await freeze(lenders[1]!, 'TENDER', '400.00')];
  await batch('TENDER', [line(lenders[0]!, borrower, '600.00', { preTransactionNo: holds[0] }), line(lenders[1]!, borrower, '400.00', { preTransactionNo: holds[1] })]);
  await ask('MODIFY_PROJECT', { projectNo, state: 'REPAYING' });
});

/** Nothing made, nothing lost: every account is the sum of its movements, and what is frozen is under a freeze. */
afterEach(async () => {
  const { rows } = await at.pool.query(
    `SELECT 'total' AS wrong FROM movement HAVING sum(available_fen + frozen_fen) <> 0
     UNION ALL SELECT a.user_no FROM account a LEFT JOIN (SELECT account_no, sum(available_fen) av, sum(frozen_fen) fr FROM movement GROUP BY 1) m ON m.account_no = a.user_no
       WHERE a.available_fen <> coalesce(m.av, 0) OR a.frozen_fen <> coalesce(m.fr, 0)
     UNION ALL SELECT 'frozen ' || a.user_no FROM account a WHERE a.frozen_fen <> (SELECT coalesce(sum(remaining_fen), 0) FROM hold h WHERE h.user_no = a.user_no)`);
  expect(rows).toEqual([]);
});

describe('an agreed fee', () => {
  it('goes at once from available money to the platform\'s income, and is told by answer, question and notification', async () => {
    const requestNo = at.next('fee');
    const detail = line(borrower, 'PLATFORM_INCOME', '12.50', { bizType: 'COMMISSION' });
    const before = await at.balance('PLATFORM_INCOME');
    expect(await at.ask('SYNC_TRANSACTION', { requestNo, bizType: 'PLATFORM_SERVICE_DEDUCT', details: [detail] })).toMatchObject({ code: '0', status: 'SUCCESS', transactionType: 'SYNC_TRANSACTION', amount: '12.50' });
    expect(await at.balance(borrower)).toEqual([198_750, 0]);
    expect(await at.balance('PLATFORM_INCOME')).toEqual([before[0] + 1_250, 0]);
    expect(await at.ask('QUERY_TRANSACTION', { requestNo })).toMatchObject({ transaction: { status: 'SUCCESS', amount: '12.50' } });
    expect(await at.ask('QUERY_TRANSACTION', { requestNo: detail['requestNo'] })).toMatchObject({ transaction: { status: 'SUCCESS', transactionType: 'SYNC_TRANSACTION_DETAIL' } });
    await at.until('it was told', () => at.heard.some(({ serviceName, data }) => serviceName === 'SYNC_TRANSACTION' && data['requestNo'] === requestNo));
  });

  it('is refused without the money, to anybody else, as anything else, and from the platform', async () => {
    const fee = (detail: Data) => ask('SYNC_TRANSACTION', { bizType: 'PLATFORM_SERVICE_DEDUCT', details: [detail] });
    expect(await fee(line(borrower, 'PLATFORM_INCOME', '2000.01', { bizType: 'COMMISSION' }))).toMatchObject(refused('100014'));
    expect(await fee(line(borrower, lenders[0]!, '1.00', { bizType: 'COMMISSION' }))).toMatchObject(refused('100008', 'WRONG_PARTY'));
    expect(await fee(line(borrower, lenders[0]!, '1.00'))).toMatchObject(refused('100008', 'WRONG_PARTY'));
    expect(await fee(line(borrower, 'PLATFORM_MARKETING', '1.00', { bizType: 'COMMISSION' }))).toMatchObject(refused('100008', 'WRONG_PARTY'));
    expect(await fee(line('PLATFORM_MARKETING', 'PLATFORM_INCOME', '1.00', { bizType: 'COMMISSION' }))).toMatchObject(refused('100008', 'WRONG_PARTY'));
    expect(await fee(line('U:none', 'PLATFORM_INCOME', '1.00', { bizType: 'COMMISSION' }))).toMatchObject(refused('100009'));
    expect(await at.balance(borrower)).toEqual([200_000, 0]);
  });

  it('of an account that a court has frozen is refused', async () => {
    await at.control(`/accounts/${borrower}/state`, { method: 'POST', body: { state: 'FROZEN' } });
    expect(await ask('SYNC_TRANSACTION', { bizType: 'PLATFORM_SERVICE_DEDUCT', details: [line(borrower, 'PLATFORM_INCOME', '1.00', { bizType: 'COMMISSION' })] })).toMatchObject(refused('100010'));
  });
});

describe('a reward', () => {
  it('comes out of what the platform has brought in itself, and of nothing else', async () => {
    const before = await at.balance('PLATFORM_MARKETING');
    const reward = (amount: string, from = 'PLATFORM_MARKETING') => ask('SYNC_TRANSACTION', { bizType: 'MARKETING', details: [line(from, lenders[2]!, amount)] });
    expect(await reward('999999.00')).toMatchObject(refused('100014'));
    expect(await ask('DIRECT_RECHARGE', { platformUserNo: 'PLATFORM_MARKETING', amount: '50.00' })).toMatchObject({ code: '0', status: 'SUCCESS' });
    expect(await reward('50.00')).toMatchObject({ code: '0', amount: '50.00' });
    expect(await at.balance('PLATFORM_MARKETING')).toEqual(before);
    expect(await at.balance(lenders[2]!)).toEqual([205_000, 0]);
    expect(await reward('1.00', 'PLATFORM_INCOME')).toMatchObject(refused('100008', 'WRONG_PARTY'));
    expect(await reward('1.00', borrower)).toMatchObject(refused('100008', 'WRONG_PARTY'));
  });
});

describe('one trade', () => {
  it('of several details is done whole or refused whole', async () => {
    const hold = await freeze(borrower, 'REPAYMENT', '30.00');
    const details = [line(borrower, lenders[0]!, '20.00', { preTransactionNo: hold }), line(borrower, lenders[1]!, '10.01', { preTransactionNo: hold })];
    expect(await ask('SYNC_TRANSACTION', { bizType: 'REPAYMENT', projectNo, details })).toMatchObject(refused('100014'));
    expect(await at.balance(borrower)).toEqual([197_000, 3_000]);
    for (const { requestNo } of details) expect(await at.ask('QUERY_TRANSACTION', { requestNo })).toMatchObject({ transaction: { status: 'FAIL', errorCode: '100014' } });
    const again = [line(borrower, lenders[0]!, '20.00', { preTransactionNo: hold }), line(borrower, lenders[1]!, '9.00', { preTransactionNo: hold, bizType: 'INTEREST' }), line(borrower, 'PLATFORM_INCOME', '1.00', { preTransactionNo: hold, bizType: 'COMMISSION' })];
    expect(await ask('SYNC_TRANSACTION', { bizType: 'REPAYMENT', projectNo, details: again })).toMatchObject({ code: '0', amount: '30.00' });
    expect(await shares()).toEqual([[lenders[0], '580.00', '0.00'], [lenders[1], '400.00', '0.00']]);
  });

  it('takes no number when one of its details\' was used before, and repeats nothing', async () => {
    const used = line(borrower, 'PLATFORM_INCOME', '1.00', { bizType: 'COMMISSION' });
    const first = { requestNo: at.next('fee'), bizType: 'PLATFORM_SERVICE_DEDUCT', details: [used] };
    expect(await at.ask('SYNC_TRANSACTION', first)).toMatchObject({ code: '0' });
    expect(await at.ask('SYNC_TRANSACTION', first)).toMatchObject({ code: '1', errorCode: '100013' });
    const other = at.next('fee');
    expect(await at.ask('SYNC_TRANSACTION', { requestNo: other, bizType: 'PLATFORM_SERVICE_DEDUCT', details: [used] })).toMatchObject({ code: '1', errorCode: '100013' });
    expect(await at.ask('QUERY_TRANSACTION', { requestNo: other })).toMatchObject({ errorCode: '100007' });
    expect(await at.balance(borrower)).toEqual([199_900, 0]);
  });

  const plain = (more: Data = {}): Data => ({ requestNo: 'plain', sourcePlatformUserNo: 'a', targetPlatformUserNo: 'b', bizType: 'PRINCIPAL', amount: '1.00', ...more });
  it.each<[string, Data]>([
    ['without details', { bizType: 'MARKETING', details: [] }], ['with eleven', { bizType: 'MARKETING', details: Array.from({ length: 11 }, (_, n) => plain({ requestNo: `x${n}` })) }],
    ['of a project that is not named', { bizType: 'REPAYMENT', details: [plain()] }], ['of none that names one', { bizType: 'MARKETING', projectNo: 'LN', details: [plain()] }],
    ['that sells nothing but names a sale', { bizType: 'MARKETING', saleRequestNo: 's', details: [plain()] }], ['that sells without a sale', { bizType: 'CREDIT_ASSIGNMENT', projectNo: 'LN', details: [plain()] }],
    ['of another kind', { bizType: 'COMPENSATORY_REPAYMENT', projectNo: 'LN', details: [plain()] }], ['with a share of nothing', { bizType: 'MARKETING', details: [plain({ share: '0.00' })] }],
    ['two of whose details have one number', { bizType: 'MARKETING', details: [plain({ requestNo: 'same' }), plain({ requestNo: 'same' })] }],
  ])('%s cannot be read', async (_name, data) => {
    const before = await at.digest();
    expect(await ask('SYNC_TRANSACTION', data)).toMatchObject({ code: '1', errorCode: '100002' });
    expect(await at.digest()).toBe(before);
  });
});

describe('a claim', () => {
  it('is held by whom the release came from, and lessens with what is repaid of it', async () => {
    expect(await shares()).toEqual([[lenders[0], '600.00', '0.00'], [lenders[1], '400.00', '0.00']]);
    const hold = await freeze(borrower, 'REPAYMENT', '110.00');
    await batch('REPAYMENT', [line(borrower, lenders[0]!, '60.00', { preTransactionNo: hold }), line(borrower, lenders[1]!, '40.00', { preTransactionNo: hold }), line(borrower, lenders[1]!, '10.00', { preTransactionNo: hold, bizType: 'INTEREST' })]);
    expect(await shares()).toEqual([[lenders[0], '540.00', '0.00'], [lenders[1], '360.00', '0.00']]);
  });

  it('of a project that was released before the bank kept shares is worked out from its details when the bank starts', async () => {
    const hold = await freeze(borrower, 'REPAYMENT', '10.00');
    await batch('REPAYMENT', [line(borrower, lenders[1]!, '10.00', { preTransactionNo: hold })]);
    const kept = await shares();
    await at.pool.query('DELETE FROM claim_share');
    await at.pool.query(schema);
    expect(await shares()).toEqual(kept);
    await at.pool.query(schema);
    expect(await shares()).toEqual(kept);
  });

  it('can be sold up to what is held and not for sale already, by its holder alone, while the project is repaid', async () => {
    expect(await sell(lenders[0]!, '500.00')).toMatchObject({ code: '0', status: 'SUCCESS', amount: '500.00' });
    expect(await sell(lenders[0]!, '100.01')).toMatchObject(refused('100008', 'SHARE_SHORT'));
    expect(await sell(lenders[0]!, '100.00')).toMatchObject({ code: '0' });
    expect(await sell(lenders[2]!, '0.01')).toMatchObject(refused('100008', 'SHARE_SHORT'));
    expect(await sell(guarantor, '0.01')).toMatchObject(refused('100008', 'WRONG_PARTY'));
    expect(await ask('DEBENTURE_SALE', { platformUserNo: lenders[1], projectNo: 'LN:none', share: '1.00' })).toMatchObject(refused('100015', 'PROJECT_UNKNOWN'));
    const collecting = await at.project(await at.account('BORROWERS', 0));
    expect(await ask('DEBENTURE_SALE', { platformUserNo: lenders[1], projectNo: collecting, share: '1.00' })).toMatchObject(refused('100015'));
    expect(await shares()).toEqual([[lenders[0], '600.00', '600.00'], [lenders[1], '400.00', '0.00']]);
  });

  it('is sold by authorisation within its limit and time, and what is taken back is not used', async () => {
    await at.pool.query("UPDATE authorisation SET max_fen = 30000 WHERE user_no = $1 AND type = 'CREDIT_ASSIGNMENT'", [lenders[0]]);
    const saleNo = at.next('sale');
    expect(await at.ask('DEBENTURE_SALE', { requestNo: saleNo, platformUserNo: lenders[0], projectNo, share: '300.00' })).toMatchObject({ code: '0' });
    expect(await sell(lenders[0]!, '0.01')).toMatchObject(refused('100011', 'AUTHORISATION_AMOUNT'));
    expect(await ask('CANCEL_DEBENTURE_SALE', { saleRequestNo: saleNo })).toMatchObject({ code: '0', amount: '300.00' });
    expect(await ask('CANCEL_DEBENTURE_SALE', { saleRequestNo: saleNo })).toMatchObject(refused('100008', 'SALE_ENDED'));
    expect(await ask('CANCEL_DEBENTURE_SALE', { saleRequestNo: 'sale:none' })).toMatchObject(refused('100007', 'SALE_UNKNOWN'));
    expect(await sell(lenders[0]!, '300.00')).toMatchObject({ code: '0' });
    await at.pool.query("UPDATE authorisation SET fail_time = '2026-03-01' WHERE user_no = $1 AND type = 'CREDIT_ASSIGNMENT'", [lenders[1]]);
    expect(await sell(lenders[1]!, '1.00')).toMatchObject(refused('100011', 'AUTHORISATION_EXPIRED'));
    await at.pool.query("DELETE FROM authorisation WHERE user_no = $1 AND type = 'CREDIT_ASSIGNMENT'", [lenders[1]]);
    expect(await sell(lenders[1]!, '1.00')).toMatchObject(refused('100011', 'AUTHORISATION_MISSING'));
  });

  it('many sell at once is never oversold', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => sell(lenders[1]!, '70.00')));
    expect(answers.filter((answer) => answer['code'] === '0')).toHaveLength(5);
  });

  it('goes to the buyer with the price, the accrued interest to the seller and the fee to the platform', async () => {
    const saleNo = at.next('sale');
    await at.ask('DEBENTURE_SALE', { requestNo: saleNo, platformUserNo: lenders[0], projectNo, share: '500.00' });
    const [buyer, seller] = [lenders[2]!, lenders[0]!];
    const hold = await freeze(buyer, 'CREDIT_ASSIGNMENT', '206.00');
    const sellerBefore = await at.balance(seller);
    const details = [line(buyer, seller, '198.00', { preTransactionNo: hold, share: '200.00' }), line(buyer, seller, '6.50', { preTransactionNo: hold, bizType: 'INTEREST' }), line(buyer, 'PLATFORM_INCOME', '1.50', { preTransactionNo: hold, bizType: 'COMMISSION' })];
    expect(await buy(saleNo, details)).toMatchObject({ code: '0', amount: '206.00' });
    expect(await at.balance(buyer)).toEqual([179_400, 0]);
    expect((await at.balance(seller))[0] - sellerBefore[0]).toBe(20_450);
    expect((await shares() as string[][]).sort()).toEqual([[seller, '400.00', '300.00'], [lenders[1], '400.00', '0.00'], [buyer, '200.00', '0.00']].sort());
    expect(await ask('CANCEL_DEBENTURE_SALE', { saleRequestNo: saleNo })).toMatchObject({ code: '0', amount: '300.00' });
  });

  it('is not bought by the wrong people, out of the wrong money, or more than is there', async () => {
    const saleNo = at.next('sale');
    await at.ask('DEBENTURE_SALE', { requestNo: saleNo, platformUserNo: lenders[0], projectNo, share: '100.00' });
    const [buyer, seller] = [lenders[2]!, lenders[0]!];
    const hold = await freeze(buyer, 'CREDIT_ASSIGNMENT', '500.00');
    const own = await freeze(seller, 'CREDIT_ASSIGNMENT', '50.00');
    const price = (more: Data = {}, from = buyer, to = seller) => line(from, to, '50.00', { preTransactionNo: hold, share: '50.00', ...more });
    const before = await at.digest();
    const wrong: [Data[], string, string?][] = [
      [[price({ share: '100.01' })], '100008', 'SHARE_SHORT'], [[price({ share: undefined })], '100008', 'SHARE_SHORT'], [[price({ bizType: 'INTEREST' })], '100008', 'WRONG_PARTY'],
      [[price(), price({ share: '50.01' })], '100008', 'SHARE_SHORT'], [[price({}, buyer, lenders[1])], '100008', 'WRONG_PARTY'], [[price({ preTransactionNo: own }, seller, seller)], '100008', 'WRONG_PARTY'],
      [[price({ preTransactionNo: undefined })], '100007', 'HOLD_UNKNOWN'], [[price({ preTransactionNo: own })], '100008', 'HOLD_OTHER'], [[price(), price({ preTransactionNo: own }, seller)], '100008', 'WRONG_PARTY'],
      [[price({ amount: '500.01' })], '100014'], [[price(), line(buyer, borrower, '1.00', { preTransactionNo: hold, bizType: 'INTEREST' })], '100008', 'WRONG_PARTY'],
    ];
    for (const [details, errorCode, reasonCode] of wrong) expect(await buy(saleNo, details)).toMatchObject(refused(errorCode, reasonCode));
    expect(await buy('sale:none', [price()])).toMatchObject(refused('100007', 'SALE_UNKNOWN'));
    expect(await ask('USER_AUTO_PRE_TRANSACTION', { platformUserNo: borrower, projectNo, bizType: 'CREDIT_ASSIGNMENT', amount: '1.00' })).toMatchObject(refused('100008', 'WRONG_PARTY'));
    expect(await ask('USER_AUTO_PRE_TRANSACTION', { platformUserNo: guarantor, projectNo, bizType: 'CREDIT_ASSIGNMENT', amount: '1.00' })).toMatchObject(refused('100008', 'WRONG_PARTY'));
    const moneyAndClaims = (digest: string) => (JSON.parse(digest) as { t: string; d: string }[]).filter(({ t }) => ['account', 'claim_share', 'claim_sale', 'hold', 'movement', 'authorisation'].includes(t));
    expect(moneyAndClaims(await at.digest())).toEqual(moneyAndClaims(before));
  });

  it('that was repaid meanwhile is not sold: the bank keeps who is owed what', async () => {
    const saleNo = at.next('sale');
    await at.ask('DEBENTURE_SALE', { requestNo: saleNo, platformUserNo: lenders[1], projectNo, share: '400.00' });
    const repayment = await freeze(borrower, 'REPAYMENT', '100.00');
    await batch('REPAYMENT', [line(borrower, lenders[1]!, '100.00', { preTransactionNo: repayment })]);
    const hold = await freeze(lenders[2]!, 'CREDIT_ASSIGNMENT', '400.00');
    expect(await buy(saleNo, [line(lenders[2]!, lenders[1]!, '400.00', { preTransactionNo: hold, share: '400.00' })])).toMatchObject(refused('100008', 'SHARE_SHORT'));
    expect(await buy(saleNo, [line(lenders[2]!, lenders[1]!, '300.00', { preTransactionNo: hold, share: '300.00' })])).toMatchObject({ code: '0' });
  });

  it('is not for sale any more when the project has ended, and the project does not end while money for a purchase is frozen under it', async () => {
    const saleNo = at.next('sale');
    await at.ask('DEBENTURE_SALE', { requestNo: saleNo, platformUserNo: lenders[0], projectNo, share: '1.00' });
    const hold = await freeze(lenders[2]!, 'CREDIT_ASSIGNMENT', '1.00');
    expect(await ask('MODIFY_PROJECT', { projectNo, state: 'FINISH' })).toMatchObject(refused('100015'));
    await ask('CANCEL_PRE_TRANSACTION', { preTransactionNo: hold, amount: '1.00' });
    expect(await ask('MODIFY_PROJECT', { projectNo, state: 'FINISH' })).toMatchObject({ code: '0' });
    expect(await ask('CANCEL_DEBENTURE_SALE', { saleRequestNo: saleNo })).toMatchObject(refused('100008', 'SALE_ENDED'));
  });

  it('is put up for sale on the bank\'s page with the password, and not with a wrong one', async () => {
    const requestNo = at.next('sale');
    const arrival = (await at.post('/gateway', 'DEBENTURE_SALE', { requestNo, platformUserNo: lenders[1], projectNo, share: '40.00', redirectUrl: 'http://p.example/' })).headers.get('location');
    const press = (password: string) => fetch(`${at.bank.url}${arrival}`, { method: 'POST', body: new URLSearchParams({ decision: 'confirm', password }) });
    expect((await press('000000')).status).toBe(422);
    expect(await shares()).toContainEqual([lenders[1], '400.00', '0.00']);
    await press('135790');
    expect(await shares()).toContainEqual([lenders[1], '400.00', '40.00']);
    await at.until('it was told', () => at.heard.some(({ serviceName, data }) => serviceName === 'DEBENTURE_SALE' && data['requestNo'] === requestNo && data['status'] === 'SUCCESS'));
  });
});

describe('a guarantor', () => {
  it('pays lenders in the borrower\'s place, takes over what was paid, and is repaid no more than that', async () => {
    const hold = await freeze(guarantor, 'COMPENSATORY', '130.00');
    const done = await batch('COMPENSATORY', [
      line(guarantor, lenders[0]!, '60.00', { preTransactionNo: hold }), line(guarantor, lenders[1]!, '40.00', { preTransactionNo: hold }), line(guarantor, lenders[0]!, '9.00', { preTransactionNo: hold, bizType: 'INTEREST' }),
      line(guarantor, 'PLATFORM_INCOME', '1.00', { preTransactionNo: hold, bizType: 'COMMISSION' }), line(guarantor, lenders[1]!, '19.99', { preTransactionNo: hold }),
    ]);
    expect(done.map(({ status }) => status)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS']);
    expect(await shares()).toEqual([[lenders[0], '540.00', '0.00'], [lenders[1], '340.01', '0.00']]);
    const back = await freeze(borrower, 'REPAYMENT', '150.00');
    const repay = (amount: string, to = guarantor, more: Data = {}) => ask('COMPENSATORY_REPAYMENT', { projectNo, details: [line(borrower, to, amount, { preTransactionNo: back, ...more })] });
    expect(await repay('120.00')).toMatchObject(refused('100008', 'SHARE_SHORT'));
    expect(await repay('1.00', lenders[0])).toMatchObject(refused('100008', 'WRONG_PARTY'));
    expect(await repay('1.00', 'PLATFORM_INCOME', { bizType: 'COMMISSION' })).toMatchObject(refused('100008', 'WRONG_PARTY'));
    expect(await repay('100.00')).toMatchObject({ code: '0', amount: '100.00', transactionType: 'COMPENSATORY_REPAYMENT' });
    expect(await repay('20.00')).toMatchObject(refused('100008', 'SHARE_SHORT'));
    expect(await repay('19.99')).toMatchObject({ code: '0' });
    expect(await repay('9.00', guarantor, { bizType: 'INTEREST' })).toMatchObject({ code: '0' });
  });

  it('is a guarantor by role, within an authorisation, for lenders who hold what is paid', async () => {
    const asks = (platformUserNo: string, amount: string) => ask('USER_AUTO_PRE_TRANSACTION', { platformUserNo, projectNo, bizType: 'COMPENSATORY', amount });
    expect(await asks(lenders[2]!, '1.00')).toMatchObject(refused('100008', 'WRONG_PARTY'));
    expect(await asks(borrower, '1.00')).toMatchObject(refused('100008', 'WRONG_PARTY'));
    expect(await asks(guarantor, '1000.01')).toMatchObject(refused('100014'));
    await at.pool.query("UPDATE authorisation SET max_fen = 50000 WHERE user_no = $1 AND type = 'COMPENSATORY'", [guarantor]);
    expect(await asks(guarantor, '500.01')).toMatchObject(refused('100011', 'AUTHORISATION_AMOUNT'));
    const hold = await freeze(guarantor, 'COMPENSATORY', '500.00');
    const details = await batch('COMPENSATORY', [line(guarantor, lenders[1]!, '400.01', { preTransactionNo: hold }), line(guarantor, lenders[2]!, '0.01', { preTransactionNo: hold }), line(guarantor, borrower, '1.00', { preTransactionNo: hold }), line(guarantor, lenders[1]!, '400.00', { preTransactionNo: hold })]);
    expect(details.map(({ status, reasonCode }) => [status, reasonCode])).toEqual([['FAIL', 'SHARE_SHORT'], ['FAIL', 'SHARE_SHORT'], ['FAIL', 'WRONG_PARTY'], ['SUCCESS', undefined]]);
    await at.pool.query("UPDATE authorisation SET fail_time = '2026-03-01' WHERE user_no = $1", [guarantor]);
    expect(await asks(guarantor, '0.01')).toMatchObject(refused('100011', 'AUTHORISATION_EXPIRED'));
  });

  it('is not paid by an ordinary repayment, and pays nothing while the project collects', async () => {
    const hold = await freeze(borrower, 'REPAYMENT', '1.00');
    expect(await batch('REPAYMENT', [line(borrower, guarantor, '1.00', { preTransactionNo: hold })])).toMatchObject([{ status: 'FAIL', reasonCode: 'WRONG_PARTY' }]);
    const collecting = await at.project(await at.account('BORROWERS', 0));
    expect(await ask('USER_AUTO_PRE_TRANSACTION', { platformUserNo: guarantor, projectNo: collecting, bizType: 'COMPENSATORY', amount: '1.00' })).toMatchObject(refused('100015'));
  });
});

describe('entrusted payment', () => {
  const entrust = async (project: string, userNo: string, payee: string): Promise<Data> => {
    const requestNo = at.next('entrust');
    const arrival = (await at.post('/gateway', 'AUTHORIZATION_ENTRUST_PAY', { requestNo, platformUserNo: userNo, projectNo: project, entrustedPlatformUserNo: payee, redirectUrl: 'http://p.example/' })).headers.get('location');
    await fetch(`${at.bank.url}${arrival}`, { method: 'POST', body: new URLSearchParams({ decision: 'confirm', password: '135790' }) });
    return (await at.ask('QUERY_TRANSACTION', { requestNo }))['transaction'] as Data;
  };

  it('sends the release to the supplier whom the borrower has named, and to nobody else', async () => {
    const project = await at.project(borrower, '100.00');
    expect(await entrust(project, borrower, supplier)).toMatchObject({ status: 'SUCCESS', transactionType: 'AUTHORIZATION_ENTRUST_PAY' });
    expect(await at.ask('QUERY_PROJECT_INFORMATION', { projectNo: project })).toMatchObject({ entrustedPlatformUserNo: supplier });
    const hold = await freeze(lenders[2]!, 'TENDER', '100.00', project);
    const details = await batch('TENDER', [line(lenders[2]!, borrower, '40.00', { preTransactionNo: hold }), line(lenders[2]!, supplier, '100.00', { preTransactionNo: hold })], project);
    expect(details.map(({ status, reasonCode }) => [status, reasonCode])).toEqual([['FAIL', 'WRONG_PARTY'], ['SUCCESS', undefined]]);
    expect(await at.balance(supplier)).toEqual([10_000, 0]);
    await at.until('it was told', () => at.heard.some(({ serviceName }) => serviceName === 'AUTHORIZATION_ENTRUST_PAY'));
  });

  it('is the borrower\'s to give, before the release, for somebody who sells and does not lend', async () => {
    const project = await at.project(borrower, '100.00');
    expect(await entrust(project, lenders[0]!, supplier)).toMatchObject({ status: 'FAIL', reasonCode: 'WRONG_PARTY' });
    for (const payee of [lenders[0]!, borrower, guarantor, 'PLATFORM_INCOME']) expect(await entrust(project, borrower, payee)).toMatchObject({ status: 'FAIL', reasonCode: 'WRONG_PARTY' });
    expect(await entrust(project, borrower, 'U:none')).toMatchObject({ status: 'FAIL', errorCode: '100009' });
    expect(await entrust('LN:none', borrower, supplier)).toMatchObject({ status: 'FAIL', reasonCode: 'PROJECT_UNKNOWN' });
    expect(await entrust(projectNo, borrower, supplier)).toMatchObject({ status: 'FAIL', errorCode: '100015' });
  });
});

describe('a hostile day', () => {
  const strike = (mode: string, serviceName: string) => at.control('/hostile', { method: 'POST', body: { mode, serviceName, calls: 1 } });
  const feeOf = (requestNo: string) => ({ requestNo, bizType: 'PLATFORM_SERVICE_DEDUCT', details: [line(borrower, 'PLATFORM_INCOME', '1.00', { bizType: 'COMMISSION' })] });

  it('loses the answer of a trade that was done, fails before it, lets it arrive late, or is closed; never twice', async () => {
    const [lost, failed, late, closed] = [at.next('x'), at.next('x'), at.next('x'), at.next('x')];
    await strike('answer-lost', 'SYNC_TRANSACTION');
    await expect(at.ask('SYNC_TRANSACTION', feeOf(lost))).rejects.toThrow();
    await strike('fail-before', 'SYNC_TRANSACTION');
    expect(await at.ask('SYNC_TRANSACTION', feeOf(failed))).toMatchObject({ errorCode: '100001' });
    await strike('arrives-late', 'SYNC_TRANSACTION');
    await expect(at.ask('SYNC_TRANSACTION', feeOf(late))).rejects.toThrow();
    await strike('bank-closed', 'SYNC_TRANSACTION');
    expect(await at.ask('SYNC_TRANSACTION', feeOf(closed))).toMatchObject(refused('100008', 'BANK_CLOSED'));
    expect(await at.ask('QUERY_TRANSACTION', { requestNo: lost })).toMatchObject({ transaction: { status: 'SUCCESS' } });
    expect(await at.ask('QUERY_TRANSACTION', { requestNo: failed })).toMatchObject({ errorCode: '100007' });
    expect(await at.ask('QUERY_TRANSACTION', { requestNo: late })).toMatchObject({ errorCode: '100007' });
    await at.until('it has arrived', async () => (await at.ask('QUERY_TRANSACTION', { requestNo: late }))['code'] === '0');
    expect(await at.balance(borrower)).toEqual([199_800, 0]);
  });

  it('tells of a sale before it answers, and tells it twice', async () => {
    await strike('notify-first', 'DEBENTURE_SALE');
    await strike('notify-twice', 'DEBENTURE_SALE');
    const requestNo = at.next('sale');
    const told = () => at.heard.filter(({ data }) => data['requestNo'] === requestNo);
    expect(await at.ask('DEBENTURE_SALE', { requestNo, platformUserNo: lenders[0], projectNo, share: '1.00' })).toMatchObject({ code: '0' });
    expect(told().length).toBeGreaterThanOrEqual(1);
    await at.until('it was told twice', () => told().length === 2);
  });
});

it('check files have each of these movements once, with the sold share and the freeze it came from', async () => {
  const day = Date.parse('2027-06-01T09:00:00+08:00');
  at.clock.now = day;
  await at.until('the bank has seen the clock', async () => Date.parse(String((await at.ask('DOWNLOAD_BALANCES', {}))['cutAt'])) === day);
  const saleNo = at.next('sale');
  const [buyer, seller] = [lenders[2]!, lenders[0]!];
  await at.ask('DEBENTURE_SALE', { requestNo: saleNo, platformUserNo: seller, projectNo, share: '500.00' });
  const hold = await freeze(buyer, 'CREDIT_ASSIGNMENT', '206.00');
  const wholeNo = at.next('trade');
  const details = [line(buyer, seller, '198.00', { preTransactionNo: hold, share: '200.00' }), line(buyer, seller, '6.50', { preTransactionNo: hold, bizType: 'INTEREST' }), line(buyer, 'PLATFORM_INCOME', '1.50', { preTransactionNo: hold, bizType: 'COMMISSION' })];
  expect(await at.ask('SYNC_TRANSACTION', { requestNo: wholeNo, bizType: 'CREDIT_ASSIGNMENT', projectNo, saleRequestNo: saleNo, details })).toMatchObject({ code: '0' });
  await ask('DIRECT_RECHARGE', { platformUserNo: 'PLATFORM_MARKETING', amount: '5.00' });
  const reward = line('PLATFORM_MARKETING', buyer, '5.00');
  await at.ask('SYNC_TRANSACTION', { requestNo: 'reward:1', bizType: 'MARKETING', details: [reward] });
  at.clock.now = day + 24 * 3_600_000;
  const file = async (fileType: string): Promise<string[][]> => at.until(`${fileType} is made`, async () => {
    const response = await at.post('/download', 'DOWNLOAD_CHECKFILE', { fileDate: '20270601', fileType, nonce: at.next('n') });
    return (response.headers.get('content-type') ?? '').startsWith('text/csv') && parse(await response.text(), { record_delimiter: '\r\n', from_line: 2 });
  });
  const when = '20270601090000';
  const byNumber = (records: unknown[][]) => records.sort((a, b) => (String(a[2]) < String(b[2]) ? -1 : 1));
  expect(byNumber(await file('TRANSACTION'))).toEqual(byNumber([
    [when, 'P1', details[0]!['requestNo'], wholeNo, 'CREDIT_ASSIGNMENT', '198.00', '', 'CNY', '', buyer, '', seller, projectNo, hold, 'PRINCIPAL', '200.00', ''],
    [when, 'P1', details[1]!['requestNo'], wholeNo, 'CREDIT_ASSIGNMENT', '6.50', '6.50', 'CNY', '', buyer, '', seller, projectNo, hold, 'INTEREST', '', ''],
    [when, 'P1', reward['requestNo'], 'reward:1', 'MARKETING', '5.00', '', 'CNY', '', 'PLATFORM_MARKETING', '', buyer, '', '', 'PRINCIPAL', '', ''],
  ]));
  expect((await file('COMMISSION')).map((record) => record.slice(0, 4))).toEqual([[details[2]!['requestNo'], buyer, '1.50', 'COMMISSION']]);
  expect((await file('RECHARGE')).map((record) => record.slice(1, 4))).toEqual([['PLATFORM_MARKETING', '5.00', 'DIRECT_RECHARGE']]);
});
