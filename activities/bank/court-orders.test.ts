/** Courts' orders on a real PostgreSQL, against the sandbox bank on the wire. */
import { createHash } from 'node:crypto';
import { businessTime, password, startCustodySide, type CustodySide } from '../../test/custody.js';
import { cardNumber } from '../../test/bank.js';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { addLoan, addPerson } from '../../test/people-with-money.js';
import { beginAccount } from '../../db/accounts.js';
import { compareBooks } from '../../db/books.js';
import { personal } from '../../db/chart.js';
import { claimsOfOrder, heldClaimsOf, isClaimRestrained, isMoneyRestrained, restraintsOn } from '../../db/court-order-lists.js';
import { enterOrder, enterPaper, findOrder, keepReason, type CourtOrder } from '../../db/court-orders.js';
import { intend, markSent } from '../../db/instructions.js';
import { balanceOf } from '../../db/ledger.js';
import { lenderMayBid } from '../../db/lenders.js';
import { recordOutcome } from '../../db/outcomes.js';
import { createPool, inTransaction, rows, type Pool } from '../../db/pool.js';
import type { BankActivities } from '../../workflows/contract.js';
import { createBankActivities } from './index.js';

let bank: CustodySide;
let database: TestDatabase;
let pool: Pool;
let activities: BankActivities;
beforeAll(async () => {
  [bank, database] = await Promise.all([startCustodySide(), createTestDatabase()]);
  pool = createPool(database.url, { name: 'court-orders-test', max: 10 });
  activities = createBankActivities({ pool, custody: bank.custody });
  for (const id of ['P801', 'P802', 'P803']) await addPerson(pool, id, 'lender');
});
afterAll(async () => {
  await bank.stop();
  await pool.end();
  await database.drop();
});

let serial = 0;
async function atTheBank(verb: 'register' | 'authorise' | 'deposit', userNo: string, act: Parameters<CustodySide['person']>[0], typed?: Parameters<CustodySide['person']>[1]): Promise<void> {
  const requestNo = `${verb}-${userNo}-${(serial += 1)}`;
  await intend(pool, { requestNo, businessKey: requestNo, verb, userNo, amountFen: 'amountFen' in act ? act.amountFen : 0, workflowId: requestNo, step: verb, asOf: businessTime });
  await markSent(pool, requestNo);
  const message = await bank.person({ ...act, requestNo }, typed);
  await recordOutcome(pool, { requestNo, outcome: message.outcome, user: message.user, at: businessTime });
}

/** A lender with an account at the sandbox bank and so much in it. */
async function lender(depositFen: number): Promise<{ personId: string; userNo: string }> {
  serial += 1;
  const personId = `P${1_000 + serial}`;
  await pool.query(`INSERT INTO person (id, email, email_index, phone_cipher, phone_index, phone_last4, password_hash, identification_state) VALUES ($1, $1, $1, 'x', $1, '0000', 'x', 'verified')`, [personId]);
  const userNo = await beginAccount(pool, personId, 'INVESTOR');
  await atTheBank('register', userNo, { act: 'register', userNo, role: 'INVESTOR', realName: '王小明', idNumber: `11010119900307${String(1_000 + serial)}`, mobile: '13800000000' }, { password, passwordAgain: password, cardNumber: cardNumber(9, serial), bankName: 'Merchants Bank of the Sandbox' });
  if (depositFen > 0) await deposit(userNo, depositFen);
  return { personId, userNo };
}
const deposit = (userNo: string, amountFen: number) => atTheBank('deposit', userNo, { act: 'deposit', userNo, amountFen });

async function document(): Promise<number> {
  const sha256 = createHash('sha256').update(`paper ${(serial += 1)}`).digest('hex');
  const { rows: [kept] } = await pool.query<{ id: number }>(`INSERT INTO document (sha256, media_type, bytes, content_cipher, uploaded_by, uploaded_at) VALUES ($1, 'application/pdf', 9, 'x', 'P801', $2) RETURNING id`, [sha256, businessTime]);
  return kept!.id;
}

const entry = async () => ({ key: `form-${(serial += 1)}`, documentId: await document(), enteredBy: 'P801', enteredRole: 'compliance', enteredAt: businessTime, dueAt: '2026-03-04T16:00:00.000Z' });
async function enter(personId: string, order: Partial<CourtOrder> = {}): Promise<{ orderNo: string; paperId: number }> {
  const papers = await entry();
  return inTransaction(pool, (tx) => enterOrder(tx, { personId, court: 'Hangzhou Intermediate Court', caseNumber: '(2026) Zhe 01 Zhi 1', covers: 'both', userNo: null, sumFen: null, fromDate: '2026-03-02', expiresOn: '2027-03-02', ...order, ...papers }));
}
const decide = (paperId: number, personId = 'P802', approve = true, reasonKey = 'none') => activities.decidePaper({ paperId, personId, approve, reasonKey, asOf: businessTime });
const asOf = businessTime;
async function inForce(personId: string, order: Partial<CourtOrder> = {}): Promise<string> {
  const { orderNo, paperId } = await enter(personId, order);
  expect(await decide(paperId)).toMatchObject({ status: 'decided' });
  expect(await activities.placeOrder({ orderNo, asOf })).toEqual({ status: 'done' });
  return orderNo;
}
const held = (userNo: string) => balanceOf(pool, personal(userNo, 'court-frozen'));
const free = (userNo: string) => balanceOf(pool, personal(userNo, 'available'));
const books = () => compareBooks(pool, () => bank.custody.downloadBalances());
const clean = { trialBalanceFen: 0, bankDifferences: [], unbalancedJournals: [] };
/** What the bank has told by itself, recorded as the door for its messages does. */
async function hear(): Promise<void> {
  for (const { requestNo, outcome } of bank.told.filter((message) => message.act === 'court-freeze')) await recordOutcome(pool, { requestNo, outcome, at: businessTime });
}

describe('a paper of a court', () => {
  it('is decided by another log-in, never by the person, once, and a refusal says why', async () => {
    const { personId } = await lender(0);
    const { orderNo, paperId } = await enter(personId);
    expect(await decide(paperId, 'P801')).toEqual({ status: 'refused', code: 'second-person' });
    expect(await decide(paperId, personId)).toEqual({ status: 'refused', code: 'own-case' });
    expect(await decide(paperId, 'P802', false)).toEqual({ status: 'refused', code: 'reason-missing' });
    expect(await decide(999_999)).toEqual({ status: 'refused', code: 'no-such-paper' });
    await keepReason(pool, { key: 'why-1', paperId, personId: 'P802', why: 'another person of the same name' });
    expect(await decide(paperId, 'P802', false, 'why-1')).toMatchObject({ status: 'decided', paper: { kind: 'freeze', approved: false } });
    expect(await decide(paperId, 'P802', false, 'why-1')).toMatchObject({ status: 'decided' });
    expect(await decide(paperId, 'P803')).toEqual({ status: 'refused', code: 'paper-decided' });
    expect(await findOrder(pool, orderNo)).toMatchObject({ state: 'refused', endedBy: 'refused' });
    expect(await rows(pool, 'SELECT actor, second_person, verb, why FROM act WHERE subject = $1 ORDER BY id', [orderNo])).toEqual([
      { actor: 'P801', second_person: null, verb: 'enter-court-freeze', why: null }, { actor: 'P801', second_person: 'P802', verb: 'refuse-court-freeze', why: 'another person of the same name' },
    ]);
    expect(await restraintsOn(pool, personId)).toEqual([]);
  });

  it('the database itself refuses one person for both, a second undecided paper, and a changed document', async () => {
    const { personId } = await lender(0);
    const { orderNo, paperId } = await enter(personId);
    await expect(pool.query(`UPDATE court_paper SET decision = 'approved', decided_by = 'P801', decided_at = now() WHERE id = $1`, [paperId])).rejects.toMatchObject({ code: '23514' });
    const second = { ...(await entry()), orderNo, kind: 'release' as const, expiresOn: null, amountFen: null };
    await expect(inTransaction(pool, (tx) => enterPaper(tx, second))).rejects.toMatchObject({ code: '23505' });
    await expect(pool.query(`UPDATE document SET sha256 = repeat('0', 64)`)).rejects.toThrow('refused');
  });
});

describe('an order in force', () => {
  it('freezes at the bank and in the ledger; bids and withdrawals are refused, deposits held; it ends whole', async () => {
    const { personId, userNo } = await lender(50_000);
    const orderNo = await inForce(personId, { covers: 'money' });
    expect([await free(userNo), await held(userNo), await bank.balance(userNo)]).toEqual([0, 50_000, [0, 50_000]]);
    expect(await isMoneyRestrained(pool, userNo)).toBe(true);
    await addLoan(pool, { loanNo: `LN${serial}`, borrowerId: 'P803', amountFen: 100_000 });
    expect(await lenderMayBid(pool, { lenderId: personId, loanNo: `LN${serial}`, amountFen: 10_000, by: 'password', businessAt: asOf })).toEqual({ allowed: false, refused: 'court-order' });
    await deposit(userNo, 7_000);
    expect(await books()).toMatchObject(clean);
    await bank.notified(`order-${orderNo}-freeze-${userNo}`, 'done');
    expect(await activities.closeDays({ from: '2026-03-02', to: '2026-03-02', asOf })).toEqual({ trialBalanceFen: 0, differences: 0 });
    expect([await free(userNo), await held(userNo)]).toEqual([0, 57_000]);
    await hear();
    expect(await held(userNo)).toBe(57_000);
    expect(await findOrder(pool, orderNo)).toMatchObject({ state: 'standing', heldFen: 57_000, placedAt: asOf });
    expect(await activities.liftOrder({ orderNo, endedBy: 'expired', asOf })).toEqual({ status: 'done' });
    expect([await free(userNo), await held(userNo), await bank.balance(userNo)]).toEqual([57_000, 0, [57_000, 0]]);
    expect(await activities.liftOrder({ orderNo, endedBy: 'released', asOf })).toEqual({ status: 'done' });
    expect(await findOrder(pool, orderNo)).toMatchObject({ state: 'ended', endedBy: 'expired', heldFen: 0 });
    expect(await isMoneyRestrained(pool, userNo)).toBe(false);
    expect(await rows(pool, `SELECT verb, after FROM act WHERE subject = $1 AND verb LIKE 'court%' ORDER BY id`, [personId])).toMatchObject([{ verb: 'court-freeze', after: { orderNo, heldFen: 50_000 } }, { verb: 'court-release', after: { orderNo, endedBy: 'expired' } }]);
    expect(await books()).toMatchObject(clean);
  });

  it('for a sum takes no more than the sum, and what is beyond it stays the person’s to use', async () => {
    const { personId, userNo } = await lender(20_000);
    await inForce(personId, { covers: 'money', sumFen: 30_000, userNo });
    expect([await free(userNo), await held(userNo), await isMoneyRestrained(pool, userNo)]).toEqual([0, 20_000, true]);
    await deposit(userNo, 25_000);
    await activities.closeDays({ from: '2026-03-02', to: '2026-03-02', asOf });
    expect([await free(userNo), await held(userNo), await isMoneyRestrained(pool, userNo)]).toEqual([15_000, 30_000, false]);
    expect(await books()).toMatchObject(clean);
  });

  it('gives back a part when the court says so, and is for less from then on', async () => {
    const { personId, userNo } = await lender(40_000);
    const orderNo = await inForce(personId, { covers: 'money', sumFen: 30_000, userNo });
    const paper = { ...(await entry()), orderNo, kind: 'release' as const, expiresOn: null, amountFen: 12_000 };
    const paperId = await inTransaction(pool, (tx) => enterPaper(tx, paper));
    expect(await decide(paperId)).toMatchObject({ status: 'decided', paper: { kind: 'release', amountFen: 12_000, approved: true } });
    for (let n = 0; n < 2; n += 1) expect(await activities.releasePart({ paperId, asOf })).toEqual({ status: 'done' });
    expect([await free(userNo), await held(userNo)]).toEqual([22_000, 18_000]);
    expect(await findOrder(pool, orderNo)).toMatchObject({ sumFen: 18_000, heldFen: 18_000, state: 'standing' });
    expect(await activities.liftOrder({ orderNo, endedBy: 'released', asOf })).toEqual({ status: 'done' });
    expect([await free(userNo), await held(userNo)]).toEqual([40_000, 0]);
    expect(await books()).toMatchObject(clean);
  });

  it('is renewed by a second person, and holds the claims of a lender until it ends', async () => {
    const { personId, userNo } = await lender(0);
    for (const n of [1, 2]) {
      await addLoan(pool, { loanNo: `LN9${n}${serial}`, borrowerId: 'P803', amountFen: 100_000 });
      await pool.query('INSERT INTO holding (loan_no, lender_id, user_no, principal_fen, paid_principal_fen) VALUES ($1, $2, $3, 60000, 20000)', [`LN9${n}${serial}`, personId, userNo]);
    }
    const [first, second] = await rows<{ id: number }>(pool, 'SELECT id FROM holding WHERE lender_id = $1 ORDER BY id', [personId]);
    const orderNo = await inForce(personId, { covers: 'claims', sumFen: 30_000, expiresOn: '2029-03-02' });
    expect((await heldClaimsOf(pool, personId)).map((claim) => [claim.holdingId, claim.outstandingFen])).toEqual([[first!.id, 40_000]]);
    expect([await isClaimRestrained(pool, first!.id), await isClaimRestrained(pool, second!.id)]).toEqual([true, false]);
    const paperId = await inTransaction(pool, async (tx) => enterPaper(tx, { ...(await entry()), orderNo, kind: 'renewal', expiresOn: '2031-01-01', amountFen: null }));
    expect(await decide(paperId)).toMatchObject({ status: 'decided', paper: { kind: 'renewal', expiresOn: '2031-01-01' } });
    expect(await findOrder(pool, orderNo)).toMatchObject({ expiresOn: '2031-01-01', state: 'standing' });
    await activities.liftOrder({ orderNo, endedBy: 'expired', asOf });
    expect([await heldClaimsOf(pool, personId), (await claimsOfOrder(pool, orderNo)).map((claim) => claim.releasedAt)]).toEqual([[], [asOf]]);
  });

  it('whatever the wire does, it is frozen once and given back once', async () => {
    const { personId, userNo } = await lender(10_000);
    const { orderNo, paperId } = await enter(personId, { covers: 'money' });
    await decide(paperId);
    for (const [serviceName, mode] of [['FREEZE', 'answer-lost'], ['UNFREEZE', 'arrives-late'], ['QUERY_TRANSACTION', 'fail-before']]) await bank.outside('/hostile', { mode: mode!, serviceName: serviceName!, calls: 1 });
    const persist = async (step: () => Promise<{ status: string }>): Promise<void> => {
      for (let tries = 0; tries < 20; tries += 1) if ((await step().catch(() => ({ status: 'failed' }))).status === 'done') return;
      throw new Error('not done after twenty tries');
    };
    await persist(() => activities.placeOrder({ orderNo, asOf }));
    expect([await free(userNo), await held(userNo), await bank.balance(userNo)]).toEqual([0, 10_000, [0, 10_000]]);
    await persist(() => activities.liftOrder({ orderNo, endedBy: 'released', asOf }));
    expect([await free(userNo), await held(userNo), await bank.balance(userNo)]).toEqual([10_000, 0, [10_000, 0]]);
    expect(await books()).toMatchObject(clean);
  });
});
