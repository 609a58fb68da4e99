import { addDays } from '../domain/dates.js';
import { promiseToPay } from './contract.js';
import { brokeLoan, firstDueDay, payBy } from './testing/late-loans.js';
import { DAY, openStage, reach, type Stage } from './testing/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

// Alone in its file: its legal case outlives the loan for a moment, and the skipping server's clock stands still from then on.
it('lives the whole hard life: late, called, promise broken, promise partly kept, law, write-off, recovery, closed', async () => {
  const loan = await brokeLoan(stage, 220, { legalAfterDays: 31, writeOffAfterDays: 90 });
  const world = stage.world(220);
  const due = await firstDueDay(loan);
  const episode = stage.client.workflow.getHandle('collect:LN220:1');
  world.next('judgePromise', () => ({ state: 'broken' }), () => ({ state: 'partly' }));
  await stage.passUntil('the first SMS', () => world.count('sendCollectionSms') === 1, DAY);
  for (const [key, dueOn] of [['p1', addDays(due, 4)], ['p2', addDays(due, 20)]] as const) {
    await episode.executeUpdate(promiseToPay, { args: [{ takenBy: 'P800', key, amountFen: 50_000, dueOn }] });
    await stage.passUntil('the promise is judged', () => world.inputs('judgePromise').some(({ asOf }) => asOf === dueOn), DAY);
  }
  await reach(stage, loan, 'inLegal', DAY);
  await reach(stage, loan, 'writtenOff', DAY);
  expect(world.inputs('openTask').filter(({ kind }) => kind === 'collect').map(({ details }) => details.reason)).toEqual(expect.arrayContaining(['promise-broken', 'promise-partly']));
  world.heal();
  await payBy(220, loan, 'r', 'amount', 9_000_000);
  expect(await loan.result()).toMatchObject({ state: 'closed' });
  expect(await stage.client.workflow.getHandle('legal:LN220:1').result()).toEqual({ result: 'closed' });
  const acts = world.inputs('project').flatMap(({ acts }) => acts).map(({ verb }) => verb);
  expect(acts).toEqual(expect.arrayContaining(['accept-offer', 'fully-funded', 'conclude', 'disburse', 'pay-out', 'overdue', 'collection-started', 'contact-policy', 'legal-started', 'write-off', 'payment', 'close']));
});
