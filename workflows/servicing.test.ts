import { addDays } from '../domain/dates.js';
import { payoffOf } from '../domain/servicing.js';
import { pay, sharesWaiting, type PayResult } from './contract.js';
import { DAY, dismiss, HOUR, openStage, reach, refusalOf, repayingLoan, stateOf, type LoanHandle, type Stage } from './testing/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

type Kind = 'due' | 'amount' | 'payoff';
const payBy = (n: number, loan: LoanHandle, key: string, kind: Kind, amountFen = 0): Promise<PayResult> =>
  loan.executeUpdate(pay, { args: [{ key, personId: `P${n}`, kind, amountFen }] });
const told = (n: number) => stage.world(n).inputs('tell').map(({ key, template, audience }) => `${template} → ${audience} ${key}`);
const takings = (n: number) => stage.world(n).inputs('takePayment');
/** Runs until so many payments were taken or tried. */
const untilTaken = (n: number, count: number, stepMs = DAY) => stage.passUntil(`${count} payments`, () => takings(n).length >= count, stepMs);
const noMoney = () => ({ status: 'refused', code: 'insufficient-funds' }) as const;

/** The first instalment of 12,000.00 at 12 % over twelve months, with 10.00 of service fee. */
const FIRST = { interestFen: 12_000, principalFen: 94_619, feeFen: 1_000 };
const INSTALMENT = FIRST.interestFen + FIRST.principalFen + FIRST.feeFen;

describe('the due day', () => {
  it('is announced, then debited whole and shared by allocation: interest, principal, fee', async () => {
    const loan = await repayingLoan(stage, 100);
    const { valueDate, instalments } = await stateOf(loan);
    const due = instalments[0]!.dueDay;
    expect(valueDate).toBe('2025-01-06');
    const sharing = { parts: [{ no: 1, costsFen: 0, lateInterestFen: 0, ...FIRST }], forgivenInterest: [], afterWriteOff: false };
    await untilTaken(100, 1);
    await stage.passUntil('it is shared', () => stage.world(100).sharings().length === 1, 1000, 60);
    expect(stage.world(100).inputs('remind')).toEqual([{ key: 'LN100:i1:remind-3', loanNo: 'LN100', instalmentNo: 1, days: -3, asOf: expect.stringContaining(`${addDays(due, -3)}T02:00:0`) }]);
    expect(takings(100)).toEqual([{ loanNo: 'LN100', paymentNo: 'LN100:p1', n: 1, source: 'debit', amountFen: INSTALMENT, pull: true, partial: true, whole: { ...sharing, countsOn: due }, asOf: expect.stringContaining(`${due}T02:00:0`) }]);
    expect(stage.world(100).sharings()).toEqual([{ paymentNo: 'LN100:p1', ...sharing }]);
    expect(stage.world(100).count('distribute')).toBe(0);
    await dismiss(stage, loan);
  });

  it('is shared after its freeze when the bank takes its time over the sharing', async () => {
    const world = stage.world(105);
    world.next('takePayment', ({ amountFen, asOf }) => ({ status: 'done', frozenFen: amountFen, countsOn: asOf.slice(0, 10), shared: null }));
    const loan = await repayingLoan(stage, 105);
    await stage.passUntil('it is shared', () => world.count('distribute') === 1, DAY);
    const { parts, forgivenInterest, afterWriteOff } = takings(105)[0]!.whole!;
    expect(world.inputs('distribute')).toEqual([{ loanNo: 'LN105', paymentNo: 'LN105:p1', parts, forgivenInterest, afterWriteOff, asOf: expect.any(String) }]);
    await dismiss(stage, loan);
  });

  it('takes what is there when partial debit is agreed, and comes back for the rest on the days the product names', async () => {
    const world = stage.world(101);
    world.next('takePayment', ({ asOf }) => ({ status: 'done', frozenFen: 40_000, countsOn: asOf.slice(0, 10), shared: null }));
    const loan = await repayingLoan(stage, 101);
    await untilTaken(101, 2);
    const [first, second] = takings(101);
    expect(first!.amountFen).toBe(INSTALMENT);
    expect(second!.asOf.slice(0, 10)).toBe(addDays(first!.asOf.slice(0, 10), 3));
    // 40,000 paid the interest and 28,000 of principal; late interest of 18.25 % runs three days on the 66,619 that are left.
    expect(second!.amountFen).toBe(INSTALMENT - 40_000 + Math.floor((66_619 * 3 * 1825) / (10_000 * 365)));
    expect(told(101)).toContain('debit-failed → borrower LN101:debit-failed:p1');
    await reach(stage, loan, 'repaying');
    expect((await stateOf(loan)).lastDebitFailed).toBe(false);
    await dismiss(stage, loan);
  });

  it('is tried again on the named days and no other, each under a number of its own, while the card is empty', async () => {
    const world = stage.world(102);
    world.on('takePayment', noMoney);
    const loan = await repayingLoan(stage, 102, { terms: { collectAfterDays: 60 } });
    await stage.passUntil('three tries', () => takings(102).length === 3, DAY);
    await stage.pass(10 * DAY);
    const due = (await stateOf(loan)).instalments[0]!.dueDay;
    expect(takings(102).map(({ paymentNo, asOf }) => `${paymentNo} ${asOf.slice(0, 10)}`)).toEqual([`LN102:p1 ${due}`, `LN102:p2 ${addDays(due, 3)}`, `LN102:p3 ${addDays(due, 7)}`]);
    expect(world.sharings()).toEqual([]);
    expect(await stateOf(loan)).toMatchObject({ state: 'overdue', lastDebitFailed: true });
    await dismiss(stage, loan);
  });

  it('gets an extra reminder after a debit that failed', async () => {
    const world = stage.world(103);
    world.next('takePayment', noMoney);
    const loan = await repayingLoan(stage, 103, { terms: { debitDays: [0], collectAfterDays: 60 } });
    await untilTaken(103, 1);
    await stage.passUntil('the reminders of the second instalment', () => world.inputs('remind').filter(({ instalmentNo }) => instalmentNo === 2).length === 2, DAY);
    expect(world.inputs('remind').map(({ instalmentNo, days }) => `${instalmentNo}:${days}`)).toEqual(['1:-3', '2:-5', '2:-3']);
    await dismiss(stage, loan);
  });

  it('waits for a bank that has not decided, and asks it again after silence', async () => {
    const world = stage.world(104);
    const pending = () => ({ status: 'pending', requestNo: 'LN104-p1-pull', expectedAt: null }) as const;
    world.next('takePayment', pending, pending, pending);
    const loan = await repayingLoan(stage, 104);
    await stage.passUntil('the payment', () => world.sharings().length === 1, DAY);
    expect(new Set(takings(104).map(({ paymentNo }) => paymentNo))).toEqual(new Set(['LN104:p1']));
    expect(takings(104)).toHaveLength(4);
    await dismiss(stage, loan);
  });
});

describe('the borrower pays', () => {
  it('what is due before the due day: the next instalment; nothing is debited then', async () => {
    const loan = await repayingLoan(stage, 110);
    expect(await payBy(110, loan, 'k1', 'due')).toEqual({ status: 'paid', paidFen: INSTALMENT, code: null });
    expect(takings(110)).toEqual([{ loanNo: 'LN110', paymentNo: 'LN110:p1', n: 1, source: 'manual', amountFen: INSTALMENT, pull: true, partial: false, whole: null, asOf: expect.any(String) }]);
    await untilTaken(110, 2);
    expect(takings(110)[1]).toMatchObject({ source: 'debit', n: 2 });
    expect((await stateOf(loan)).instalments[0]).toMatchObject({ paidInterestFen: FIRST.interestFen, paidPrincipalFen: FIRST.principalFen, paidFeeFen: FIRST.feeFen });
    expect(told(110)).toContain('payment-received → borrower LN110:payment-received:p1');
    await dismiss(stage, loan);
  });

  it('an amount of choice: interest first, and never more than what can be owed', async () => {
    const loan = await repayingLoan(stage, 111);
    expect(await payBy(111, loan, 'k1', 'amount', 20_000)).toMatchObject({ status: 'paid', paidFen: 20_000 });
    expect((await stateOf(loan)).instalments[0]).toMatchObject({ paidInterestFen: 12_000, paidPrincipalFen: 8_000, paidFeeFen: 0 });
    expect(await payBy(111, loan, 'k2', 'amount', 9_000_000)).toMatchObject({ status: 'paid', paidFen: INSTALMENT - 20_000 });
    await dismiss(stage, loan);
  });

  it('everything: interest to the day, the rest forgiven, and the loan closes', async () => {
    const loan = await repayingLoan(stage, 112);
    await untilTaken(112, 1, 6 * HOUR);
    await stage.pass(10 * DAY);
    const before = await stateOf(loan);
    const today = addDays(before.instalments[0]!.dueDay, 10);
    const quote = payoffOf(before, today);
    expect(await payBy(112, loan, 'k1', 'payoff')).toEqual({ status: 'paid', paidFen: quote.totalFen, code: null });
    expect(await loan.result()).toMatchObject({ state: 'closed' });
    const { parts, forgivenInterest } = stage.world(112).sharings().at(-1)!;
    expect(parts.reduce((sum, part) => sum + part.principalFen, 0)).toBe(1_200_000 - FIRST.principalFen);
    // Ten of twenty-eight days of the second period are owed (6 February to 6 March).
    const second = before.instalments[1]!.interestFen;
    expect(parts[0]!.interestFen).toBe(Math.round((second * 10) / 28));
    expect(forgivenInterest.find(({ no }) => no === 2)!.fen).toBe(second - parts[0]!.interestFen);
    expect(parts.filter((part) => part.feeFen > 0)).toHaveLength(1);
    expect(stage.world(112).inputs('finish')).toHaveLength(1);
  });

  it('and is refused by the bank: nothing is booked, the next act has a new number', async () => {
    stage.world(113).next('takePayment', noMoney);
    const loan = await repayingLoan(stage, 113);
    expect(await payBy(113, loan, 'k1', 'due')).toEqual({ status: 'refused', paidFen: 0, code: 'insufficient-funds' });
    expect(await payBy(113, loan, 'k2', 'due')).toMatchObject({ status: 'paid' });
    expect(takings(113).map(({ paymentNo }) => paymentNo)).toEqual(['LN113:p1', 'LN113:p2']);
    await dismiss(stage, loan);
  });

  it('twice with the same key, and pays once', async () => {
    const loan = await repayingLoan(stage, 114);
    const first = await payBy(114, loan, 'same', 'due');
    expect(await payBy(114, loan, 'same', 'due')).toEqual(first);
    expect(takings(114)).toHaveLength(1);
    await dismiss(stage, loan);
  });

  it('and pays again at once: told that another act is in progress', async () => {
    const world = stage.world(115);
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    world.next('takePayment', async ({ amountFen, asOf }) => {
      await held;
      return { status: 'done', frozenFen: amountFen, countsOn: asOf.slice(0, 10), shared: null };
    });
    const loan = await repayingLoan(stage, 115);
    const first = await loan.startUpdate(pay, { args: [{ key: 'k1', personId: 'P115', kind: 'due', amountFen: 0 }], waitForStage: 'ACCEPTED' });
    expect(await refusalOf(payBy(115, loan, 'k2', 'due'))).toBe('another-act-in-progress');
    go();
    expect(await first.result()).toMatchObject({ status: 'paid' });
    await dismiss(stage, loan);
  });

  it('is told "asked" when the bank lets us wait, and learns the end with the same key', async () => {
    const world = stage.world(116);
    let ended = false;
    world.on('takePayment', ({ amountFen, asOf }) => (ended ? { status: 'done', frozenFen: amountFen, countsOn: asOf.slice(0, 10), shared: null } : { status: 'pending', requestNo: 'LN116-p1-pull', expectedAt: null }));
    const loan = await repayingLoan(stage, 116);
    const k1 = { key: 'k1', personId: 'P116', kind: 'due' as const, amountFen: 0 };
    const update = await loan.startUpdate(pay, { args: [k1], waitForStage: 'ACCEPTED' });
    await stage.pass(10_000);
    expect(await update.result()).toEqual({ status: 'asked', paidFen: 0, code: null });
    expect(await loan.executeUpdate(pay, { args: [k1] })).toEqual({ status: 'asked', paidFen: 0, code: null });
    ended = true;
    await stage.passUntil('the end', () => world.count('distribute') === 1, 10_000);
    expect(await payBy(116, loan, 'k1', 'due')).toEqual({ status: 'paid', paidFen: INSTALMENT, code: null });
    expect(new Set(takings(116).map(({ paymentNo }) => paymentNo))).toEqual(new Set(['LN116:p1']));
    await dismiss(stage, loan);
  });

  it.each([
    ['somebody else’s loan', { key: 'x', personId: 'P1', kind: 'due', amountFen: 0 }, 'not-your-loan'],
    ['half a fen', { key: 'x', personId: 'P117', kind: 'amount', amountFen: 0.5 }, 'not-an-amount'],
    ['less than nothing', { key: 'x', personId: 'P117', kind: 'amount', amountFen: -5 }, 'not-an-amount'],
    ['nothing', { key: 'x', personId: 'P117', kind: 'amount', amountFen: 0 }, 'not-an-amount'],
  ] as const)('but not %s', async (_what, input, code) => {
    const loan = await stage.client.workflow.getHandle('LN117').describe().then(() => stage.client.workflow.getHandle('LN117') as unknown as LoanHandle, () => repayingLoan(stage, 117));
    expect(await refusalOf(loan.executeUpdate(pay, { args: [input] }))).toBe(code);
    expect(takings(117)).toHaveLength(0);
  });
});

describe('shares that a lender’s account refuses', () => {
  it('are known, too, where the debit was shared with its taking', async () => {
    const world = stage.world(121);
    world.next('takePayment', ({ amountFen, asOf }) => ({ status: 'done', frozenFen: amountFen, countsOn: asOf.slice(0, 10), shared: { undelivered: 1 } }));
    world.on('redeliver', () => ({ undelivered: 1 }));
    const loan = await repayingLoan(stage, 121);
    await stage.passUntil('they are sent again', () => world.count('redeliver') > 0, 6 * HOUR);
    expect(await stateOf(loan)).toMatchObject({ undelivered: 1, payment: null, daysPastDue: 0 });
    expect(world.inputs('openTask').map(({ key }) => key)).toEqual(['LN121:undelivered:1']);
    await dismiss(stage, loan);
  });

  it('are sent again after growing pauses, and at once when somebody asks', async () => {
    const world = stage.world(122);
    world.next('distribute', () => ({ status: 'done', undelivered: 1 }));
    world.on('redeliver', () => ({ undelivered: 1 }));
    const loan = await repayingLoan(stage, 122);
    await payBy(122, loan, 'k1', 'payoff');
    await stage.passUntil('four tries', () => world.count('redeliver') === 4, 12 * HOUR);
    const days = () => world.inputs('redeliver').map(({ asOf }) => Math.round(Date.parse(asOf.slice(0, 10)) / DAY));
    expect(days().slice(1).map((day, index) => day - days()[index]!)).toEqual([2, 4, 7]);
    await loan.signal(sharesWaiting);
    await stage.passUntil('the try that was asked for', () => world.count('redeliver') === 5, 1000, 60);
    expect(days()[4]! - days()[3]!).toBeLessThanOrEqual(1);
    world.on('redeliver', () => ({ undelivered: 0 }));
    await loan.signal(sharesWaiting);
    expect(await loan.result()).toMatchObject({ state: 'closed' });
  });

  it('make a task, are sent again, and hold up the close but not the borrower', async () => {
    const world = stage.world(120);
    world.next('distribute', () => ({ status: 'done', undelivered: 2 }));
    world.next('redeliver', () => ({ undelivered: 1 }));
    const loan = await repayingLoan(stage, 120);
    await payBy(120, loan, 'k1', 'payoff');
    await stage.passUntil('one is left', () => world.count('redeliver') === 1, 6 * HOUR);
    expect(await stateOf(loan)).toMatchObject({ state: 'repaying', undelivered: 1, daysPastDue: 0 });
    expect(world.inputs('openTask').map(({ key, kind, role }) => `${key} ${kind} ${role}`)).toEqual(['LN120:undelivered:1 undelivered operations']);
    expect(await loan.result()).toMatchObject({ state: 'closed' });
    expect(world.count('redeliver')).toBe(2);
  });
});
