/** Keys of both sides as the platform uses them: several at once, the newest signs, a withdrawn one counts for nothing. */
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCustodyClient } from './client.js';
import { createCustodyForms } from './forms.js';
import { InvalidBankMessage, createCustodyInbound } from './inbound.js';
import { createSigners } from './keys.js';
import { wireTimestamp } from './wire.js';

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
const [first, second, bankOld, bankNow, bankNext] = [pair(), pair(), pair(), pair(), pair()];
const start = Date.parse('2026-11-22T10:00:00.000Z');
const minutes = (n: number): string => new Date(start + n * 60_000).toISOString();
const wall = { now: start };
const businessTime = '2026-03-02T02:00:00.000Z';
const ring = JSON.stringify({ 'key-1': { pem: first.privateKey }, 'key-2': { pem: second.privateKey, from: minutes(30) } });
const bankKeys = { 'bank-0': { pem: bankOld.publicKey, withdrawnAt: minutes(-1) }, 'bank-1': { pem: bankNow.publicKey, withdrawnAt: minutes(60) }, 'bank-2': bankNext.publicKey };

beforeEach(() => { wall.now = start; });

function signed(responseType: string, keySerial: string, key: string, data: Record<string, unknown> = {}): Record<string, string> {
  const respData = JSON.stringify({ serviceName: 'DIRECT_RECHARGE', platformNo: 'P1', responseType, timestamp: wireTimestamp(wall.now), requestNo: 'r1', status: 'SUCCESS', amount: '1.00', finishedAt: businessTime, bankNo: 'BK1', ...data });
  return { serviceName: 'DIRECT_RECHARGE', platformNo: 'P1', responseType, keySerial, respData, sign: sign('RSA-SHA256', Buffer.from(respData), key).toString('base64') };
}

describe('a notification', () => {
  const inbound = createCustodyInbound({ platformNo: 'P1', bankKeys, now: () => wall.now });
  const fault = (body: Record<string, string>): string => {
    try {
      inbound.verify(body);
      return 'believed';
    } catch (error) {
      return error instanceof InvalidBankMessage ? error.fault : String(error);
    }
  };

  it.each([
    ['bank-1', bankNow.privateKey, 'believed'], ['bank-2', bankNext.privateKey, 'believed'], ['bank-0', bankOld.privateKey, 'withdrawn-key'], ['bank-9', bankNow.privateKey, 'unknown-key'], ['bank-2', bankNow.privateKey, 'wrong-signature'], ['', bankNow.privateKey, 'unsigned'],
  ])('under the serial "%s" is judged by that key', (serial, key, expected) => {
    expect(fault(signed('NOTIFY', serial, key))).toBe(expected);
  });

  it('is believed until the moment its key is withdrawn', () => {
    wall.now = start + 60 * 60_000 - 1_000;
    expect(fault(signed('NOTIFY', 'bank-1', bankNow.privateKey))).toBe('believed');
    wall.now = start + 60 * 60_000;
    expect(fault(signed('NOTIFY', 'bank-1', bankNow.privateKey))).toBe('withdrawn-key');
  });

  it('that was taken from the wire is refused once it is ten minutes old', () => {
    const taken = signed('NOTIFY', 'bank-2', bankNext.privateKey);
    wall.now += 601_000;
    expect(fault(taken)).toBe('stale');
  });
});

describe('requests', () => {
  let server: Server;
  let asked: { keySerial: string; reqData: string; sign: string }[] = [];
  let answerWith = { serial: 'bank-1', key: bankNow.privateKey };
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
      request.on('end', () => {
        const fields = Object.fromEntries(new URLSearchParams(body)) as { keySerial: string; reqData: string; sign: string };
        asked.push(fields);
        const { nonce } = JSON.parse(fields.reqData) as { nonce: string };
        response.end(JSON.stringify(signed('ANSWER', answerWith.serial, answerWith.key, { code: '0', nonce })));
      });
    });
    await new Promise<void>((resolve) => { server.listen(0, resolve); });
  });
  beforeEach(() => { asked = []; answerWith = { serial: 'bank-1', key: bankNow.privateKey }; });
  afterAll(() => { server.closeAllConnections(); server.close(); });

  const client = () => createCustodyClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, platformNo: 'P1', keySerial: 'unused', privateKeyPem: ring, bankKeys, timeoutMs: 5_000, now: () => wall.now });
  const pull = () => client().pullFromCard({ requestNo: 'r1', userNo: 'U1', amountFen: 100, businessTime });
  const signer = ({ reqData, sign: signature }: { reqData: string; sign: string }, key: string): boolean => verify('RSA-SHA256', Buffer.from(reqData), key, Buffer.from(signature, 'base64'));

  it('are signed by the newest key from its moment on', async () => {
    await pull();
    wall.now = start + 30 * 60_000;
    await pull();
    expect(asked.map(({ keySerial }) => keySerial)).toEqual(['key-1', 'key-2']);
    expect([signer(asked[0]!, first.publicKey), signer(asked[1]!, second.publicKey)]).toEqual([true, true]);
  });

  it('so are the forms for the browser', () => {
    const forms = createCustodyForms({ url: 'https://bank.example', platformNo: 'P1', keySerial: 'unused', privateKeyPem: ring, now: () => wall.now });
    const serial = () => forms.sign({ act: 'reset-password', requestNo: 'r1', userNo: 'U1', returnUrl: 'https://p.example/back', businessTime }).fields['keySerial'];
    const before = serial();
    wall.now = start + 30 * 60_000;
    expect([before, serial()]).toEqual(['key-1', 'key-2']);
  });

  it('whose answer is signed by a withdrawn key leave the outcome unknown', async () => {
    answerWith = { serial: 'bank-2', key: bankNext.privateKey };
    expect(await pull()).toMatchObject({ status: 'done' });
    answerWith = { serial: 'bank-0', key: bankOld.privateKey };
    expect(await pull()).toMatchObject({ status: 'unknown', why: expect.stringContaining('withdrawn') });
  });
});

it('a ring in which no key is in force signs nothing', () => {
  const signers = createSigners('unused', JSON.stringify({ a: { pem: first.privateKey, from: minutes(10) }, b: { pem: second.privateKey, withdrawnAt: minutes(0) } }));
  expect(() => signers(start + 5 * 60_000)).toThrow('none of the keys a, b is in force');
  expect([signers(start - 1).keySerial, signers(start + 10 * 60_000).keySerial]).toEqual(['b', 'a']);
});
