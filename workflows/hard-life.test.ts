import { addDays } from '../domain/dates.js';
import { advanceCase, childFinished, contactPolicyChanged, decideStep, pay, promiseToPay, type PayResult } from './contract.js';
import { DAY, dismiss, openStage, reach, refusalOf, repayingLoan, stateOf, type LoanHandle, type Stage } from './testing/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const told = (n: number) => stage.world(n).inputs('tell').map(({ template, audience }) => `${template} → ${audience}`);
const payAll = (n: number, loan: LoanHandle, key: string, kind: 'due' | 'amount' | 'payoff' = 'due', amountFen = 0): Promise<PayResult> =>
  loan.executeUpdate(pay, { args: [{ key, personId: `P${n}`, kind, amountFen }] });
/** A loan whose card is empty from the start. */
const broke = async (n: number, terms = {}) => {
  stage.world(n).on('takePayment', () => ({ status: 'refused', code: 'insufficient-funds' }));
  return repayingLoan(stage, n, { terms });
};
const dueDayOf = async (loan: LoanHandle) => (await stateOf(loan)).instalments[0]!.dueDay;
const collection = (n: number) => stage.world(n).inputs('projectCollection');


// Alone in its file: its legal case outlives the loan for a moment, and the skipping server's clock stands still from then on.
it('lives the whole hard life: late, called, promise broken, promise partly kept, law, write-off, recovery, closed', async () => {
  const loan = await broke(220, { legalAfterDays: 31, writeOffAfterDays: 90 });
  const world = stage.world(220);
  const due = await dueDayOf(loan);
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
  await payAll(220, loan, 'r', 'amount', 9_000_000);
  expect(await loan.result()).toMatchObject({ state: 'closed' });
  expect(await stage.client.workflow.getHandle('legal:LN220:1').result()).toEqual({ result: 'closed' });
  const acts = world.inputs('project').flatMap(({ acts }) => acts).map(({ verb }) => verb);
  expect(acts).toEqual(expect.arrayContaining(['accept-offer', 'fully-funded', 'conclude', 'disburse', 'pay-out', 'overdue', 'collection-started', 'contact-policy', 'legal-started', 'write-off', 'payment', 'close']));
});
