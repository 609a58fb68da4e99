/** The bank at its own doors: what it lets in, what it turns away, and that no order or mishap makes money. */
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import pino from 'pino';
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { createBank } from './bank.js';
import type { Bank } from './bank.js';
import { hashPassword } from './passwords.js';
import type { Behaviour } from './service.js';
import { timestampOf } from './wire.js';

const keys = () => generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
const own = keys();
const platform = keys();
const rotated = keys();
const stranger = keys();
const businessTime = '2026-03-02T02:00:00.000Z';

let database: TestDatabase;
let pool: pg.Pool;
let bank: Bank;
let serial = 0;
const next = (kind: string) => `${kind}:${++serial}`;
let badDay: Behaviour | null = null;

beforeAll(async () => {
  database = await createEmptyDatabase();
  pool = new pg.Pool({ connectionString: database.url });
  pool.on('error', () => undefined);
  bank = await createBank({
    port: 0, databaseUrl: database.url, sandboxToken: 'open-sesame', notifyUrl: 'http://127.0.0.1:9/nobody', notifyPausesMs: [60_000], log: pino({ level: 'silent' }), borrowerCapFen: 5_000_000,
    keys: { platformNo: 'P1', serial: 'bank-1', privateKeyPem: own.privateKey, platformKeys: { 'key-1': platform.publicKey, 'key-2': rotated.publicKey } },
    behaviours: [(call, go) => (badDay ? badDay(call, go) : go())],
  });
});

afterAll(async () => {
  await bank.close();
  await pool.end();
  await database.drop();
});

interface Sent { serviceName?: string; platformNo?: string; keySerial?: string; sign?: string; reqData?: string; key?: string; timestamp?: string }

/** Sends an order or question as the platform would, but for what `odd` says. @returns the answer's data */
async function ask(serviceName: string, data: Record<string, unknown>, odd: Sent = {}): Promise<Record<string, unknown>> {
  const reqData = odd.reqData ?? JSON.stringify({ businessTime, ...data, timestamp: odd.timestamp ?? timestampOf(Date.now()) });
  const signature = odd.sign ?? sign('RSA-SHA256', Buffer.from(reqData), odd.key ?? platform.privateKey).toString('base64');
  const fields = { serviceName: odd.serviceName ?? serviceName, platformNo: odd.platformNo ?? 'P1', reqData, keySerial: odd.keySerial ?? 'key-1', sign: signature };
  const response = await fetch(`${bank.url}/service`, { method: 'POST', body: new URLSearchParams(fields) });
  const body = (await response.json()) as { respData: string };
  const answer = JSON.parse(body.respData) as Record<string, unknown>;
  if (answer['errorCode'] === '100001') throw new Error(`the bank has failed at ${serviceName} ${reqData.slice(0, 500)}`);
  return answer;
}

/** An account as if opened on the bank's page, with money as if paid in. */
async function account(role: string, availableFen: number, maxFen = 1_000_000_000): Promise<string> {
  const userNo = next('U');
  await pool.query('INSERT INTO account (user_no, role, real_name, id_card_no, mobile, password_hash, available_fen) VALUES ($1,$2,$3,$4,$5,$6,$7)', [userNo, role, 'Wang', userNo, '13800000000', await hashPassword('135790'), availableFen]);
  await pool.query("INSERT INTO movement (request_no, at, account_no, available_fen, frozen_fen) VALUES ($1, now(), $1, $2, 0), ($1, now(), 'CARDS', -$2::bigint, 0)", [userNo, availableFen]);
  await pool.query("INSERT INTO card (number, bank_name, balance_fen, single_limit_fen, daily_limit_fen, lived_until) VALUES ($1, 'B', 1000000000, 1000000000, 1000000000, '2026-03-02')", [`card-${userNo}`]);
  await pool.query('INSERT INTO bound_card VALUES ($1, $2, now())', [userNo, `card-${userNo}`]);
  await pool.query("INSERT INTO authorisation (user_no, type, max_fen, fail_time, request_no) SELECT $1, t, $2, '2030-01-01', $1 FROM unnest(ARRAY['RECHARGE','TENDER','REPAYMENT','WITHDRAW']) t", [userNo, maxFen]);
  return userNo;
}

async function project(borrower: string, amount = '10000.00'): Promise<string> {
  const projectNo = next('LN');
  expect(await ask('ESTABLISH_PROJECT', { requestNo: next('p'), projectNo, platformUserNo: borrower, projectName: 'a shop', amount, annualRateBps: 1200, termMonths: 12 })).toMatchObject({ code: '0', status: 'SUCCESS' });
  return projectNo;
}

const balances = async () => Object.fromEntries((await pool.query<{ user_no: string; a: string; f: string }>('SELECT user_no, available_fen a, frozen_fen f FROM account')).rows.map((row) => [row.user_no, [Number(row.a), Number(row.f)]]));

/** Held = in from cards less out to cards; every account is the sum of its movements; every freeze is covered. */
async function checkBooks(): Promise<void> {
  const { rows } = await pool.query<{ wrong: string }>(
    `SELECT 'total ' || sum(available_fen + frozen_fen) AS wrong FROM movement HAVING sum(available_fen + frozen_fen) <> 0
     UNION ALL SELECT 'account ' || a.user_no FROM account a LEFT JOIN (SELECT account_no, sum(available_fen) av, sum(frozen_fen) fr FROM movement GROUP BY 1) m ON m.account_no = a.user_no
       WHERE a.available_fen <> coalesce(m.av, 0) OR a.frozen_fen <> coalesce(m.fr, 0)
     UNION ALL SELECT 'frozen ' || a.user_no FROM account a WHERE a.frozen_fen <> (SELECT coalesce(sum(remaining_fen),0) FROM hold h WHERE h.user_no = a.user_no) + (SELECT coalesce(sum(amount_fen),0) FROM payout p WHERE p.user_no = a.user_no AND open)
     UNION ALL SELECT 'request ' || request_no FROM movement m GROUP BY request_no HAVING sum(available_fen + frozen_fen) <> 0`);
  expect(rows).toEqual([]);
}

describe('the door', () => {
  const question = { platformUserNo: 'PLATFORM_INCOME' };
  it.each<[string, Sent, string]>([
    ['an unsigned request', { sign: '' }, '100003'],
    ["a stranger's signature", { key: stranger.privateKey }, '100003'],
    ['an unknown keySerial', { keySerial: 'key-9' }, '100003'],
    ['the right key under the wrong serial', { keySerial: 'key-2' }, '100003'],
    ['a serial that is a property of every object', { keySerial: '__proto__' }, '100003'],
    ['another platform', { platformNo: 'P2' }, '100004'],
    ['a timestamp eleven minutes old', { timestamp: timestampOf(Date.now() - 11 * 60_000) }, '100003'],
    ['a timestamp eleven minutes ahead', { timestamp: timestampOf(Date.now() + 11 * 60_000) }, '100003'],
    ['a timestamp that is no moment', { timestamp: '20261399000000' }, '100003'],
    ['text that is not JSON', { reqData: '{"a":' }, '100002'],
    ['JSON that is no object', { reqData: '[1]' }, '100002'],
    ['a service that does not exist', { serviceName: 'GIVE_ME_MONEY' }, '100004'],
    ['a service named like a property of every object', { serviceName: 'constructor' }, '100004'],
  ])('turns away %s', async (_name, odd, errorCode) => {
    expect(await ask('QUERY_USER_INFORMATION', question, odd)).toMatchObject({ code: '1', errorCode });
  });

  it('turns away a signed request under another label', async () => {
    expect(await ask('X', { ...question, serviceName: 'DOWNLOAD_BALANCES' }, { serviceName: 'QUERY_USER_INFORMATION' })).toMatchObject({ errorCode: '100003' });
  });

  it('takes a second key of the platform while keys are rotated, and gives the nonce back', async () => {
    expect(await ask('DOWNLOAD_BALANCES', { nonce: 'n-1' }, { keySerial: 'key-2', key: rotated.privateKey })).toMatchObject({ code: '0', nonce: 'n-1', responseType: 'ANSWER' });
  });

  it('turns away fields given twice, unreadable bodies and bodies too large, without changing anything', async () => {
    const before = await balances();
    const twice = await fetch(`${bank.url}/service`, { method: 'POST', body: new URLSearchParams('reqData=a&reqData=b&serviceName=x&platformNo=P1') });
    expect(JSON.parse(((await twice.json()) as { respData: string }).respData)).toMatchObject({ errorCode: '100002' });
    expect((await fetch(`${bank.url}/service`, { method: 'POST', body: new URLSearchParams({ reqData: 'x'.repeat(3_000_000) }) })).status).toBe(413);
    expect((await fetch(`${bank.url}/service`, { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } })).status).toBe(200);
    expect((await fetch(`${bank.url}/gateway`, { method: 'POST', body: new URLSearchParams({ serviceName: 'RECHARGE' }) })).status).toBe(400);
    expect((await fetch(`${bank.url}/pages/guessed`)).status).toBe(404);
    expect(await balances()).toEqual(before);
  });

  it.each(['1e3', '-0.01', '0.005', 'NaN', 'Infinity', '0.00', '00.10', '1', '1.0', '1,000.00', ' 1.00', '1.00\n', '１.00', '99999999999999.00', ''])('an amount written %j is unreadable and does not take its number', async (amount) => {
    const userNo = await account('BORROWERS', 0);
    const requestNo = next('r');
    expect(await ask('DIRECT_RECHARGE', { requestNo, platformUserNo: userNo, amount })).toMatchObject({ errorCode: '100002' });
    expect(await ask('DIRECT_RECHARGE', { requestNo, platformUserNo: userNo, amount: '1.00' })).toMatchObject({ code: '0' });
  });

  it('anything else in the fields of an order leads to a clear error and no change', async () => {
    const userNo = await account('BORROWERS', 100_000);
    const before = await balances();
    const odd = fc.oneof(fc.constant(undefined), fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.array(fc.string()), fc.constant('\u0000'), fc.constant("'; DROP TABLE account; --"), fc.constant('x'.repeat(100_000)));
    const verbs = fc.constantFrom('DIRECT_RECHARGE', 'AUTO_WITHDRAW', 'ESTABLISH_PROJECT', 'MODIFY_PROJECT', 'USER_AUTO_PRE_TRANSACTION', 'CANCEL_PRE_TRANSACTION', 'ASYNC_TRANSACTION', 'CANCEL_USER_AUTHORIZATION');
    const field = fc.constantFrom('requestNo', 'businessTime', 'platformUserNo', 'amount', 'projectNo', 'state', 'bizType', 'withdrawType', 'authType', 'preTransactionNo', 'batchNo', 'details');
    // With a readable number the order is a good one after all.
    const isNumber = (value: unknown): boolean => typeof value === 'string' && /^[A-Za-z0-9:_./-]{1,80}$/.test(value);
    await fc.assert(fc.asyncProperty(verbs, fc.dictionary(field, odd, { maxKeys: 4 }), async (serviceName, fields) => {
      fc.pre(!isNumber(fields['requestNo']) && !isNumber(fields['batchNo']));
      const good = { platformUserNo: userNo, amount: '1.00', projectNo: 'LN:none', state: 'FINISH', bizType: 'TENDER', withdrawType: 'URGENT', authType: 'TENDER', preTransactionNo: 'h:none' };
      const answer = await ask(serviceName, { ...good, ...fields });
      expect(answer).toMatchObject({ code: '1', errorCode: expect.stringMatching(/^1000(02|03)$/) });
    }), { numRuns: 150 });
    expect(await balances()).toEqual(before);
  });

  it('the outside world needs its token and good figures', async () => {
    const post = (path: string, body: object, token = 'open-sesame') => fetch(`${bank.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify(body) });
    expect((await post('/cards', { number: '6222000000000007' }, 'guess')).status).toBe(401);
    expect((await post('/cards', { number: '6222000000000008' })).status).toBe(400);
    expect((await post('/cards', { number: '6222020000000004', balanceFen: -1 })).status).toBe(400);
    expect((await post('/cards/6222020000000004/balance', { balanceFen: 5 })).status).toBe(404);
  });
});

describe('orders', () => {
  it('a number is good once, over all verbs and in any order of arrival', async () => {
    const userNo = await account('BORROWERS', 0);
    const requestNo = next('r');
    const pull = () => ask('DIRECT_RECHARGE', { requestNo, platformUserNo: userNo, amount: '1.00' });
    const answers = await Promise.all(Array.from({ length: 8 }, pull));
    expect(answers.filter((answer) => answer['code'] === '0')).toHaveLength(1);
    expect(answers.filter((answer) => answer['errorCode'] === '100013')).toHaveLength(7);
    expect((await balances())[userNo]).toEqual([100, 0]);
    expect(await ask('AUTO_WITHDRAW', { requestNo, platformUserNo: userNo, amount: '1.00', withdrawType: 'URGENT' })).toMatchObject({ errorCode: '100013' });
  });

  it('a refused order has taken its number, too', async () => {
    const requestNo = next('r');
    const pull = () => ask('DIRECT_RECHARGE', { requestNo, platformUserNo: 'U:none', amount: '1.00' });
    expect(await pull()).toMatchObject({ errorCode: '100009', status: 'FAIL' });
    expect(await pull()).toMatchObject({ errorCode: '100013' });
    expect(await ask('QUERY_TRANSACTION', { requestNo })).toMatchObject({ code: '0', transaction: { status: 'FAIL', errorCode: '100009' } });
  });

  it('a batch takes none of its numbers when one of them was used', async () => {
    const used = next('r');
    await ask('DIRECT_RECHARGE', { requestNo: used, platformUserNo: 'U:none', amount: '1.00' });
    const line = (requestNo: string) => ({ requestNo, preTransactionNo: 'h', sourcePlatformUserNo: 'a', targetPlatformUserNo: 'b', bizType: 'PRINCIPAL', amount: '1.00' });
    const fresh = next('r');
    const batchNo = next('b');
    expect(await ask('ASYNC_TRANSACTION', { batchNo, bizType: 'TENDER', projectNo: 'LN:none', details: [line(fresh), line(used)] })).toMatchObject({ errorCode: '100013' });
    for (const asked of [{ requestNo: fresh }, { batchNo }]) expect(await ask('QUERY_TRANSACTION', asked)).toMatchObject({ errorCode: '100007' });
    expect(await ask('ASYNC_TRANSACTION', { batchNo, bizType: 'TENDER', projectNo: 'LN:none', details: [line(fresh), line(fresh)] })).toMatchObject({ errorCode: '100002' });
    const tooMany = Array.from({ length: 1_001 }, () => line(randomUUID()));
    expect(await ask('ASYNC_TRANSACTION', { batchNo, bizType: 'TENDER', projectNo: 'LN:none', details: tooMany })).toMatchObject({ errorCode: '100002' });
  });

  it('the bank itself refuses a borrower above its cap', async () => {
    const borrower = await account('BORROWERS', 0);
    await project(borrower, '30000.00');
    const establish = (amount: string) => ask('ESTABLISH_PROJECT', { requestNo: next('p'), projectNo: next('LN'), platformUserNo: borrower, projectName: 'more', amount, annualRateBps: 1200, termMonths: 12 });
    expect(await establish('20000.01')).toMatchObject({ errorCode: '100008', reasonCode: 'BORROWER_CAP' });
    expect(await establish('20000.00')).toMatchObject({ code: '0' });
  });

  it('a hundred freezes at once never take more than there is', async () => {
    const lender = await account('INVESTOR', 10_000);
    const projectNo = await project(await account('BORROWERS', 0));
    const freeze = () => ask('USER_AUTO_PRE_TRANSACTION', { requestNo: next('h'), projectNo, platformUserNo: lender, bizType: 'TENDER', amount: '7.00' });
    const answers = await Promise.all(Array.from({ length: 100 }, freeze));
    expect(answers.filter((answer) => answer['code'] === '0')).toHaveLength(14);
    expect(answers.filter((answer) => answer['errorCode'] === '100014')).toHaveLength(86);
    expect((await balances())[lender]).toEqual([200, 9_800]);
  });
});

describe('the bank\'s own books', () => {
  it('hold after random operations of many at once: nothing made, nothing lost, nobody negative', async () => {
    const lenders = await Promise.all([1, 2, 3, 4].map(() => account('INVESTOR', 50_000, 200_000)));
    const borrowers = await Promise.all([1, 2].map(() => account('BORROWERS', 20_000, 200_000)));
    const projects: string[] = [];
    for (const borrower of borrowers) projects.push(await project(borrower), await project(borrower));
    const holds: string[] = [];
    const numbers = fc.nat({ max: 3 });
    const operation = fc.record({ kind: fc.constantFrom('pull', 'out', 'bid', 'repay', 'cancel', 'release', 'distribute', 'state'), who: numbers, where: numbers, fen: fc.integer({ min: 1, max: 30_000 }), which: fc.nat({ max: 200 }) });
    const amount = (fen: number) => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
    const perform = async ({ kind, who, where, fen, which }: { kind: string; who: number; where: number; fen: number; which: number }): Promise<void> => {
      const [lender = '', projectNo = '', borrower = ''] = [lenders[who], projects[where], borrowers[where >> 1]];
      const holdNo = holds[which % Math.max(1, holds.length)] ?? 'h:none';
      const base = { requestNo: next('op'), projectNo, amount: amount(fen) };
      const freeze = async (platformUserNo: string, bizType: string) => { if ((await ask('USER_AUTO_PRE_TRANSACTION', { ...base, platformUserNo, bizType }))['code'] === '0') holds.push(base.requestNo); };
      const line = (sourcePlatformUserNo: string, targetPlatformUserNo: string, bizType: string) => ({ requestNo: next('d'), preTransactionNo: holdNo, sourcePlatformUserNo, targetPlatformUserNo, bizType, amount: amount(1 + (fen >> 2)) });
      if (kind === 'pull') await ask('DIRECT_RECHARGE', { ...base, platformUserNo: who % 2 ? lender : borrower });
      else if (kind === 'out') await ask('AUTO_WITHDRAW', { ...base, platformUserNo: lender, withdrawType: which % 2 ? 'URGENT' : 'NORMAL' });
      else if (kind === 'bid') await freeze(lender, 'TENDER');
      else if (kind === 'repay') await freeze(borrower, 'REPAYMENT');
      else if (kind === 'cancel') await ask('CANCEL_PRE_TRANSACTION', { ...base, preTransactionNo: holdNo });
      else if (kind === 'release') await ask('ASYNC_TRANSACTION', { batchNo: next('b'), bizType: 'TENDER', projectNo, details: lenders.map((source) => line(source, borrower, 'PRINCIPAL')) });
      else if (kind === 'distribute') await ask('ASYNC_TRANSACTION', { batchNo: next('b'), bizType: 'REPAYMENT', projectNo, details: [...lenders.map((target) => line(borrower, target, 'INTEREST')), line(borrower, 'PLATFORM_INCOME', 'COMMISSION')] });
      else await ask('MODIFY_PROJECT', { ...base, state: which % 7 === 0 ? 'MISCARRY' : 'REPAYING' });
    };
    await fc.assert(fc.asyncProperty(fc.array(operation, { minLength: 20, maxLength: 40 }), async (operations) => {
      for (let at = 0; at < operations.length; at += 8) await Promise.all(operations.slice(at, at + 8).map(perform));
      await settled();
      await checkBooks();
    }), { numRuns: 12, endOnFailure: true });
    const kinds = await pool.query<{ n: string }>("SELECT count(DISTINCT service_name) n FROM request WHERE status = 'SUCCESS'");
    expect(Number(kinds.rows[0]?.n)).toBeGreaterThanOrEqual(6);
  });

  it('refuse an account below zero by the database\'s own force', async () => {
    const userNo = await account('INVESTOR', 1);
    await expect(pool.query('UPDATE account SET available_fen = available_fen - 2 WHERE user_no = $1', [userNo])).rejects.toThrow('check constraint');
  });
});

describe('a behaviour between door and verb', () => {
  it('can lose the answer after the money moved, or fail before it moves', async () => {
    const userNo = await account('BORROWERS', 0);
    const [lost, before] = [next('r'), next('r')];
    badDay = async (_call, go) => { await go(); return { status: 502, data: {} }; };
    expect(await ask('DIRECT_RECHARGE', { requestNo: lost, platformUserNo: userNo, amount: '1.00' })).not.toHaveProperty('code');
    badDay = async () => ({ status: 503, data: {} });
    expect(await ask('DIRECT_RECHARGE', { requestNo: before, platformUserNo: userNo, amount: '1.00' })).not.toHaveProperty('code');
    badDay = null;
    expect(await ask('QUERY_TRANSACTION', { requestNo: lost })).toMatchObject({ transaction: { status: 'SUCCESS' } });
    expect(await ask('QUERY_TRANSACTION', { requestNo: before })).toMatchObject({ errorCode: '100007' });
    expect((await balances())[userNo]).toEqual([100, 0]);
  });
});

/** Waits until every batch has ended and every due payout is out. */
async function settled(): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    const { rows } = await pool.query<{ n: string }>("SELECT (SELECT count(*) FROM request WHERE status = 'ACCEPT' AND service_name LIKE 'ASYNC%') + (SELECT count(*) FROM payout WHERE open) AS n");
    if (Number(rows[0]?.n) === 0) return;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  throw new Error('batches or payouts still open after thirty seconds');
}
