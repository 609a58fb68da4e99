/** What passes to heirs, on a real PostgreSQL, against the sandbox bank on the wire. */
import { createHash } from 'node:crypto';
import { businessTime, password, startCustodySide, type CustodySide } from '../../test/custody.js';
import { cardNumber } from '../../test/bank.js';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { addLoan, addPerson } from '../../test/people-with-money.js';
import { beginAccount } from '../../db/accounts.js';
import { compareBooks } from '../../db/books.js';
import { claim, debt, personal } from '../../db/chart.js';
import { enterOrder } from '../../db/court-orders.js';
import { enterEstate, findEstate } from '../../db/estates.js';
import { intend, markSent } from '../../db/instructions.js';
import { balanceOf, moved, postJournal } from '../../db/ledger.js';
import { recordOutcome } from '../../db/outcomes.js';
import { createPool, inTransaction, row, rows, type Pool } from '../../db/pool.js';
import type { BankActivities } from '../../workflows/contract.js';
import { createBankActivities } from './index.js';

let bank: CustodySide;
let database: TestDatabase;
let pool: Pool;
let activities: BankActivities;
beforeAll(async () => {
  [bank, database] = await Promise.all([startCustodySide(), createTestDatabase()]);
  pool = createPool(database.url, { name: 'estates-test', max: 10 });
  activities = createBankActivities({ pool, custody: bank.custody });
  for (const id of ['P801', 'P802', 'P811', 'P812', 'P813']) await addPerson(pool, id, 'lender');
  await addPerson(pool, 'P820', 'borrower');
});
afterAll(async () => {
  await bank.stop();
  await pool.end();
  await database.drop();
});

const asOf = businessTime;
let serial = 0;
async function atTheBank(verb: 'register' | 'authorise' | 'deposit', userNo: string, act: Parameters<CustodySide['person']>[0], typed?: Parameters<CustodySide['person']>[1]): Promise<void> {
  const requestNo = `${verb}-${userNo}-${(serial += 1)}`;
  await intend(pool, { requestNo, businessKey: requestNo, verb, userNo, amountFen: 'amountFen' in act ? act.amountFen : 0, workflowId: requestNo, step: verb, asOf });
  await markSent(pool, requestNo);
  const message = await bank.person({ ...act, requestNo }, typed);
  await recordOutcome(pool, { requestNo, outcome: message.outcome, user: message.user, at: asOf });
}

/** Who has died, with so much at the sandbox bank. */
async function deceased(depositFen: number): Promise<{ personId: string; userNo: string }> {
  serial += 1;
  const personId = `P${1_000 + serial}`;
  await pool.query(`INSERT INTO person (id, email, email_index, phone_cipher, phone_index, phone_last4, password_hash, identification_state) VALUES ($1, $1, $1, 'x', $1, '0000', 'x', 'verified')`, [personId]);
  const userNo = await beginAccount(pool, personId, 'INVESTOR');
  await atTheBank('register', userNo, { act: 'register', userNo, role: 'INVESTOR', realName: '王小明', idNumber: `11010119900307${String(1_000 + serial)}`, mobile: '13800000000' }, { password, passwordAgain: password, cardNumber: cardNumber(9, serial), bankName: 'Merchants Bank of the Sandbox' });
  if (depositFen > 0) await atTheBank('deposit', userNo, { act: 'deposit', userNo, amountFen: depositFen });
  return { personId, userNo };
}

async function document(): Promise<number> {
  const kept = await row<{ id: number }>(pool, `INSERT INTO document (sha256, media_type, bytes, content_cipher, uploaded_by, uploaded_at) VALUES ($1, 'application/pdf', 9, 'x', 'P801', $2) RETURNING id`, [createHash('sha256').update(`paper ${(serial += 1)}`).digest('hex'), asOf]);
  return kept!.id;
}
const thirds = ['P811', 'P812', 'P813'].map((personId) => ({ personId, numerator: 1, denominator: 3 }));
async function enter(personId: string, heirs = thirds): Promise<string> {
  const documentId = await document();
  return inTransaction(pool, (tx) => enterEstate(tx, { key: `form-${(serial += 1)}`, personId, notary: 'Hangzhou Notary Office', certificate: '(2026) 1', documentId, heirs, enteredBy: 'P801', enteredRole: 'compliance', enteredAt: asOf, dueAt: asOf }));
}
const decide = (estateNo: string, personId = 'P802', approve = true) => activities.decideEstate({ estateNo, personId, approve, reasonKey: 'none', asOf });
async function approved(personId: string): Promise<string> {
  const estateNo = await enter(personId);
  expect(await decide(estateNo)).toEqual({ status: 'decided', approved: true });
  return estateNo;
}

/** A claim of so much on a loan that was paid out. */
async function holding(lenderId: string, fen: number): Promise<{ loanNo: string; id: number }> {
  const loanNo = `LN88${(serial += 1)}`;
  await addLoan(pool, { loanNo, borrowerId: 'P820', amountFen: fen });
  const held = await row<{ id: number }>(pool, 'INSERT INTO holding (loan_no, lender_id, user_no, principal_fen) VALUES ($1, $2, $3, $4) RETURNING id', [loanNo, lenderId, `L-${lenderId}`, fen]);
  const act = await row<{ id: number }>(pool, `INSERT INTO act (actor, role, verb, subject, business_at) VALUES ('P820', 'borrower', 'sign', $1, $2) RETURNING id`, [loanNo, asOf]);
  await inTransaction(pool, (tx) => postJournal(tx, { key: `${loanNo}:lent`, kind: 'lent', actId: act!.id, businessAt: asOf, postings: moved(debt(loanNo, 'principal'), claim(loanNo, held!.id, 'principal'), fen) }));
  return { loanNo, id: held!.id };
}
const holdingsOf = (loanNo: string) => rows<{ lenderId: string; fen: number; shareFen: number | null }>(pool, 'SELECT lender_id AS "lenderId", principal_fen AS fen, share_fen AS "shareFen" FROM holding WHERE loan_no = $1 ORDER BY id', [loanNo]);

it('nobody decides what they entered, what they inherit, or twice; a refusal needs its reason', async () => {
  const { personId } = await deceased(0);
  const estateNo = await enter(personId);
  expect(await decide(estateNo, 'P801')).toEqual({ status: 'refused', code: 'second-person' });
  expect(await decide(estateNo, 'P811')).toEqual({ status: 'refused', code: 'own-case' });
  expect(await decide(estateNo, 'P802', false)).toEqual({ status: 'refused', code: 'reason-missing' });
  expect(await decide(estateNo)).toEqual({ status: 'decided', approved: true });
  expect(await decide(estateNo)).toEqual({ status: 'decided', approved: true });
  expect(await decide(estateNo, 'P803')).toEqual({ status: 'refused', code: 'paper-decided' });
  await expect(enter(personId)).rejects.toThrow(/estate_of_person/);
});

it('claims are split to the fen, the claims book follows holding by holding, and nothing is left of them', async () => {
  const { personId } = await deceased(0);
  const { loanNo, id } = await holding(personId, 10_000);
  const estateNo = await approved(personId);
  expect(await activities.settleEstate({ estateNo, asOf })).toEqual({ status: 'done' });
  expect(await holdingsOf(loanNo)).toEqual([{ lenderId: personId, fen: 0, shareFen: 0 }, ...['P811', 'P812', 'P813'].map((lenderId) => ({ lenderId, fen: expect.any(Number), shareFen: expect.any(Number) }))]);
  const parts = (await holdingsOf(loanNo)).slice(1).map(({ fen }) => fen);
  expect([[...parts].sort(), parts.reduce((sum, fen) => sum + fen, 0)]).toEqual([[3_333, 3_333, 3_334], 10_000]);
  expect(await balanceOf(pool, claim(loanNo, id, 'principal'))).toBe(0);
  expect(await rows(pool, `SELECT actor, verb FROM act WHERE verb = 'inherit-claim' AND subject = $1`, [loanNo])).toEqual([{ actor: `workflow:estate:${estateNo}`, verb: 'inherit-claim' }]);
  expect(await findEstate(pool, estateNo)).toMatchObject({ state: 'ended', waitsFor: null });
  expect(await activities.settleEstate({ estateNo, asOf })).toEqual({ status: 'done' });
  expect((await holdingsOf(loanNo)).length).toBe(4);
});

it('an heir who held a part of the loan before has both; a repeat splits nothing again', async () => {
  const { personId } = await deceased(0);
  const { loanNo } = await holding(personId, 9_000);
  await pool.query(`INSERT INTO holding (loan_no, lender_id, user_no, principal_fen) VALUES ($1, 'P812', 'L-P812', 500)`, [loanNo]);
  await activities.settleEstate({ estateNo: await approved(personId), asOf });
  expect((await holdingsOf(loanNo)).find(({ lenderId }) => lenderId === 'P812')).toEqual({ lenderId: 'P812', fen: 3_500, shareFen: 3_500 });
});

it('what a court holds stays until the court lets go of it', async () => {
  const { personId } = await deceased(0);
  const { loanNo } = await holding(personId, 6_000);
  const documentId = await document();
  const { orderNo } = await inTransaction(pool, (tx) => enterOrder(tx, { personId, court: 'Hangzhou Intermediate Court', caseNumber: '1', covers: 'claims', userNo: null, sumFen: null, fromDate: '2026-03-02', expiresOn: '2027-03-02', key: `form-${(serial += 1)}`, documentId, enteredBy: 'P801', enteredRole: 'compliance', enteredAt: asOf, dueAt: asOf }));
  await pool.query(`UPDATE court_order SET state = 'placing' WHERE order_no = $1`, [orderNo]);
  const estateNo = await approved(personId);
  expect(await activities.settleEstate({ estateNo, asOf })).toEqual({ status: 'waiting', code: 'court-order' });
  expect([await holdingsOf(loanNo), (await findEstate(pool, estateNo))?.waitsFor]).toMatchObject([[{ fen: 6_000 }], 'court-order']);
  await pool.query(`UPDATE court_order SET state = 'ended', ended_by = 'released', ended_at = $2 WHERE order_no = $1`, [orderNo, asOf]);
  expect(await activities.settleEstate({ estateNo, asOf })).toEqual({ status: 'done' });
});

it('money goes to the person’s own card, once, and the estate ends when it has', async () => {
  const { personId, userNo } = await deceased(70_000);
  const estateNo = await approved(personId);
  const first = await activities.settleEstate({ estateNo, asOf });
  // Without the authorisation to withdraw the bank refuses, and operations are asked.
  expect(first).toMatchObject({ status: 'refused' });
  await atTheBank('authorise', userNo, { act: 'authorise', userNo, types: ['WITHDRAW'], maxFen: 100_000_000, failTime: '2035-01-01' });
  expect(await activities.settleEstate({ estateNo, asOf })).toMatchObject({ status: 'pending' });
  expect([await balanceOf(pool, personal(userNo, 'available')), await balanceOf(pool, personal(userNo, 'in-transit'))]).toEqual([0, 70_000]);
  for (let tries = 0; tries < 50 && (await activities.settleEstate({ estateNo, asOf })).status !== 'done'; tries += 1) await new Promise((resolve) => { setTimeout(resolve, 100); });
  expect((await findEstate(pool, estateNo))?.state).toBe('ended');
  expect(await rows(pool, `SELECT state FROM instruction WHERE workflow_id = $1 ORDER BY request_no`, [`estate:${estateNo}`])).toEqual([{ state: 'refused' }, { state: 'done' }]);
  expect(await compareBooks(pool, () => bank.custody.downloadBalances())).toMatchObject({ trialBalanceFen: 0, bankDifferences: [], unbalancedJournals: [] });
});
