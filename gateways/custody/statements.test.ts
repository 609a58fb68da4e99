/** Check files over the wire: a server that speaks the protocol, and breaks it in every way that a file can be broken. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCustodyClient } from './client.js';
import { CustodyUnavailable, StatementFault } from './port.js';
import type { Custody, StatementFile, StatementLine } from './port.js';
import { maxStatementLines } from './statements.js';
import { createSigner } from './keys.js';
import { signText, wireTimestamp } from './wire.js';

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
const bankKey = pair();
const platformKey = pair();
const stranger = pair();
const nowMs = Date.parse('2026-11-22T10:00:00Z');

const cash = '平台请求流水号,平台用户编号,金额,业务类型,完成时间,银行流水号';
const trade = '发生时间,平台商编,平台请求流水号,订单号,业务类型,金额,利息金额,币种,发起方会员编号,发起方平台用户编号,接收方会员编号,接收方平台用户编号,标的号,原订单号,备注,债权份额,自定义参数';
const deposits = [cash, 'D1,L-P1,12.34,RECHARGE,20250303100000,BK1', 'D2,"B-P2",0.01,DIRECT_RECHARGE,20250303235959,BK2'];
const asText = (records: readonly string[]): string => records.map((record) => `${record}\r\n`).join('');

/** How the next file is given out; what is left out is as it should be. */
interface Plan {
  body: string;
  lines?: number; sha256?: string; file?: string; nonce?: string;
  key?: string; serial?: string | null; sign?: string | null;
  /** Breaks the connection off after so many bytes. */
  breakAfter?: number;
  refusal?: string;
}
let plan: Plan;
let asked: Record<string, unknown>;
let server: Server;
let custody: Custody;

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => { server.listen(0, resolve); });
  custody = createCustodyClient({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, platformNo: 'P1', keySerial: 'p-1', privateKeyPem: platformKey.privateKey,
    bankKeys: { 'bank-1': bankKey.publicKey }, timeoutMs: 5_000, now: () => nowMs,
  });
});
afterAll(() => new Promise((resolve) => {
  server.closeAllConnections();
  server.close(resolve);
}));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  asked = JSON.parse(new URLSearchParams(text).get('reqData') ?? '{}') as Record<string, unknown>;
  const signer = createSigner('bank-1', plan.key ?? bankKey.privateKey);
  if (plan.refusal) {
    const respData = JSON.stringify({ serviceName: 'DOWNLOAD_CHECKFILE', platformNo: 'P1', responseType: 'ANSWER', timestamp: wireTimestamp(nowMs), code: '1', errorCode: plan.refusal, nonce: asked['nonce'] });
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ serviceName: 'DOWNLOAD_CHECKFILE', platformNo: 'P1', responseType: 'ANSWER', keySerial: 'bank-1', respData, sign: signText(respData, signer) }));
    return;
  }
  const lines = String(plan.lines ?? plan.body.split('\r\n').length - 2);
  const sha256 = plan.sha256 ?? createHash('sha256').update(plan.body).digest('hex');
  const signed = ['P1', plan.file ?? asked['fileType'], asked['fileDate'], lines, sha256, plan.nonce ?? asked['nonce']].join('|');
  const headers: Record<string, string | null> = { 'content-type': 'text/csv; charset=utf-8', 'x-file-lines': lines, 'x-file-sha256': sha256, 'x-key-serial': plan.serial === undefined ? 'bank-1' : plan.serial, 'x-sign': plan.sign === undefined ? signText(signed, signer) : plan.sign };
  for (const [name, value] of Object.entries(headers)) if (value !== null) response.setHeader(name, value);
  if (plan.breakAfter === undefined) return void response.end(plan.body);
  response.write(Buffer.from(plan.body).subarray(0, plan.breakAfter), () => response.destroy());
}

/** What is read of the planned file: its lines, or the code with which it is thrown away and how many lines had passed. */
async function read(file: StatementFile = 'deposits'): Promise<StatementLine[] | 'late' | { fault: string; believed: number }> {
  const lines: StatementLine[] = [];
  try {
    const statement = await custody.downloadStatement({ day: '2025-03-03', file });
    if (statement.status === 'late') return 'late';
    for await (const line of statement.lines) lines.push(line);
    return lines;
  } catch (error) {
    if (!(error instanceof StatementFault)) throw error;
    return { fault: error.code, believed: lines.length };
  }
}

it('asks for one file of one day, and reads its lines', async () => {
  plan = { body: asText(deposits) };
  expect(await read()).toEqual([
    { requestNo: 'D1', kind: 'deposit', amountFen: 1_234, userNo: 'L-P1', toUserNo: null, at: '2025-03-03T02:00:00.000Z' },
    { requestNo: 'D2', kind: 'pull', amountFen: 1, userNo: 'B-P2', toUserNo: null, at: '2025-03-03T15:59:59.000Z' },
  ]);
  expect(asked).toMatchObject({ serviceName: 'DOWNLOAD_CHECKFILE', platformNo: 'P1', fileDate: '20250303', fileType: 'RECHARGE', timestamp: expect.any(String), nonce: expect.any(String) });
});

it('tells interest from principal by its column', async () => {
  plan = { body: asText([trade, '20250303100000,P1,R1,B1,REPAYMENT,5.00,5.00,CNY,,B-P2,,L-P1,LN1,,,,', '20250303100000,P1,R2,B1,REPAYMENT,7.00,,CNY,,B-P2,,L-P1,LN1,,"a, b",,']) };
  expect(await read('transfers')).toMatchObject([{ requestNo: 'R1', kind: 'interest', userNo: 'B-P2', toUserNo: 'L-P1', amountFen: 500 }, { requestNo: 'R2', kind: 'principal', amountFen: 700 }]);
  expect(asked['fileType']).toBe('TRANSACTION');
});

it('reads a file of no lines', async () => {
  plan = { body: asText([cash]) };
  expect(await read('returned-payouts')).toEqual([]);
});

it('reads a long file without holding it: lines pass while most of it is still to come', async () => {
  const long = [cash, ...Array.from({ length: 20_000 }, (_, n) => `D${n},L-P1,1.00,RECHARGE,20250303100000,BK${n}`)];
  plan = { body: asText(long) };
  expect(await read()).toHaveLength(20_000);
});

it('knows "not made yet" from every other refusal', async () => {
  plan = { body: '', refusal: '100007' };
  expect(await read()).toBe('late');
  plan = { body: '', refusal: '100003' };
  await expect(read()).rejects.toThrow(CustodyUnavailable);
  plan = { body: '', refusal: '100007', key: stranger.privateKey };
  await expect(read()).rejects.toThrow(CustodyUnavailable);
});

describe('a file is thrown away before its first line', () => {
  it.each<[string, string, Partial<Plan>]>([
    ['without a signature', 'unsigned', { sign: null }],
    ['without a key serial', 'unsigned', { serial: null }],
    ['under an unknown key', 'unknown-key', { serial: 'bank-9' }],
    ['signed by a stranger', 'wrong-signature', { key: stranger.privateKey }],
    ['signed for another file', 'wrong-signature', { file: 'WITHDRAW' }],
    ['an answer to an earlier question', 'wrong-signature', { nonce: 'of-yesterday' }],
    ['with a hash that is none', 'garbled', { sha256: 'abc' }],
    ['longer than any day', 'oversized', { lines: maxStatementLines + 1 }],
  ])('%s', async (_, code, change) => {
    plan = { body: asText(deposits), ...change };
    expect(await read()).toEqual({ fault: code, believed: 0 });
  });
});

describe('a file is thrown away as a whole', () => {
  const whole = asText(deposits);
  it.each<[string, string, Partial<Plan>]>([
    ['when a line is missing', 'truncated', { body: asText(deposits.slice(0, 2)), lines: 2 }],
    ['when the connection breaks in the middle of it', 'truncated', { breakAfter: Buffer.byteLength(asText(deposits.slice(0, 2))) + 5 }],
    ['when it has a line too many', 'too-long', { body: asText([...deposits, deposits[1]!]), lines: 2 }],
    ['when an amount was changed on the way', 'hash-differs', { body: whole.replace('12.34', '92.34'), sha256: createHash('sha256').update(whole).digest('hex') }],
    ['when an amount is none', 'garbled', { body: whole.replace('12.34', '1e3') }],
    ['when an amount is zero', 'garbled', { body: whole.replace('12.34', '0.00') }],
    ['when a time is none', 'garbled', { body: whole.replace('20250303100000', '20251303100000') }],
    ['when a column is missing', 'garbled', { body: whole.replace(',BK1', '') }],
    ['when the header line names other columns', 'garbled', { body: whole.replace('金额', '余额') }],
    ['when a movement belongs into another file', 'garbled', { body: whole.replace(',RECHARGE,', ',WITHDRAW,') }],
    ['when a type is one that every object has', 'garbled', { body: whole.replace(',RECHARGE,', ',constructor,') }],
    ['when a quote never ends', 'garbled', { body: whole.replace('"B-P2"', '"B-P2') }],
    ['when one line is longer than lines are', 'oversized', { body: whole.replace('L-P1', 'L'.repeat(10_000)) }],
  ])('%s', async (_, code, change) => {
    plan = { body: whole, ...change };
    expect(await read()).toMatchObject({ fault: code });
  });
});
