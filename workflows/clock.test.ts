import { acceptOffer, accountReady, clockReached } from './contract.js';
import { APPLIED_AT, DAY, dismiss, openStage, reach, stateOf, type Stage } from './testing/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** A demo's clock: a day in four seconds, were the wall clock to count. */
const governed = async () => ({ wallAt: await stage.env.currentTimeMs(), businessAt: Date.parse(APPLIED_AT), speed: 21_600, governed: true });
const projections = (n: number) => stage.world(n).inputs('project').filter(({ workflowId }) => workflowId === `LN${n}`);

describe('the governed clock', () => {
  it('stands still until it is told, however long the wall clock runs and whatever speed the segment had', async () => {
    const loan = await stage.startLoan(400, { clock: await governed() });
    await reach(stage, loan, 'offered', 1000, 60);
    await stage.pass(60 * DAY);
    expect((await stateOf(loan)).state).toBe('offered');
    await loan.signal(clockReached, { now: Date.parse('2025-01-20T15:59:59Z'), pokes: 0 });
    await stage.pass(60 * DAY);
    expect((await stateOf(loan)).state).toBe('offered');
    await loan.signal(clockReached, { now: Date.parse('2025-01-20T16:00:00Z'), pokes: 0 });
    expect(await loan.result()).toMatchObject({ state: 'lapsed', reason: 'offer-lapsed' });
    expect(stage.world(400).inputs('tell').at(-1)!.asOf).toBe('2025-01-20T16:00:00.000Z');
  });

  it('is never turned back by an older word', async () => {
    const loan = await stage.startLoan(401, { clock: await governed() });
    await reach(stage, loan, 'offered', 1000, 60);
    await loan.signal(clockReached, { now: Date.parse('2025-01-10T00:00:00Z'), pokes: 0 });
    await loan.signal(clockReached, { now: Date.parse('2025-01-08T00:00:00Z'), pokes: 0 });
    await loan.executeUpdate(acceptOffer, { args: [{ personId: 'P401', offerVersion: 1 }] });
    expect((await stateOf(loan)).acceptedAt).toBe('2025-01-10T00:00:00.000Z');
    await dismiss(stage, loan);
  });

  it('shows a timer of the business wait all the same, and tells the record what is waited for, again with every word', async () => {
    const loan = await stage.startLoan(402, { clock: await governed() });
    await reach(stage, loan, 'offered', 1000, 60);
    await stage.passUntil('the wait is in the record', () => projections(402).at(-1)?.nextAt === '2025-01-20T16:00:00.000Z', 100, 60);
    const { events } = await loan.fetchHistory();
    const timers = (events ?? []).flatMap((event) => event.timerStartedEventAttributes?.startToFireTimeout?.seconds ?? []);
    expect(Number(timers.at(-1))).toBe((Date.parse('2025-01-20T16:00:00Z') - Date.parse(APPLIED_AT)) / 1000);
    const before = projections(402).length;
    await loan.signal(clockReached, { now: Date.parse('2025-01-07T00:00:00Z'), pokes: 4 });
    await stage.passUntil('it is written again', () => projections(402).length > before, 100, 60);
    expect(projections(402).at(-1)).toMatchObject({ seen: 4, takesAll: true, nextAt: '2025-01-20T16:00:00.000Z' });
    await dismiss(stage, loan);
  });

  it('starts no timer for a business wait where it is stepped, and ends it by its word', async () => {
    const loan = await stage.startLoan(405, { clock: { ...(await governed()), stepped: true } });
    await reach(stage, loan, 'offered', 1000, 60);
    await stage.passUntil('the wait is in the record', () => projections(405).at(-1)?.nextAt === '2025-01-20T16:00:00.000Z', 100, 60);
    const { events } = await loan.fetchHistory();
    const daysLong = (events ?? []).filter((event) => Number(event.timerStartedEventAttributes?.startToFireTimeout?.seconds ?? 0) >= DAY / 1000);
    expect(daysLong).toEqual([]);
    await loan.signal(clockReached, { now: Date.parse('2025-01-20T16:00:00Z'), pokes: 0 });
    expect(await loan.result()).toMatchObject({ state: 'lapsed', reason: 'offer-lapsed' });
  });

  it('makes a loan that waits for news look at the record before it says that it has seen them', async () => {
    const world = stage.world(403);
    world.on('borrowerReady', () => ({ ready: false, missing: ['card'] }));
    const loan = await stage.startLoan(403, { clock: await governed() });
    await reach(stage, loan, 'offered', 1000, 60);
    await loan.executeUpdate(acceptOffer, { args: [{ personId: 'P403', offerVersion: 1 }] });
    await stage.passUntil('it waits for the account', () => projections(403).at(-1)?.loan?.owner === 'borrower' && world.count('borrowerReady') === 1, 100, 60);
    expect(projections(403).at(-1)).toMatchObject({ seen: 0, takesAll: false });
    await loan.signal(clockReached, { now: Date.parse(APPLIED_AT), pokes: 2 });
    await stage.passUntil('it has seen them', () => projections(403).at(-1)?.seen === 2, 100, 60);
    expect(world.count('borrowerReady')).toBe(2);
    // News that the record answers with, before the clock has told of them, are looked at too.
    world.pokes.set('LN403', 5);
    await loan.signal(accountReady);
    await stage.passUntil('it has seen those', () => projections(403).at(-1)?.seen === 5, 100, 60);
    expect(world.count('borrowerReady')).toBe(4);
    world.pokes.set('LN403', 0);
    await dismiss(stage, loan);
  });

  it('leads a loan from step to step through its life', async () => {
    const loan = await stage.startLoan(404, { clock: await governed(), terms: { reminderDays: [-3], debitDays: [0] } });
    await reach(stage, loan, 'offered', 1000, 60);
    await loan.executeUpdate(acceptOffer, { args: [{ personId: 'P404', offerVersion: 1 }] });
    let last = '';
    for (let step = 0; step < 40; step += 1) {
      const described = await loan.describe();
      if (described.status.name !== 'RUNNING') break;
      await stage.passUntil('the next wait', async () => {
        const wait = projections(404).at(-1);
        return wait?.closed === true || (wait?.loan?.state === 'repaying' && wait.nextAt !== null && wait.nextAt !== last && wait.takesAll === true);
      }, 100, 100);
      const wait = projections(404).at(-1)!;
      if (wait.closed) break;
      last = wait.nextAt!;
      await loan.signal(clockReached, { now: Date.parse(last), pokes: 0 });
    }
    expect(await loan.result()).toMatchObject({ state: 'closed' });
    // Business instants are exact: nothing of the wall clock seeps in.
    expect(stage.world(404).inputs('takePayment').map(({ asOf }) => asOf.slice(10))).toEqual(Array(12).fill('T02:00:00.000Z'));
  });
});
