/** The bank tells of trades by itself: before its answer, twice, or when the answer was lost. */
import { addLoan, addPerson, deposit } from '../../test/people-with-money.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';
import { askSale, findSale } from '../../db/claim-sales.js';
import { personal, platformIncome } from '../../db/chart.js';
import { find, intend, intendDetails } from '../../db/instructions.js';
import { balanceOf } from '../../db/ledger.js';

let web: TestWeb;
beforeAll(async () => { web = await startTestWeb(); });
afterAll(() => web.close());

const asOf = '2025-04-10T02:00:00.000Z';
const notify = (service: string, data: Record<string, unknown>, options?: Parameters<TestWeb['bankMessage']>[2]) => web.raw.post('/bank/notify').type('form').send(web.bankMessage(service, data, options));

async function feeOf(no: number): Promise<{ requestNo: string; userNo: string; told: Record<string, unknown> }> {
  const { userNo } = await addPerson(web.pool, `P90${no}`, 'borrower');
  await deposit(web.pool, userNo, 10_000);
  await addLoan(web.pool, { loanNo: `LN90${no}`, borrowerId: `P90${no}`, amountFen: 100_000 });
  const requestNo = `LN90${no}-fee-x`;
  await intend(web.pool, { requestNo, businessKey: requestNo, verb: 'transfer-fee', userNo, loanNo: `LN90${no}`, amountFen: 250, workflowId: `LN90${no}`, step: 'fee', asOf });
  await intendDetails(web.pool, requestNo, [{ requestNo: `${requestNo}-1`, holdRequestNo: null, fromUserNo: userNo, toUserNo: 'PLATFORM_INCOME', kind: 'commission', purpose: 'agreed-fee', amountFen: 250, holdingId: null, bidId: null }]);
  return { requestNo, userNo, told: { requestNo, transactionType: 'SYNC_TRANSACTION', status: 'SUCCESS', amount: '2.50', finishedAt: asOf, bankNo: 'BK0000000009' } };
}

it('a trade that the bank tells of is recorded once, however often it is told', async () => {
  const { requestNo, userNo, told } = await feeOf(1);
  const before = await balanceOf(web.pool, platformIncome);
  for (let times = 0; times < 3; times += 1) expect((await notify('SYNC_TRANSACTION', told)).text).toBe('SUCCESS');
  expect(await find(web.pool, requestNo)).toMatchObject({ state: 'done', bankNo: 'BK0000000009' });
  expect([await balanceOf(web.pool, personal(userNo, 'available')), (await balanceOf(web.pool, platformIncome)) - before]).toEqual([9_750, 250]);
});

it('a trade of another amount than was asked for is not recorded, and the bank is told so', async () => {
  const { requestNo, userNo, told } = await feeOf(2);
  const answer = await notify('SYNC_TRANSACTION', { ...told, amount: '25.00' });
  expect([answer.status, answer.text]).toEqual([409, 'AMOUNT DIFFERS']);
  expect(await find(web.pool, requestNo)).toMatchObject({ state: 'intended' });
  expect(await balanceOf(web.pool, personal(userNo, 'available'))).toBe(10_000);
});

it('a refused trade moves nothing, and its details say why', async () => {
  const { requestNo, userNo } = await feeOf(3);
  const refused = { requestNo, transactionType: 'SYNC_TRANSACTION', status: 'FAIL', finishedAt: asOf, bankNo: 'BK', errorCode: '100014', errorMessage: 'the balance is too low' };
  expect((await notify('SYNC_TRANSACTION', refused)).text).toBe('SUCCESS');
  expect(await find(web.pool, requestNo)).toMatchObject({ state: 'refused', reason: 'insufficient-funds' });
  expect((await web.pool.query('SELECT state, reason FROM instruction_detail WHERE batch_no = $1', [requestNo])).rows).toEqual([{ state: 'refused', reason: 'insufficient-funds' }]);
  expect(await balanceOf(web.pool, personal(userNo, 'available'))).toBe(10_000);
});

it('a sale that a lender has confirmed on the bank\'s page is open when the bank tells of it', async () => {
  const { userNo } = await addPerson(web.pool, 'P905', 'lender');
  await addPerson(web.pool, 'P906', 'borrower');
  await addLoan(web.pool, { loanNo: 'LN905', borrowerId: 'P906', amountFen: 100_000 });
  const holding = (await web.pool.query<{ id: number }>(`INSERT INTO holding (loan_no, lender_id, user_no, principal_fen) VALUES ('LN905', 'P905', $1, 100000) RETURNING id`, [userNo])).rows[0]!;
  const asked = await askSale(web.pool, { key: 'hand', holdingId: holding.id, shareFen: 40_000, by: 'password', asOf });
  if ('refused' in asked) throw new Error(asked.refused);
  const { saleNo } = asked.sale;
  expect(await find(web.pool, saleNo)).toMatchObject({ state: 'sent' });
  expect((await notify('DEBENTURE_SALE', { requestNo: saleNo, transactionType: 'DEBENTURE_SALE', status: 'SUCCESS', amount: '400.00', finishedAt: asOf, bankNo: 'BK' })).text).toBe('SUCCESS');
  expect(await findSale(web.pool, saleNo)).toMatchObject({ state: 'open', soldFen: 0 });
});
