/** The bank lives by the business clock: what it does itself happens when that clock says so, and people stop it. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startCustodySide, until } from '../../test/custody.js';
import type { CustodySide } from '../../test/custody.js';
import { visitBank } from '../../test/bank.js';

let clock: Server;
let businessNow = Date.parse('2011-04-29T03:00:00Z');
/** What the bank asked of the clock: `/clock/hold bank-page:…`. */
const asked: string[] = [];
let side: CustodySide;

beforeAll(async () => {
  clock = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
    request.on('end', () => {
      if (request.method === 'POST') asked.push(`${request.url} ${(JSON.parse(body) as { id: string }).id} ${request.headers.authorization}`);
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ businessNow, speed: 0 }));
    });
  });
  await new Promise<void>((resolve) => { clock.listen(0, resolve); });
  side = await startCustodySide({ clockUrl: `http://127.0.0.1:${(clock.address() as AddressInfo).port}` });
});

afterAll(async () => {
  await side.stop();
  clock.closeAllConnections();
  await new Promise((resolve) => { clock.close(resolve); });
});

describe('business time at the bank', () => {
  it('holds the clock while a person is on a page, and releases it when the person goes', async () => {
    const userNo = await side.open('INVESTOR');
    asked.length = 0;
    const requestNo = side.next('deposit');
    const form = side.sign({ act: 'deposit', requestNo, userNo, amountFen: 100 });
    await visitBank(form, { password: '000000' });
    expect(asked).toEqual([`/clock/hold bank-page:${requestNo} Bearer clock`, `/clock/hold bank-page:${requestNo} Bearer clock`]);
    await visitBank(form, { decision: 'cancel' });
    expect(asked.at(-1)).toBe(`/clock/release bank-page:${requestNo} Bearer clock`);
  });

  it('dates what a person does with the clock, but never before the order', async () => {
    const userNo = await side.open('INVESTOR');
    const message = await side.person({ act: 'deposit', userNo, amountFen: 100 });
    expect(message.outcome).toMatchObject({ status: 'done', at: '2026-03-02T02:00:00.000Z' });
    businessNow = Date.parse('2026-03-05T01:00:00Z');
    const later = await until('the bank has looked at the clock again', async () => {
      const { outcome } = await side.person({ act: 'deposit', userNo, amountFen: 100 });
      return outcome.status === 'done' && outcome.at === '2026-03-05T01:00:00.000Z' ? outcome : undefined;
    });
    expect(later).toMatchObject({ status: 'done' });
  });

  it('a normal payout waits for its working day, however long that takes, over a restart too', async () => {
    const userNo = await side.open('BORROWERS', 5_000);
    const requestNo = side.next('payout');
    const friday = '2026-03-06T09:00:00.000Z';
    businessNow = Date.parse(friday);
    expect(await side.custody.payOut({ requestNo, userNo, amountFen: 5_000, urgency: 'normal', businessTime: friday })).toEqual({ status: 'accepted', stage: 'taken' });
    businessNow = Date.parse('2026-03-09T01:59:59Z');
    await side.bank.kill();
    await side.bank.start();
    expect(await side.custody.query(requestNo)).toEqual({ status: 'accepted', stage: 'remitting' });
    expect(await side.balance(userNo)).toEqual([0, 5_000]);
    businessNow = Date.parse('2026-03-20T00:00:00Z');
    expect((await side.notified(requestNo, 'done')).outcome).toMatchObject({ amountFen: 5_000, at: '2026-03-09T02:00:00.000Z' });
    expect(await side.balance(userNo)).toEqual([0, 0]);
  });

  it('cards earn and spend by it', async () => {
    const userNo = await side.open('BORROWERS');
    const number = side.cardOf(userNo);
    await side.outside('/cards', { number, balanceFen: 0, salaryFen: 31_000, salaryDay: 25, expensesFen: 0 });
    const pull = (businessTime: string) => side.custody.pullFromCard({ requestNo: side.next('pull'), userNo, amountFen: 31_000, businessTime });
    expect(await pull('2026-03-24T02:00:00.000Z')).toMatchObject({ status: 'refused', code: 'card-refused' });
    expect(await pull('2026-03-25T02:00:00.000Z')).toMatchObject({ status: 'done' });
  });
});
