import { createTestDatabase, type TestDatabase } from '../test/database.js';
import { addListing, addLoan, addPerson, deposit, someMoment } from '../test/people-with-money.js';
import { bidsOfLoan, placeBids, type NewBid, type Placed } from './bids.js';
import { personal } from './chart.js';
import { balanceOf, trialBalance } from './ledger.js';
import { findListing } from './listings.js';
import { recordOutcome } from './outcomes.js';
import { createPool, rows, type Pool } from './pool.js';
import { expireReservations } from './reservations.js';

let database: TestDatabase;
let pool: Pool;
let loans = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'bids-test', max: 20 });
  await addPerson(pool, 'PB', 'borrower');
  for (let n = 1; n <= 40; n += 1) {
    await addPerson(pool, `P${n}`, 'lender');
    await deposit(pool, `L-P${n}`, 1_000_000);
  }
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function listing(targetFen: number, changes: Parameters<typeof addListing>[3] = {}): Promise<string> {
  const loanNo = `LN${(loans += 1)}`;
  await addLoan(pool, { loanNo, borrowerId: 'PB', amountFen: targetFen });
  await addListing(pool, loanNo, targetFen, changes);
  return loanNo;
}

const bid = (lender: number | string, amountFen: number, changes: Partial<NewBid> = {}): NewBid =>
  ({ key: `k${Math.random()}`, lenderId: `P${lender}`, userNo: `L-P${lender}`, amountFen, by: 'authorisation', riskNoticeVersion: '1', ...changes });
const place = (loanNo: string, ...bids: NewBid[]): Promise<Placed[]> => placeBids(pool, loanNo, bids, someMoment);
const refusalOf = (placed: Placed | undefined): string | undefined => (placed && 'refused' in placed ? placed.refused : undefined);
const requestNoOf = (placed: Placed | undefined): string => (placed && 'requestNo' in placed ? placed.requestNo : '');
const frozen = (requestNo: string, amountFen: number) => recordOutcome(pool, { requestNo, at: someMoment, outcome: { status: 'done', amountFen, at: someMoment, bankNo: 'BK' } });
const refused = (requestNo: string) => recordOutcome(pool, { requestNo, at: someMoment, outcome: { status: 'refused', code: 'insufficient-funds', reason: '' } });
const available = (lender: number) => balanceOf(pool, personal(`L-P${lender}`, 'available'));
const shares = async (loanNo: string): Promise<[number, number, string]> => {
  const found = (await findListing(pool, loanNo))!;
  return [found.reservedFen, found.frozenFen, found.state];
};

describe('placing bids', () => {
  it('reserves the share and the money, and nothing twice for the same form', async () => {
    const loanNo = await listing(500_000);
    const before = await available(1);
    const one = bid(1, 100_000, { key: 'form-1' });
    const [first] = await place(loanNo, one);
    expect(first).toMatchObject({ state: 'reserved' });
    expect((await place(loanNo, one, one))).toEqual([first, first]);
    expect(await shares(loanNo)).toEqual([100_000, 0, 'open']);
    expect(before - await available(1)).toBe(100_000);
  });

  it('says why a bid is refused, and what is free', async () => {
    const loanNo = await listing(500_000, { maxShareBps: 4_000 });
    await addPerson(pool, 'PB', 'lender');
    const refusals = await place(loanNo, bid('B', 100_000), bid(2, 5_000), bid(2, 15_000), bid(2, 210_000), bid(2, 600_000), bid(3, 200_000), bid(3, 10_000));
    expect(refusals.map(refusalOf)).toEqual(['own-loan', 'below-minimum', 'not-a-step', 'above-share', 'not-enough-free', undefined, 'above-share']);
    expect(refusals[1]).toMatchObject({ freeFen: 500_000 });
    expect((await place('LN-none', bid(2, 10_000))).map(refusalOf)).toEqual(['no-listing']);
  });

  it('refuses what the lender does not have, counting the bids before it in the same batch', async () => {
    const loanNo = await listing(3_000_000);
    const has = await available(4);
    expect((await place(loanNo, bid(4, has), bid(4, 10_000))).map(refusalOf)).toEqual([undefined, 'not-enough-money']);
  });

  it('lets a bid take an odd rest whole', async () => {
    const loanNo = await listing(104_300);
    expect((await place(loanNo, bid(5, 100_000), bid(6, 4_200), bid(6, 4_300))).map(refusalOf)).toEqual([undefined, 'below-minimum', undefined]);
    expect(await shares(loanNo)).toEqual([104_300, 0, 'open']);
  });

  it('takes no bid after the deadline', async () => {
    const loanNo = await listing(500_000);
    expect((await placeBids(pool, loanNo, [bid(7, 10_000)], '2025-03-31T10:00:00.000Z')).map(refusalOf)).toEqual(['listing-closed']);
  });
});

describe('many lenders at once', () => {
  it('never sell more than there is, and sell all of it', async () => {
    const loanNo = await listing(2_000_000);
    const asked = Array.from({ length: 400 }, (_, n) => bid(8 + (n % 30), 10_000));
    const batches = Array.from({ length: 80 }, (_, n) => asked.slice(n * 5, n * 5 + 5));
    const placed = (await Promise.all(batches.map((batch) => place(loanNo, ...batch)))).flat();
    expect(placed.filter((each) => 'bidId' in each)).toHaveLength(200);
    expect(placed.map(refusalOf).filter(Boolean)).toEqual(Array.from({ length: 200 }, () => 'not-enough-free'));
    expect(await shares(loanNo)).toEqual([2_000_000, 0, 'open']);
    const books = await trialBalance(pool);
    expect([books.sumFen, books.driftedAccounts]).toEqual([0, []]);
  });

  it('keep to it while freezes, refusals and new bids come from all sides, on two listings with the same lenders', async () => {
    const loans = [await listing(1_500_000), await listing(900_000)];
    await Promise.all(Array.from({ length: 200 }, async (_, n) => {
      const loanNo = loans[n % 2]!;
      const [placed] = await place(loanNo, bid(8 + (n % 30), 20_000));
      if (!placed || 'refused' in placed) return;
      await (n % 3 === 0 ? refused(placed.requestNo) : frozen(placed.requestNo, 20_000));
    }));
    for (const [index, loanNo] of loans.entries()) {
      const [reservedFen, frozenFen] = await shares(loanNo);
      const bids = await bidsOfLoan(pool, loanNo, ['frozen']);
      expect(reservedFen).toBe(0);
      expect(frozenFen).toBe(bids.reduce((sum, each) => sum + each.amountFen, 0));
      expect(frozenFen).toBeLessThanOrEqual([1_500_000, 900_000][index]!);
    }
    const books = await trialBalance(pool);
    expect([books.sumFen, books.driftedAccounts, books.unbalancedJournals]).toEqual([0, [], []]);
  });
});

describe('a reservation', () => {
  const expireNow = (requestNo: string) => pool.query(`UPDATE bid SET expires_at = now() - interval '1 second' WHERE request_no = $1`, [requestNo]);

  it('is full only when all of it is frozen at the bank, not when all of it is reserved', async () => {
    const loanNo = await listing(200_000);
    const placed = await place(loanNo, bid(10, 100_000), bid(11, 100_000));
    expect(await shares(loanNo)).toEqual([200_000, 0, 'open']);
    await frozen(requestNoOf(placed[0]), 100_000);
    expect(await shares(loanNo)).toEqual([100_000, 100_000, 'open']);
    await frozen(requestNoOf(placed[1]), 100_000);
    expect(await shares(loanNo)).toEqual([0, 200_000, 'full']);
  });

  it('by hand ends after its minutes, and share and money are free again', async () => {
    const loanNo = await listing(200_000);
    const before = await available(12);
    const [placed] = await place(loanNo, bid(12, 100_000, { by: 'password' }));
    expect(await expireReservations(pool, loanNo, someMoment)).toBe(0);
    await expireNow(requestNoOf(placed));
    expect(await expireReservations(pool, loanNo, someMoment)).toBe(1);
    expect([await shares(loanNo), await available(12)]).toEqual([[0, 0, 'open'], before]);
  });

  it('frozen late takes its share if that is still free', async () => {
    const loanNo = await listing(200_000);
    const [placed] = await place(loanNo, bid(13, 100_000, { by: 'password' }));
    await expireNow(requestNoOf(placed));
    await expireReservations(pool, loanNo, someMoment);
    await frozen(requestNoOf(placed), 100_000);
    expect(await shares(loanNo)).toEqual([0, 100_000, 'open']);
    expect(await bidsOfLoan(pool, loanNo, ['frozen'])).toHaveLength(1);
  });

  it('frozen late after its share has gone is to be cancelled at the bank at once', async () => {
    const loanNo = await listing(200_000);
    const [late] = await place(loanNo, bid(14, 100_000, { by: 'password' }));
    await expireNow(requestNoOf(late));
    await expireReservations(pool, loanNo, someMoment);
    await place(loanNo, bid(15, 200_000));
    await frozen(requestNoOf(late), 100_000);
    expect(await shares(loanNo)).toEqual([200_000, 0, 'open']);
    expect(await balanceOf(pool, personal('L-P14', 'frozen'))).toBe(100_000);
    expect(await rows(pool, 'SELECT verb, state, amount_fen AS fen, details FROM instruction WHERE request_no = $1', [`${requestNoOf(late)}-cancel`]))
      .toEqual([{ verb: 'release-hold', state: 'intended', fen: 100_000, details: { holdRequestNo: requestNoOf(late) } }]);
    await frozen(`${requestNoOf(late)}-cancel`, 100_000);
    expect(await balanceOf(pool, personal('L-P14', 'frozen'))).toBe(0);
  });

  it('ends when the person withdraws the reserved money, which the bank sees as available', async () => {
    const loanNo = await listing(900_000);
    const has = await available(39);
    await place(loanNo, bid(39, 100_000), bid(39, 200_000));
    await pool.query(`INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, as_of) VALUES ('W1', 'W1', 'withdraw', 'L-P39', $1, 'W1', 'withdraw', 'sent', now())`, [has - 100_000]);
    await frozen('W1', has - 100_000);
    expect(await shares(loanNo)).toEqual([100_000, 0, 'open']);
    expect((await bidsOfLoan(pool, loanNo, ['expired'])).map((each) => [each.amountFen, each.reason])).toEqual([[200_000, 'money-left']]);
    expect(await available(39)).toBe(0);
  });
});

describe('the bank\'s word', () => {
  it('is taken once, however often it is heard', async () => {
    const loanNo = await listing(200_000);
    const [placed] = await place(loanNo, bid(16, 100_000));
    const told = await Promise.all(Array.from({ length: 10 }, () => frozen(requestNoOf(placed), 100_000)));
    expect(told.filter((each) => each.changed)).toHaveLength(1);
    expect(told.every((each) => each.terminal && each.workflowId === `fund:${loanNo}`)).toBe(true);
    expect(await refused(requestNoOf(placed))).toMatchObject({ changed: false });
    expect(await shares(loanNo)).toEqual([0, 100_000, 'open']);
  });

  it('of another amount than was asked for changes nothing', async () => {
    const loanNo = await listing(200_000);
    const [placed] = await place(loanNo, bid(17, 100_000));
    await expect(frozen(requestNoOf(placed), 90_000)).rejects.toThrow('asked for 100000 fen, the bank says 90000');
    expect(await shares(loanNo)).toEqual([100_000, 0, 'open']);
  });

  it('about a number that was never used is refused by name', async () => {
    await expect(frozen('BID-unheard', 1)).rejects.toThrow('no instruction BID-unheard');
  });

  it('that uses money which is not in the books yet waits for the earlier word', async () => {
    const send = (requestNo: string, verb: string, fen: number) => pool.query(
      `INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, as_of) VALUES ($1, $1, $2, 'L-P40', $3, $1, 'x', 'sent', now())`, [requestNo, verb, fen]);
    await send('D40', 'deposit', 500_000);
    await send('W40', 'withdraw', 1_400_000);
    await expect(frozen('W40', 1_400_000)).rejects.toThrow('an earlier movement is not in the books yet');
    await frozen('D40', 500_000);
    await frozen('W40', 1_400_000);
    expect(await available(40)).toBe(100_000);
  });
});
