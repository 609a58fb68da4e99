/** Trades, sales of claims, guarantors and entrusted payment: the real client against the real bank over HTTP. */
import { businessTime, password, startCustodySide } from '../../test/custody.js';
import type { CustodySide } from '../../test/custody.js';
import { cardNumber } from '../../test/bank.js';
import type { Outcome, TradeDetail } from './port.js';

let side: CustodySide;
beforeAll(async () => { side = await startCustodySide(); });
afterAll(() => side.stop());

let serial = 500;
/** Somebody of a role that `open` does not know, with an authorisation and money. */
async function opened(role: 'GUARANTEECORP' | 'SUPPLIERS', depositFen = 0): Promise<string> {
  serial += 1;
  const userNo = side.next('U');
  const typed = { password, passwordAgain: password, cardNumber: cardNumber(9, serial), bankName: 'Merchants Bank of the Sandbox' };
  const message = await side.person({ act: 'register', userNo, role, realName: '王小明', idNumber: `11010119900307${serial}X`, mobile: '13800000000' }, typed);
  expect(message.outcome).toMatchObject({ status: 'done' });
  if (depositFen > 0) await side.person({ act: 'deposit', userNo, amountFen: depositFen });
  return userNo;
}
const authorise = (userNo: string, type: 'CREDIT_ASSIGNMENT' | 'COMPENSATORY', maxFen = 1_000_000) => side.person({ act: 'authorise', userNo, types: [type], maxFen, failTime: '2030-01-01' });
const code = (outcome: Outcome): string => (outcome.status === 'refused' ? outcome.code : outcome.status);
const detail = (fromUserNo: string, toUserNo: string, holdRequestNo: string | null, amountFen: number, more: Partial<TradeDetail> = {}): TradeDetail =>
  ({ requestNo: side.next('detail'), holdRequestNo, fromUserNo, toUserNo, kind: 'principal', amountFen, ...more });

/** A project of one lender that is being repaid. */
async function lent(amountFen: number): Promise<{ lender: string; borrower: string; projectNo: string }> {
  const [lender, borrower] = [await side.open('INVESTOR', amountFen), await side.open('BORROWERS', 50_000)];
  const projectNo = await side.project(borrower, amountFen);
  const holdNo = await side.hold(lender, projectNo, amountFen);
  await side.settle(projectNo, 'release', [side.detail(lender, borrower, holdNo, amountFen)]);
  await side.custody.changeProject({ requestNo: side.next('state'), projectNo, state: 'REPAYING', businessTime });
  return { lender, borrower, projectNo };
}

describe('an agreed fee and a reward', () => {
  it('are answered at once, repeated with the first result, asked about and told', async () => {
    const borrower = await side.open('BORROWERS', 10_000);
    const fee = { requestNo: side.next('fee'), detailNo: side.next('detail'), fromUserNo: borrower, amountFen: 1_234, businessTime };
    const first = await side.custody.transferFee(fee);
    expect(first).toMatchObject({ status: 'done', amountFen: 1_234, at: businessTime });
    expect(await side.custody.transferFee(fee)).toEqual(first);
    expect(await side.custody.query(fee.requestNo)).toEqual(first);
    expect(await side.custody.query(fee.detailNo)).toMatchObject({ status: 'done', amountFen: 1_234 });
    expect(await side.notified(fee.requestNo, 'done')).toMatchObject({ act: 'trade', via: 'notify' });
    expect(await side.custody.transferFee({ ...fee, amountFen: 1 })).toMatchObject({ status: 'refused', code: 'duplicate-request' });
    expect(await side.balance(borrower)).toEqual([8_766, 0]);

    const reward = (amountFen: number) => side.custody.settleNow({ kind: 'reward', requestNo: side.next('reward'), details: [detail('PLATFORM_MARKETING', borrower, null, amountFen)], businessTime });
    expect(code(await reward(500))).toBe('insufficient-funds');
    expect(await side.custody.pullFromCard({ requestNo: side.next('own'), userNo: 'PLATFORM_MARKETING', amountFen: 500, businessTime })).toMatchObject({ status: 'done' });
    expect(await reward(500)).toMatchObject({ status: 'done', amountFen: 500 });
    expect(await side.balance(borrower)).toEqual([9_266, 0]);
  });

  it('have one to ten details', async () => {
    const none = { kind: 'reward' as const, requestNo: 'x', details: [], businessTime };
    await expect(side.custody.settleNow(none)).rejects.toThrow(RangeError);
    await expect(side.custody.settleNow({ ...none, details: Array.from({ length: 11 }, () => detail('a', 'b', null, 1)) })).rejects.toThrow(RangeError);
  });
});

describe('a claim', () => {
  it('is sold by authorisation or password, bought whole or not at all, and taken back', async () => {
    const { lender: seller, projectNo } = await lent(60_000);
    const buyer = await side.open('INVESTOR', 60_000);
    const sellClaim = (shareFen: number) => side.custody.sellClaim({ requestNo: side.next('sale'), projectNo, userNo: seller, shareFen, businessTime });
    expect(code(await sellClaim(10_000))).toBe('not-authorised');
    await authorise(seller, 'CREDIT_ASSIGNMENT');
    await authorise(buyer, 'CREDIT_ASSIGNMENT');
    expect(code(await sellClaim(60_001))).toBe('share-short');
    const sale = { requestNo: side.next('sale'), projectNo, userNo: seller, shareFen: 50_000, businessTime };
    expect(await side.custody.sellClaim(sale)).toMatchObject({ status: 'done', amountFen: 50_000 });
    expect(await side.custody.sellClaim(sale)).toMatchObject({ status: 'done', amountFen: 50_000 });
    const byHand = await side.person({ act: 'sell-claim', projectNo, userNo: seller, shareFen: 10_000 });
    expect(byHand).toMatchObject({ act: 'sell-claim', outcome: { status: 'done', amountFen: 10_000 } });
    expect((await side.custody.queryProject(projectNo))?.shares).toEqual([{ userNo: seller, shareFen: 60_000, forSaleFen: 60_000 }]);

    const holdNo = side.next('hold');
    expect(await side.custody.hold({ requestNo: holdNo, projectNo, userNo: buyer, purpose: 'purchase', amountFen: 20_700, businessTime })).toMatchObject({ status: 'done' });
    const trade = (details: TradeDetail[]) => side.custody.settleNow({ kind: 'purchase', requestNo: side.next('trade'), projectNo, saleRequestNo: sale.requestNo, details, businessTime });
    const fee = (amountFen: number) => detail(buyer, 'PLATFORM_INCOME', holdNo, amountFen, { kind: 'commission' });
    expect(code(await trade([detail(buyer, seller, holdNo, 20_000, { shareFen: 20_000 }), fee(701)]))).toBe('insufficient-funds');
    expect(await side.balance(buyer)).toEqual([39_300, 20_700]);
    expect(await trade([detail(buyer, seller, holdNo, 20_000, { shareFen: 20_000 }), detail(buyer, seller, holdNo, 600, { kind: 'interest' }), fee(100)])).toMatchObject({ status: 'done', amountFen: 20_700 });
    expect(await side.balance(seller)).toEqual([20_600, 0]);
    const taken = { requestNo: side.next('cancel'), saleRequestNo: sale.requestNo, businessTime };
    expect(await side.custody.cancelClaimSale(taken)).toMatchObject({ status: 'done', amountFen: 30_000 });
    expect(await side.notified(taken.requestNo, 'done')).toMatchObject({ act: 'cancel-claim-sale' });
    expect(code(await side.custody.cancelClaimSale({ ...taken, requestNo: side.next('cancel') }))).toBe('sale-ended');
    const held = (await side.custody.queryProject(projectNo))?.shares ?? [];
    expect(held.map((share) => [share.userNo, share.shareFen, share.forSaleFen]).sort()).toEqual([[seller, 40_000, 10_000], [buyer, 20_000, 0]].sort());
  });

  it('is bought with the password, too', async () => {
    const { projectNo } = await lent(10_000);
    const buyer = await side.open('INVESTOR', 10_000);
    const frozen = await side.person({ act: 'hold', projectNo, userNo: buyer, purpose: 'purchase', amountFen: 4_000, expiresAt: new Date(Date.now() + 60_000).toISOString() });
    expect(frozen.outcome).toMatchObject({ status: 'done', amountFen: 4_000 });
  });
});

describe('a guarantor', () => {
  it('pays lenders in the borrower\'s place by a batch or at once, and is repaid', async () => {
    const { lender, borrower, projectNo } = await lent(60_000);
    const guarantor = await opened('GUARANTEECORP', 40_000);
    const hold = (amountFen: number) => side.custody.hold({ requestNo: `g-${projectNo}-${amountFen}`, projectNo, userNo: guarantor, purpose: 'compensation', amountFen, businessTime });
    expect(code(await hold(30_000))).toBe('not-authorised');
    await authorise(guarantor, 'COMPENSATORY', 35_000);
    expect(code(await hold(35_001))).toBe('authorisation-exhausted');
    expect(code(await hold(35_000))).toBe('done');
    const holdNo = `g-${projectNo}-35000`;
    const batch = await side.settle(projectNo, 'compensation', [side.detail(guarantor, lender, holdNo, 20_000), side.detail(guarantor, lender, holdNo, 900, 'interest')]);
    expect(batch.details.map((one) => one.outcome.status)).toEqual(['done', 'done']);
    expect(await side.custody.settleNow({ kind: 'compensation', requestNo: side.next('now'), projectNo, details: [detail(guarantor, lender, holdNo, 10_000)], businessTime })).toMatchObject({ status: 'done' });
    expect((await side.custody.queryProject(projectNo))?.shares).toEqual([{ userNo: lender, shareFen: 30_000, forSaleFen: 0 }]);

    const back = await side.hold(borrower, projectNo, 30_900, 'repayment');
    const repay = (details: TradeDetail[]) => side.custody.settleNow({ kind: 'guarantor-repayment', requestNo: side.next('recourse'), projectNo, details, businessTime });
    expect(code(await repay([detail(borrower, guarantor, back, 30_001)]))).toBe('share-short');
    expect(await repay([detail(borrower, guarantor, back, 900, { kind: 'interest' }), detail(borrower, guarantor, back, 30_000)])).toMatchObject({ status: 'done', amountFen: 30_900 });
    expect(await side.balance(guarantor)).toEqual([35_900, 4_100]);
  });
});

describe('single shares', () => {
  it('of a release or repayment are settled at once', async () => {
    const [lender, borrower] = [await side.open('INVESTOR', 10_000), await side.open('BORROWERS', 5_000)];
    const projectNo = await side.project(borrower, 10_000);
    const holdNo = await side.hold(lender, projectNo, 10_000);
    expect(await side.custody.settleNow({ kind: 'release', requestNo: side.next('now'), projectNo, details: [detail(lender, borrower, holdNo, 10_000)], businessTime })).toMatchObject({ status: 'done', amountFen: 10_000 });
    await side.custody.changeProject({ requestNo: side.next('state'), projectNo, state: 'REPAYING', businessTime });
    const payment = await side.hold(borrower, projectNo, 300, 'repayment');
    const trade = { kind: 'repayment' as const, requestNo: side.next('now'), projectNo, details: [detail(borrower, lender, payment, 300)], businessTime };
    expect(await side.custody.settleNow(trade)).toMatchObject({ status: 'done', amountFen: 300 });
    expect(await side.custody.settleNow(trade)).toMatchObject({ status: 'done', amountFen: 300 });
    expect(await side.balance(lender)).toEqual([300, 0]);
  });
});

describe('entrusted payment', () => {
  it('is authorised by the borrower on the bank\'s page, and the release then goes to the supplier', async () => {
    const [lender, borrower, supplier] = [await side.open('INVESTOR', 10_000), await side.open('BORROWERS'), await opened('SUPPLIERS')];
    const projectNo = await side.project(borrower, 10_000);
    const message = await side.person({ act: 'authorise-entrusted-pay', projectNo, userNo: borrower, payeeUserNo: supplier });
    expect(message).toMatchObject({ act: 'authorise-entrusted-pay', outcome: { status: 'done' } });
    expect(await side.custody.queryProject(projectNo)).toEqual({ projectNo, state: 'COLLECTING', amountFen: 10_000, frozenFen: 0, payeeUserNo: supplier, shares: [] });
    const holdNo = await side.hold(lender, projectNo, 10_000);
    const release = await side.settle(projectNo, 'release', [side.detail(lender, borrower, holdNo, 1), side.detail(lender, supplier, holdNo, 10_000)]);
    expect(release.details.map((one) => code(one.outcome))).toEqual(['refused', 'done']);
    expect([await side.balance(supplier), await side.balance(borrower)]).toEqual([[10_000, 0], [0, 0]]);
  });
});
