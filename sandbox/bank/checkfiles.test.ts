/** Check files as the platform fetches them: what is in them, when, and that they never change. */
import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { csvLine } from './checkfiles.js';
import { fileTypes } from './closing.js';
import { openCounter } from './counter.js';
import type { Counter } from './counter.js';

let database: TestDatabase;
let at: Counter;
const at9 = (day: string) => Date.parse(`${day}T09:00:00+08:00`);

beforeAll(async () => {
  database = await createEmptyDatabase();
  at = await openCounter(database.url);
});

afterAll(async () => {
  await at.close();
  await database.drop();
});

/** The clock is read at most every 200 wall milliseconds: the bank has seen it when a payout-free question says so. */
async function setClock(ms: number): Promise<void> {
  at.clock.now = ms;
  await at.until('the bank has seen the clock', async () => Date.parse(String((await at.ask('DOWNLOAD_BALANCES', {}))['cutAt'])) === ms);
}

interface Fetched { text: string; records: string[][]; lines: number }

async function fetchFile(fileDate: string, fileType: string): Promise<Fetched> {
  const nonce = at.next('n');
  const response = await at.post('/download', 'DOWNLOAD_CHECKFILE', { fileDate, fileType, nonce });
  expect([response.status, response.headers.get('content-type'), response.headers.get('x-key-serial')]).toEqual([200, 'text/csv; charset=utf-8', 'bank-1']);
  const text = await response.text();
  const [lines, sha256] = [response.headers.get('x-file-lines'), response.headers.get('x-file-sha256')];
  expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
  expect(at.isGenuine(`P1|${fileType}|${fileDate}|${lines}|${sha256}|${nonce}`, response.headers.get('x-sign') ?? '')).toBe(true);
  const records = parse(text, { record_delimiter: '\r\n' });
  expect(records).toHaveLength(Number(lines) + 1);
  return { text, records, lines: Number(lines) };
}

async function refusal(fileDate: string, fileType: string, serviceName = 'DOWNLOAD_CHECKFILE'): Promise<Record<string, unknown>> {
  const nonce = at.next('refused');
  const response = await at.post('/download', serviceName, { fileDate, fileType, nonce });
  const body = (await response.json()) as { respData: string; sign: string };
  expect(at.isGenuine(body.respData, body.sign)).toBe(true);
  return JSON.parse(body.respData) as Record<string, unknown>;
}

describe('the check files of a day', () => {
  it('hold everything that moved money that day, each in one file, and nothing of the days around it', async () => {
    const [lender, borrower] = [await at.account('INVESTOR', 1_000_000), await at.account('BORROWERS', 0)];
    await at.ask('DIRECT_RECHARGE', { requestNo: 'before', platformUserNo: borrower, amount: '5.00', businessTime: '2026-03-01T15:59:59.999Z' });
    const projectNo = await at.project(borrower, '1000.00');
    await at.ask('DIRECT_RECHARGE', { requestNo: 'pull-1', platformUserNo: borrower, amount: '30.05', businessTime: '2026-03-01T16:00:00.000Z' });
    await at.ask('DIRECT_RECHARGE', { requestNo: 'refused', platformUserNo: 'U:none', amount: '1.00' });
    await at.ask('USER_AUTO_PRE_TRANSACTION', { requestNo: 'hold-1', projectNo, platformUserNo: lender, bizType: 'TENDER', amount: '600.00' });
    const line = (requestNo: string, source: string, target: string, bizType: string, amount: string, preTransactionNo = 'hold-1') => ({ requestNo, preTransactionNo, sourcePlatformUserNo: source, targetPlatformUserNo: target, bizType, amount });
    await at.ask('ASYNC_TRANSACTION', { batchNo: 'release', bizType: 'TENDER', projectNo, details: [line('d-1', lender, borrower, 'PRINCIPAL', '600.00'), line('d-no', lender, borrower, 'PRINCIPAL', '600.00')] });
    await at.until('the release', async () => (await at.balance(borrower))[0] > 60_000);
    await at.ask('MODIFY_PROJECT', { requestNo: 'repaying', projectNo, state: 'REPAYING' });
    await at.ask('USER_AUTO_PRE_TRANSACTION', { requestNo: 'hold-2', projectNo, platformUserNo: borrower, bizType: 'REPAYMENT', amount: '12.00' });
    await at.ask('ASYNC_TRANSACTION', { batchNo: 'repay', bizType: 'REPAYMENT', projectNo, details: [line('d-2', borrower, lender, 'PRINCIPAL', '10.00', 'hold-2'), line('d-3', borrower, lender, 'INTEREST', '1.50', 'hold-2'), line('d-4', borrower, 'PLATFORM_INCOME', 'COMMISSION', '0.50', 'hold-2')] });
    await at.until('the repayment', async () => (await at.balance('PLATFORM_INCOME'))[0] === 50);
    await at.ask('AUTO_WITHDRAW', { requestNo: 'out-1', platformUserNo: lender, amount: '100.00', withdrawType: 'URGENT' });
    await at.ask('AUTO_WITHDRAW', { requestNo: 'out-2', platformUserNo: lender, amount: '200.00', withdrawType: 'NORMAL' });
    await setClock(at9('2026-03-03') + 7_200_000);

    expect((await fetchFile('20260302', 'RECHARGE')).records).toEqual([
      ['平台请求流水号', '平台用户编号', '金额', '业务类型', '完成时间', '银行流水号'], ['pull-1', borrower, '30.05', 'DIRECT_RECHARGE', '20260302000000', expect.stringMatching(/^BK\d{10}$/)]]);
    expect((await fetchFile('20260301', 'RECHARGE')).records.slice(1).map((record) => record[0])).toEqual(['before']);
    expect((await fetchFile('20260302', 'WITHDRAW')).records.slice(1)).toEqual([['out-1', lender, '100.00', 'AUTO_WITHDRAW', '20260302100000', expect.any(String)]]);
    expect((await fetchFile('20260302', 'COMMISSION')).records.slice(1)).toEqual([['d-4', borrower, '0.50', 'COMMISSION', '20260302100000', expect.any(String)]]);
    expect((await fetchFile('20260302', 'BACKROLL_RECHARGE')).lines).toBe(0);
    const trade = await fetchFile('20260302', 'TRANSACTION');
    expect(trade.records[0]).toEqual(['发生时间', '平台商编', '平台请求流水号', '订单号', '业务类型', '金额', '利息金额', '币种', '发起方会员编号', '发起方平台用户编号', '接收方会员编号', '接收方平台用户编号', '标的号', '原订单号', '备注', '债权份额', '自定义参数']);
    expect(trade.records.slice(1)).toEqual([
      ['20260302100000', 'P1', 'd-1', 'release', 'TENDER', '600.00', '', 'CNY', '', lender, '', borrower, projectNo, 'hold-1', 'PRINCIPAL', '', ''],
      ['20260302100000', 'P1', 'd-2', 'repay', 'REPAYMENT', '10.00', '', 'CNY', '', borrower, '', lender, projectNo, 'hold-2', 'PRINCIPAL', '', ''],
      ['20260302100000', 'P1', 'd-3', 'repay', 'REPAYMENT', '1.50', '1.50', 'CNY', '', borrower, '', lender, projectNo, 'hold-2', 'INTEREST', '', ''],
    ]);
  });

  it('are not there before midnight, and the payout of the next morning is in the next day\'s', async () => {
    expect(await refusal('20260303', 'WITHDRAW')).toMatchObject({ code: '1', errorCode: '100007', nonce: expect.stringMatching(/^refused:/) });
    await setClock(at9('2026-03-04'));
    expect((await fetchFile('20260303', 'WITHDRAW')).records.slice(1).map((record) => [record[0], record[4]])).toEqual([['out-2', '20260303100000']]);
  });

  it('never change: what comes late for a closed day is dated into the first open one', async () => {
    const before = await fetchFile('20260302', 'RECHARGE');
    const userNo = await at.account('BORROWERS', 0);
    expect(await at.ask('DIRECT_RECHARGE', { requestNo: 'late', platformUserNo: userNo, amount: '1.00', businessTime: '2026-03-02T03:00:00.000Z' })).toMatchObject({ code: '0', finishedAt: '2026-03-03T16:00:00.000Z' });
    expect((await fetchFile('20260302', 'RECHARGE')).text).toBe(before.text);
    await setClock(at9('2026-03-05'));
    expect((await fetchFile('20260304', 'RECHARGE')).records.slice(1).map((record) => record[0])).toContain('late');
  });

  it('wait for a batch that was accepted that day', async () => {
    await at.pool.query("INSERT INTO request (request_no, service_name, status, business_at) VALUES ('stuck', 'ASYNC_TRANSACTION', 'ACCEPT', '2026-03-05T03:00:00Z')");
    await setClock(at9('2026-03-06'));
    expect(await refusal('20260305', 'TRANSACTION')).toMatchObject({ errorCode: '100007' });
    await at.pool.query("UPDATE request SET status = 'FAIL', finished_at = now() WHERE request_no = 'stuck'");
    expect((await fetchFile('20260305', 'TRANSACTION')).lines).toBe(0);
  });

  it('of many lines are read page by page, none twice and none left out', async () => {
    await at.pool.query(
      `INSERT INTO request (request_no, service_name, user_no, amount_fen, status, business_at, finished_at)
       SELECT 'many:' || n, 'RECHARGE', 'U:1', n, 'SUCCESS', t, t FROM generate_series(1, 12345) n, LATERAL (SELECT timestamptz '2026-03-06 12:00+08' + (n / 3000) * interval '1 minute' AS t) x`);
    await setClock(at9('2026-03-07'));
    const { records, lines } = await fetchFile('20260306', 'RECHARGE');
    expect(lines).toBe(12_345);
    expect(new Set(records.slice(1).map((record) => record[0])).size).toBe(12_345);
  });

  it.each([
    ['a day that does not exist', { fileDate: '20260231', fileType: 'RECHARGE' }, '100002'], ['a day written otherwise', { fileDate: '2026-03-02', fileType: 'RECHARGE' }, '100002'],
    ['another file', { fileDate: '20260302', fileType: '../../etc/passwd' }, '100002'], ['no day', { fileType: 'RECHARGE' }, '100002'],
  ])('%s is refused with a signed answer', async (_name, data, errorCode) => {
    const response = await at.post('/download', 'DOWNLOAD_CHECKFILE', data);
    const body = (await response.json()) as { respData: string; sign: string };
    expect([at.isGenuine(body.respData, body.sign), (JSON.parse(body.respData) as Record<string, unknown>)['errorCode']]).toEqual([true, errorCode]);
  });

  it('are the only thing behind that door', async () => {
    expect(await refusal('20260302', 'RECHARGE', 'DOWNLOAD_BALANCES')).toMatchObject({ errorCode: '100004' });
  });
});

describe('confirming a day', () => {
  const detail = fileTypes.map((fileType) => ({ fileType }));
  it('is refused before its files were fetched, done once, and again without effect', async () => {
    expect(await at.ask('CONFIRM_CHECKFILE', { requestNo: 'c-0', fileDate: '20260401', detail })).toMatchObject({ code: '1', errorCode: '100008' });
    expect(await at.ask('CONFIRM_CHECKFILE', { requestNo: 'c-1', fileDate: '20260302', detail, businessTime: undefined })).toMatchObject({ code: '0', status: 'SUCCESS' });
    expect(await at.ask('CONFIRM_CHECKFILE', { requestNo: 'c-2', fileDate: '20260302', detail })).toMatchObject({ code: '0', status: 'SUCCESS' });
    const { rows } = await at.pool.query("SELECT DISTINCT confirmed_by FROM check_file WHERE day = '2026-03-02'");
    expect(rows).toEqual([{ confirmed_by: 'c-1' }]);
  });
});

it('a field with comma, quote or line end is quoted as RFC 4180 says', () => {
  expect(csvLine(['a,b', 'c"d', 'e\nf', '', 'g'])).toBe('"a,b","c""d","e\nf",,g\r\n');
});
