/** Days against the bank's files, on a real PostgreSQL and a bank whose files can be told to differ. */
import { placeBids } from '../../db/bids.js';
import { availableFen } from '../../db/outcomes/cash.js';
import { compareBooks } from '../../db/books.js';
import { findCase, noteCase, openCases, reconciliationDay, reconciliationDays, takeCase } from '../../db/reconciliation.js';
import { StatementFault } from '../../gateways/custody/port.js';
import type { StatementFile, StatementLine } from '../../gateways/custody/port.js';
import { createMoneySide, wholeInstalment, type MoneySide } from '../../test/money-side.js';

const firstDay = '2025-03-03';
const nextMorning = '2025-03-03T17:00:00.000Z';
let side: MoneySide;
beforeEach(async () => {
  side = await createMoneySide();
});
afterEach(() => side.close());

const reconcile = (from = firstDay, to = from, asOf = nextMorning) => side.activities.reconcileDays({ from, to, asOf, zoneOffsetMinutes: 480 });
const cases = async () => (await openCases(side.pool)).map(({ result, reasons, requestNo, userNo, doubtFen }) => ({ result, reasons, requestNo, userNo, doubtFen }));
const lineOf = (requestNo: string) => side.bank.settled.find(({ line }) => line.requestNo === requestNo)!;
const changeLine = (requestNo: string, change: Partial<StatementLine>) => { lineOf(requestNo).line = { ...lineOf(requestNo).line, ...change }; };
const dropLine = (requestNo: string) => { side.bank.settled = side.bank.settled.filter(({ line }) => line.requestNo !== requestNo); };
const addLine = (file: StatementFile, line: Partial<StatementLine> & { requestNo: string }) =>
  side.bank.settled.push({ file, line: { kind: 'deposit', amountFen: 5_000, userNo: 'L-P1', toUserNo: null, at: '2025-03-03T04:00:00.000Z', ...line } });
/** Two people: one has taken the case and said why, the other decides. */
async function decide(resolution: 'accept-bank' | 'explained', personId = 'P901', asOf = nextMorning) {
  const [open] = await openCases(side.pool);
  await takeCase(side.pool, open!.id, 'P900');
  await noteCase(side.pool, { caseId: open!.id, personId, note: 'the bank has sent a letter', businessAt: asOf });
  return side.activities.resolveCase({ caseId: open!.id, personId, resolution, asOf });
}

/** A loan paid out and paid back once: every file has lines. */
async function lendAndRepay(): Promise<void> {
  await side.person('P1', 'lender', 1_000_000);
  await side.person('P2', 'borrower', 0);
  side.bank.cards.set('B-P2', 1_000_000);
  await side.listed({ loanNo: 'LN1', borrowerId: 'P2', amountFen: 500_000, productId: 'consumer', termMonths: 12, serviceFeeFen: 1_000 });
  await side.bid('LN1', 'P1', 500_000);
  const instalments = await side.disburse('LN1');
  const payOut = () => side.activities.payOut({ loanNo: 'LN1', attempt: 1, asOf: '2025-03-03T02:00:00.000Z' });
  await payOut();
  side.bank.finishPayouts();
  await payOut();
  await side.pay('LN1', 1, [wholeInstalment(instalments[0]!)]);
}

it('confirms the days of a loan’s life when every line is equal, and says the same when asked again', async () => {
  await lendAndRepay();
  for (const day of [firstDay, '2025-04-03']) {
    expect(await reconcile(day, day, '2025-04-03T17:00:00.000Z')).toEqual({ waiting: null, cases: [] });
    const first = await reconciliationDay(side.pool, day);
    expect(first).toMatchObject({ state: 'confirmed', cases: 0, equal: first!.lines });
    await reconcile(day, day, '2025-04-03T18:00:00.000Z');
    expect({ ...(await reconciliationDay(side.pool, day)), askedAt: '', matchedAt: '' }).toEqual({ ...first, askedAt: '', matchedAt: '' });
  }
  const lines = (await Promise.all([firstDay, '2025-04-03'].map((day) => reconciliationDay(side.pool, day)))).flatMap((day) => day!.files.map(({ file, lines: n }) => [file, n]));
  expect(lines).toEqual([['commissions', 0], ['deposits', 1], ['payouts', 1], ['returned-payouts', 0], ['transfers', 1], ['commissions', 2], ['deposits', 1], ['payouts', 0], ['returned-payouts', 0], ['transfers', 2]]);
  expect(new Set(side.bank.confirmedDays)).toEqual(new Set([firstDay, '2025-04-03']));
});

it('goes through several quiet days at once, and stops at the first whose files are not made', async () => {
  side.bank.lateDays.add('2025-03-06');
  expect(await reconcile(firstDay, '2025-03-08', '2025-03-09T01:00:00.000Z')).toEqual({ waiting: { day: '2025-03-06', status: 'late', code: 'deposits' }, cases: [] });
  expect((await reconciliationDays(side.pool)).map(({ day, state }) => `${day} ${state}`)).toEqual(['2025-03-06 late', '2025-03-05 confirmed', '2025-03-04 confirmed', '2025-03-03 confirmed']);
});

it('lets nothing of a broken file count, and takes the whole one afterwards', async () => {
  await side.person('P1', 'lender', 1_000_000);
  const { downloadStatement } = side.bank.custody;
  side.bank.custody.downloadStatement = async (input) => {
    const statement = await downloadStatement(input);
    if (statement.status !== 'here') return statement;
    async function* broken(): AsyncGenerator<StatementLine> {
      if (statement.status === 'here') yield* statement.lines;
      throw new StatementFault('truncated', 'it broke off');
    }
    return { ...statement, lines: broken() };
  };
  expect(await reconcile()).toMatchObject({ waiting: { status: 'faulty', code: 'deposits:truncated' } });
  expect(await reconciliationDay(side.pool, firstDay)).toMatchObject({ state: 'faulty', reason: 'deposits:truncated', files: [] });
  expect((await side.pool.query('SELECT 1 FROM statement_line')).rowCount).toBe(0);
  side.bank.custody.downloadStatement = downloadStatement;
  expect(await reconcile()).toEqual({ waiting: null, cases: [] });
});

it('opens a case when the bank gives out another file than the one that was accepted, and keeps the first', async () => {
  await side.person('P1', 'lender', 1_000_000);
  await reconcile();
  const first = await reconciliationDay(side.pool, firstDay);
  addLine('deposits', { requestNo: 'NEW' });
  await reconcile();
  expect(await cases()).toEqual([{ result: 'file-changed', reasons: ['hash-differs'], requestNo: 'deposits', userNo: null, doubtFen: 0 }]);
  expect((await reconciliationDay(side.pool, firstDay))!.files).toEqual(first!.files);
});

describe('a line that differs is a case, once, and the day is not confirmed', () => {
  beforeEach(lendAndRepay);
  it.each<[string, () => unknown, object]>([
    ['by its amount', () => changeLine('D-L-P1-1000000', { amountFen: 900_000 }), { result: 'different', reasons: ['amount'], userNo: 'L-P1', doubtFen: 100_000 }],
    ['by its amount in the person’s favour', () => changeLine('D-L-P1-1000000', { amountFen: 1_100_000 }), { result: 'different', reasons: ['amount'], doubtFen: 0 }],
    ['by its person', () => changeLine('D-L-P1-1000000', { userNo: 'L-P9' }), { result: 'different', reasons: ['parties'], userNo: 'L-P1', doubtFen: 1_000_000 }],
    ['by its kind', () => changeLine('D-L-P1-1000000', { kind: 'pull' }), { result: 'different', reasons: ['kind'] }],
    ['because we know of no such thing', () => addLine('deposits', { requestNo: 'GHOST' }), { result: 'bank-only', reasons: ['unknown'], requestNo: 'GHOST', doubtFen: 0 }],
    ['because money has left that we know nothing of', () => addLine('payouts', { requestNo: 'GHOST', kind: 'withdraw' }), { result: 'bank-only', userNo: 'L-P1', doubtFen: 5_000 }],
    ['because it stands there twice', () => addLine('deposits', lineOf('D-L-P1-1000000').line), { result: 'bank-only', reasons: ['repeated-line'] }],
    ['because the bank has not got it', () => dropLine('D-L-P1-1000000'), { result: 'platform-only', reasons: ['missing'], userNo: 'L-P1', doubtFen: 1_000_000 }],
    ['because a lender’s money did not reach the borrower', () => { side.bank.settled = side.bank.settled.filter(({ file }) => file !== 'transfers'); }, { result: 'platform-only', userNo: 'B-P2', doubtFen: 500_000 }],
  ])('%s', async (_, plant, expected) => {
    plant();
    const { cases: opened } = await reconcile();
    expect(await cases()).toEqual([expect.objectContaining(expected)]);
    expect(opened).toEqual([{ caseId: expect.any(Number), day: firstDay, dueAt: '2025-03-07T16:00:00.000Z' }]);
    await reconcile();
    expect(await cases()).toHaveLength(1);
    expect(await reconciliationDay(side.pool, firstDay)).toMatchObject({ state: 'differences', confirmedAt: null });
    expect(side.bank.confirmedDays).toEqual([]);
    expect(await side.activities.confirmDay({ day: firstDay, asOf: nextMorning })).toEqual({ status: 'open' });
  });
});

it('explains what the two sides put on different sides of midnight, but not for longer than one file', async () => {
  await side.person('P1', 'lender', 1_000_000);
  const number = 'D-L-P1-1000000';
  await side.pool.query(`UPDATE instruction SET done_at = '2025-03-03T15:59:30Z' WHERE request_no = $1`, [number]);
  changeLine(number, { at: '2025-03-03T16:00:10.000Z' });
  expect(await reconcile(firstDay, '2025-03-04', '2025-03-05T01:00:00.000Z')).toEqual({ waiting: null, cases: [] });
  expect((await reconciliationDays(side.pool)).map(({ day, inTransit, equal }) => [day, inTransit, equal])).toEqual([['2025-03-04', 1, 0], [firstDay, 1, 0]]);
  await reconcile(firstDay, '2025-03-04', '2025-03-05T02:00:00.000Z');
  expect((await reconciliationDays(side.pool)).map(({ inTransit }) => inTransit)).toEqual([1, 1]);

  await side.person('P3', 'lender', 700);
  await side.pool.query(`UPDATE instruction SET done_at = '2025-03-10T15:59:30Z' WHERE request_no = 'D-L-P3-700'`);
  dropLine('D-L-P3-700');
  expect((await reconcile('2025-03-10', '2025-03-10', '2025-03-12T01:00:00.000Z')).cases).toEqual([]);
  expect((await reconcile('2025-03-11', '2025-03-11', '2025-03-12T01:00:00.000Z')).cases).toHaveLength(1);
  expect(await cases()).toEqual([expect.objectContaining({ result: 'platform-only', requestNo: 'D-L-P3-700' })]);
});

it('makes one case of a file with more differences than anybody could look through', async () => {
  for (let n = 0; n < 101; n += 1) addLine('deposits', { requestNo: `GHOST${n}` });
  await reconcile();
  expect(await cases()).toEqual([{ result: 'too-many', reasons: ['101 differences'], requestNo: 'deposits', userNo: null, doubtFen: 0 }]);
});

describe('while a case is open', () => {
  beforeEach(async () => {
    await side.person('P1', 'lender', 1_000_000);
    await side.person('P2', 'borrower', 0);
    await side.listed({ loanNo: 'LN1', borrowerId: 'P2', amountFen: 2_000_000 });
    changeLine('D-L-P1-1000000', { amountFen: 900_000 });
    await reconcile();
  });
  const bid = async (amountFen: number) => (await placeBids(side.pool, 'LN1', [{ key: `b${amountFen}`, lenderId: 'P1', userNo: 'L-P1', amountFen, by: 'authorisation', riskNoticeVersion: '1' }], nextMorning))[0];

  it('the amount in doubt, and only that, cannot be spent', async () => {
    expect(await availableFen(side.pool, 'L-P1')).toBe(900_000);
    expect(await bid(910_000)).toMatchObject({ refused: 'not-enough-money' });
    expect(await bid(900_000)).toMatchObject({ state: 'reserved' });
  });

  it('the ledger follows the bank by a correcting journal when two people say so; then the day is confirmed', async () => {
    expect(await decide('accept-bank', 'P900')).toEqual({ status: 'refused', code: 'second-person' });
    expect(await decide('accept-bank')).toEqual({ status: 'resolved' });
    expect(await side.money('L-P1')).toEqual([900_000, 0, 0]);
    side.bank.accounts.get('L-P1')!.availableFen = 900_000;
    expect(await compareBooks(side.pool, () => side.bank.custody.downloadBalances())).toMatchObject({ trialBalanceFen: 0, bankDifferences: [], unbalancedJournals: [] });
    expect(await side.activities.confirmDay({ day: firstDay, asOf: nextMorning })).toEqual({ status: 'confirmed' });
    expect(side.bank.confirmedDays).toEqual([firstDay]);
    expect(await reconcile()).toEqual({ waiting: null, cases: [] });
  });

  it('it can be explained without posting anything, and the money is free again', async () => {
    expect(await decide('explained')).toEqual({ status: 'resolved' });
    expect(await availableFen(side.pool, 'L-P1')).toBe(1_000_000);
    const [row] = (await reconciliationDay(side.pool, firstDay))!.caseList;
    expect(await findCase(side.pool, row!.id)).toMatchObject({ state: 'resolved', resolution: 'explained', resolvedBy: 'P901', reason: 'the bank has sent a letter', notes: [{ personId: 'P901' }] });
  });

  it('after the deadline its owner may not decide it, another may; and nobody without a note', async () => {
    const late = '2025-03-10T02:00:00.000Z';
    const [open] = await openCases(side.pool);
    expect(await side.activities.resolveCase({ caseId: open!.id, personId: 'P901', resolution: 'explained', asOf: late })).toEqual({ status: 'refused', code: 'note-missing' });
    expect(await decide('explained', 'P900', late)).toEqual({ status: 'refused', code: 'second-person' });
    expect(await decide('explained', 'P901', late)).toEqual({ status: 'resolved' });
  });

  it('a correction that would take money that is not there is refused, and nothing is posted', async () => {
    await bid(900_000);
    await side.pool.query(`UPDATE reconciliation_case SET bank = jsonb_set(bank, '{amountFen}', '100')`);
    expect(await decide('accept-bank')).toEqual({ status: 'refused', code: 'short-of-money' });
    expect(await side.money('L-P1')).toEqual([100_000, 900_000, 0]);
    expect(await cases()).toHaveLength(1);
  });
});

it.each<[string, () => unknown, number]>([
  ['a deposit that we had not heard of', () => addLine('deposits', { requestNo: 'GHOST' }), 1_005_000],
  ['a withdrawal that we had not heard of', () => addLine('payouts', { requestNo: 'GHOST', kind: 'withdraw' }), 995_000],
  ['a deposit that never was', () => dropLine('D-L-P1-1000000'), 0],
])('follows the bank in %s', async (_, plant, left) => {
  await side.person('P1', 'lender', 1_000_000);
  plant();
  await reconcile();
  expect(await decide('accept-bank')).toEqual({ status: 'resolved' });
  expect((await side.money('L-P1'))[0]).toBe(left);
  expect((await side.books()).trialBalanceFen).toBe(0);
});

it('a file as a whole is not followed by any journal: it can only be explained', async () => {
  for (let n = 0; n < 101; n += 1) addLine('deposits', { requestNo: `GHOST${n}` });
  await reconcile();
  expect(await decide('accept-bank')).toEqual({ status: 'refused', code: 'cannot-be-posted' });
  expect(await decide('explained')).toEqual({ status: 'resolved' });
});
