import { ApplicationFailure } from '@temporalio/common';
import { cancelLoan, decideStep, retryStep } from './contract.js';
import { acceptedLoan, DAY, dismiss, HOUR, openStage, reach, refusalOf, repayingLoan, stateOf, type LoanHandle, type Stage } from './testing/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const broken = () => {
  throw ApplicationFailure.nonRetryable('database-refused', 'database-refused');
};
const tasks = (n: number) => stage.world(n).inputs('openTask').map(({ kind, role, title }) => `${kind}/${role}: ${title}`);
const untilStopped = (n: number, loan: LoanHandle) => stage.passUntil(`LN${n} has stopped`, async () => (await stateOf(loan)).owner === 'operations' && stage.world(n).count('openTask') > 0, 1000, 120);
const operations = { personId: 'P900', reason: 'looked-into' };

describe('a step that fails for good', () => {
  it('goes to operations with a task, and goes on when they ask for it again', async () => {
    const world = stage.world(300);
    world.on('score', broken);
    const loan = await stage.startLoan(300);
    await untilStopped(300, loan);
    expect(await stateOf(loan)).toMatchObject({ state: 'screening', step: 'score', reason: 'database-refused', nextAt: '2025-01-07T02:00:00.000Z' });
    expect(tasks(300)).toEqual(['stuck-step/operations: Step score has stopped: Scoring']);
    world.heal();
    await loan.executeUpdate(retryStep, { args: [operations] });
    await reach(stage, loan, 'offered', 1000, 60);
    expect((await stateOf(loan)).reason).toBeNull();
    expect(world.inputs('closeTask').map(({ key, decision }) => [key === world.inputs('openTask')[0]!.key, decision])).toEqual([[true, 'went-on']]);
    await dismiss(stage, loan);
  });

  it('is tried again by itself on the next day, and a supervisor is asked after some days', async () => {
    const world = stage.world(301);
    world.on('preScreen', broken);
    const loan = await stage.startLoan(301);
    await stage.passUntil('the supervisor', () => tasks(301).some((task) => task.startsWith('stuck-step/supervisor')), 6 * HOUR, 40);
    expect(world.count('preScreen')).toBe(4);
    world.heal();
    await reach(stage, loan, 'offered', 6 * HOUR, 8);
    await dismiss(stage, loan);
  });

  it('is retried patiently before anybody is troubled, when the failure may pass', async () => {
    const world = stage.world(302);
    let tries = 0;
    world.on('screen', () => {
      tries += 1;
      if (tries < 20) throw ApplicationFailure.retryable('no-answer', 'no-answer');
      return { status: 'passed' };
    });
    const loan = await stage.startLoan(302);
    await reach(stage, loan, 'offered', 60_000, 60);
    expect(world.count('openTask')).toBe(0);
    await dismiss(stage, loan);
  });

  it('can be left where the recipe can do without it: unscreened, the loan goes to a reviewer', async () => {
    stage.world(303).on('screen', broken);
    const loan = await stage.startLoan(303);
    await untilStopped(303, loan);
    await loan.executeUpdate(decideStep, { args: [{ ...operations, decision: 'skip' }] });
    await reach(stage, loan, 'inReview', 1000, 60);
    expect((await stateOf(loan)).reason).toBe('not-screened');
    await dismiss(stage, loan);
  });

  it('cannot be left where it cannot; ending the loan is possible', async () => {
    stage.world(304).on('makeOffer', broken);
    const loan = await stage.startLoan(304);
    await untilStopped(304, loan);
    expect(await refusalOf(loan.executeUpdate(decideStep, { args: [{ ...operations, decision: 'skip' }] }))).toBe('step-cannot-be-skipped');
    await loan.executeUpdate(decideStep, { args: [{ ...operations, decision: 'end' }] });
    expect(await loan.result()).toMatchObject({ state: 'declined', reason: 'ended-by-operations' });
  });

  it('after the listing ends with every hold released', async () => {
    const world = stage.world(305);
    world.on('conclude', broken);
    const loan = await acceptedLoan(stage, 305);
    await untilStopped(305, loan);
    await loan.executeUpdate(decideStep, { args: [{ ...operations, decision: 'end' }] });
    expect(await loan.result()).toMatchObject({ state: 'declined', reason: 'ended-by-operations' });
    expect(world.inputs('failListing').map(({ code }) => code)).toEqual(['ended-by-operations']);
    expect(world.inputs('tell').at(-1)).toMatchObject({ template: 'refused', audience: 'everybody' });
  });

  it('does not keep the borrower from withdrawing', async () => {
    stage.world(306).on('score', broken);
    const loan = await stage.startLoan(306);
    await untilStopped(306, loan);
    expect(await loan.executeUpdate(cancelLoan, { args: [{ personId: 'P306', reason: 'x' }] })).toEqual({ loanState: 'cancelled' });
    expect((await loan.result()).state).toBe('cancelled');
  });

  it.each(['makeOffer', 'borrowerReady', 'createProject', 'conclude', 'release', 'payOut', 'finish'] as const)('%s: the loan waits, and lives on after it is mended', async (activity) => {
    const n = 310 + ['makeOffer', 'borrowerReady', 'createProject', 'conclude', 'release', 'payOut', 'finish'].indexOf(activity);
    const world = stage.world(n);
    world.on(activity, broken);
    const loan = activity === 'makeOffer' ? await stage.startLoan(n) : activity === 'finish' ? await repayingLoan(stage, n) : await acceptedLoan(stage, n);
    if (activity === 'finish') await loan.executeUpdate((await import('./contract.js')).pay, { args: [{ key: 'k', personId: `P${n}`, kind: 'payoff', amountFen: 0 }] });
    await untilStopped(n, loan);
    world.heal();
    await loan.executeUpdate(retryStep, { args: [operations] });
    if (activity === 'finish') expect((await loan.result()).state).toBe('closed');
    else await stage.passUntil('it goes on', async () => (await stateOf(loan)).owner !== 'operations', 1000, 60);
    if (activity !== 'finish') await dismiss(stage, loan);
  });

  it.each(['remind', 'takePayment', 'distribute'] as const)('%s while serviced: no money moves twice when it goes on', async (activity) => {
    const n = 320 + ['remind', 'takePayment', 'distribute'].indexOf(activity);
    const world = stage.world(n);
    world.next(activity, broken);
    // A debit is shared by a call of its own only where the bank takes its time.
    if (activity === 'distribute') world.next('takePayment', ({ amountFen, asOf }) => ({ status: 'done', frozenFen: amountFen, countsOn: asOf.slice(0, 10), shared: null }));
    const loan = await repayingLoan(stage, n);
    await stage.passUntil('stopped', async () => (await stateOf(loan)).owner === 'operations', 6 * HOUR);
    await loan.executeUpdate(retryStep, { args: [operations] });
    await stage.passUntil('the first instalment is paid', () => world.sharings().length > (activity === 'distribute' ? 1 : 0), DAY);
    await stage.pass(5 * DAY);
    expect(new Set(world.inputs('takePayment').map(({ paymentNo }) => paymentNo))).toEqual(new Set([`LN${n}:p1`]));
    expect(new Set(world.sharings().map(({ paymentNo }) => paymentNo))).toEqual(new Set([`LN${n}:p1`]));
    await dismiss(stage, loan);
  });

  it('is nobody’s business while nothing is stuck', async () => {
    const loan = await repayingLoan(stage, 330);
    expect(await refusalOf(loan.executeUpdate(retryStep, { args: [operations] }))).toBe('nothing-is-stuck');
    expect(await refusalOf(loan.executeUpdate(decideStep, { args: [{ ...operations, decision: 'end' }] }))).toBe('nothing-is-stuck');
    await dismiss(stage, loan);
  });
});

describe('the bank says no where none is expected', () => {
  it('to the project: operations put it right, then it is asked again', async () => {
    stage.world(340).next('createProject', () => ({ status: 'refused', code: 'project-exists' }));
    const loan = await acceptedLoan(stage, 340);
    await untilStopped(340, loan);
    expect((await stateOf(loan)).reason).toBe('project-exists');
    await loan.executeUpdate(retryStep, { args: [operations] });
    await reach(stage, loan, 'repaying', 1000, 120);
    await dismiss(stage, loan);
  });

  it('to a release detail: the next attempt has its own number, done ones stand', async () => {
    const world = stage.world(341);
    world.next('release', () => ({ status: 'refused', code: 'account-frozen' }));
    const loan = await acceptedLoan(stage, 341);
    await untilStopped(341, loan);
    await loan.executeUpdate(retryStep, { args: [operations] });
    await reach(stage, loan, 'repaying', 1000, 120);
    expect(world.inputs('release').map(({ attempt }) => attempt)).toEqual([1, 2]);
    await dismiss(stage, loan);
  });

  it('for longer than two working days of disbursement: a case, and everybody is told, once', async () => {
    const world = stage.world(342);
    world.on('release', () => ({ status: 'pending', requestNo: 'LN342-release-a1-b1', expectedAt: null }));
    const loan = await acceptedLoan(stage, 342);
    await stage.passUntil('the case', () => tasks(342).length === 1, HOUR, 24 * 5);
    expect(tasks(342)).toEqual(['case/operations: Disbursement of LN342 takes longer than promised']);
    expect(world.inputs('tell').at(-1)).toMatchObject({ template: 'disbursement-late', audience: 'everybody' });
    await stage.pass(DAY);
    expect(tasks(342)).toHaveLength(1);
    expect(world.inputs('tell').map(({ template, audience }) => `${template} → ${audience}`).slice(-2)).toEqual(['concluded → everybody', 'disbursement-late → everybody']);
    world.heal();
    await reach(stage, loan, 'repaying', HOUR, 24);
    await dismiss(stage, loan);
  });

  it('to the payout: the borrower is told, the value date stays, and a new card brings a new try', async () => {
    const { accountReady } = await import('./contract.js');
    const world = stage.world(343);
    world.next('payOut', () => ({ status: 'refused', code: 'card-closed' }));
    const loan = await acceptedLoan(stage, 343);
    await stage.passUntil('it came back', () => world.inputs('tell').some(({ template }) => template === 'payout-returned'), 1000, 120);
    const { valueDate } = await stateOf(loan);
    await loan.signal(accountReady);
    await reach(stage, loan, 'repaying', 1000, 60);
    expect(world.inputs('payOut').map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(await stateOf(loan)).toMatchObject({ paidOut: true, valueDate });
    await dismiss(stage, loan);
  });

  it('to every payout: the schedule runs all the same, and the payout is tried daily beside it', async () => {
    const world = stage.world(344);
    world.on('payOut', () => ({ status: 'refused', code: 'card-closed' }));
    const loan = await acceptedLoan(stage, 344);
    await stage.passUntil('the first instalment is paid', () => world.sharings().length === 1, DAY);
    expect(world.count('payOut')).toBeGreaterThan(20);
    expect((await stateOf(loan)).paidOut).toBe(false);
    await dismiss(stage, loan);
    expect(world.count('payOut')).toBeGreaterThan(20);
  });
});
