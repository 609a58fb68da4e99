import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../test/database.js';
import { addLoan, addPerson, deposit, someMoment } from '../test/people-with-money.js';
import { outside, personal, platformIncome } from './chart.js';
import { intend } from './instructions.js';
import { balanceAsOf, balanceOf, isShortOfMoney, moved, postJournal, postJournals, reverseJournal, trialBalance, type Journal } from './ledger.js';
import { createPool, inTransaction, rows, type Pool } from './pool.js';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'ledger-test', max: 12 });
  for (const id of ['P1', 'P2', 'P3']) await addPerson(pool, id, 'lender');
  await addPerson(pool, 'P9', 'borrower');
  await addLoan(pool, { loanNo: 'LN1', borrowerId: 'P9', amountFen: 100_000 });
  for (const no of ['I1', 'I2']) await intend(pool, { requestNo: no, businessKey: no, verb: 'hold', amountFen: 1, workflowId: no, step: 'x', asOf: someMoment });
  for (const id of ['P1', 'P2', 'P3']) await deposit(pool, `L-${id}`, 1_000_000);
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const post = (journals: Journal[]): Promise<Set<string>> => inTransaction(pool, (tx) => postJournals(tx, journals));
let serial = 0;
const reserve = (userNo: string, fen: number, key = `k${(serial += 1)}`): Journal =>
  ({ key, kind: 'reserve', requestNo: 'I1', businessAt: someMoment, postings: moved(personal(userNo, 'available'), personal(userNo, 'reserved'), fen) });

describe('posting', () => {
  it('moves balances beside the postings, once per key', async () => {
    const before = await balanceOf(pool, personal('L-P1', 'reserved'));
    expect([...await post([reserve('L-P1', 500, 'once')])]).toEqual(['once']);
    expect([...await post([reserve('L-P1', 500, 'once')])]).toEqual([]);
    expect(await balanceOf(pool, personal('L-P1', 'reserved')) - before).toBe(500);
  });

  it('says a sum that is not zero, and half a fen, before the database has to', async () => {
    const oneSided: Journal = { key: 'bad', kind: 'reserve', requestNo: 'I1', businessAt: someMoment, postings: [{ account: personal('L-P1', 'reserved'), amountFen: 1 }] };
    await expect(post([oneSided])).rejects.toThrow('1 postings with the sum 1');
    await expect(post([reserve('L-P1', 0.5)])).rejects.toThrow('not a whole number of fen');
  });

  it('refuses to let a person have less than nothing', async () => {
    const error: unknown = await post([reserve('L-P2', 1_000_001)]).catch((thrown: unknown) => thrown);
    expect(isShortOfMoney(error)).toBe(true);
    expect(await balanceOf(pool, personal('L-P2', 'available'))).toBe(1_000_000);
  });

  it('refuses an event that the chart does not know: a lender cannot pay the platform', async () => {
    await expect(post([{ key: 'pool', kind: 'service-fee', requestNo: 'I1', businessAt: someMoment, postings: moved(personal('L-P1', 'available'), platformIncome, 1) }]))
      .rejects.toThrow('is not in the chart: service-fee may not take from lender-available');
  });

  it('refuses to move money between two persons where an event only changes its state', async () => {
    await expect(post([{ key: 'theft', kind: 'unreserve', requestNo: 'I1', businessAt: someMoment, postings: moved(personal('L-P1', 'reserved'), personal('L-P3', 'available'), 1) }]))
      .rejects.toThrow('moves money between two persons');
  });

  it('refuses a custody journal without its instruction and a claims journal without its reason', async () => {
    const nameless = (book: string, kind: string) => pool.query(`INSERT INTO journal (key, book, kind, business_at) VALUES ('n', $1, $2, now())`, [book, kind]);
    await expect(nameless('custody', 'reserve')).rejects.toThrow('custody_names_its_instruction');
    await expect(nameless('claims', 'lent')).rejects.toThrow('claims_name_their_reason');
    await expect(post([{ ...reserve('L-P1', 1), requestNo: 'no-such' }])).rejects.toThrow('foreign key');
  });

  it('corrects by the opposite journal, and reads any moment of the past', async () => {
    await post([{ ...reserve('L-P3', 700, 'wrong'), businessAt: '2025-03-05T00:00:00.000Z' }]);
    await inTransaction(pool, (tx) => reverseJournal(tx, { key: 'right', reversesKey: 'wrong', businessAt: '2025-03-06T00:00:00.000Z', requestNo: 'I2' }));
    const reserved = personal('L-P3', 'reserved');
    expect([await balanceAsOf(pool, reserved, '2025-03-05T12:00:00.000Z'), await balanceAsOf(pool, reserved, '2025-03-07T00:00:00.000Z'), await balanceOf(pool, reserved)]).toEqual([700, 0, 0]);
  });
});

describe('the database by itself', () => {
  const insertPostings = (amounts: number[]) => inTransaction(pool, async (tx) => {
    await tx.query(`INSERT INTO journal (key, book, kind, request_no, business_at) VALUES ('raw' || gen_random_uuid(), 'custody', 'reserve', 'I1', now())`);
    if (amounts.length > 0) await tx.query(
      `INSERT INTO posting (journal_id, account_id, amount_fen) SELECT (SELECT max(id) FROM journal), a.id, v.fen FROM unnest($1::bigint[], ARRAY['L-P1:available', 'L-P1:reserved']) AS v(fen, code) JOIN account a ON a.code = v.code`, [amounts]);
  });

  it('refuses at commit what does not sum to zero, and a journal without postings', async () => {
    await expect(insertPostings([-5, 4])).rejects.toThrow('is not balanced: 2 postings, sum -1');
    await expect(insertPostings([])).rejects.toThrow('is not balanced: 0 postings');
    await expect(insertPostings([-5, 5])).resolves.toBeUndefined();
  });

  it('refuses a posting for a journal of another transaction', async () => {
    await expect(pool.query(`INSERT INTO posting (journal_id, account_id, amount_fen) SELECT (SELECT id FROM journal WHERE key = 'once'), id, 1 FROM account WHERE code = 'outside'`))
      .rejects.toThrow('belongs to a journal of another transaction');
  });

  it.each(['UPDATE posting SET amount_fen = 1', 'DELETE FROM posting', 'TRUNCATE posting', 'UPDATE journal SET key = key', 'DELETE FROM journal', 'TRUNCATE journal CASCADE', "UPDATE act SET why = ''", 'DELETE FROM act', 'TRUNCATE act CASCADE',
    'UPDATE account SET balance = 1', 'DELETE FROM account', 'DELETE FROM posting_rule', "INSERT INTO posting_rule VALUES ('reserve', 'platform-income', 'custody', 1)"])('refuses %s, even from its owner', async (statement) => {
    await expect(pool.query(statement)).rejects.toThrow('is refused');
  });

  it.each(['UPDATE posting SET amount_fen = 1', 'DELETE FROM journal', 'TRUNCATE posting', 'TRUNCATE act', 'UPDATE act SET why = NULL', 'UPDATE account SET balance = 1', "INSERT INTO account (book, code, kind, balance) VALUES ('custody', 'x', 'outside', 5)", 'DELETE FROM account_kind'])(
    'does not let the application\'s own role do %s', async (statement) => {
      await expect(inTransaction(pool, async (tx) => {
        await tx.query('SET LOCAL ROLE tributary_app');
        await tx.query(statement);
      })).rejects.toThrow('permission denied');
    });

  it('lets the application\'s own role post', async () => {
    await inTransaction(pool, async (tx) => {
      await tx.query('SET LOCAL ROLE tributary_app');
      expect(await postJournal(tx, reserve('L-P2', 10))).toBe(true);
      expect(await postJournal(tx, { key: 'new-account', kind: 'deposit', requestNo: 'I1', businessAt: someMoment, postings: moved(outside, personal('B-P9', 'available'), 3) })).toBe(true);
    });
    expect(await balanceOf(pool, personal('B-P9', 'available'))).toBe(3);
  });
});

describe('under many hands', () => {
  it('neither deadlocks nor loses a fen when transactions touch the same accounts crosswise', async () => {
    const people = ['L-P1', 'L-P2', 'L-P3'];
    await Promise.all(Array.from({ length: 60 }, (_, n) => post([0, 1, 2].map((k) => reserve(people[(n + k * (n % 2 ? 1 : 2)) % 3]!, 1 + n)))));
    const books = await trialBalance(pool);
    expect([books.sumFen, books.driftedAccounts, books.unbalancedJournals]).toEqual([0, [], []]);
  });

  it('holds its invariants through any sequence of events', async () => {
    const event = fc.record({ person: fc.constantFrom('L-P1', 'L-P2', 'L-P3'), kind: fc.constantFrom('reserve', 'unreserve', 'bid-frozen', 'bid-released', 'deposit', 'withdrawal'), fen: fc.integer({ min: 1, max: 400_000 }) });
    const buckets = { reserve: ['available', 'reserved'], unreserve: ['reserved', 'available'], 'bid-frozen': ['reserved', 'frozen'], 'bid-released': ['frozen', 'available'] } as const;
    await fc.assert(fc.asyncProperty(fc.array(event, { maxLength: 12 }), async (events) => {
      const before = await rows<{ total: number }>(pool, `SELECT sum(balance)::bigint AS total FROM account WHERE owner LIKE 'L-%'`);
      let net = 0;
      for (const { person, kind, fen } of events) {
        const path = kind === 'deposit' ? moved(outside, personal(person, 'available'), fen)
          : kind === 'withdrawal' ? moved(personal(person, 'available'), outside, fen)
            : moved(personal(person, buckets[kind][0]), personal(person, buckets[kind][1]), fen);
        const done = await post([{ key: `r${(serial += 1)}`, kind: kind as Journal['kind'], requestNo: 'I1', businessAt: someMoment, postings: path }]).then(() => true, (error: unknown) => {
          if (!isShortOfMoney(error)) throw error;
          return false;
        });
        if (done && kind === 'deposit') net += fen;
        if (done && kind === 'withdrawal') net -= fen;
      }
      const after = await rows<{ total: number; least: number }>(pool, `SELECT sum(balance)::bigint AS total, min(balance) AS least FROM account WHERE owner LIKE 'L-%'`);
      expect(after[0]!.total - before[0]!.total).toBe(net);
      expect(after[0]!.least).toBeGreaterThanOrEqual(0);
    }), { numRuns: 25 });
    const books = await trialBalance(pool);
    expect([books.sumFen, books.driftedAccounts, books.unbalancedJournals]).toEqual([0, [], []]);
  });

  it('balances one journal of twenty thousand postings without growing slow by its square', async () => {
    const many = Array.from({ length: 20_000 }, (_, n) => ({ account: { ...personal(`L-P1`, 'available'), code: `L-Q${n}:available`, owner: null }, amountFen: 1 }));
    expect((await post([{ key: 'large', kind: 'deposit', requestNo: 'I1', businessAt: someMoment, postings: [{ account: outside, amountFen: -20_000 }, ...many] }])).size).toBe(1);
  });
});
