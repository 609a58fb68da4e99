import fc from 'fast-check';
import { waitFor } from '../stack/parts/waiting.js';
import { createTestDatabase, type TestDatabase } from '../test/database.js';
import { addPerson, deposit, someMoment } from '../test/people-with-money.js';
import { compareBooks, isExplained, type BankCut } from './books.js';
import { intend, markSent, type NewInstruction } from './instructions.js';
import { recordOutcome } from './outcomes.js';
import { createPool, inTransaction, rows, type Pool } from './pool.js';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'books-test', max: 4 });
  await addPerson(pool, 'P1', 'lender');
  await addPerson(pool, 'P2', 'borrower');
  await deposit(pool, 'L-P1', 1_000);
  await deposit(pool, 'B-P2', 500);
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const cut = (lender: [number, number], borrower: [number, number] = [500, 0]): BankCut => ({
  cutAt: someMoment,
  balances: [{ userNo: 'L-P1', availableFen: lender[0], frozenFen: lender[1] }, { userNo: 'B-P2', availableFen: borrower[0], frozenFen: borrower[1] }, { userNo: 'PLATFORM_INCOME', availableFen: 0, frozenFen: 0 }],
});
const compare = (bank: BankCut) => compareBooks(pool, () => Promise.resolve(bank));
const differing = async (bank: BankCut): Promise<string[]> => (await compare(bank)).bankDifferences.map((each) => each.userNo);
const open = async (wish: Partial<NewInstruction> & Pick<NewInstruction, 'verb' | 'amountFen'> & { requestNo: string }): Promise<void> => {
  await intend(pool, { businessKey: wish.requestNo, workflowId: 'W', step: 's', asOf: someMoment, ...wish });
  await markSent(pool, wish.requestNo);
};
const done = (requestNo: string, amountFen: number) => recordOutcome(pool, { requestNo, at: someMoment, outcome: { status: 'done', amountFen, at: someMoment, bankNo: 'BK' } });

describe('the books against the bank', () => {
  it('agree when nothing is under way, and name an account that differs by one fen', async () => {
    expect(await compare(cut([1_000, 0]))).toEqual({ trialBalanceFen: 0, accountsCompared: 3, bankDifferences: [], openInstructions: 0, unbalancedJournals: [] });
    expect((await compare(cut([1_001, 0]))).bankDifferences).toEqual([{ userNo: 'L-P1', ours: { availableFen: 1_000, frozenFen: 0 }, bank: { availableFen: 1_001, frozenFen: 0 }, openInstructions: 0 }]);
    expect(await differing({ cutAt: someMoment, balances: [{ userNo: 'B-P2', availableFen: 500, frozenFen: 0 }] })).toEqual(['L-P1']);
  });

  it('take an open movement for done or not done, and nothing in between', async () => {
    await open({ requestNo: 'D1', verb: 'deposit', userNo: 'L-P1', amountFen: 70 });
    for (const [available, expected] of [[1_000, []], [1_070, []], [1_030, ['L-P1']]] as const) expect(await differing(cut([available, 0]))).toEqual(expected);
    await done('D1', 70);
    expect(await differing(cut([1_000, 0]))).toEqual(['L-P1']);
  });

  it('know that a payout is frozen first and then gone', async () => {
    await open({ requestNo: 'W1', verb: 'payout', userNo: 'B-P2', amountFen: 200 });
    for (const bank of [[500, 0], [300, 200], [300, 0]] as const) expect(await differing(cut([1_070, 0], [...bank]))).toEqual([]);
    await recordOutcome(pool, { requestNo: 'W1', at: someMoment, outcome: { status: 'accepted' } });
    for (const [bank, expected] of [[[300, 200], []], [[300, 0], []], [[500, 0], []], [[500, 200], ['B-P2']]] as const) expect(await differing(cut([1_070, 0], [...bank]))).toEqual(expected);
    await done('W1', 200);
    expect(await differing(cut([1_070, 0], [300, 0]))).toEqual([]);
  });

  it('do not call a movement different that began and ended while the bank\'s balances were on their way', async () => {
    const bank = cut([1_070, 0], [290, 0]);
    const books = await compareBooks(pool, async () => {
      await open({ requestNo: 'W2', verb: 'withdraw', userNo: 'B-P2', amountFen: 10 });
      await done('W2', 10);
      return bank;
    });
    expect(books.bankDifferences).toEqual([]);
    expect(await differing(bank)).toEqual([]);
  });
});

describe('the close of a day', () => {
  const bank = cut([1_070, 0], [290, 0]);
  const close = (at: BankCut) => compareBooks(pool, () => Promise.resolve(at), 'last-check');
  const oldEntry = (fen: number) => inTransaction(pool, async (tx) => {
    await tx.query('ALTER TABLE posting DISABLE TRIGGER append_only');
    await tx.query(`UPDATE posting p SET amount_fen = amount_fen + $1 FROM account a WHERE a.id = p.account_id AND a.code = 'L-P1:available' AND p.amount_fen IN (1000, 1001)`, [fen]);
    await tx.query('ALTER TABLE posting ENABLE TRIGGER append_only');
  });

  it('says what the full comparison says', async () => {
    expect(await close(bank)).toEqual(await compare(bank));
    expect(await close(cut([1_071, 0], [290, 0]))).toEqual(await compare(cut([1_071, 0], [290, 0])));
  });

  it('does not read again what earlier closes have added up; the full comparison does', async () => {
    await waitFor('the mark to pass all journals', 60, async () => {
      await close(bank);
      return (await rows(pool, 'SELECT 1 FROM journal, books_mark WHERE journal.xid >= books_mark.xid')).length === 0 || undefined;
    });
    await oldEntry(1);
    expect((await close(bank)).unbalancedJournals).toEqual([]);
    expect((await compare(bank)).unbalancedJournals).toEqual(['D-L-P1-1000', 'account L-P1:available']);
    await oldEntry(-1);
    expect((await compare(bank)).unbalancedJournals).toEqual([]);
  });
});

describe('explaining a gap', () => {
  it('finds any choice of open effects, and only those', () => {
    const change = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }));
    fc.assert(fc.property(fc.array(fc.tuple(fc.array(change, { minLength: 1, maxLength: 2 }), fc.integer({ min: 0, max: 2 })), { maxLength: 8 }), (effects) => {
      const gap: [number, number] = [0, 0];
      for (const [choices, pick] of effects) {
        const chosen = pick === 0 ? undefined : choices[pick - 1];
        if (chosen) for (const side of [0, 1] as const) gap[side] += chosen[side];
      }
      const open = effects.map(([choices]) => choices);
      expect(isExplained(gap, open)).toBe(true);
      expect(isExplained([gap[0] + 1_000, gap[1]], open)).toBe(false);
    }));
  });

  it('compares with the bounds alone when there are too many effects to try', () => {
    const many = Array.from({ length: 40 }, (_, n) => [[2 ** n % 100_003, 0] as const]);
    expect(isExplained([-1, 0], many)).toBe(false);
    expect(isExplained([7, 0], many)).toBe(true);
  });
});
