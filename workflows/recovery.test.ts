import { addDays } from '../domain/dates.js';
import { brokeLoan, firstDueDay, payBy, toldOf } from './testing/late-loans.js';
import { DAY, openStage, reach, refusalOf, stateOf, type Stage } from './testing/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

// Alone in its file: its legal case outlives the loan for a moment, and the skipping server's clock stands still from then on.
it('is written off on its day, stays open, takes recoveries, and closes when everything is paid', async () => {
  const loan = await brokeLoan(stage, 203, { writeOffAfterDays: 60, legalAfterDays: 40 });
  const due = await firstDueDay(loan);
  await reach(stage, loan, 'writtenOff', DAY);
  const world = stage.world(203);
  const figures = world.inputs('writeOff');
  expect(figures).toEqual([{ loanNo: 'LN203', asOf: addDays(due, 60), daysPastDue: 60, principalFen: 1_200_000, interestFen: expect.any(Number) }]);
  expect(toldOf(stage, 203)).toContain('written-off → lenders');
  await stage.passUntil('a look for recoveries', () => world.inputs('takePayment').some(({ source }) => source === 'recovery'), DAY);
  expect(world.inputs('takePayment').at(-1)).toMatchObject({ source: 'recovery', pull: false, partial: true });
  world.heal();
  expect(await payBy(203, loan, 'r1', 'amount', 50_000)).toMatchObject({ status: 'paid', paidFen: 50_000 });
  expect(await stateOf(loan)).toMatchObject({ state: 'writtenOff', recoveredFen: 50_000 });
  expect(world.sharings().at(-1)).toMatchObject({ afterWriteOff: true });
  expect(world.inputs('takePayment').at(-1)).toMatchObject({ source: 'recovery' });
  await stage.passUntil('everybody is told', () => toldOf(stage, 203).includes('payment-received → borrower'), 1000, 60);
  expect(await refusalOf(payBy(203, loan, 'r2', 'payoff'))).toBe('written-off');
  expect((await payBy(203, loan, 'r3', 'amount', 9_000_000)).status).toBe('paid');
  expect(await loan.result()).toMatchObject({ state: 'closed' });
  const principal = world.sharings().flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.principalFen, 0);
  expect(principal).toBe(1_200_000);
  expect(toldOf(stage, 203).filter((message) => message.startsWith('recovered'))).toHaveLength(2);
});
