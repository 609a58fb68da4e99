/** Bad input at every door of the bank: a clear error, never a 5xx, and not one row or balance changes. */
import fc from 'fast-check';
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { openCounter } from './counter.js';
import type { Counter } from './counter.js';

let database: TestDatabase;
let at: Counter;
let userNo: string;
let projectNo: string;
let before: string;

beforeAll(async () => {
  database = await createEmptyDatabase();
  at = await openCounter(database.url);
  userNo = await at.account('BORROWERS', 100_000);
  projectNo = await at.project(userNo);
  before = await at.digest();
});

afterAll(async () => {
  await at.close();
  await database.drop();
});

/** Every attempt of a test was refused if nothing at all has changed. */
afterEach(async () => { expect(await at.digest()).toBe(before); });

const orders = ['DIRECT_RECHARGE', 'AUTO_WITHDRAW', 'ESTABLISH_PROJECT', 'MODIFY_PROJECT', 'USER_AUTO_PRE_TRANSACTION', 'CANCEL_PRE_TRANSACTION', 'ASYNC_TRANSACTION', 'SYNC_TRANSACTION', 'COMPENSATORY_REPAYMENT', 'DEBENTURE_SALE', 'CANCEL_DEBENTURE_SALE', 'CANCEL_USER_AUTHORIZATION', 'CONFIRM_CHECKFILE'];
const questions = ['QUERY_TRANSACTION', 'QUERY_USER_INFORMATION', 'QUERY_PROJECT_INFORMATION'];
const personal = ['PERSONAL_REGISTER_EXPAND', 'RECHARGE', 'WITHDRAW', 'USER_AUTHORIZATION', 'USER_PRE_TRANSACTION', 'DEBENTURE_SALE', 'AUTHORIZATION_ENTRUST_PAY', 'MODIFY_MOBILE_EXPAND', 'UNBIND_BANKCARD'];
const amounts = ['1e3', '-0.01', '0.005', 'NaN', '999999999999999999.00', 'Infinity', '0.00', '1', '1.0', '01.00', '1,000.00', ' 1.00', '1.00\n', '１.００', '0x10', '', '+1.00', '1.00元'];

async function refusedSigned(response: Response): Promise<Record<string, unknown>> {
  const body = (await response.json()) as { respData: string; sign: string };
  expect(response.status).toBeLessThan(500);
  expect(at.isGenuine(body.respData, body.sign)).toBe(true);
  const answer = JSON.parse(body.respData) as Record<string, unknown>;
  expect(answer).toMatchObject({ code: '1', errorCode: expect.stringMatching(/^1000\d\d$/), errorMessage: expect.stringMatching(/./) });
  expect(answer['errorCode']).not.toBe('100001');
  return answer;
}

const good = () => ({ platformUserNo: userNo, amount: '1.00', projectNo, projectName: 'n', annualRateBps: 1, termMonths: 1, state: 'MISCARRY', bizType: 'REPAYMENT', withdrawType: 'URGENT', authType: 'TENDER', preTransactionNo: 'h', redirectUrl: 'http://p.example/' });

describe.each(amounts)('an amount written %j', (amount) => {
  it('is refused at every door and takes no number', async () => {
    for (const verb of ['DIRECT_RECHARGE', 'AUTO_WITHDRAW', 'ESTABLISH_PROJECT', 'USER_AUTO_PRE_TRANSACTION', 'CANCEL_PRE_TRANSACTION']) {
      expect(await refusedSigned(await at.post('/service', verb, { ...good(), requestNo: at.next('a'), amount }))).toMatchObject({ errorCode: '100002' });
    }
    const details = [{ requestNo: at.next('d'), preTransactionNo: 'h', sourcePlatformUserNo: userNo, targetPlatformUserNo: userNo, bizType: 'PRINCIPAL', amount }];
    expect(await refusedSigned(await at.post('/service', 'ASYNC_TRANSACTION', { ...good(), batchNo: at.next('b'), details }))).toMatchObject({ errorCode: '100002' });
    for (const bizType of ['PLATFORM_SERVICE_DEDUCT', 'MARKETING']) {
      expect(await refusedSigned(await at.post('/service', 'SYNC_TRANSACTION', { requestNo: at.next('a'), bizType, details: details.map(({ preTransactionNo: _, ...detail }) => detail) }))).toMatchObject({ errorCode: '100002' });
    }
    expect(await refusedSigned(await at.post('/service', 'DEBENTURE_SALE', { ...good(), requestNo: at.next('a'), share: amount }))).toMatchObject({ errorCode: '100002' });
    for (const verb of ['RECHARGE', 'WITHDRAW', 'USER_AUTHORIZATION', 'USER_PRE_TRANSACTION']) {
      const page = await at.post('/gateway', verb, { ...good(), requestNo: at.next('a'), amount, authList: ['TENDER'], failTime: '2030-01-01', expireTime: '2030-01-01T00:00:00Z' });
      expect([page.status, (await page.text()).includes('100002')]).toEqual([400, true]);
    }
  });
});

/** What does not belong into any field. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, '', '\u0000', 'a\u0000b', '\ud800', 'x\udfff', '\u202egnp.exe', "'; DROP TABLE account; --", '../../etc/passwd', '%00', '${7*7}', '__proto__', 'x'.repeat(100_000), 1e308, -0, 2 ** 53, [], {}, [[[[[[[[[]]]]]]]]]),
  fc.constantFrom<unknown>('0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-02-30T25:00:00Z', '2026-03-02', '20261399', '1970-01-01T00:00:00Z'),
  fc.constantFrom<unknown>(...amounts), fc.string({ unit: 'binary' }).filter((text) => !/^[A-Za-z0-9:_./-]{1,80}$/.test(text)), fc.double(), fc.object({ maxDepth: 3 }),
);

describe('any odd value in any field', () => {
  it('of an order or question at /service is refused with a signed answer', async () => {
    const field = fc.constantFrom('requestNo', 'batchNo', 'businessTime', 'platformUserNo', 'amount', 'projectNo', 'state', 'bizType', 'withdrawType', 'authType', 'preTransactionNo', 'details', 'fileDate', 'detail', 'extra');
    await fc.assert(fc.asyncProperty(fc.constantFrom(...orders, ...questions), fc.dictionary(field, odd, { maxKeys: 4 }), async (verb, fields) => {
      // The number is always odd, so whatever else happens to be right, nothing may be done.
      const bad = (value: unknown) => (typeof value === 'string' && /^[A-Za-z0-9:_./-]{1,80}$/.test(value) ? ' ' : (value ?? ' '));
      await refusedSigned(await at.post('/service', verb, { ...good(), ...fields, requestNo: bad(fields['requestNo']), batchNo: bad(fields['batchNo']), projectNo: 'LN:none', platformUserNo: fields['platformUserNo'] ?? 'U:none' }));
    }), { numRuns: 150 });
  });

  it('of a person\'s form at /gateway is refused on a page', async () => {
    const field = fc.constantFrom('platformUserNo', 'amount', 'mobile', 'realName', 'idCardNo', 'userRole', 'authList', 'failTime', 'expireTime', 'redirectUrl', 'businessTime', 'bizType', 'extra');
    await fc.assert(fc.asyncProperty(fc.constantFrom(...personal), fc.dictionary(field, odd, { maxKeys: 4 }), async (verb, fields) => {
      const page = await at.post('/gateway', verb, { ...good(), ...fields, requestNo: '' });
      expect(page.status).toBe(400);
    }), { numRuns: 80 });
  });

  it('of a download is refused with a signed answer', async () => {
    await fc.assert(fc.asyncProperty(odd, odd, odd, async (fileDate, fileType, nonce) => {
      await refusedSigned(await at.post('/download', 'DOWNLOAD_CHECKFILE', { fileDate, fileType, nonce }));
    }), { numRuns: 60 });
  });
});

describe('text that cannot be kept', () => {
  it.each([['NUL', 'a\u0000b'], ['half a surrogate pair', '\ud83d'], ['a nesting without end', JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`) as unknown]])('%s in a field nobody reads is refused, too', async (_name, extra) => {
    expect(await refusedSigned(await at.post('/service', 'CONFIRM_CHECKFILE', { requestNo: at.next('x'), fileDate: '20260301', detail: [{ fileType: 'RECHARGE' }], extra }))).toMatchObject({ errorCode: '100002' });
    const page = await at.post('/gateway', 'RECHARGE', { ...good(), requestNo: at.next('x'), extra });
    expect([page.status, (await page.text()).includes('100002')]).toEqual([400, true]);
  });
});

describe('a body that is no form', () => {
  const send = (door: string, body: string | Uint8Array<ArrayBuffer>, type = 'application/x-www-form-urlencoded') => fetch(`${at.bank.url}${door}`, { method: 'POST', body, headers: { 'content-type': type } });
  it.each([
    ['too large', 'x='.padEnd(3_000_000, 'y'), undefined], ['of too many fields', 'a=1&'.repeat(50), undefined], ['in no known encoding', 'a=1', 'application/x-www-form-urlencoded; charset=utf-7'],
    ['of random bytes', new Uint8Array(Array.from({ length: 512 }, (_, n) => (n * 151) % 256)), undefined], ['of JSON', '{"serviceName":"RECHARGE"}', 'application/json'], ['with broken escapes', 'reqData=%E0%A4%A&sign=%', undefined], ['that is empty', '', undefined],
  ])('%s gets a signed answer at /service and /download, a page or a plain 4xx at /gateway', async (_name, body, type) => {
    for (const door of ['/service', '/download']) await refusedSigned(await send(door, body, type));
    const page = await send('/gateway', body, type);
    expect(Math.floor(page.status / 100)).toBe(4);
  });
});

describe('a request that is sent again, the same bytes under the same signature', () => {
  it('changes nothing, at any door', async () => {
    const fields = new URLSearchParams();
    const post = async (door: string) => fetch(`${at.bank.url}${door}`, { method: 'POST', redirect: 'manual', body: fields });
    const signed = async (door: string, verb: string, data: Record<string, unknown>) => {
      const sent = at.sign(verb, data);
      for (const [name, value] of Object.entries(sent)) fields.set(name, value);
      return post(door);
    };
    const first = await (await signed('/service', 'DIRECT_RECHARGE', { ...good(), requestNo: 'again' })).json() as { respData: string };
    expect(JSON.parse(first.respData)).toMatchObject({ code: '0' });
    let after = await at.digest();
    expect(await refusedSigned(await post('/service'))).toMatchObject({ errorCode: '100013' });
    expect(await at.digest()).toBe(after);

    const arrival = (await signed('/gateway', 'RECHARGE', { ...good(), requestNo: 'again-2' })).headers.get('location');
    const press = () => fetch(`${at.bank.url}${arrival}`, { method: 'POST', body: new URLSearchParams({ decision: 'confirm', password: '135790' }) });
    await press();
    await at.until('it was told', async () => (await at.pool.query("SELECT 1 FROM delivery WHERE request_no = 'again-2' AND delivered_at IS NOT NULL")).rowCount === 1);
    after = await at.digest();
    expect((await post('/gateway')).headers.get('location')).toBe(arrival);
    await press();
    expect(await at.digest()).toBe(after);
    before = after;
  });
});
