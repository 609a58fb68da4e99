/** Withdrawals that wait until the platform confirms or cancels them. */
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { openCounter } from './counter.js';
import type { Counter } from './counter.js';
import { walkIn } from './walk-in.js';

let database: TestDatabase;
let at: Counter;
/** Monday 10:00 in Beijing. */
const monday = Date.parse('2026-03-02T02:00:00.000Z');
const hours = (n: number): number => monday + n * 3_600_000;

beforeAll(async () => {
  database = await createEmptyDatabase();
  at = await openCounter(database.url);
});
beforeEach(() => { at.clock.now = Math.max(at.clock.now, monday); });
afterAll(async () => {
  await at.close();
  await database.drop();
});

async function held(userNo: string, withdrawType = 'NORMAL'): Promise<string> {
  const requestNo = at.next('w');
  const page = await walkIn(at, 'WITHDRAW', { requestNo, platformUserNo: userNo, amount: '300.00', withdrawType, withdrawForm: 'CONFIRMED' });
  expect(page.said).toContain('after the platform has confirmed it');
  const answer = await page.press({ password: '135790' });
  expect([answer.said.includes('looks at it once more'), answer.back]).toMatchObject([true, { status: 'CONFIRMING' }]);
  return requestNo;
}
const decide = (verb: string, preTransactionNo: string) => at.ask(verb, { requestNo: at.next('c'), preTransactionNo });
const standing = async (requestNo: string): Promise<unknown> => ((await at.ask('QUERY_TRANSACTION', { requestNo }))['transaction'] as Record<string, unknown>)['status'];
/** The bank looks at its clock a few times a second. */
const becomes = (requestNo: string, status: string) => at.until(`${requestNo} is ${status}`, async () => (await standing(requestNo)) === status);
const told = (requestNo: string, status: string) => at.until(`told ${status}`, () => at.heard.find((one) => one.data['requestNo'] === requestNo && one.data['status'] === status));

it('is frozen and does not leave, however long nobody says anything', async () => {
  const userNo = await at.account('INVESTOR', 100_000);
  const requestNo = await held(userNo);
  await told(requestNo, 'CONFIRMING');
  expect(await at.balance(userNo)).toEqual([70_000, 30_000]);
  at.clock.now = hours(24 * 10);
  expect([await standing(requestNo), await at.balance(userNo)]).toEqual(['CONFIRMING', [70_000, 30_000]]);
});

it('CONFIRMING, ACCEPT, REMITING, SUCCESS: once confirmed it goes as if it had been asked for then', async () => {
  const userNo = await at.account('INVESTOR', 100_000);
  const requestNo = await held(userNo);
  expect(await decide('CONFIRM_WITHDRAW', requestNo)).toMatchObject({ code: '0', status: 'SUCCESS', amount: '300.00' });
  await told(requestNo, 'ACCEPT');
  expect([await standing(requestNo), await at.balance(userNo)]).toEqual(['ACCEPT', [70_000, 30_000]]);
  const day = new Date(at.clock.now).toISOString().slice(0, 10);
  const { rows } = await at.pool.query<{ remit_at: Date; due_at: Date }>('SELECT remit_at, due_at FROM payout WHERE request_no = $1', [requestNo]);
  expect(rows[0]!.remit_at.toISOString().slice(0, 10) > day).toBe(true);
  at.clock.now = rows[0]!.remit_at.getTime() + 60_000;
  await becomes(requestNo, 'REMITING');
  at.clock.now = rows[0]!.due_at.getTime();
  await becomes(requestNo, 'SUCCESS');
  expect(await at.balance(userNo)).toEqual([70_000, 0]);
  await told(requestNo, 'SUCCESS');
});

it('an urgent one is on the card as soon as it is confirmed', async () => {
  const userNo = await at.account('INVESTOR', 100_000);
  const requestNo = await held(userNo, 'URGENT');
  expect(await at.balance(userNo)).toEqual([70_000, 30_000]);
  await decide('CONFIRM_WITHDRAW', requestNo);
  expect([await standing(requestNo), await at.balance(userNo)]).toEqual(['SUCCESS', [70_000, 0]]);
});

it('CANCEL_WITHDRAW ends it at any time, and the money is available again', async () => {
  const userNo = await at.account('INVESTOR', 100_000);
  const requestNo = await held(userNo);
  at.clock.now += 9 * 24 * 3_600_000;
  expect(await decide('CANCEL_WITHDRAW', requestNo)).toMatchObject({ code: '0', amount: '300.00' });
  expect([await standing(requestNo), await at.balance(userNo)]).toEqual(['FAIL', [100_000, 0]]);
  expect((await told(requestNo, 'FAIL')).data).toMatchObject({ reasonCode: 'CANCELLED' });
  expect(await decide('CONFIRM_WITHDRAW', requestNo)).toMatchObject({ errorCode: '100007', reasonCode: 'PAYOUT_ENDED' });
  expect(await at.balance(userNo)).toEqual([100_000, 0]);
});

it('confirmed and cancelled at once, many times, moves the money once or not at all', async () => {
  const userNo = await at.account('INVESTOR', 100_000);
  const requestNo = await held(userNo, 'URGENT');
  const answers = await Promise.all(['CONFIRM_WITHDRAW', 'CANCEL_WITHDRAW', 'CONFIRM_WITHDRAW', 'CANCEL_WITHDRAW', 'CONFIRM_WITHDRAW', 'CANCEL_WITHDRAW'].map((verb) => decide(verb, requestNo)));
  expect(answers.filter((answer) => answer['code'] === '0')).toHaveLength(1);
  expect([[70_000, 0], [100_000, 0]]).toContainEqual(await at.balance(userNo));
});

it('a frozen account is paid nothing, and its withdrawal can still be cancelled', async () => {
  const userNo = await at.account('INVESTOR', 100_000);
  const requestNo = await held(userNo, 'URGENT');
  await at.control(`/accounts/${userNo}/state`, { method: 'POST', body: { state: 'FROZEN' } });
  expect(await decide('CONFIRM_WITHDRAW', requestNo)).toMatchObject({ errorCode: '100010' });
  expect([await standing(requestNo), await at.balance(userNo)]).toEqual(['CONFIRMING', [70_000, 30_000]]);
  expect(await decide('CANCEL_WITHDRAW', requestNo)).toMatchObject({ code: '0' });
  expect(await at.balance(userNo)).toEqual([100_000, 0]);
});

it('what was not sent to be confirmed, or never was, is not confirmed', async () => {
  const userNo = await at.account('INVESTOR', 100_000);
  const requestNo = at.next('out');
  await at.ask('AUTO_WITHDRAW', { requestNo, platformUserNo: userNo, amount: '100.00', withdrawType: 'NORMAL' });
  expect(await decide('CONFIRM_WITHDRAW', requestNo)).toMatchObject({ errorCode: '100008', reasonCode: 'PAYOUT_CONFIRMED' });
  expect(await decide('CONFIRM_WITHDRAW', 'none')).toMatchObject({ errorCode: '100007' });
  expect(await at.balance(userNo)).toEqual([90_000, 10_000]);
});
