import fc from 'fast-check';
import { waitFor } from '../stack/parts/waiting.js';
import { createTestDatabase, type TestDatabase } from '../test/database.js';
import { addLoan, addPerson, deposit, someMoment } from '../test/people-with-money.js';
import { outside, personal, platformIncome } from './chart.js';
import { intend } from './instructions.js';
import { balanceAsOf, balanceOf, isShortOfMoney, moved, postJournal, postJournals, reverseJournal, trialBalance, trialBalanceAsOf, trialBalanceSinceLast, type Journal, type Reversal } from './ledger.js';
import { actsOn } from './acts.js';
import { createPool, inTransaction, rows, type Pool, type Transaction } from './pool.js';

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

  it.each(['platform', 'tributary_app'])('refuses, as %s, a custody journal without its instruction and a claims journal without contract, payment or decision', async (role) => {
    const insert = (columns: string, values: string) => inTransaction(pool, async (tx) => {
      if (role !== 'platform') await tx.query(`SET LOCAL ROLE ${role}`);
      await tx.query(`INSERT INTO journal (key, business_at, book, kind${columns}) VALUES ('n', now(), ${values})`);
    });
    await expect(insert('', `'custody', 'reserve'`)).rejects.toThrow('custody_names_its_instruction');
    await expect(insert(', act_id, request_no', `'custody', 'reserve', 1, 'I1'`)).rejects.toThrow('custody_names_its_instruction');
    await expect(insert('', `'claims', 'lent'`)).rejects.toThrow('claims_name_their_reason');
    await expect(insert(', request_no', `'claims', 'lent', 'I1'`)).rejects.toThrow('claims_name_their_reason');
    await expect(insert(', request_no', `'custody', 'reserve', 'no-such'`)).rejects.toThrow('foreign key');
    await expect(insert(', contract_no', `'claims', 'lent', 'no-such'`)).rejects.toThrow('foreign key');
    await expect(insert(', payment_no', `'claims', 'settled', 'no-such'`)).rejects.toThrow('foreign key');
  });

  it('refuses a journal of a kind or book that the chart does not have', async () => {
    const insert = (book: string, kind: string) => inTransaction(pool, async (tx) => {
      await tx.query(`INSERT INTO journal (key, book, kind, request_no, business_at) VALUES ('n', $1, $2, 'I1', now())`, [book, kind]);
      await tx.query(`INSERT INTO posting (journal_id, account_id, amount_fen) SELECT (SELECT id FROM journal WHERE key = 'n'), id, CASE kind WHEN 'lender-available' THEN -1 ELSE 1 END FROM account WHERE code IN ('L-P1:available', 'L-P1:reserved')`);
    });
    await expect(insert('custody', 'gift')).rejects.toThrow('is not in the chart: gift may not');
    await expect(insert('other', 'reserve')).rejects.toThrow('mixes the books');
  });

  it('reads the balances of any moment of the past, of one account and of all', async () => {
    await post([{ ...reserve('L-P3', 700, 'early'), businessAt: '2025-03-05T00:00:00.000Z' }, { ...reserve('L-P3', 50, 'later'), businessAt: '2025-03-06T00:00:00.000Z' }]);
    const reserved = personal('L-P3', 'reserved');
    const at = (asOf: string) => balanceAsOf(pool, reserved, asOf);
    expect([await at('2025-03-04T23:59:59.000Z'), await at('2025-03-05T00:00:00.000Z'), await at('2025-03-06T00:00:00.000Z')]).toEqual([0, 700, 750]);
    const kinds = async (asOf: string) => (await trialBalanceAsOf(pool, asOf)).byKind.map(({ kind, sumFen }) => [kind, sumFen]);
    expect(await trialBalanceAsOf(pool, '2025-01-01T00:00:00.000Z')).toEqual({ sumFen: 0, byKind: [] });
    const now = await trialBalance(pool);
    expect(await kinds('2030-01-01T00:00:00.000Z')).toEqual(now.byKind.map(({ kind, sumFen }) => [kind, sumFen]));
    const before = Object.fromEntries(await kinds('2025-03-05T12:00:00.000Z'));
    expect(before['lender-reserved']).toBe(now.byKind.find((each) => each.kind === 'lender-reserved')!.sumFen - 50);
    expect(Object.values(before).reduce((sum, fen) => Number(sum) + Number(fen), 0)).toBe(0);
  });
});

describe('a correction', () => {
  const reversal = (key: string, changes: Partial<Reversal> = {}) => inTransaction(pool, (tx) =>
    reverseJournal(tx, { key, why: 'recorded twice', by: 'F1', role: 'finance', secondPerson: 'F2', businessAt: '2025-03-07T00:00:00.000Z', ...changes }));

  it('is the exact opposite as a journal of its own, once, with the act of two people', async () => {
    await post([reserve('L-P3', 700, 'wrong')]);
    const before = await balanceOf(pool, personal('L-P3', 'reserved'));
    expect(await reversal('wrong')).toEqual({ status: 'reversed', key: 'wrong:reversed', changed: true });
    expect(await reversal('wrong', { by: 'F3' })).toEqual({ status: 'reversed', key: 'wrong:reversed', changed: false });
    expect(await balanceOf(pool, personal('L-P3', 'reserved'))).toBe(before - 700);
    expect(await rows(pool, `SELECT j.kind, j.request_no, o.key AS reverses, a.subject FROM journal j JOIN journal o ON o.id = j.reverses JOIN act a ON a.id = j.act_id WHERE j.key = 'wrong:reversed'`))
      .toEqual([{ kind: 'reserve', request_no: 'I1', reverses: 'wrong', subject: 'wrong' }]);
    expect(await actsOn(pool, 'wrong')).toMatchObject([{ actor: 'F1', role: 'finance', verb: 'reverse-journal', why: 'recorded twice', secondPerson: 'F2' }]);
  });

  it('happens once when two decide it at the same moment', async () => {
    await post([reserve('L-P3', 5, 'raced')]);
    const both = await Promise.all([reversal('raced'), reversal('raced', { by: 'F4' })]);
    expect(both.map((each) => each.status === 'reversed' && each.changed).sort()).toEqual([false, true]);
    expect(await actsOn(pool, 'raced')).toHaveLength(1);
  });

  it('is refused where the money has gone, of a correction, of nothing, and without reason or second person', async () => {
    await addPerson(pool, 'P7', 'lender');
    await deposit(pool, 'L-P7', 100, 'D-P7');
    await post([reserve('L-P7', 60)]);
    expect(await reversal('D-P7')).toEqual({ status: 'refused', code: 'short-of-money' });
    expect(await actsOn(pool, 'D-P7')).toEqual([]);
    expect(await reversal('wrong:reversed')).toEqual({ status: 'refused', code: 'is-a-reversal' });
    expect(await reversal('no-such')).toEqual({ status: 'refused', code: 'no-such-journal' });
    expect(await reversal('once', { why: ' ' })).toEqual({ status: 'refused', code: 'no-reason' });
    expect(await reversal('once', { secondPerson: 'F1' })).toEqual({ status: 'refused', code: 'needs-a-second-person' });
  });

  it.each(['platform', 'tributary_app'])('cannot be forged by hand as %s: not other sums, not twice, not without two people', async (role) => {
    const forge = (fen: number, of: string, second: string | null, why = 'x') => inTransaction(pool, async (tx) => {
      if (role !== 'platform') await tx.query(`SET LOCAL ROLE ${role}`);
      await tx.query(`INSERT INTO act (actor, role, verb, subject, why, second_person) VALUES ('F1', 'finance', 'reverse-journal', $1, $2, $3)`, [of, why, second]);
      await tx.query(`INSERT INTO journal (key, book, kind, request_no, act_id, reverses, business_at) SELECT 'forged', 'custody', 'reserve', 'I1', (SELECT max(id) FROM act), id, now() FROM journal WHERE key = $1`, [of]);
      await tx.query(`INSERT INTO posting (journal_id, account_id, amount_fen) SELECT j.id, a.id, CASE a.kind WHEN 'lender-available' THEN $1::bigint ELSE -$1::bigint END FROM journal j, account a WHERE j.key = 'forged' AND a.code IN ('L-P1:available', 'L-P1:reserved')`, [fen]);
    });
    await expect(forge(499, 'once', 'F2')).rejects.toThrow('is not the exact opposite');
    await expect(forge(700, 'wrong', 'F2')).rejects.toThrow('journal_reversed_once');
    await expect(forge(500, 'once', null)).rejects.toThrow('not decided by two people');
    await expect(forge(500, 'once', 'F1')).rejects.toThrow('not decided by two people');
    await expect(forge(500, 'once', 'F2', ' ')).rejects.toThrow('not decided by two people');
    await expect(pool.query(`INSERT INTO journal (key, book, kind, request_no, reverses, business_at) SELECT 'forged', 'custody', 'reserve', 'I1', id, now() FROM journal WHERE key = 'once'`)).rejects.toThrow('reversals_name_their_decision');
  });
});

describe('the database by itself', () => {
  const insertPostings = (amounts: number[], then: (tx: Transaction) => Promise<unknown> = () => Promise.resolve()) => inTransaction(pool, async (tx) => {
    await tx.query('SET LOCAL ROLE tributary_app');
    await tx.query(`INSERT INTO journal (key, book, kind, request_no, business_at) VALUES ('raw' || gen_random_uuid(), 'custody', 'reserve', 'I1', now())`);
    if (amounts.length > 0) await addPostings(tx, ['L-P1:available', 'L-P1:reserved'], amounts);
    await then(tx);
  });
  const addPostings = (tx: Transaction, codes: string[], amounts: number[]) => tx.query(
    `INSERT INTO posting (journal_id, account_id, amount_fen) SELECT (SELECT max(id) FROM journal), a.id, v.fen FROM unnest($1::bigint[], $2::text[]) AS v(fen, code) JOIN account a ON a.code = v.code`, [amounts, codes]);

  it('refuses what does not sum to zero, and at commit a journal without postings', async () => {
    await expect(insertPostings([-5, 4])).rejects.toThrow('is not balanced: 2 postings, sum -1');
    await expect(insertPostings([])).rejects.toThrow('is not balanced: 0 postings');
    await expect(insertPostings([-5, 5])).resolves.toBeUndefined();
  });

  it('lets nothing be added to a journal, also after its checks were called early', async () => {
    const theft = (tx: Transaction) => addPostings(tx, ['L-P2:available', 'L-P3:reserved'], [-5, 5]);
    await expect(insertPostings([-5, 5], theft)).rejects.toThrow('is complete: nothing is added to it');
    await expect(insertPostings([-5, 5], async (tx) => {
      await tx.query('SET CONSTRAINTS ALL IMMEDIATE');
      await theft(tx);
    })).rejects.toThrow('is complete: nothing is added to it');
  });

  it('refuses a journal that waits to be filled by a later transaction', async () => {
    await expect(inTransaction(pool, async (tx) => {
      await tx.query('SET LOCAL ROLE tributary_app');
      await tx.query(`INSERT INTO journal (key, book, kind, request_no, business_at, xid) VALUES ('for-later', 'custody', 'reserve', 'I1', now(), '999999999999')`);
    })).rejects.toThrow('is of another transaction');
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

describe('the daily check', () => {
  const sinceLast = () => inTransaction(pool, async (tx) => {
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    return trialBalanceSinceLast(tx);
  });
  const mark = async () => (await rows<{ new: number; old: number }>(pool, `SELECT count(*) FILTER (WHERE xid >= m)::int AS new, count(*) FILTER (WHERE xid < m)::int AS old FROM journal, (SELECT xid AS m FROM books_mark) b`))[0]!;
  /** The mark waits for whatever runs on the server, other databases' transactions too. */
  const untilAllIsOld = () => waitFor('the mark to pass all journals', 60, async () => {
    await sinceLast();
    return (await mark()).new === 0 || undefined;
  });

  it('finds what the full one finds, reads only what is new, and misses nothing that was committed late', async () => {
    await untilAllIsOld();
    await post([reserve('L-P1', 1)]);
    expect((await mark()).new).toBe(1);
    const slow = await pool.connect();
    await slow.query('BEGIN');
    await postJournals(slow, [reserve('L-P2', 3, 'slow')]);
    await post([reserve('L-P3', 2)]);
    expect(await sinceLast()).toEqual(await trialBalance(pool));
    await slow.query('COMMIT');
    slow.release();
    expect((await mark()).new).toBeGreaterThanOrEqual(2);
    expect(await sinceLast()).toEqual(await trialBalance(pool));
    await untilAllIsOld();
    expect(await sinceLast()).toEqual(await trialBalance(pool));
  });

  it('names a balance that does not follow its postings, new account or old, every day until it is mended', async () => {
    const twist = (fen: number) => inTransaction(pool, async (tx) => {
      await tx.query('ALTER TABLE account DISABLE TRIGGER balances_follow');
      await tx.query(`UPDATE account SET balance = balance + $1 WHERE code = 'L-P2:available'`, [fen]);
      await tx.query('ALTER TABLE account ENABLE TRIGGER balances_follow');
    });
    await twist(1);
    for (const day of [1, 2]) expect([day, (await sinceLast()).driftedAccounts]).toEqual([day, ['L-P2:available']]);
    await twist(-1);
    expect((await sinceLast()).driftedAccounts).toEqual([]);
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
