/** What the platform believes: a fake bank answers wrongly in every way that needs no key, and in some that do. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCustodyClient } from './client.js';
import { createCustodyForms } from './forms.js';
import { InvalidBankMessage, createCustodyInbound } from './inbound.js';
import { CustodyUnavailable } from './port.js';
import { createSigner } from './keys.js';
import { parseWireTimestamp, signText, wireTimestamp } from './wire.js';

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
const bankKey = pair();
const newBankKey = pair();
const strangerKey = pair();
const platformKey = pair();
const bankKeys = { 'bank-1': bankKey.publicKey, 'bank-2': newBankKey.publicKey };
const nowMs = Date.parse('2026-11-22T10:00:00Z');
const businessTime = '2027-01-04T02:00:00.000Z';

/** A message of the bank, signed; `labels` go beside the signature, whatever it says. */
function sealed(data: Record<string, unknown>, labels: Record<string, string> = {}, key = { serial: 'bank-1', pem: bankKey.privateKey }): Record<string, string> {
  const inner = { serviceName: 'RECHARGE', platformNo: 'P1', responseType: 'NOTIFY', timestamp: wireTimestamp(nowMs), ...data };
  const respData = JSON.stringify(inner);
  return { serviceName: inner.serviceName, platformNo: 'P1', responseType: inner.responseType, keySerial: key.serial, respData, sign: signText(respData, createSigner(key.serial, key.pem)), ...labels };
}

const deposited = { requestNo: 'r1', status: 'SUCCESS', amount: '12.34', finishedAt: businessTime, bankNo: 'BK1' };

describe('a message of the bank', () => {
  const inbound = createCustodyInbound({ platformNo: 'P1', bankKeys, now: () => nowMs });
  const fault = (body: unknown): string => {
    try {
      inbound.verify(body);
    } catch (error) {
      if (error instanceof InvalidBankMessage) return error.fault;
      throw error;
    }
    return 'believed';
  };

  it('is believed when everything fits, under each of the bank\'s keys', () => {
    const message = { via: 'notify', act: 'deposit', requestNo: 'r1', outcome: { status: 'done', amountFen: 1_234, at: businessTime, bankNo: 'BK1' }, details: [], user: null };
    expect(inbound.verify(sealed(deposited))).toEqual(message);
    expect(inbound.verify(sealed(deposited, {}, { serial: 'bank-2', pem: newBankKey.privateKey }))).toEqual(message);
    expect(inbound.verify(sealed({ ...deposited, responseType: 'CALLBACK' }))).toEqual({ ...message, via: 'callback' });
  });

  it.each<[string, unknown, string]>([
    ['without a signature', sealed(deposited, { sign: '' }), 'unsigned'],
    ['with the signature left out', Object.fromEntries(Object.entries(sealed(deposited)).filter(([name]) => name !== 'sign')), 'unsigned'],
    ['without a keySerial', sealed(deposited, { keySerial: '' }), 'unsigned'],
    ['with nonsense as signature', sealed(deposited, { sign: '%%%' }), 'wrong-signature'],
    ["signed by a stranger", sealed(deposited, {}, { serial: 'bank-1', pem: strangerKey.privateKey }), 'wrong-signature'],
    ['under an unknown keySerial', sealed(deposited, {}, { serial: 'bank-9', pem: bankKey.privateKey }), 'unknown-key'],
    ['under a keySerial that every object has', sealed(deposited, { keySerial: 'constructor' }), 'unknown-key'],
    ['changed after signing', { ...sealed(deposited), respData: sealed({ ...deposited, amount: '99.00' })['respData'] }, 'wrong-signature'],
    ['for another platform', sealed({ ...deposited, platformNo: 'P2' }), 'wrong-platform'],
    ['with another platform beside it', sealed(deposited, { platformNo: 'P2' }), 'wrong-platform'],
    ['under the name of another verb', sealed(deposited, { serviceName: 'AUTO_WITHDRAW' }), 'relabelled'],
    ['a callback posted as a notification', sealed({ ...deposited, responseType: 'CALLBACK' }, { responseType: 'NOTIFY' }), 'relabelled'],
    ['an answer posted as a message', sealed({ ...deposited, responseType: 'ANSWER' }), 'relabelled'],
    ['ten minutes and a second old', sealed({ ...deposited, timestamp: wireTimestamp(nowMs - 601_000) }), 'stale'],
    ['ten minutes and a second ahead', sealed({ ...deposited, timestamp: wireTimestamp(nowMs + 601_000) }), 'stale'],
    ['with a timestamp that is none', sealed({ ...deposited, timestamp: 'today' }), 'stale'],
    ['of an unknown verb', sealed({ ...deposited, serviceName: 'toString' }), 'malformed'],
    ['with an amount that is none', sealed({ ...deposited, amount: '1e3' }), 'malformed'],
    ['that is not a form', 'SUCCESS', 'malformed'],
    ['whose fields come twice', { ...sealed(deposited), sign: ['a', 'b'] }, 'malformed'],
    ['that is nothing', undefined, 'malformed'],
  ])('is not believed %s', (_name, body, expected) => {
    expect(fault(body)).toBe(expected);
  });

  it('is believed up to ten minutes off, either way', () => {
    for (const off of [-600_000, 600_000]) expect(fault(sealed({ ...deposited, timestamp: wireTimestamp(nowMs + off) }))).toBe('believed');
  });

  it('of a batch tells the ends of its details, and leaves out those still under way', () => {
    const detail = (requestNo: string, rest: object) => ({ requestNo, amount: '1.00', bankNo: 'B', finishedAt: businessTime, ...rest });
    const body = sealed({
      serviceName: 'ASYNC_TRANSACTION', batchNo: 'b1', status: 'SUCCESS', amount: '1.00', finishedAt: businessTime, bankNo: 'BK9',
      details: [detail('d1', { status: 'SUCCESS' }), detail('d2', { status: 'FAIL', errorCode: '100010', errorMessage: 'frozen' }), detail('d3', { status: 'ACCEPT' })],
    });
    expect(inbound.verify(body)).toMatchObject({
      act: 'batch', requestNo: 'b1', outcome: { status: 'done', amountFen: 100 },
      details: [{ requestNo: 'd1', outcome: { status: 'done', amountFen: 100 } }, { requestNo: 'd2', outcome: { status: 'refused', code: 'account-unusable', reason: 'frozen' } }],
    });
  });
});

describe('a form for the person\'s browser', () => {
  it('is signed over what is asked, and leads to the bank\'s gateway', () => {
    const forms = createCustodyForms({ url: 'https://bank.example/', platformNo: 'P1', keySerial: 'key-1', privateKeyPem: platformKey.privateKey, now: () => nowMs });
    const { action, fields } = forms.sign({ act: 'hold', requestNo: 'r1', projectNo: 'LN1', userNo: 'U1', purpose: 'bid', amountFen: 50_000, expiresAt: '2026-11-22T10:05:00.000Z', returnUrl: 'https://p.example/back', businessTime });
    expect(action).toBe('https://bank.example/gateway');
    expect(JSON.parse(fields['reqData'] ?? '')).toEqual({
      requestNo: 'r1', platformUserNo: 'U1', redirectUrl: 'https://p.example/back', businessTime, projectNo: 'LN1', bizType: 'TENDER', amount: '500.00', expireTime: '2026-11-22T10:05:00.000Z',
      serviceName: 'USER_PRE_TRANSACTION', platformNo: 'P1', timestamp: '20261122180000',
    });
    expect(fields).toMatchObject({ serviceName: 'USER_PRE_TRANSACTION', platformNo: 'P1', keySerial: 'key-1' });
  });
});

describe('the timestamp', () => {
  it('is Beijing time, and only real moments are read', () => {
    expect(wireTimestamp(nowMs)).toBe('20261122180000');
    expect(parseWireTimestamp('20261122180000')).toBe(nowMs);
    expect(['20261322180000', '2026112218000', '20261122180000Z', ''].map(parseWireTimestamp)).toEqual([null, null, null, null]);
  });
});

describe('the client', () => {
  type Answer = (response: ServerResponse, sent: Record<string, unknown>, serviceName: string) => void;
  let server: Server;
  let answer: Answer;
  let asked: string[] = [];
  const client = (timeoutMs = 5_000) => createCustodyClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, platformNo: 'P1', keySerial: 'key-1', privateKeyPem: platformKey.privateKey, bankKeys, timeoutMs, now: () => nowMs });

  beforeAll(async () => {
    server = createServer((request: IncomingMessage, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
      request.on('end', () => {
        const fields = new URLSearchParams(body);
        asked.push(fields.get('serviceName') ?? '');
        answer(response, JSON.parse(fields.get('reqData') ?? '{}') as Record<string, unknown>, fields.get('serviceName') ?? '');
      });
    });
    await new Promise<void>((resolve) => { server.listen(0, resolve); });
  });
  beforeEach(() => { asked = []; });
  afterAll(() => { server.closeAllConnections(); server.close(); });

  const pull = { requestNo: 'r1', userNo: 'U1', amountFen: 1_234, businessTime };
  const send = (response: ServerResponse, body: unknown, status = 200) => { response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body)); };
  const right = (sent: Record<string, unknown>, serviceName: string) => ({ ...deposited, code: '0', serviceName, responseType: 'ANSWER', nonce: sent['nonce'] });

  it('believes the right answer', async () => {
    answer = (response, sent, serviceName) => send(response, sealed(right(sent, serviceName)));
    expect(await client().pullFromCard(pull)).toEqual({ status: 'done', amountFen: 1_234, at: businessTime, bankNo: 'BK1' });
  });

  it.each<[string, Answer]>([
    ['HTTP 500 with a good answer', (response, sent, name) => send(response, sealed(right(sent, name)), 500)],
    ['HTTP 403', (response) => send(response, '', 403)],
    ['text that is not JSON', (response) => send(response, 'gateway time-out')],
    ['an unsigned answer', (response, sent, name) => send(response, sealed(right(sent, name), { sign: '' }))],
    ["a stranger's answer", (response, sent, name) => send(response, sealed(right(sent, name), {}, { serial: 'bank-1', pem: strangerKey.privateKey }))],
    ['a tampered answer', (response, sent, name) => { const good = sealed(right(sent, name)); send(response, { ...good, respData: good['respData']?.replace('12.34', '12.43') }); }],
    ['an old answer again', (response, sent, name) => send(response, sealed({ ...right(sent, name), nonce: 'of another question' }))],
    ['a notification instead of an answer', (response, sent, name) => send(response, sealed({ ...right(sent, name), responseType: 'NOTIFY' }))],
    ['another verb\'s answer', (response, sent) => send(response, sealed(right(sent, 'AUTO_WITHDRAW')))],
    ['the answer to another number', (response, sent, name) => send(response, sealed({ ...right(sent, name), requestNo: 'r2' }))],
    ['another amount', (response, sent, name) => send(response, sealed({ ...right(sent, name), amount: '12.35' }))],
    ['done, but no amount', (response, sent, name) => send(response, sealed({ ...right(sent, name), amount: undefined }))],
    ['a stale answer', (response, sent, name) => send(response, sealed({ ...right(sent, name), timestamp: wireTimestamp(nowMs - 700_000) }))],
    ['a state of which nobody has heard', (response, sent, name) => send(response, sealed({ ...right(sent, name), status: 'PERHAPS' }))],
    ['a system error', (response, sent, name) => send(response, sealed({ ...right(sent, name), code: '1', status: undefined, errorCode: '100001' }))],
    ['refused at the door', (response, sent, name) => send(response, sealed({ ...right(sent, name), code: '1', status: undefined, errorCode: '100003' }))],
    ['a connection cut off', (response) => { response.destroy(); }],
  ])('%s leaves the outcome unknown', async (_name, wrong) => {
    answer = wrong;
    expect(await client().pullFromCard(pull)).toMatchObject({ status: 'unknown', why: expect.any(String) });
    expect(asked).toEqual(['DIRECT_RECHARGE']);
  });

  it('silence leaves the outcome unknown', async () => {
    answer = () => undefined;
    expect(await client(100).pullFromCard(pull)).toMatchObject({ status: 'unknown', why: expect.stringContaining('Timeout') });
  });

  it('a read that gets no trustworthy answer says so', async () => {
    answer = (response) => send(response, '', 503);
    await expect(client().queryUser('U1')).rejects.toThrow(CustodyUnavailable);
    await expect(client().queryProject('LN1')).rejects.toThrow(CustodyUnavailable);
    await expect(client().downloadBalances()).rejects.toThrow(CustodyUnavailable);
    expect(await client().query('r1')).toMatchObject({ status: 'unknown' });
    expect(await client().queryBatch('b1')).toMatchObject({ status: 'unknown', details: [] });
  });

  it.each<[string, string | undefined, string]>([
    ['100014', undefined, 'insufficient-funds'], ['100008', 'CARD_FUNDS', 'card-refused'], ['100008', 'CARD_CLOSED', 'card-refused'], ['100008', 'CARD_LIMIT', 'card-limit'],
    ['100011', 'AUTHORISATION_EXPIRED', 'not-authorised'], ['100011', 'AUTHORISATION_AMOUNT', 'authorisation-exhausted'], ['100009', undefined, 'no-such-user'], ['100010', undefined, 'account-unusable'],
    ['100015', undefined, 'project-state'], ['100008', 'BORROWER_CAP', 'cap-exceeded'], ['100008', 'SOMETHING_NEW', 'refused'], ['109999', 'constructor', 'refused'],
  ])('%s %s is %s', async (errorCode, reasonCode, code) => {
    answer = (response, sent, name) => send(response, sealed({ serviceName: name, responseType: 'ANSWER', nonce: sent['nonce'], code: '1', requestNo: 'r1', status: 'FAIL', errorCode, reasonCode, errorMessage: 'no' }));
    expect(await client().pullFromCard(pull)).toEqual({ status: 'refused', code, reason: 'no' });
  });

  it('asks what became of a number that the bank has seen before', async () => {
    const known = (transaction: object): void => {
      answer = (response, sent, name) => send(response, sealed(name === 'QUERY_TRANSACTION'
        ? { serviceName: name, responseType: 'ANSWER', nonce: sent['nonce'], code: '0', transaction }
        : { serviceName: name, responseType: 'ANSWER', nonce: sent['nonce'], code: '1', errorCode: '100013' }));
    };
    known({ ...deposited, transactionType: 'DIRECT_RECHARGE' });
    expect(await client().pullFromCard(pull)).toMatchObject({ status: 'done', amountFen: 1_234 });
    known({ ...deposited, transactionType: 'AUTO_WITHDRAW' });
    expect(await client().pullFromCard(pull)).toMatchObject({ status: 'refused', code: 'duplicate-request' });
    known({ ...deposited, transactionType: 'DIRECT_RECHARGE', amount: '1.00' });
    expect(await client().pullFromCard(pull)).toMatchObject({ status: 'refused', code: 'duplicate-request' });
    known({ requestNo: 'r1', transactionType: 'DIRECT_RECHARGE', amount: '12.34', status: 'FAIL', errorCode: '100008', reasonCode: 'CARD_FUNDS' });
    expect(await client().pullFromCard(pull)).toMatchObject({ status: 'refused', code: 'card-refused' });
  });

  it('never sends an amount that is none', () => {
    for (const amountFen of [0, -5, 0.1, NaN]) expect(() => client().pullFromCard({ ...pull, amountFen })).toThrow(RangeError);
    expect(asked).toEqual([]);
  });
});
