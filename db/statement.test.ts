import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../test/database.js';
import { addLoan, addPerson } from '../test/people-with-money.js';
import { outside, personal, type Bucket, type JournalKind } from './chart.js';
import { intend } from './instructions.js';
import { balanceAsOf, balanceOf, moved, postJournals, type Journal } from './ledger.js';
import { createPool, inTransaction, type Pool } from './pool.js';
import { readStatement, type Statement, type StatementBalances } from './statement.js';

let database: TestDatabase;
let pool: Pool;
let serial = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'statement-test', max: 4 });
  await addPerson(pool, 'PB', 'borrower');
  await addLoan(pool, { loanNo: 'LN1', borrowerId: 'PB', amountFen: 1_000_000 });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const instant = (hour: number): string => new Date(Date.UTC(2025, 2, 1, hour)).toISOString();
const always = { fromAt: instant(0), untilAt: instant(10_000) };
const everything = { limit: 10_000, offset: 0 };
const sum = ({ availableFen, reservedFen, frozenFen, inTransitFen }: StatementBalances): number => availableFen + reservedFen + frozenFen + inTransitFen;
const bound = ({ reservedFen, frozenFen, inTransitFen }: StatementBalances): number => reservedFen + frozenFen + inTransitFen;

/** What moves between a lender's states, the borrower's, and the world: kind, from, to. */
const moves: [JournalKind, Bucket | 'outside', Bucket | 'outside' | 'borrower'][] = [
  ['deposit', 'outside', 'available'], ['withdrawal', 'available', 'outside'], ['payout-accepted', 'available', 'in-transit'], ['payout', 'in-transit', 'outside'],
  ['payout-refused', 'in-transit', 'available'], ['payout-returned', 'outside', 'available'], ['reserve', 'available', 'reserved'], ['unreserve', 'reserved', 'available'],
  ['bid-frozen', 'reserved', 'frozen'], ['late-freeze', 'available', 'frozen'], ['bid-released', 'frozen', 'available'], ['court-frozen', 'available', 'court-frozen'], ['court-released', 'court-frozen', 'available'], ['release', 'frozen', 'borrower'],
];

interface Step { move: number; share: number; hours: number }

/** Lives a random account: each step moves a share of what is there; answers the balances our own arithmetic gives. */
async function live(userNo: string, steps: readonly Step[]): Promise<Record<Bucket, number>> {
  const have: Record<Bucket, number> = { available: 0, reserved: 0, frozen: 0, 'in-transit': 0, 'court-frozen': 0 };
  const journals: Journal[] = [];
  let hour = 1;
  for (const { move, share, hours } of steps) {
    const [kind, from, to] = moves[move]!;
    const fen = from === 'outside' ? share * 1_000 : Math.floor((have[from] * share) / 100);
    hour += hours;
    if (fen === 0) continue;
    if (from !== 'outside') have[from] -= fen;
    if (to !== 'outside' && to !== 'borrower') have[to] += fen;
    const requestNo = `S${(serial += 1)}`;
    await intend(pool, { requestNo, businessKey: requestNo, verb: 'deposit', userNo, loanNo: 'LN1', amountFen: fen, workflowId: requestNo, step: 'test', asOf: instant(hour) });
    const account = (name: Bucket | 'outside' | 'borrower') => (name === 'outside' ? outside : name === 'borrower' ? personal('B-PB', 'available') : personal(userNo, name));
    journals.push({ key: requestNo, kind, requestNo, businessAt: instant(hour), postings: moved(account(from), account(to), fen) });
  }
  await inTransaction(pool, (tx) => postJournals(tx, journals));
  return have;
}

const lives = fc.array(fc.record({ move: fc.nat(moves.length - 1), share: fc.integer({ min: 1, max: 100 }), hours: fc.nat(30) }), { minLength: 5, maxLength: 40 })
  .map((steps) => [{ move: 0, share: 90, hours: 1 }, ...steps]);

function expectToAddUp({ opening, closing, totals, lines }: Statement): void {
  expect(lines).toHaveLength(totals.lines);
  let [available, frozen] = [opening.availableFen, bound(opening)];
  for (const line of lines) {
    available += line.availableFen;
    frozen += line.boundFen;
    expect([line.availableAfterFen, line.boundAfterFen]).toEqual([available, frozen]);
    expect(line.movedFen).toBeGreaterThan(0);
  }
  expect([available, frozen]).toEqual([closing.availableFen, bound(closing)]);
  expect(sum(opening) + totals.inFen - totals.outFen).toBe(sum(closing));
}

describe('a statement', () => {
  it('adds up from opening to closing over any period, and ends in the balances of the accounts', async () => {
    await fc.assert(fc.asyncProperty(lives, fc.nat(400), fc.nat(800), async (steps, fromHour, length) => {
      const { userNo } = await addPerson(pool, `PS${(serial += 1)}`, 'lender');
      const have = await live(userNo, steps);
      const whole = await readStatement(pool, { userNo, ...always }, everything);
      expectToAddUp(whole);
      expect(whole.opening).toEqual({ availableFen: 0, reservedFen: 0, frozenFen: 0, inTransitFen: 0 });
      expect(whole.closing).toEqual({ availableFen: have.available, reservedFen: have.reserved, frozenFen: have.frozen + have['court-frozen'], inTransitFen: have['in-transit'] });
      for (const bucket of ['available', 'reserved', 'frozen', 'in-transit'] as const) expect(await balanceOf(pool, personal(userNo, bucket))).toBe(have[bucket]);

      const part = await readStatement(pool, { userNo, fromAt: instant(fromHour), untilAt: instant(fromHour + length) }, everything);
      expectToAddUp(part);
      const justBefore = new Date(Date.parse(instant(fromHour)) - 1).toISOString();
      expect(part.opening.availableFen).toBe(await balanceAsOf(pool, personal(userNo, 'available'), justBefore));

      const pages = [];
      for (let offset = 0; offset < whole.totals.lines; offset += 7) pages.push(...(await readStatement(pool, { userNo, ...always }, { limit: 7, offset })).lines);
      expect(pages).toEqual(whole.lines);
    }), { numRuns: 12 });
  });

  it('is empty for an account that nothing was ever posted to', async () => {
    expect(await readStatement(pool, { userNo: 'L-nobody', ...always }, everything)).toMatchObject({ totals: { lines: 0, inFen: 0, outFen: 0 }, lines: [] });
  });

  it('shows a borrower what many lenders gave at one moment as one line', async () => {
    const { userNo } = await addPerson(pool, 'PMANY', 'borrower');
    const lenders = await Promise.all([1, 2, 3].map((n) => addPerson(pool, `PG${n}`, 'lender')));
    await intend(pool, { requestNo: 'R-many', businessKey: 'R-many', verb: 'batch-release', userNo, loanNo: 'LN1', amountFen: 300, workflowId: 'LN1', step: 'release', asOf: instant(5) });
    const step = async (kind: JournalKind, n: number, postings: Journal['postings'], requestNo = 'R-many') => {
      await inTransaction(pool, (tx) => postJournals(tx, [{ key: `${kind}-many-${n}`, kind, requestNo, businessAt: instant(5), postings }]));
    };
    for (const [n, lender] of lenders.entries()) {
      await step('deposit', n, moved(outside, personal(lender.userNo, 'available'), 100));
      await step('late-freeze', n, moved(personal(lender.userNo, 'available'), personal(lender.userNo, 'frozen'), 100));
      await step('release', n, moved(personal(lender.userNo, 'frozen'), personal(userNo, 'available'), 100));
    }
    const { lines, totals } = await readStatement(pool, { userNo, ...always }, everything);
    expect(totals).toEqual({ lines: 1, inFen: 300, outFen: 0 });
    expect(lines).toMatchObject([{ kind: 'release', entries: 3, availableFen: 300, availableAfterFen: 300, loanNo: 'LN1', requestNo: 'R-many', own: true }]);
  });
});
