/** Every kind of line in every class of difference: after the ledger has followed the bank, both agree to the fen, and what was shown is what was posted. */
import { netOf, planCorrection } from '../../db/case-plan.js';
import { recordOutcome } from '../../db/outcomes.js';
import { rows } from '../../db/pool.js';
import { findCase, noteCase, openCases, takeCase, type StatementFile } from '../../db/reconciliation.js';
import type { StatementLine } from '../../gateways/custody/port.js';
import { createMoneySide, wholeInstalment, type MoneySide } from '../../test/money-side.js';

const [lent, repaid] = ['2025-03-03', '2025-04-03'];
const evening = '2025-04-03T17:00:00.000Z';
let side: MoneySide;
/** The loan of which the last decided case says that a share is to be sent again. */
let undelivered: string | null = null;
beforeEach(async () => {
  side = await createMoneySide();
  await side.person('P1', 'lender', 1_000_000);
  await side.person('P3', 'lender', 1_000_000);
  await side.person('P2', 'borrower', 40_000);
});
afterEach(() => side.close());

const at = (day: string): string => `${day}T04:00:00.000Z`;
const lineOf = (requestNo: string): { line: StatementLine } => side.bank.settled.find(({ line }) => line.requestNo === requestNo)!;
const changeLine = (requestNo: string, change: Partial<StatementLine>): void => { lineOf(requestNo).line = { ...lineOf(requestNo).line, ...change }; };
const dropLine = (requestNo: string): void => { side.bank.settled = side.bank.settled.filter(({ line }) => line.requestNo !== requestNo); };
const addLine = (file: StatementFile, line: Omit<StatementLine, 'toUserNo'> & { toUserNo?: string | null }): void => void side.bank.settled.push({ file, line: { toUserNo: null, ...line } });
const move = (userNo: string, availableFen: number): void => { side.bank.accounts.get(userNo)!.availableFen += availableFen; };
const detailNo = async (purpose: string): Promise<{ requestNo: string; amountFen: number }> =>
  (await rows<{ requestNo: string; amountFen: number }>(side.pool, 'SELECT request_no AS "requestNo", amount_fen AS "amountFen" FROM instruction_detail WHERE purpose = $1 ORDER BY request_no LIMIT 1', [purpose]))[0]!;

/** Two lenders, a loan whose principal stays in the borrower's account, and its first payment. */
async function loan({ repay = true } = {}): Promise<void> {
  side.bank.cards.set('B-P2', 1_000_000);
  await side.listed({ loanNo: 'LN1', borrowerId: 'P2', amountFen: 500_000, productId: 'consumer', termMonths: 12, serviceFeeFen: 1_000 });
  await side.bid('LN1', 'P1', 300_000);
  await side.bid('LN1', 'P3', 200_000);
  const instalments = await side.disburse('LN1');
  if (repay) await side.pay('LN1', 1, [wholeInstalment(instalments[0]!)]);
}

const reconcile = (day: string) => side.activities.reconcileDays({ from: day, to: day, asOf: evening, zoneOffsetMinutes: 480 });
const redeliver = () => side.persist(() => side.activities.redeliver({ loanNo: 'LN1', asOf: evening }));
const balances = async (): Promise<Map<string, number>> =>
  new Map((await rows<{ code: string; balance: number }>(side.pool, 'SELECT code, balance FROM account')).map(({ code, balance }) => [code, balance]));

/** One takes the only case, the other decides; what the page shows is held against what was posted. */
async function followBank(day: string): Promise<string> {
  await reconcile(day);
  const open = await openCases(side.pool);
  expect(open).toHaveLength(1);
  const { id } = open[0]!;
  await takeCase(side.pool, id, 'P900');
  await noteCase(side.pool, { caseId: id, personId: 'P901', note: 'the bank has sent a letter', businessAt: evening });
  const plan = await planCorrection(side.pool, (await findCase(side.pool, id))!, evening);
  const before = await balances();
  const answer = await side.activities.resolveCase({ caseId: id, personId: 'P901', resolution: 'accept-bank', asOf: evening });
  if (answer.status === 'refused') {
    if ('refused' in plan) expect(plan.refused).toBe(answer.code);
    return answer.code;
  }
  expect(await side.activities.resolveCase({ caseId: id, personId: 'P901', resolution: 'accept-bank', asOf: evening })).toEqual(answer);
  if ('refused' in plan) throw new Error(`posted what was shown as ${plan.refused}`);
  const shown = netOf(plan.reverse, [...plan.post, ...plan.delivered, { postings: plan.owedAgain }]);
  const posted = [...(await balances())].map(([code, fen]) => [code, fen - (before.get(code) ?? 0)] as const).filter(([, fen]) => fen !== 0);
  expect(new Map(posted)).toEqual(new Map([...shown].filter(([, fen]) => fen !== 0)));
  undelivered = answer.undelivered ?? null;
  return answer.status;
}

async function agree(): Promise<void> {
  expect(await side.books()).toMatchObject({ trialBalanceFen: 0, bankDifferences: [], unbalancedJournals: [] });
}

describe('money between a card and its account', () => {
  const deposit = 'D-L-P1-1000000';
  async function withdrawal(state: 'done' | 'refused' | 'sent'): Promise<void> {
    await side.pool.query(
      `INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, as_of, done_at) VALUES ('W1', 'W1', 'withdraw', 'L-P1', 7000, 'W1', 'withdraw', 'sent', $1, NULL)`, [at(lent)]);
    if (state === 'sent') return;
    await recordOutcome(side.pool, { requestNo: 'W1', at: at(lent), outcome: state === 'done' ? { status: 'done', amountFen: 7_000, at: at(lent), bankNo: 'BK' } : { status: 'refused', code: 'card-refused', reason: '' } });
    if (state === 'done') move('L-P1', -7_000);
  }
  const withdrawn = (amountFen: number) => addLine('payouts', { requestNo: 'W1', kind: 'withdraw', amountFen, userNo: 'L-P1', at: at(lent) });

  it.each<[string, () => unknown, number]>([
    ['a deposit of less', () => { changeLine(deposit, { amountFen: 900_000 }); move('L-P1', -100_000); }, 900_000],
    ['a deposit of more', () => { changeLine(deposit, { amountFen: 1_100_000 }); move('L-P1', 100_000); }, 1_100_000],
    ['a deposit of another person', () => { changeLine(deposit, { userNo: 'L-P3' }); move('L-P1', -1_000_000); move('L-P3', 1_000_000); }, 0],
    ['a deposit that only the bank knows', () => { addLine('deposits', { requestNo: 'G', kind: 'deposit', amountFen: 500, userNo: 'L-P1', at: at(lent) }); move('L-P1', 500); }, 1_000_500],
    ['a deposit that stands twice in the file', () => { addLine('deposits', lineOf(deposit).line); move('L-P1', 1_000_000); }, 2_000_000],
    ['a deposit that only we know', () => { dropLine(deposit); move('L-P1', -1_000_000); }, 0],
    ['a withdrawal that only the bank knows', () => { addLine('payouts', { requestNo: 'G', kind: 'withdraw', amountFen: 500, userNo: 'L-P1', at: at(lent) }); move('L-P1', -500); }, 999_500],
    ['a withdrawal that the bank refused at first', async () => { await withdrawal('refused'); withdrawn(7_000); move('L-P1', -7_000); }, 993_000],
    ['a withdrawal of which nothing was heard', async () => { await withdrawal('sent'); withdrawn(7_000); move('L-P1', -7_000); }, 993_000],
    ['a withdrawal of more', async () => { await withdrawal('done'); withdrawn(8_000); move('L-P1', -1_000); }, 992_000],
    ['a withdrawal that only we know', async () => { await withdrawal('done'); move('L-P1', 7_000); }, 1_000_000],
    ['a withdrawal that came back without our hearing of it', async () => { await withdrawal('done'); withdrawn(7_000); addLine('returned-payouts', { requestNo: 'W1', kind: 'payout-returned', amountFen: 7_000, userNo: 'L-P1', at: at(lent) }); move('L-P1', 7_000); }, 1_000_000],
  ])('%s', async (_, plant, availableFen) => {
    await plant();
    expect(await followBank(lent)).toBe('resolved');
    expect((await side.money('L-P1'))[0]).toBe(availableFen);
    await agree();
    expect((await reconcile(lent)).cases).toEqual([]);
  });

  it('only the kind differs: nothing has to be posted, and the case says so', async () => {
    changeLine(deposit, { kind: 'pull' });
    expect(await followBank(lent)).toBe('nothing-to-post');
  });

  it('an account that we do not know, and a lender\'s money on its way to the platform, are never posted', async () => {
    addLine('deposits', { requestNo: 'G', kind: 'deposit', amountFen: 500, userNo: 'L-P77', at: at(lent) });
    expect(await followBank(lent)).toBe('cannot-be-posted');
    await side.pool.query(`UPDATE reconciliation_case SET file = 'commissions', bank = bank || '{"kind": "commission", "userNo": "L-P1"}'`);
    const [open] = await openCases(side.pool);
    expect(await planCorrection(side.pool, open!, evening)).toEqual({ refused: 'cannot-be-posted' });
  });
});

describe('a payment shared among lenders', () => {
  beforeEach(() => loan());
  const claims = async () => new Map([...(await balances())].filter(([code]) => code.startsWith('LN1:')));
  const paid = () => rows(side.pool, 'SELECT lender_id, paid_principal_fen, paid_interest_fen, fees_fen FROM holding ORDER BY id');
  const undeliveredShares = async () => (await rows(side.pool, `SELECT 1 FROM distribution WHERE state = 'undelivered'`)).length;

  it.each(['principal', 'interest', 'service-fee', 'lender-fee'])('of the %s the bank has delivered nothing: it is owed again, and sent again until all is as it was', async (purpose) => {
    const [{ requestNo, amountFen }, claimsBefore, paidBefore] = [await detailNo(purpose), await claims(), await paid()];
    dropLine(requestNo);
    side.bank.undo(requestNo, amountFen);
    expect(await followBank(repaid)).toBe('resolved');
    await agree();
    expect(undelivered).toBe('LN1');
    expect(await undeliveredShares()).toBe(purpose === 'principal' || purpose === 'interest' ? 1 : 0);
    await redeliver();
    await agree();
    expect([await undeliveredShares(), await claims(), await paid()]).toEqual([0, new Map([...claimsBefore, ['LN1:held', 0]].filter(([code]) => code !== 'LN1:held' || purpose !== 'lender-fee') as [string, number][]), paidBefore]);
  });

  it.each(['principal', 'interest', 'service-fee'])('of the %s the bank has delivered a part: the rest is owed again, and sent under a number of its own', async (purpose) => {
    const [{ requestNo, amountFen }, paidBefore] = [await detailNo(purpose), await paid()];
    changeLine(requestNo, { amountFen: amountFen - 100 });
    side.bank.undo(requestNo, 100);
    expect(await followBank(repaid)).toBe('resolved');
    await agree();
    await redeliver();
    await redeliver();
    await agree();
    expect([await undeliveredShares(), await paid(), (await claims()).get('LN1:held')]).toEqual([0, paidBefore, 0]);
    expect(await rows(side.pool, `SELECT amount_fen, state FROM instruction_detail WHERE rest_of = $1 ORDER BY request_no`, [requestNo])).toEqual([{ amount_fen: 100, state: 'done' }, { amount_fen: 100, state: 'refused' }]);
  });

  it('the bank has given a share to another lender: it goes there in the ledger too, and its owner is owed it', async () => {
    const { requestNo, amountFen } = await detailNo('principal');
    changeLine(requestNo, { toUserNo: 'L-P3' });
    move('L-P1', -amountFen);
    move('L-P3', amountFen);
    expect(await followBank(repaid)).toBe('resolved');
    await agree();
    expect([await undeliveredShares(), (await claims()).get('LN1:held')]).toEqual([1, -amountFen]);
  });

  it('what would have to be taken back has been spent: nothing is posted, and the case stays open', async () => {
    const { requestNo } = await detailNo('principal');
    dropLine(requestNo);
    const [available] = await side.money('L-P1');
    await side.pool.query(`INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, as_of) VALUES ('W', 'W', 'withdraw', 'L-P1', $2, 'W', 'w', 'sent', $1)`, [at(lent), available]);
    await recordOutcome(side.pool, { requestNo: 'W', at: at(lent), outcome: { status: 'done', amountFen: available, at: at(lent), bankNo: 'BK' } });
    expect(await followBank(repaid)).toBe('short-of-money');
    expect((await openCases(side.pool))).toHaveLength(1);
  });

  it('a transfer and a fee that only the bank knows are posted with the freeze that must have been before them', async () => {
    addLine('transfers', { requestNo: 'G1', kind: 'principal', amountFen: 500, userNo: 'B-P2', toUserNo: 'L-P3', at: at(repaid) });
    move('B-P2', -500);
    move('L-P3', 500);
    expect(await followBank(repaid)).toBe('resolved');
    addLine('commissions', { requestNo: 'G2', kind: 'commission', amountFen: 70, userNo: 'B-P2', at: '2025-04-04T04:00:00.000Z' });
    move('B-P2', -70);
    move('PLATFORM_INCOME', 70);
    expect(await followBank('2025-04-04')).toBe('resolved');
    await agree();
    expect((await reconcile(repaid)).cases).toEqual([]);
  });
});

it('a share that the bank refused and delivered all the same counts as delivered', async () => {
  await loan({ repay: false });
  side.bank.accounts.get('L-P3')!.state = 'frozen';
  const schedule = await rows<{ no: number; principalFen: number; interestFen: number; feeFen: number }>(
    side.pool, 'SELECT no, principal_fen AS "principalFen", interest_fen AS "interestFen", fee_fen AS "feeFen" FROM instalment WHERE no = 1 AND version > 0 LIMIT 1');
  await side.pay('LN1', 1, [{ lateInterestFen: 0, costsFen: 0, ...schedule[0]! }]);
  side.bank.accounts.get('L-P3')!.state = 'active';
  const refused = await rows<{ requestNo: string; amountFen: number; kind: 'principal' | 'interest' }>(side.pool, `SELECT request_no AS "requestNo", amount_fen AS "amountFen", kind FROM instruction_detail WHERE state = 'refused' ORDER BY request_no`);
  expect(refused).toHaveLength(2);
  for (const { requestNo, amountFen, kind } of refused) {
    side.bank.undo(requestNo, -amountFen);
    addLine('transfers', { requestNo, kind, amountFen, userNo: 'B-P2', toUserNo: 'L-P3', at: at(repaid) });
    if (requestNo === refused[0]!.requestNo) expect(await followBank(repaid)).toBe('resolved');
  }
  await side.pool.query('DELETE FROM reconciliation_file');
  await side.pool.query('DELETE FROM statement_line');
  expect(await followBank(repaid)).toBe('resolved');
  await agree();
  expect(await rows(side.pool, `SELECT DISTINCT state FROM distribution`)).toEqual([{ state: 'delivered' }]);
});

describe('a disbursement', () => {
  beforeEach(() => loan({ repay: false }));

  it('that the bank has done in part only: the money is frozen again, and the contract stays', async () => {
    const { requestNo, amountFen } = await detailNo('release');
    changeLine(requestNo, { amountFen: amountFen - 1_000 });
    side.bank.undo(requestNo, 1_000);
    const claimed = (await balances()).get('LN1:debt:principal');
    expect(await followBank(lent)).toBe('resolved');
    await agree();
    expect((await balances()).get('LN1:debt:principal')).toBe(claimed);
  });

  it('that only the bank knows, from a lender to a borrower', async () => {
    addLine('transfers', { requestNo: 'G1', kind: 'principal', amountFen: 500, userNo: 'L-P3', toUserNo: 'B-P2', at: at(lent) });
    move('L-P3', -500);
    move('B-P2', 500);
    expect(await followBank(lent)).toBe('resolved');
    await agree();
  });
});
