import { createTestDatabase, type TestDatabase } from '../test/database.js';
import { addListing, addLoan, addPerson, deposit, someMoment } from '../test/people-with-money.js';
import { recordAcceptance } from './acceptances.js';
import { recordAssessment } from './assessments.js';
import { placeBids } from './bids.js';
import { lenderMayBid } from './lenders.js';
import { createPool, type Pool } from './pool.js';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'lenders-test', max: 4 });
  await addPerson(pool, 'PB', 'borrower');
  await addLoan(pool, { loanNo: 'LN1', borrowerId: 'PB', amountFen: 300_000, productId: 'consumer', termMonths: 6 });
  await addListing(pool, 'LN1', 300_000);
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const may = (lenderId: string, amountFen = 10_000, by: 'password' | 'authorisation' = 'authorisation', loanNo = 'LN1') =>
  lenderMayBid(pool, { lenderId, loanNo, amountFen, by, businessAt: someMoment });
const confirmNotice = (lenderId: string) => recordAcceptance(pool, lenderId, { document: 'lender-risk-notice', version: '1', sha256: 'x' }, someMoment);
const assess = (lenderId: string, limitFen: number, validUntil = '2026-01-01') => recordAssessment(pool, lenderId, { answers: {}, grade: 'C3', limitFen, assessedAt: someMoment, validUntil });

describe('the lender gate', () => {
  it('names what is missing first, one thing at a time', async () => {
    await addPerson(pool, 'P1', 'lender');
    await pool.query(`UPDATE person SET identification_state = 'none' WHERE id = 'P1'`);
    expect(await may('P1')).toEqual({ allowed: false, refused: 'not-identified' });
    await pool.query(`UPDATE person SET identification_state = 'verified' WHERE id = 'P1'`);
    expect(await may('P1')).toEqual({ allowed: false, refused: 'risk-notice-not-confirmed' });
    await confirmNotice('P1');
    expect(await may('P1')).toEqual({ allowed: false, refused: 'not-assessed' });
    await assess('P1', 50_000);
    expect(await may('P1')).toEqual({ allowed: true, userNo: 'L-P1' });
    expect(await may('P1', 10_000, 'password', 'LN-none')).toEqual({ allowed: false, refused: 'no-listing' });
  });

  it('counts what is bid already against the limit of the assessment', async () => {
    await addPerson(pool, 'P2', 'lender');
    await confirmNotice('P2');
    await assess('P2', 30_000);
    await deposit(pool, 'L-P2', 100_000);
    await placeBids(pool, 'LN1', [{ key: 'b', lenderId: 'P2', userNo: 'L-P2', amountFen: 20_000, by: 'authorisation', riskNoticeVersion: '1' }], someMoment);
    expect(await may('P2', 10_000)).toMatchObject({ allowed: true });
    expect(await may('P2', 20_000)).toEqual({ allowed: false, refused: 'above-grade-limit' });
  });

  it('takes neither an old assessment, nor an authorisation that is too small, cancelled or over', async () => {
    await addPerson(pool, 'P3', 'lender');
    await confirmNotice('P3');
    await assess('P3', 50_000, '2025-01-01');
    expect(await may('P3')).toEqual({ allowed: false, refused: 'not-assessed' });
    await assess('P3', 50_000);
    await pool.query(`UPDATE authorisation SET max_fen = 5000 WHERE user_no = 'L-P3'`);
    expect(await may('P3')).toEqual({ allowed: false, refused: 'not-authorised' });
    expect(await may('P3', 10_000, 'password')).toMatchObject({ allowed: true });
    await pool.query(`UPDATE authorisation SET max_fen = 50000, fail_time = '2025-01-01' WHERE user_no = 'L-P3'`);
    expect(await may('P3')).toEqual({ allowed: false, refused: 'not-authorised' });
  });
});
