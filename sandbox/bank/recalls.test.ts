/** Payouts that are called back while they are under way. */
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { openCounter } from './counter.js';
import type { Counter } from './counter.js';

let database: TestDatabase;
let at: Counter;
let userNo: string;
/** Handed on at 09:30 of the next working day, on the card at 10:00 (Beijing). */
const [ordered, handedOn, arrived] = ['2026-03-02T02:00:00.000Z', '2026-03-03T01:40:00.000Z', '2026-03-03T02:00:00.000Z'];

beforeAll(async () => {
  database = await createEmptyDatabase();
  at = await openCounter(database.url);
  userNo = await at.account('INVESTOR', 100_000);
});

afterAll(async () => {
  await at.close();
  await database.drop();
});

async function payOut(): Promise<string> {
  const requestNo = at.next('out');
  expect(await at.ask('AUTO_WITHDRAW', { requestNo, platformUserNo: userNo, amount: '100.00', withdrawType: 'NORMAL', businessTime: ordered })).toMatchObject({ code: '0', status: 'ACCEPT' });
  return requestNo;
}

const recall = (verb: string, preTransactionNo: string, businessTime: string) => at.ask(verb, { requestNo: at.next('c'), preTransactionNo, businessTime });
const used = async () => ((await at.ask('QUERY_USER_INFORMATION', { platformUserNo: userNo }))['user'] as { authorizations: { type: string; usedAmount: string }[] }).authorizations.find((one) => one.type === 'WITHDRAW')?.usedAmount;

it('CANCEL_WITHDRAW gives the money and the authorisation back, ends the payout and tells so', async () => {
  const payoutNo = await payOut();
  expect([await at.balance(userNo), await used()]).toEqual([[90_000, 10_000], '100.00']);
  expect(await recall('CANCEL_WITHDRAW', payoutNo, ordered)).toMatchObject({ code: '0', status: 'SUCCESS', amount: '100.00' });
  expect([await at.balance(userNo), await used()]).toEqual([[100_000, 0], '0.00']);
  expect(await at.ask('QUERY_TRANSACTION', { requestNo: payoutNo })).toMatchObject({ transaction: { status: 'FAIL', errorCode: '100008', reasonCode: 'CANCELLED' } });
  const told = await at.until('the notification', () => at.heard.find((one) => one.data['requestNo'] === payoutNo));
  expect(told).toMatchObject({ serviceName: 'AUTO_WITHDRAW', genuine: true, data: { status: 'FAIL', reasonCode: 'CANCELLED' } });
  expect(await recall('CANCEL_WITHDRAW', payoutNo, ordered)).toMatchObject({ code: '1', errorCode: '100007', reasonCode: 'PAYOUT_ENDED' });
  expect(await at.balance(userNo)).toEqual([100_000, 0]);
});

it('INTERCEPT_WITHDRAW still reaches what was handed on, and nothing that has arrived', async () => {
  const payoutNo = await payOut();
  expect(await recall('CANCEL_WITHDRAW', payoutNo, handedOn)).toMatchObject({ errorCode: '100008', reasonCode: 'PAYOUT_ENDED' });
  expect(await recall('INTERCEPT_WITHDRAW', payoutNo, arrived)).toMatchObject({ errorCode: '100008', reasonCode: 'PAYOUT_ENDED' });
  expect(await at.balance(userNo)).toEqual([90_000, 10_000]);
  expect(await recall('INTERCEPT_WITHDRAW', payoutNo, handedOn)).toMatchObject({ code: '0', amount: '100.00' });
  expect(await at.balance(userNo)).toEqual([100_000, 0]);
});

it('many recalls at once give the money back once', async () => {
  const payoutNo = await payOut();
  const answers = await Promise.all(Array.from({ length: 6 }, () => recall('INTERCEPT_WITHDRAW', payoutNo, ordered)));
  expect(answers.filter((answer) => answer['code'] === '0')).toHaveLength(1);
  expect(await at.balance(userNo)).toEqual([100_000, 0]);
});

it('what never was a payout cannot be called back', async () => {
  expect(await recall('CANCEL_WITHDRAW', 'none', ordered)).toMatchObject({ errorCode: '100007' });
});
