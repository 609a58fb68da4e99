/** Trading passwords that are reset by a code to the phone that the bank knows. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { openCounter } from './counter.js';
import type { Counter } from './counter.js';
import { walkIn } from './walk-in.js';

let database: TestDatabase;
let network: Server;
let at: Counter;
const texted: { path: string; authorization: string; body: { from: string; body: string } }[] = [];
let networkDown = true;

beforeAll(async () => {
  database = await createEmptyDatabase();
  network = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
    request.on('end', () => {
      if (!networkDown) texted.push({ path: request.url ?? '', authorization: request.headers.authorization ?? '', body: JSON.parse(body) as { from: string; body: string } });
      response.writeHead(networkDown ? 503 : 201).end('{}');
    });
  });
  await new Promise<void>((resolve) => { network.listen(0, resolve); });
  at = await openCounter(database.url, { phone: { url: `http://127.0.0.1:${(network.address() as AddressInfo).port}`, token: 'of-the-network' } });
});

afterAll(async () => {
  await at.close();
  network.close();
  await database.drop();
});

const newest = async (): Promise<string> => {
  const kept = (await (await at.control('/texts/13800000000')).json()) as { body: string }[];
  return /\d{6}/.exec(kept[0]?.body ?? '')?.[0] ?? '';
};
const withdraw = (userNo: string, password: string) => walkIn(at, 'WITHDRAW', { requestNo: at.next('w'), platformUserNo: userNo, amount: '1.00', withdrawType: 'URGENT' }).then((page) => page.press({ password }));
const other = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

it('the code goes through the phone network, again until it is taken; with it the new password works and the old one does not', async () => {
  const userNo = await at.account('INVESTOR', 100_000);
  const requestNo = at.next('reset');
  const page = await walkIn(at, 'RESET_PASSWORD', { requestNo, platformUserNo: userNo });
  expect(page.said).toContain('just sent to the phone');
  networkDown = false;
  const sms = await at.until('the text', () => texted.at(-1));
  expect(sms).toMatchObject({ path: '/numbers/13800000000/messages', authorization: 'Bearer of-the-network', body: { body: expect.stringContaining('choose another trading password') } });
  const code = /\d{6}/.exec(sms.body.body)?.[0] ?? '';
  expect(code).toBe(await newest());
  expect((await page.press({ code, password: '246801', passwordAgain: '246802' })).said).toContain('differ');
  expect((await page.press({ code: other(code), password: '246801', passwordAgain: '246801' })).said).toContain('4 more tries');
  expect((await page.press({ code, password: '246801', passwordAgain: '246801' })).back).toMatchObject({ requestNo, status: 'SUCCESS', responseType: 'CALLBACK', user: { platformUserNo: userNo } });
  expect(await at.until('the notification', () => at.heard.find((one) => one.data['requestNo'] === requestNo))).toMatchObject({ serviceName: 'RESET_PASSWORD', genuine: true, data: { status: 'SUCCESS' } });
  expect((await withdraw(userNo, '135790')).said).toContain('Wrong trading password');
  expect((await withdraw(userNo, '246801')).back).toMatchObject({ status: 'SUCCESS' });
});

it('unlocks an account whose password was wrong five times', async () => {
  const userNo = await at.account('INVESTOR', 100_000);
  for (let tries = 0; tries < 5; tries += 1) await withdraw(userNo, '000000');
  expect((await withdraw(userNo, '135790')).said).toContain('locked');
  const page = await walkIn(at, 'RESET_PASSWORD', { requestNo: at.next('reset'), platformUserNo: userNo });
  await page.press({ code: await newest(), password: '112233', passwordAgain: '112233' });
  expect((await withdraw(userNo, '112233')).back).toMatchObject({ status: 'SUCCESS' });
});

it('the fifth wrong code ends it, and nothing has changed', async () => {
  const userNo = await at.account('INVESTOR', 100_000);
  const requestNo = at.next('reset');
  const page = await walkIn(at, 'RESET_PASSWORD', { requestNo, platformUserNo: userNo });
  const wrong = other(await newest());
  for (let tries = 0; tries < 4; tries += 1) expect((await page.press({ code: wrong, password: '246801', passwordAgain: '246801' })).back).toBeNull();
  expect((await page.press({ code: wrong, password: '246801', passwordAgain: '246801' })).back).toMatchObject({ status: 'FAIL', errorCode: '100008', reasonCode: 'CODE_WRONG' });
  expect((await page.press({ code: await newest(), password: '246801', passwordAgain: '246801' })).back).toMatchObject({ status: 'FAIL' });
  expect((await withdraw(userNo, '135790')).back).toMatchObject({ status: 'SUCCESS' });
});

it('the same form again sends no second code, and one visit\'s code does not open another', async () => {
  const userNo = await at.account('INVESTOR', 100_000);
  const data = { requestNo: at.next('reset'), platformUserNo: userNo };
  await walkIn(at, 'RESET_PASSWORD', data);
  const first = await newest();
  await walkIn(at, 'RESET_PASSWORD', data);
  expect(await newest()).toBe(first);
  const second = await walkIn(at, 'RESET_PASSWORD', { requestNo: at.next('reset'), platformUserNo: userNo });
  const code = await newest();
  if (code !== first) expect((await second.press({ code: first, password: '246801', passwordAgain: '246801' })).back).toBeNull();
});

it.each([['FROZEN', '100010'], ['CLOSED', '100010']])('a %s account is refused before a code is sent', async (state, errorCode) => {
  const userNo = await at.account('INVESTOR', 0);
  await at.control(`/accounts/${userNo}/state`, { method: 'POST', body: { state } });
  const before = await newest();
  expect((await walkIn(at, 'RESET_PASSWORD', { requestNo: at.next('reset'), platformUserNo: userNo })).said).toContain(errorCode);
  expect(await newest()).toBe(before);
});

it('what was texted is shown to nobody without the sandbox\'s token', async () => {
  expect((await at.control('/texts/13800000000', { token: 'guessed' })).status).toBe(401);
});
