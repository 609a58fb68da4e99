/** A court's freeze through the port, against the sandbox bank on the wire. */
import { businessTime, startCustodySide, type CustodySide } from '../../test/custody.js';

let side: CustodySide;
beforeAll(async () => {
  side = await startCustodySide();
});
afterAll(() => side.stop());

const freeze = (userNo: string, amountFen: number | null, requestNo = side.next('freeze')) => side.custody.freezeByCourt({ requestNo, userNo, amountFen, businessTime });
const release = (freezeRequestNo: string, amountFen: number | null) => side.custody.releaseByCourt({ requestNo: side.next('release'), freezeRequestNo, amountFen, businessTime });

it('is done with what is there, and told again as more comes in', async () => {
  const userNo = await side.open('INVESTOR', 30_000);
  const requestNo = side.next('freeze');
  expect(await freeze(userNo, 50_000, requestNo)).toMatchObject({ status: 'done', amountFen: 30_000 });
  expect(await side.balance(userNo)).toEqual([0, 30_000]);
  await side.person({ act: 'deposit', userNo, amountFen: 25_000 });
  expect(await side.balance(userNo)).toEqual([5_000, 50_000]);
  const told = () => side.told.filter((message) => message.requestNo === requestNo);
  await side.notified(requestNo, 'done');
  for (const end = Date.now() + 30_000; told().length < 2 && Date.now() < end;) await new Promise((resolve) => { setTimeout(resolve, 20); });
  expect(told().map(({ via, act, outcome }) => [via, act, outcome.status === 'done' ? outcome.amountFen : null])).toEqual([['notify', 'court-freeze', 30_000], ['notify', 'court-freeze', 50_000]]);
  expect(await side.custody.query(requestNo)).toMatchObject({ status: 'done', amountFen: 50_000 });
});

it('the same order again answers the first result, and another under its number is refused', async () => {
  const userNo = await side.open('INVESTOR', 10_000);
  const requestNo = side.next('freeze');
  expect([await freeze(userNo, null, requestNo), await freeze(userNo, null, requestNo)]).toMatchObject([{ status: 'done', amountFen: 10_000 }, { status: 'done', amountFen: 10_000 }]);
  expect(await side.custody.releaseByCourt({ requestNo, freezeRequestNo: requestNo, amountFen: null, businessTime })).toMatchObject({ status: 'refused', code: 'duplicate-request' });
  expect(await side.balance(userNo)).toEqual([0, 10_000]);
});

it('gives back a part, then the whole, and says what it cannot', async () => {
  const userNo = await side.open('INVESTOR', 10_000);
  const requestNo = side.next('freeze');
  await freeze(userNo, 8_000, requestNo);
  expect(await release(requestNo, 3_000)).toMatchObject({ status: 'done', amountFen: 3_000 });
  expect(await release(requestNo, 6_000)).toMatchObject({ status: 'refused', code: 'insufficient-funds' });
  expect(await release(requestNo, null)).toMatchObject({ status: 'done', amountFen: 5_000 });
  expect(await release(requestNo, null)).toMatchObject({ status: 'refused', code: 'refused' });
  expect(await freeze('nobody', null)).toMatchObject({ status: 'refused', code: 'no-such-user' });
  expect(await side.balance(userNo)).toEqual([10_000, 0]);
});

it('a lender’s share of a repayment is credited, and frozen the same moment', async () => {
  const [lender, borrower] = [await side.open('INVESTOR', 100_000), await side.open('BORROWERS', 20_000)];
  const projectNo = await side.project(borrower, 100_000);
  const bid = await side.hold(lender, projectNo, 100_000);
  expect((await side.settle(projectNo, 'release', [side.detail(lender, borrower, bid, 100_000)])).details).toMatchObject([{ outcome: { status: 'done' } }]);
  expect(await side.custody.changeProject({ requestNo: side.next('repaying'), projectNo, state: 'REPAYING', businessTime })).toMatchObject({ status: 'done' });
  expect(await freeze(lender, null)).toMatchObject({ status: 'done', amountFen: 0 });
  const payment = await side.hold(borrower, projectNo, 20_000, 'repayment');
  expect((await side.settle(projectNo, 'repayment', [side.detail(borrower, lender, payment, 15_000), side.detail(borrower, lender, payment, 5_000, 'interest')])).details).toMatchObject([{ outcome: { status: 'done' } }, { outcome: { status: 'done' } }]);
  expect(await side.balance(lender)).toEqual([0, 20_000]);
});
