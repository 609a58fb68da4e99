/** FREEZE and UNFREEZE: what a court orders of a person's money, now and as it comes in. */
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { openCounter } from './counter.js';
import type { Counter } from './counter.js';

let database: TestDatabase;
let at: Counter;

beforeAll(async () => {
  database = await createEmptyDatabase();
  at = await openCounter(database.url);
});

afterAll(async () => {
  await at.close();
  await database.drop();
});
beforeEach(() => at.control('/hostile', { method: 'DELETE' }));

const freeze = (userNo: string, amount?: string, requestNo = at.next('f')) => at.ask('FREEZE', { requestNo, platformUserNo: userNo, ...(amount ? { amount } : {}) });
const release = (originalFreezeRequestNo: string, amount?: string) => at.ask('UNFREEZE', { requestNo: at.next('u'), originalFreezeRequestNo, ...(amount ? { amount } : {}) });
const pull = (userNo: string, amount: string) => at.ask('DIRECT_RECHARGE', { requestNo: at.next('r'), platformUserNo: userNo, amount });
const told = (requestNo: string, amount: string) => at.until(`a notification of ${amount}`, () => at.heard.find((one) => one.data['requestNo'] === requestNo && one.data['amount'] === amount));

it('freezes the sum at once where it is there, and leaves the rest to the person', async () => {
  const userNo = await at.account('INVESTOR', 100_000);
  expect(await freeze(userNo, '300.00')).toMatchObject({ code: '0', status: 'SUCCESS', amount: '300.00' });
  expect(await at.balance(userNo)).toEqual([70_000, 30_000]);
  expect(await pull(userNo, '5.00')).toMatchObject({ code: '0' });
  expect(await at.balance(userNo)).toEqual([70_500, 30_000]);
});

it('freezes what comes in later, up to the ordered sum, and tells each time how much it is in all', async () => {
  const userNo = await at.account('INVESTOR', 10_000);
  const requestNo = at.next('f');
  expect(await freeze(userNo, '300.00', requestNo)).toMatchObject({ amount: '100.00' });
  await pull(userNo, '150.00');
  expect(await at.balance(userNo)).toEqual([0, 25_000]);
  expect(await told(requestNo, '250.00')).toMatchObject({ serviceName: 'FREEZE', genuine: true, data: { status: 'SUCCESS' } });
  await pull(userNo, '80.00');
  expect(await at.balance(userNo)).toEqual([3_000, 30_000]);
  await told(requestNo, '300.00');
  expect(await at.ask('QUERY_TRANSACTION', { requestNo })).toMatchObject({ transaction: { status: 'SUCCESS', amount: '300.00', transactionType: 'FREEZE' } });
});

it('freezes all that is there and comes in when no sum is ordered: a bid, a payout and a repayment are refused or held', async () => {
  const [lender, borrower] = [await at.account('INVESTOR', 50_000), await at.account('BORROWERS', 0)];
  const projectNo = await at.project(borrower, '100.00');
  const bid = at.next('bid');
  expect(await at.ask('USER_AUTO_PRE_TRANSACTION', { requestNo: bid, platformUserNo: lender, projectNo, bizType: 'TENDER', amount: '100.00' })).toMatchObject({ code: '0' });
  expect(await freeze(lender)).toMatchObject({ amount: '400.00' });
  expect(await at.ask('USER_AUTO_PRE_TRANSACTION', { requestNo: at.next('bid'), platformUserNo: lender, projectNo, bizType: 'TENDER', amount: '1.00' })).toMatchObject({ errorCode: '100014' });
  expect(await at.ask('AUTO_WITHDRAW', { requestNo: at.next('w'), platformUserNo: lender, amount: '1.00', withdrawType: 'NORMAL' })).toMatchObject({ errorCode: '100014' });
  expect(await at.ask('MODIFY_PROJECT', { requestNo: at.next('m'), projectNo, state: 'MISCARRY' })).toMatchObject({ code: '0', amount: '100.00' });
  expect(await at.balance(lender)).toEqual([0, 50_000]);
});

it('a second court waits: it takes what the first leaves, and what the first gives back', async () => {
  const userNo = await at.account('INVESTOR', 50_000);
  const [first, second] = [at.next('f'), at.next('f')];
  await freeze(userNo, '400.00', first);
  expect(await freeze(userNo, '300.00', second)).toMatchObject({ amount: '100.00' });
  expect(await release(first)).toMatchObject({ code: '0', status: 'SUCCESS', amount: '400.00' });
  expect(await at.balance(userNo)).toEqual([20_000, 30_000]);
  expect(await at.ask('QUERY_TRANSACTION', { requestNo: second })).toMatchObject({ transaction: { amount: '300.00' } });
});

it('UNFREEZE gives back a part, which is not frozen again, and in the end the whole', async () => {
  const userNo = await at.account('INVESTOR', 20_000);
  const requestNo = at.next('f');
  await freeze(userNo, '500.00', requestNo);
  expect(await release(requestNo, '50.00')).toMatchObject({ code: '0', amount: '50.00' });
  expect(await at.balance(userNo)).toEqual([5_000, 15_000]);
  await pull(userNo, '100.00');
  expect(await at.balance(userNo)).toEqual([5_000, 25_000]);
  expect(await release(requestNo, '300.00')).toMatchObject({ errorCode: '100014' });
  expect(await release(requestNo)).toMatchObject({ amount: '250.00' });
  expect(await at.balance(userNo)).toEqual([30_000, 0]);
  expect(await release(requestNo)).toMatchObject({ errorCode: '100008', reasonCode: 'FREEZE_ENDED' });
  expect(await release('none')).toMatchObject({ errorCode: '100007', reasonCode: 'HOLD_UNKNOWN' });
  await pull(userNo, '1.00');
  expect(await at.balance(userNo)).toEqual([30_100, 0]);
});

it('refuses what is nobody’s or the platform’s own, and bad amounts, without changing anything', async () => {
  expect(await freeze('nobody', '1.00')).toMatchObject({ errorCode: '100009' });
  expect(await freeze('PLATFORM_INCOME')).toMatchObject({ errorCode: '100009' });
  const userNo = await at.account('INVESTOR', 20_000);
  const before = await at.digest();
  for (const amount of ['0.00', '-1.00', '1e3', '0.005', 'NaN']) expect(await freeze(userNo, amount)).toMatchObject({ errorCode: '100002' });
  expect(await at.digest()).toBe(before);
});

it('many arrivals at once are frozen to the fen', async () => {
  const userNo = await at.account('INVESTOR', 0);
  await freeze(userNo, '7.77');
  await Promise.all(Array.from({ length: 10 }, () => pull(userNo, '1.00')));
  expect(await at.balance(userNo)).toEqual([223, 777]);
});

it.each(['answer-lost', 'arrives-late', 'fail-before', 'bank-closed', 'notify-first', 'notify-twice', 'notify-lost'])('on a hostile day (%s) it is frozen once or not at all, and the query says which', async (mode) => {
  const userNo = await at.account('INVESTOR', 10_000);
  await at.control('/hostile', { method: 'POST', body: { mode, serviceName: 'FREEZE', calls: 1 } });
  const requestNo = at.next('f');
  await freeze(userNo, '60.00', requestNo).catch(() => null);
  await at.ask('QUERY_TRANSACTION', { requestNo });
  const frozen = mode === 'bank-closed' || mode === 'fail-before' ? 0 : 6_000;
  await at.until('the end', async () => (await at.balance(userNo))[1] === frozen);
  const { transaction } = (await at.ask('QUERY_TRANSACTION', { requestNo })) as { transaction?: { status: string } };
  expect(transaction?.status).toBe(mode === 'fail-before' ? undefined : mode === 'bank-closed' ? 'FAIL' : 'SUCCESS');
});
