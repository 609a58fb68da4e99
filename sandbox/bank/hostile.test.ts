/** A hostile day, seen on the wire: every mode does what it says, as often as it was told, and money stays whole. */
import { createHash } from 'node:crypto';
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { openCounter } from './counter.js';
import type { Counter } from './counter.js';
import { draw, modes } from './hostility.js';

let database: TestDatabase;
let at: Counter;
let userNo: string;

beforeAll(async () => {
  database = await createEmptyDatabase();
  at = await openCounter(database.url);
  userNo = await at.account('BORROWERS', 100_000);
});

afterAll(async () => {
  await at.close();
  await database.drop();
});

afterEach(async () => { await at.control('/hostile', { method: 'DELETE' }); });

async function set(mode: string, serviceName: string, more: object = { calls: 1 }): Promise<void> {
  const response = await at.control('/hostile', { method: 'POST', body: { mode, serviceName, ...more } });
  if (response.status !== 201) throw new Error(await response.text());
}

const pull = (requestNo: string, amount = '1.00') => at.ask('DIRECT_RECHARGE', { requestNo, platformUserNo: userNo, amount });
const query = (requestNo: string) => at.ask('QUERY_TRANSACTION', { requestNo });
const payOut = (requestNo: string, withdrawType = 'URGENT') => at.ask('AUTO_WITHDRAW', { requestNo, platformUserNo: userNo, amount: '1.00', withdrawType });
const heardOf = (requestNo: string) => at.heard.filter((one) => one.data['requestNo'] === requestNo);
const available = async () => (await at.balance(userNo))[0];

describe('an order on a hostile day', () => {
  it('answer-lost: the money moves once, the connection breaks, and the next call is as ever', async () => {
    const [before, lost] = [await available(), at.next('r')];
    await set('answer-lost', 'DIRECT_RECHARGE');
    await expect(pull(lost)).rejects.toThrow('fetch failed');
    expect([await available(), await query(lost)]).toMatchObject([before + 100, { transaction: { status: 'SUCCESS', amount: '1.00' } }]);
    expect(await pull(lost)).toMatchObject({ errorCode: '100013' });
    expect(await pull(at.next('r'))).toMatchObject({ code: '0' });
  });

  it('fail-before: 503, nothing moves, and the same number can be sent again', async () => {
    const [before, requestNo] = [await available(), at.next('r')];
    await set('fail-before', 'DIRECT_RECHARGE');
    expect((await at.post('/service', 'DIRECT_RECHARGE', { requestNo, platformUserNo: userNo, amount: '1.00' })).status).toBe(503);
    expect([await available(), await query(requestNo)]).toMatchObject([before, { errorCode: '100007' }]);
    expect(await pull(requestNo)).toMatchObject({ code: '0' });
  });

  it('arrives-late: asked about it is not found, and then it is done after all, once', async () => {
    const [before, requestNo] = [await available(), at.next('r')];
    await set('arrives-late', 'DIRECT_RECHARGE');
    await expect(pull(requestNo)).rejects.toThrow('fetch failed');
    expect(await available()).toBe(before);
    expect(await query(requestNo)).toMatchObject({ code: '1', errorCode: '100007' });
    await at.until('the late order', async () => (await available()) === before + 100);
    expect(await query(requestNo)).toMatchObject({ transaction: { status: 'SUCCESS' } });
    expect(await pull(requestNo)).toMatchObject({ errorCode: '100013' });
  });

  it('arrives-late and sent again meanwhile: done once, whichever comes first', async () => {
    const [before, requestNo] = [await available(), at.next('r')];
    await set('arrives-late', 'DIRECT_RECHARGE');
    await expect(pull(requestNo)).rejects.toThrow('fetch failed');
    const [, again] = [await query(requestNo), await pull(requestNo)];
    expect(['0', '1']).toContain(again['code']);
    await at.until('the late order is gone', async () => (await at.pool.query('SELECT 1 FROM late_call')).rowCount === 0);
    expect(await query(requestNo)).toMatchObject({ transaction: { status: 'SUCCESS' } });
    expect(await available()).toBe(before + 100);
  });

  it('slow-answer: the money has moved while the answer is still waited for', async () => {
    const [before, requestNo] = [await available(), at.next('r')];
    await set('slow-answer', 'DIRECT_RECHARGE', { calls: 1, delayMs: 5_000 });
    let answered = false;
    const answer = pull(requestNo).finally(() => { answered = true; });
    await at.until('the money', async () => (await available()) === before + 100);
    expect(answered).toBe(false);
    expect(await answer).toMatchObject({ code: '0' });
  });

  it('bank-closed: refused for good with a stable code, the number taken', async () => {
    const [before, requestNo] = [await available(), at.next('r')];
    await set('bank-closed', '*');
    expect(await pull(requestNo)).toMatchObject({ code: '1', status: 'FAIL', errorCode: '100008', reasonCode: 'BANK_CLOSED' });
    expect([await available(), await query(requestNo), await pull(requestNo)]).toMatchObject([before, { transaction: { status: 'FAIL', reasonCode: 'BANK_CLOSED' } }, { errorCode: '100013' }]);
  });

  it('bank-closed at night only: hours are Beijing\'s, over midnight', async () => {
    await set('bank-closed', '*', { probability: 1, fromHour: 22, toHour: 10 });
    expect(await pull(at.next('r'))).toMatchObject({ code: '0' });
    await set('bank-closed', '*', { probability: 1, fromHour: 22, toHour: 11 });
    expect(await pull(at.next('r'))).toMatchObject({ reasonCode: 'BANK_CLOSED' });
  });

  it('a batch can be lost, late or refused like any order', async () => {
    const projectNo = await at.project(userNo);
    const lender = await at.account('INVESTOR', 1_000);
    await at.ask('USER_AUTO_PRE_TRANSACTION', { requestNo: at.next('h'), projectNo, platformUserNo: lender, bizType: 'TENDER', amount: '10.00' });
    const [late, closed] = [at.next('b'), at.next('b')];
    const send = (batchNo: string) => at.ask('ASYNC_TRANSACTION', { batchNo, bizType: 'TENDER', projectNo, details: [{ requestNo: `${batchNo}:1`, preTransactionNo: 'none', sourcePlatformUserNo: lender, targetPlatformUserNo: userNo, bizType: 'PRINCIPAL', amount: '1.00' }] });
    await set('arrives-late', 'ASYNC_TRANSACTION');
    await expect(send(late)).rejects.toThrow('fetch failed');
    expect(await at.ask('QUERY_TRANSACTION', { batchNo: late })).toMatchObject({ errorCode: '100007' });
    await at.until('the late batch', async () => (await at.ask('QUERY_TRANSACTION', { batchNo: late }))['code'] === '0');
    await set('bank-closed', 'ASYNC_TRANSACTION');
    expect(await send(closed)).toMatchObject({ reasonCode: 'BANK_CLOSED', batchNo: closed });
  });
});

describe('a notification on a hostile day', () => {
  it('notify-first: it comes before the answer, for a verb that tells nothing by itself too', async () => {
    for (const [verb, order] of [['AUTO_WITHDRAW', payOut], ['DIRECT_RECHARGE', pull]] as const) {
      const requestNo = at.next('r');
      await set('notify-first', verb);
      const answer = await order(requestNo);
      expect(answer).toMatchObject({ code: '0' });
      expect(heardOf(requestNo)).toMatchObject([{ serviceName: verb, genuine: true, data: { status: 'SUCCESS', responseType: 'NOTIFY' } }]);
    }
  });

  it('notify-twice: it comes again after it was taken', async () => {
    const requestNo = at.next('r');
    await set('notify-twice', 'AUTO_WITHDRAW');
    await payOut(requestNo);
    await at.until('both', () => heardOf(requestNo).length === 2);
    expect(heardOf(requestNo).every((one) => one.genuine)).toBe(true);
  });

  it('notify-out-of-order: the later one is heard first', async () => {
    const [early, late] = [at.next('r'), at.next('r')];
    await set('notify-out-of-order', 'AUTO_WITHDRAW', { calls: 1, delayMs: 60_000 });
    await payOut(early);
    await at.until('it is held', async () => (await at.pool.query('SELECT 1 FROM delivery WHERE held AND request_no = $1', [early])).rowCount === 1);
    await payOut(late);
    await at.until('both', () => heardOf(early).length + heardOf(late).length === 2);
    expect(at.heard.slice(-2).map((one) => one.data['requestNo'])).toEqual([late, early]);
  });

  it.each([['notify-wrong-signature', true], ['notify-without-signature', false]])('%s: it is not believable, and is repeated rightly', async (mode, hasSign) => {
    const requestNo = at.next('r');
    await set(mode, 'AUTO_WITHDRAW');
    await payOut(requestNo);
    await at.until('the repeat', () => heardOf(requestNo).length === 2);
    expect(heardOf(requestNo).map((one) => [one.genuine, one.sign !== ''])).toEqual([[false, hasSign], [true, true]]);
  });

  it('notify-lost: it never comes', async () => {
    const [lost, heard] = [at.next('r'), at.next('r')];
    await set('notify-lost', 'AUTO_WITHDRAW');
    await payOut(lost);
    await at.until('it counts as sent', async () => (await at.pool.query("SELECT 1 FROM delivery WHERE request_no = $1 AND last_answer = 'lost on the way'", [lost])).rowCount === 1);
    await payOut(heard);
    await at.until('the next one', () => heardOf(heard).length === 1);
    expect(heardOf(lost)).toEqual([]);
  });
});

describe('a payout that comes back', () => {
  it('payout-returned: done, on no card, and days later available again with a notification and a line of its own', async () => {
    const [before, requestNo] = [await available(), at.next('r')];
    const cardBefore = await at.pool.query('SELECT balance_fen FROM card WHERE number = $1', [`card-${userNo}`]);
    await set('payout-returned', 'AUTO_WITHDRAW', { calls: 1, days: 4 });
    expect(await payOut(requestNo)).toMatchObject({ status: 'SUCCESS' });
    expect(await available()).toBe(before - 100);
    expect((await at.pool.query('SELECT balance_fen FROM card WHERE number = $1', [`card-${userNo}`])).rows).toEqual(cardBefore.rows);
    at.clock.now = Date.parse('2026-03-06T12:00:00+08:00');
    await at.until('it is back', async () => (await available()) === before);
    const told = await at.until('the notification', () => at.heard.find((one) => one.serviceName === 'BACKROLL_RECHARGE'));
    expect(told.data).toMatchObject({ requestNo, status: 'SUCCESS', amount: '1.00', finishedAt: '2026-03-06T03:00:00.000Z', bankNo: expect.stringMatching(/^BR\d+$/) });
    expect(await query(requestNo)).toMatchObject({ transaction: { status: 'SUCCESS' } });
    at.clock.now = Date.parse('2026-03-07T12:00:00+08:00');
    const text = await at.until('the file', async () => {
      const response = await at.post('/download', 'DOWNLOAD_CHECKFILE', { fileDate: '20260306', fileType: 'BACKROLL_RECHARGE' });
      return response.headers.get('x-file-lines') !== null && response.text();
    });
    expect(text.split('\r\n')[1]).toBe(`${requestNo},${userNo},1.00,BACKROLL_RECHARGE,20260306110000,${String(told.data['bankNo'])}`);
  });
});

describe('a check file on a hostile day', () => {
  const fetchIt = async () => {
    const nonce = at.next('n');
    const response = await at.post('/download', 'DOWNLOAD_CHECKFILE', { fileDate: '20260302', fileType: 'RECHARGE', nonce });
    const text = await response.text();
    const [lines, sha256] = [response.headers.get('x-file-lines'), response.headers.get('x-file-sha256')];
    return { text, lines: Number(lines), whole: createHash('sha256').update(text).digest('hex') === sha256, signed: at.isGenuine(`P1|RECHARGE|20260302|${lines}|${sha256}|${nonce}`, response.headers.get('x-sign') ?? '') };
  };

  it('is late, truncated, has a line too many, and is then as it should be', async () => {
    await set('file-late', 'DOWNLOAD_CHECKFILE');
    expect(JSON.parse((JSON.parse((await fetchIt()).text) as { respData: string }).respData)).toMatchObject({ errorCode: '100007' });
    const right = await fetchIt();
    expect(right).toMatchObject({ whole: true, signed: true });
    await set('file-truncated', 'DOWNLOAD_CHECKFILE');
    const half = await fetchIt();
    expect(half).toMatchObject({ whole: false, signed: true, lines: right.lines });
    expect(right.text.startsWith(half.text)).toBe(true);
    await set('file-extra-line', 'DOWNLOAD_CHECKFILE');
    const more = await fetchIt();
    expect(more).toMatchObject({ whole: true, signed: true, lines: right.lines + 1 });
    expect(more.text.slice(right.text.length)).toMatch(/^STRAY:2026-03-02:RECHARGE,.*\r\n$/);
    expect(await fetchIt()).toEqual(right);
  });
});

describe('a person at the bank on a hostile day', () => {
  const visit = async (requestNo: string) => {
    const arrival = await at.post('/gateway', 'RECHARGE', { requestNo, platformUserNo: userNo, amount: '1.00', redirectUrl: 'http://platform.example/back' });
    const address = `${at.bank.url}${arrival.headers.get('location')}`;
    return () => fetch(address, { method: 'POST', body: new URLSearchParams({ decision: 'confirm', password: '135790' }) });
  };

  it('sees a 503 before anything moves, and is done at the second press; or loses the way back after it moved', async () => {
    const [before, requestNo] = [await available(), at.next('r')];
    const press = await visit(requestNo);
    await set('fail-before', 'RECHARGE');
    expect((await press()).status).toBe(503);
    expect(await available()).toBe(before);
    await set('answer-lost', 'RECHARGE');
    await expect(press()).rejects.toThrow('fetch failed');
    expect(await available()).toBe(before + 100);
    await at.until('the notification', () => heardOf(requestNo).length === 1);
  });

  it('is turned away while the bank is closed', async () => {
    const [before, requestNo] = [await available(), at.next('r')];
    const press = await visit(requestNo);
    await set('bank-closed', 'RECHARGE');
    expect(await (await press()).text()).toContain('BANK_CLOSED');
    expect([await available(), await query(requestNo)]).toMatchObject([before, { transaction: { status: 'FAIL', reasonCode: 'BANK_CLOSED' } }]);
  });
});

describe('telling the bank to be hostile', () => {
  it('strikes exactly the next N calls, however many come at once', async () => {
    await set('fail-before', 'DIRECT_RECHARGE', { calls: 3 });
    const codes = await Promise.all(Array.from({ length: 12 }, () => pull(at.next('r'))));
    expect(codes.filter((answer) => answer['errorCode'] === '100001')).toHaveLength(3);
    expect(codes.filter((answer) => answer['code'] === '0')).toHaveLength(9);
  });

  it('draws chances from the seed, the same each time', async () => {
    const run = async () => {
      await at.control('/hostile/seed', { method: 'POST', body: { seed: 42 } });
      await set('fail-before', 'DIRECT_RECHARGE', { probability: 0.5 });
      const struck: boolean[] = [];
      for (let call = 0; call < 12; call += 1) struck.push((await pull(at.next('r')))['errorCode'] === '100001');
      return struck;
    };
    const first = await run();
    expect(first).toEqual(Array.from({ length: 12 }, (_, index) => draw(42, 'fail-before', 'DIRECT_RECHARGE', index + 1) < 0.5));
    expect(await run()).toEqual(first);
    expect(await (await at.control('/hostile')).json()).toMatchObject({ seed: 42, modes: [{ mode: 'fail-before', seen: 12, used: first.filter(Boolean).length }] });
  });

  it('leaves questions alone unless they are named', async () => {
    await set('fail-before', '*', { probability: 1 });
    expect(await query('none')).toMatchObject({ errorCode: '100007' });
    await set('fail-before', 'QUERY_TRANSACTION');
    expect(await query('none')).toMatchObject({ errorCode: '100001' });
  });

  it('needs the token and a wish that makes sense', async () => {
    expect((await at.control('/hostile', { token: 'guess' })).status).toBe(401);
    for (const body of [{}, { mode: 'be-nice', calls: 1 }, { mode: 'answer-lost' }, { mode: 'answer-lost', calls: 1, probability: 0.5 }, { mode: 'answer-lost', calls: 0 }, { mode: 'answer-lost', probability: 1.5 }, { mode: 'answer-lost', serviceName: 'NOBODY', calls: 1 }, { mode: 'bank-closed', calls: 1, fromHour: 22 }]) {
      expect([body, (await at.control('/hostile', { method: 'POST', body })).status]).toEqual([body, 400]);
    }
  });

  it('lists what is in force on both pages and in the API, and clears one or all', async () => {
    await set('answer-lost', 'DIRECT_RECHARGE', { calls: 2 });
    await set('slow-answer', '*', { probability: 0.25 });
    const page = async (path: string) => (await fetch(`${at.bank.url}${path}`)).text();
    for (const path of ['/', '/bad-day']) expect(await page(path)).toMatch(/answer-lost[^]*the next 2 calls[^]*slow-answer[^]*with probability 0\.25/);
    const { modes: inForce } = (await (await at.control('/hostile')).json()) as { modes: { id: number }[] };
    expect((await at.control(`/hostile/${inForce[0]?.id}`, { method: 'DELETE' })).status).toBe(200);
    expect((await at.control('/hostile/999999', { method: 'DELETE' })).status).toBe(404);
    expect(await (await at.control('/hostile', { method: 'DELETE' })).json()).toEqual({ cleared: 1 });
    expect(await page('/bad-day')).toContain('No hostile mode is in force');
    expect(Object.keys(modes).length).toBeGreaterThanOrEqual(10);
  });

  it('can be told on the bank\'s page, but not by a form of another site', async () => {
    const post = (path: string, fields: Record<string, string>, site = 'same-origin') => fetch(`${at.bank.url}${path}`, { method: 'POST', redirect: 'manual', headers: { 'sec-fetch-site': site }, body: new URLSearchParams(fields) });
    const wish = { mode: 'answer-lost', serviceName: 'DIRECT_RECHARGE', calls: '2', probability: '', delayMs: '', days: '', fromHour: '', toHour: '' };
    expect((await post('/bad-day', wish, 'cross-site')).status).toBe(403);
    expect((await post('/bad-day', { ...wish, calls: '' })).status).toBe(422);
    expect((await post('/bad-day', wish)).status).toBe(303);
    expect(await (await at.control('/hostile')).json()).toMatchObject({ modes: [{ mode: 'answer-lost', calls: 2, delayMs: 3_000 }] });
    expect((await post('/bad-day/seed', { seed: '-1' })).status).toBe(422);
    expect((await post('/bad-day/seed', { seed: '9' })).status).toBe(303);
    expect((await post('/bad-day/clear', {})).status).toBe(303);
    expect(await (await at.control('/hostile')).json()).toMatchObject({ seed: 9, modes: [] });
  });
});
