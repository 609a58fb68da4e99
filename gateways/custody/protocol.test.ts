/** The real client against the real bank: two strangers over HTTP, each with its own PostgreSQL. */
import { cardNumber, visitBank } from '../../test/bank.js';
import { businessTime, password, startCustodySide, until } from '../../test/custody.js';
import type { CustodySide } from '../../test/custody.js';
let side: CustodySide | undefined;
let custody: CustodySide['custody'];
let told: CustodySide['told'];
let next: CustodySide['next'];
let sign: CustodySide['sign'];
let person: CustodySide['person'];
let open: CustodySide['open'];
let project: CustodySide['project'];
let hold: CustodySide['hold'];
let detail: CustodySide['detail'];
let notified: CustodySide['notified'];
let settle: CustodySide['settle'];
let balance: CustodySide['balance'];
let outside: CustodySide['outside'];
let cardOf: CustodySide['cardOf'];

beforeAll(async () => {
  side = await startCustodySide();
  ({ custody, told, next, sign, person, open, project, hold, detail, notified, settle, balance, outside, cardOf } = side);
});

afterAll(() => side?.stop());

describe('a person at the bank', () => {
  it('opens an account, and callback and notification tell what the bank now holds', async () => {
    const userNo = await open('INVESTOR', 5_000_000);
    expect(await custody.queryUser(userNo)).toEqual({
      userNo, role: 'INVESTOR', state: 'active', availableFen: 5_000_000, frozenFen: 0, mobileLast4: '0000',
      card: { last4: expect.stringMatching(/^\d{4}$/), bankName: 'Merchants Bank of the Sandbox' },
      authorisations: ['RECHARGE', 'REPAYMENT', 'TENDER', 'WITHDRAW'].map((type) => ({ type, maxFen: 100_000_000, usedFen: 0, failTime: '2030-01-01' })),
    });
    const message = await until('the register notification', () => told.find((one) => one.act === 'register' && one.user?.userNo === userNo));
    expect(message).toMatchObject({ via: 'notify', outcome: { status: 'done' } });
  });

  it('stays on the page with a wrong password, and is locked after five', async () => {
    const userNo = await open('INVESTOR');
    const form = sign({ act: 'deposit', requestNo: next('deposit'), userNo, amountFen: 1_000 });
    for (let tries = 0; tries < 5; tries += 1) expect(await visitBank(form, { password: '000000' })).toMatchObject({ status: 422, page: expect.stringContaining('Wrong trading password') });
    expect(await visitBank(form, { password })).toMatchObject({ status: 422, page: expect.stringContaining('locked') });
    expect(await balance(userNo)).toEqual([0, 0]);
  });

  it('cancels, and the platform is told so by callback and notification', async () => {
    const userNo = await open('INVESTOR');
    const requestNo = next('deposit');
    const message = await person({ act: 'deposit', requestNo, userNo, amountFen: 1_000 }, { decision: 'cancel' });
    expect(message).toMatchObject({ via: 'callback', outcome: { status: 'refused', code: 'refused' } });
    expect(await notified(requestNo, 'refused')).toMatchObject({ via: 'notify' });
    expect(await custody.query(requestNo)).toMatchObject({ status: 'refused' });
  });

  it('who presses twice, or comes back to a finished page, has acted once', async () => {
    const userNo = await open('INVESTOR');
    const form = sign({ act: 'deposit', requestNo: next('deposit'), userNo, amountFen: 1_000 });
    const visits = await Promise.all([visitBank(form, { password }), visitBank(form, { password })]);
    for (const visit of visits) expect(visit).toHaveProperty('back');
    expect(await balance(userNo)).toEqual([1_000, 0]);
  });

  it('a number used for another act is turned away at the door', async () => {
    const userNo = await open('INVESTOR', 1_000);
    const requestNo = told.find((message) => message.act === 'register')?.requestNo ?? '';
    const visit = await visitBank(sign({ act: 'deposit', requestNo, userNo, amountFen: 1_000 }), { password });
    expect(visit).toMatchObject({ status: 400, page: expect.stringContaining('100013') });
  });

  it('refuses a second account of the same person in the same role', async () => {
    const userNo = await open('INVESTOR');
    const again = await person({ act: 'register', userNo, role: 'INVESTOR', realName: '王小明', idNumber: '110101199003079999', mobile: '13800000000' });
    expect(again.outcome).toMatchObject({ status: 'refused', code: 'refused' });
  });

  it('changes phone and card', async () => {
    const userNo = await open('INVESTOR');
    expect((await person({ act: 'change-mobile', userNo, mobile: '13912345678' })).user?.mobileLast4).toBe('5678');
    expect((await person({ act: 'bind-card', userNo })).outcome).toMatchObject({ status: 'refused' });
    expect((await person({ act: 'unbind-card', userNo })).user?.card).toBeNull();
    const card = cardNumber(5, 77);
    expect((await person({ act: 'bind-card', userNo }, { password, cardNumber: card, bankName: 'Farmers Bank of the Sandbox' })).user?.card).toEqual({ last4: card.slice(-4), bankName: 'Farmers Bank of the Sandbox' });
  });

  it('freezes for a bid with the password, but not after the reservation has ended', async () => {
    const [lender, borrower] = [await open('INVESTOR', 10_000), await open('BORROWERS')];
    const projectNo = await project(borrower, 10_000);
    const inTime = await person({ act: 'hold', projectNo, userNo: lender, purpose: 'bid', amountFen: 4_000, expiresAt: new Date(Date.now() + 60_000).toISOString() });
    expect(inTime).toMatchObject({ act: 'hold', outcome: { status: 'done', amountFen: 4_000 } });
    const late = await person({ act: 'hold', projectNo, userNo: lender, purpose: 'bid', amountFen: 4_000, expiresAt: new Date(Date.now() - 1).toISOString() });
    expect(late.outcome).toMatchObject({ status: 'refused' });
    expect(await balance(lender)).toEqual([6_000, 4_000]);
  });

  it('is still under way while the person has neither confirmed nor cancelled', async () => {
    const userNo = await open('INVESTOR');
    const requestNo = next('deposit');
    await arrive(sign({ act: 'deposit', requestNo, userNo, amountFen: 100 }));
    expect(await custody.query(requestNo)).toEqual({ status: 'accepted' });
  });

  it('who never ends a visit has it ended by its time, and the platform is told', async () => {
    const [lender, borrower] = [await open('INVESTOR', 10_000), await open('BORROWERS')];
    const projectNo = await project(borrower, 10_000);
    const requestNo = next('hold');
    await arrive(sign({ act: 'hold', requestNo, projectNo, userNo: lender, purpose: 'bid', amountFen: 4_000, expiresAt: new Date(Date.now() + 100).toISOString() }));
    expect((await notified(requestNo, 'refused')).outcome).toMatchObject({ reason: 'the time for this was over' });
    expect(await balance(lender)).toEqual([10_000, 0]);
  });
});

describe('money in and out', () => {
  it('pulls from the card by authorisation, and a repeat answers the first result', async () => {
    const userNo = await open('BORROWERS');
    const order = { requestNo: next('pull'), userNo, amountFen: 12_345, businessTime };
    const first = await custody.pullFromCard(order);
    expect(first).toMatchObject({ status: 'done', amountFen: 12_345, at: businessTime });
    expect(await custody.pullFromCard(order)).toEqual(first);
    expect(await custody.query(order.requestNo)).toEqual(first);
    expect(await custody.pullFromCard({ ...order, amountFen: 1 })).toMatchObject({ status: 'refused', code: 'duplicate-request' });
    expect(await balance(userNo)).toEqual([12_345, 0]);
  });

  it('an empty, a limited and a closed card refuse, each with its code', async () => {
    const userNo = await open('BORROWERS');
    const card = cardNumber(1, 990);
    await person({ act: 'unbind-card', userNo });
    await person({ act: 'bind-card', userNo }, { password, cardNumber: card, bankName: 'Merchants Bank of the Sandbox' });
    await outside('/cards', { number: card, bankName: 'M', balanceFen: 5_000, salaryFen: 0, expensesFen: 0, singleLimitFen: 10_000, dailyLimitFen: 10_000 });
    const pull = (amountFen: number) => custody.pullFromCard({ requestNo: next('pull'), userNo, amountFen, businessTime });
    expect(await pull(6_000)).toMatchObject({ status: 'refused', code: 'card-refused' });
    expect(await pull(11_000)).toMatchObject({ status: 'refused', code: 'card-limit' });
    expect(await pull(5_000)).toMatchObject({ status: 'done' });
    await outside(`/cards/${card}/open`, { open: false });
    expect(await pull(1)).toMatchObject({ status: 'refused', code: 'card-refused' });
    expect((await custody.queryUser(userNo))?.authorisations.find((one) => one.type === 'RECHARGE')?.usedFen).toBe(5_000);
  });

  it('an urgent payout is on the card at once; a normal one waits for ten on the next working day', async () => {
    const userNo = await open('BORROWERS', 10_000);
    expect(await custody.payOut({ requestNo: next('payout'), userNo, amountFen: 4_000, urgency: 'urgent', businessTime })).toMatchObject({ status: 'done', amountFen: 4_000 });
    const requestNo = next('payout');
    const today = new Date().toISOString();
    expect(await custody.payOut({ requestNo, userNo, amountFen: 6_000, urgency: 'normal', businessTime: today })).toEqual({ status: 'accepted', stage: 'taken' });
    expect(await balance(userNo)).toEqual([0, 6_000]);
    const past = next('payout');
    await person({ act: 'deposit', userNo, amountFen: 500 });
    expect(await custody.payOut({ requestNo: past, userNo, amountFen: 500, urgency: 'normal', businessTime })).toEqual({ status: 'accepted', stage: 'taken' });
    expect((await notified(past, 'done')).outcome).toMatchObject({ amountFen: 500, at: '2026-03-03T02:00:00.000Z' });
    expect(await balance(userNo)).toEqual([0, 6_000]);
  });

  it('a payout to a closed card comes back to the sub-account, authorisation included', async () => {
    const userNo = await open('BORROWERS', 10_000);
    const number = cardOf(userNo);
    await outside(`/cards/${number}/open`, { open: false });
    expect(await custody.payOut({ requestNo: next('payout'), userNo, amountFen: 4_000, urgency: 'urgent', businessTime })).toMatchObject({ status: 'refused', code: 'card-refused' });
    expect(await balance(userNo)).toEqual([10_000, 0]);
    expect((await custody.queryUser(userNo))?.authorisations.find((one) => one.type === 'WITHDRAW')?.usedFen).toBe(0);
  });

  it('a person withdraws with the password: accepted first, done later', async () => {
    const userNo = await open('INVESTOR', 3_000);
    const requestNo = next('withdraw');
    const message = await person({ act: 'withdraw', requestNo, userNo, amountFen: 3_000, urgency: 'urgent' });
    expect(message).toMatchObject({ act: 'withdraw', outcome: { status: 'done', amountFen: 3_000 } });
    await notified(requestNo, 'done');
  });
});

describe('authorisations', () => {
  it('are used up, given back by a cancelled freeze, and end at their time', async () => {
    const [lender, borrower] = [await open('INVESTOR', 100_000), await open('BORROWERS')];
    await person({ act: 'authorise', userNo: lender, types: ['TENDER'], maxFen: 10_000, failTime: '2026-03-02' });
    const projectNo = await project(borrower, 100_000);
    const first = await hold(lender, projectNo, 8_000);
    const try3 = () => custody.hold({ requestNo: next('hold'), projectNo, userNo: lender, purpose: 'bid', amountFen: 3_000, businessTime });
    expect(await try3()).toMatchObject({ status: 'refused', code: 'authorisation-exhausted' });
    expect(await custody.releaseHold({ requestNo: next('cancel'), holdRequestNo: first, amountFen: 1_000, businessTime })).toMatchObject({ status: 'done', amountFen: 1_000 });
    expect(await try3()).toMatchObject({ status: 'done' });
    const tomorrow = await custody.hold({ requestNo: next('hold'), projectNo, userNo: lender, purpose: 'bid', amountFen: 1, businessTime: '2026-03-02T16:00:00.000Z' });
    expect(tomorrow).toMatchObject({ status: 'refused', code: 'not-authorised' });
    expect(await balance(lender)).toEqual([90_000, 10_000]);
  });

  it('once cancelled, move nothing', async () => {
    const userNo = await open('BORROWERS');
    expect(await custody.cancelAuthorisation({ requestNo: next('cancel'), userNo, type: 'RECHARGE', businessTime })).toMatchObject({ status: 'done' });
    expect(await custody.pullFromCard({ requestNo: next('pull'), userNo, amountFen: 1, businessTime })).toMatchObject({ status: 'refused', code: 'not-authorised' });
  });
});

describe('a project', () => {
  it('collects, releases to the borrower, is repaid to lenders and the platform, and finishes', async () => {
    const [a, b, borrower] = [await open('INVESTOR', 60_000), await open('INVESTOR', 40_000), await open('BORROWERS', 3_000)];
    const projectNo = await project(borrower, 100_000);
    const [holdA, holdB] = [await hold(a, projectNo, 60_000), await hold(b, projectNo, 40_000)];
    expect(await custody.queryProject(projectNo)).toEqual({ projectNo, state: 'COLLECTING', amountFen: 100_000, frozenFen: 100_000, payeeUserNo: null, shares: [] });
    const release = await settle(projectNo, 'release', [detail(a, borrower, holdA, 60_000), detail(b, borrower, holdB, 40_000)]);
    expect(release.details.map((one) => one.outcome.status)).toEqual(['done', 'done']);
    expect(release.outcome).toMatchObject({ status: 'done', amountFen: 100_000 });
    expect(await balance(borrower)).toEqual([103_000, 0]);
    expect(await custody.changeProject({ requestNo: next('state'), projectNo, state: 'REPAYING', businessTime })).toMatchObject({ status: 'done' });
    const payment = await hold(borrower, projectNo, 102_000, 'repayment');
    const incomeBefore = await incomeFen();
    const details = [detail(borrower, a, payment, 60_000), detail(borrower, a, payment, 600, 'interest'), detail(borrower, b, payment, 40_000), detail(borrower, b, payment, 400, 'interest'), detail(borrower, 'PLATFORM_INCOME', payment, 1_000, 'commission')];
    expect((await settle(projectNo, 'repayment', details)).outcome).toMatchObject({ amountFen: 102_000 });
    expect([await balance(a), await balance(b), await balance(borrower)]).toEqual([[60_600, 0], [40_400, 0], [1_000, 0]]);
    expect((await incomeFen()) - incomeBefore).toBe(1_000);
    expect(await custody.changeProject({ requestNo: next('state'), projectNo, state: 'FINISH', businessTime })).toMatchObject({ status: 'done' });
  });

  it('a refused detail leaves the others done, stays frozen, and can be sent again under a new number', async () => {
    const [a, b, borrower] = [await open('INVESTOR', 50_000), await open('INVESTOR', 50_000), await open('BORROWERS')];
    const projectNo = await project(borrower, 100_000);
    const [holdA, holdB] = [await hold(a, projectNo, 50_000), await hold(b, projectNo, 50_000)];
    await outside(`/accounts/${b}/state`, { state: 'FROZEN' });
    const batchNo = next('batch');
    const details = [detail(a, borrower, holdA, 50_000), detail(b, borrower, holdB, 50_000)];
    await custody.settleBatch({ batchNo, kind: 'release', projectNo, details, businessTime });
    await notified(batchNo, 'done');
    expect(await custody.queryBatch(batchNo)).toMatchObject({ status: 'done', details: [{ outcome: { status: 'done' } }, { outcome: { status: 'refused', code: 'account-unusable' } }] });
    expect(await custody.query(details[1]?.requestNo ?? '')).toMatchObject({ status: 'refused' });
    expect(await balance(b)).toEqual([0, 50_000]);
    await outside(`/accounts/${b}/state`, { state: 'ACTIVE' });
    expect((await settle(projectNo, 'release', [detail(b, borrower, holdB, 50_000)])).details[0]?.outcome.status).toBe('done');
    expect(await balance(borrower)).toEqual([100_000, 0]);
  });

  it('never pays more than is frozen, the wrong person, or principal to the platform', async () => {
    const [a, b, borrower] = [await open('INVESTOR', 50_000), await open('INVESTOR', 50_000), await open('BORROWERS')];
    const projectNo = await project(borrower, 100_000);
    const holdA = await hold(a, projectNo, 50_000);
    const wrong = [detail(a, borrower, holdA, 30_000), detail(a, borrower, holdA, 20_001), detail(a, b, holdA, 1), detail(b, borrower, holdA, 1), detail(a, 'PLATFORM_INCOME', holdA, 1), detail(a, borrower, 'hold:none', 1), detail(a, 'U:none', holdA, 1)];
    const { details } = await settle(projectNo, 'release', wrong);
    expect(details.map((one) => (one.outcome.status === 'refused' ? one.outcome.code : one.outcome.status))).toEqual(['done', 'insufficient-funds', 'refused', 'refused', 'refused', 'refused', 'no-such-user']);
    expect(await balance(a)).toEqual([0, 20_000]);
  });

  it('that does not fill gives every lender everything back', async () => {
    const [a, b, borrower] = [await open('INVESTOR', 50_000), await open('INVESTOR', 50_000), await open('BORROWERS')];
    const projectNo = await project(borrower, 100_000);
    const first = await hold(a, projectNo, 30_000);
    await hold(a, projectNo, 10_000);
    await hold(b, projectNo, 20_000);
    await custody.releaseHold({ requestNo: next('cancel'), holdRequestNo: first, amountFen: 5_000, businessTime });
    expect(await custody.changeProject({ requestNo: next('state'), projectNo, state: 'MISCARRY', businessTime })).toMatchObject({ status: 'done', amountFen: 55_000 });
    expect([await balance(a), await balance(b)]).toEqual([[50_000, 0], [50_000, 0]]);
    expect((await custody.queryUser(a))?.authorisations.find((one) => one.type === 'TENDER')?.usedFen).toBe(0);
    expect(await custody.hold({ requestNo: next('hold'), projectNo, userNo: a, purpose: 'bid', amountFen: 1, businessTime })).toMatchObject({ status: 'refused', code: 'project-state' });
    expect(await custody.queryProject(projectNo)).toMatchObject({ state: 'MISCARRY', frozenFen: 0 });
  });

  it('takes bids of lenders only while it collects, and repayments of its borrower only while it is repaid', async () => {
    const [lender, borrower] = [await open('INVESTOR', 50_000), await open('BORROWERS', 50_000)];
    const projectNo = await project(borrower, 100_000);
    const outcomes = await Promise.all([
      custody.hold({ requestNo: next('hold'), projectNo, userNo: borrower, purpose: 'bid', amountFen: 1, businessTime }),
      custody.hold({ requestNo: next('hold'), projectNo, userNo: borrower, purpose: 'repayment', amountFen: 1, businessTime }),
      custody.hold({ requestNo: next('hold'), projectNo: 'LN:none', userNo: lender, purpose: 'bid', amountFen: 1, businessTime }),
      custody.hold({ requestNo: next('hold'), projectNo, userNo: 'U:none', purpose: 'bid', amountFen: 1, businessTime }),
      custody.hold({ requestNo: next('hold'), projectNo, userNo: lender, purpose: 'bid', amountFen: 50_001, businessTime }),
    ]);
    expect(outcomes.map((outcome) => (outcome.status === 'refused' ? outcome.code : outcome.status))).toEqual(['refused', 'project-state', 'project-state', 'no-such-user', 'insufficient-funds']);
  });

  it('a batch sent twice is one batch', async () => {
    const [a, borrower] = [await open('INVESTOR', 50_000), await open('BORROWERS')];
    const projectNo = await project(borrower, 50_000);
    const holdA = await hold(a, projectNo, 50_000);
    const batch = { batchNo: next('batch'), kind: 'release' as const, projectNo, details: [detail(a, borrower, holdA, 50_000)], businessTime };
    expect(await Promise.all([custody.settleBatch(batch), custody.settleBatch(batch)])).toEqual([{ status: 'accepted' }, { status: 'accepted' }]);
    await notified(batch.batchNo, 'done');
    expect(await custody.settleBatch({ ...batch, batchNo: next('batch') })).toMatchObject({ status: 'refused', code: 'duplicate-request' });
    expect(await balance(borrower)).toEqual([50_000, 0]);
    await expect(custody.settleBatch({ ...batch, details: [] })).rejects.toThrow(RangeError);
  });
});

describe('asking', () => {
  it('says "not found" for what the bank never saw', async () => {
    expect(await custody.query('never:1')).toEqual({ status: 'notFound' });
    expect(await custody.queryBatch('never:2')).toEqual({ status: 'notFound', details: [] });
    expect(await custody.queryUser('nobody')).toBeNull();
    expect(await custody.queryProject('nothing')).toBeNull();
  });

  it('downloads all balances in one cut, the platform\'s own accounts among them', async () => {
    const userNo = await open('INVESTOR', 700);
    const { cutAt, balances } = await custody.downloadBalances();
    expect(Number.isNaN(Date.parse(cutAt))).toBe(false);
    expect(balances).toContainEqual({ userNo, availableFen: 700, frozenFen: 0 });
    expect(balances.map((one) => one.userNo)).toEqual(expect.arrayContaining(['PLATFORM_INCOME', 'PLATFORM_MARKETING']));
  });
});

async function incomeFen(): Promise<number> {
  const { balances } = await custody.downloadBalances();
  return balances.find((one) => one.userNo === 'PLATFORM_INCOME')?.availableFen ?? 0;
}

/** The browser comes to the bank, and the person does nothing there. */
async function arrive(form: { action: string; fields: Record<string, string> }): Promise<void> {
  const response = await fetch(form.action, { method: 'POST', body: new URLSearchParams(form.fields), redirect: 'manual' });
  expect(response.status).toBe(303);
}
