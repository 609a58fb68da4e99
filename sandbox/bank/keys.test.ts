/** Keys of both sides at the bank's doors: several at once, the newest signs, a withdrawn one counts for nothing, and nothing counts twice. */
import { generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { openCounter } from './counter.js';
import type { Counter } from './counter.js';
import { readOwnKeys } from './keys.js';
import { timestampOf } from './wire.js';

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
const [own, newOwn, old, current, next] = [pair(), pair(), pair(), pair(), pair()];
const start = Date.parse('2026-11-22T10:00:00.000Z');
const minutes = (n: number): string => new Date(start + n * 60_000).toISOString();
const wall = { now: start };

let database: TestDatabase;
let at: Counter;
beforeAll(async () => {
  database = await createEmptyDatabase();
  at = await openCounter(database.url, {
    now: () => wall.now,
    keys: {
      platformNo: 'P1', serial: 'unused', privateKeyPem: JSON.stringify({ 'bank-1': { pem: own.privateKey }, 'bank-2': { pem: newOwn.privateKey, from: minutes(30) } }),
      platformKeys: { 'key-0': { pem: old.publicKey, withdrawnAt: minutes(-1) }, 'key-1': { pem: current.publicKey, withdrawnAt: minutes(60) }, 'key-2': next.publicKey },
    },
  });
});
beforeEach(() => { wall.now = start; });
afterAll(async () => {
  await at.close();
  await database.drop();
});

interface Odd { keySerial?: string; key?: string; offMs?: number; sign?: string }
const question = (odd: Odd = {}, data: Record<string, unknown> = { nonce: randomUUID() }, serviceName = 'DOWNLOAD_BALANCES') => {
  const reqData = JSON.stringify({ ...data, timestamp: timestampOf(wall.now + (odd.offMs ?? 0)) });
  return { serviceName, platformNo: 'P1', reqData, keySerial: odd.keySerial ?? 'key-1', sign: odd.sign ?? sign('RSA-SHA256', Buffer.from(reqData), odd.key ?? current.privateKey).toString('base64') };
};
interface Answered { errorCode?: string; code: string; keySerial: string; byOld: boolean; byNew: boolean }
async function send(fields: Record<string, string>, door = '/service'): Promise<Answered> {
  const response = await fetch(`${at.bank.url}${door}`, { method: 'POST', body: new URLSearchParams(fields) });
  const body = (await response.json()) as { respData: string; sign: string; keySerial: string };
  const signedBy = (key: string): boolean => verify('RSA-SHA256', Buffer.from(body.respData), key, Buffer.from(body.sign, 'base64'));
  return { ...(JSON.parse(body.respData) as { code: string }), keySerial: body.keySerial, byOld: signedBy(own.publicKey), byNew: signedBy(newOwn.publicKey) };
}

it.each<[string, Odd, string | undefined]>([
  ['signed by the key in use', {}, undefined], ['signed by the next key already', { keySerial: 'key-2', key: next.privateKey }, undefined],
  ['signed by a withdrawn key', { keySerial: 'key-0', key: old.privateKey }, '100003'], ['under a serial that nobody knows', { keySerial: 'key-9' }, '100003'], ['signed by one key under the other\'s serial', { keySerial: 'key-2' }, '100003'],
  ['unsigned', { sign: '' }, '100003'], ['with a signature of another text', { sign: sign('RSA-SHA256', Buffer.from('another'), current.privateKey).toString('base64') }, '100003'],
  ['ten minutes old', { offMs: -600_000 }, undefined], ['ten minutes and a second old', { offMs: -601_000 }, '100003'], ['ten minutes and a second ahead', { offMs: 601_000 }, '100003'],
])('a request %s', async (_, odd, errorCode) => {
  expect((await send(question(odd))).errorCode).toBe(errorCode);
});

it('a key is good until the moment of its withdrawal', async () => {
  wall.now = start + 60 * 60_000 - 1_000;
  expect((await send(question())).code).toBe('0');
  wall.now = start + 60 * 60_000;
  expect((await send(question())).errorCode).toBe('100003');
  expect((await send(question({ keySerial: 'key-2', key: next.privateKey }))).code).toBe('0');
});

it('answers and notifications are signed by the newest key from its moment on', async () => {
  expect(await send(question())).toMatchObject({ keySerial: 'bank-1', byOld: true, byNew: false });
  wall.now = start + 30 * 60_000;
  expect(await send(question())).toMatchObject({ keySerial: 'bank-2', byOld: false, byNew: true });
});

it('the same signed question a second time is a replay, at both doors that answer questions', async () => {
  const asked = question();
  expect((await send(asked)).code).toBe('0');
  expect((await send(asked)).errorCode).toBe('100003');
  const file = question({}, { nonce: randomUUID(), fileDate: '20260301', fileType: 'RECHARGE' }, 'DOWNLOAD_CHECKFILE');
  await fetch(`${at.bank.url}/download`, { method: 'POST', body: new URLSearchParams(file) }).then((response) => response.text());
  expect((await send(file, '/download')).errorCode).toBe('100003');
  wall.now += 21 * 60_000;
  expect((await send(asked)).errorCode).toBe('100003');
});

it('the same signed order a second time changes nothing', async () => {
  const userNo = await at.account('INVESTOR', 10_000);
  const fields = question({}, { requestNo: 'once', platformUserNo: userNo, amount: '50.00', withdrawType: 'URGENT', businessTime: '2026-03-02T02:00:00.000Z', nonce: 'n' }, 'AUTO_WITHDRAW');
  expect((await send(fields)).code).toBe('0');
  expect((await send(fields)).errorCode).toBe('100013');
  expect(await at.balance(userNo)).toEqual([5_000, 0]);
});

it('a ring in which no key is in force signs nothing', () => {
  const ring = readOwnKeys('x', JSON.stringify({ a: { pem: own.privateKey, from: minutes(10) }, b: { pem: newOwn.privateKey, withdrawnAt: minutes(0) } }));
  expect(() => ring(start + 5 * 60_000)).toThrow('no key in force');
  expect([ring(start - 1).serial, ring(start + 10 * 60_000).serial]).toEqual(['b', 'a']);
});
