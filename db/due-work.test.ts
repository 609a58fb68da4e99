import { createTestDatabase } from '../test/database.js';
import { dueWork } from './due-work.js';
import { expectAt, intend, markSent } from './instructions.js';
import { createPool, type Pool } from './pool.js';

const asOf = '2026-03-02T02:00:00.000Z';
const arrives = '2026-03-03T02:00:00.000Z';

describe('what the business clock waits for', () => {
  let pool: Pool;
  let drop: () => Promise<void>;
  beforeEach(async () => {
    const database = await createTestDatabase();
    pool = createPool(database.url, { name: 'test' });
    drop = () => database.drop();
  });
  afterEach(async () => {
    await pool.end();
    await drop();
  });
  const unfinished = async (at: string): Promise<string[]> => (await dueWork(pool, Date.parse(at))).matters.map(({ id }) => id);

  it('a payout holds it until the bank is known to have it, and again when it should have arrived', async () => {
    await intend(pool, { requestNo: 'X-payout', businessKey: 'X:payout', verb: 'payout', userNo: 'B-P1', amountFen: 100, workflowId: 'X', step: 'payOut', asOf, waitsUntil: arrives });
    expect(await unfinished(asOf)).toEqual([]);
    await markSent(pool, 'X-payout');
    expect(await unfinished(asOf)).toEqual(['X-payout']);
    await pool.query(`UPDATE instruction SET state = 'accepted'`);
    expect(await unfinished(asOf)).toEqual([]);
    expect(await unfinished(arrives)).toEqual(['X-payout']);
    await expectAt(pool, 'X-payout', '2026-03-04T02:00:00.000Z');
    expect(await unfinished(arrives)).toEqual([]);
  });
});
