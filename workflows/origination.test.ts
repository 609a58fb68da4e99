import { acceptOffer, accountReady, bidsChanged, bidsWaiting, cancelLoan, decideReview } from './contract.js';
import { acceptedLoan, dismiss, HOUR, openStage, reach, refusalOf, stateOf, type Stage } from './testing/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const told = (n: number) => stage.world(n).inputs('tell').map(({ template, audience }) => `${template} → ${audience}`);
const tasks = (n: number) => stage.world(n).inputs('openTask').map(({ kind, role, key }) => `${kind}/${role} ${key}`);
const closed = (n: number) => stage.world(n).inputs('closeTask').map(({ key, state, decision, by }) => `${key} ${state} ${decision} ${by}`);
const lastProjection = (n: number) => stage.world(n).inputs('project').filter(({ loan }) => loan !== null).at(-1)!;

describe('before the offer', () => {
  it('asks pre-screening with the business date of the application, and refuses with its code', async () => {
    stage.world(10).on('preScreen', () => ({ status: 'refused', code: 'cooling-period' }));
    const loan = await stage.startLoan(10);
    expect(await loan.result()).toEqual({ loanNo: 'LN10', state: 'refused', reason: 'cooling-period' });
    expect(stage.world(10).inputs('preScreen')).toEqual([{ loanNo: 'LN10', asOf: '2025-01-06' }]);
    expect(told(10)).toEqual(['refused → borrower']);
    expect(lastProjection(10)).toMatchObject({ closed: true, nextAt: null, loan: { state: 'refused', owner: 'nobody' } });
    expect(stage.world(10).count('verifyIdentity')).toBe(0);
  });

  it('does not identify a person again who is known', async () => {
    stage.world(11).on('identityState', () => ({ verified: true, nextAttempt: 2 }));
    stage.world(11).on('screen', () => ({ status: 'refused', code: 'court-listed' }));
    const loan = await stage.startLoan(11);
    expect(await loan.result()).toMatchObject({ state: 'refused', reason: 'court-listed' });
    expect(stage.world(11).count('verifyIdentity')).toBe(0);
  });

  it('refuses a borrower whom the bureaus do not recognise', async () => {
    stage.world(12).on('verifyIdentity', () => ({ status: 'failed', code: 'name-mismatch' }));
    const loan = await stage.startLoan(12);
    expect(await loan.result()).toMatchObject({ state: 'refused', reason: 'name-mismatch' });
    expect(told(12)).toEqual(['identity-failed → borrower']);
    expect(stage.world(12).inputs('verifyIdentity')).toEqual([{ workflowId: 'identify:P12:1', personId: 'P12', purpose: 'borrow', attempt: 1, asOf: expect.stringMatching(/^2025-01-06T02:00/) }]);
  });

  it('declines what the score declines', async () => {
    stage.world(13).on('score', () => ({ grade: 'F', pdBps: 4000, decision: 'decline', code: 'pd-too-high' }));
    expect(await (await stage.startLoan(13)).result()).toMatchObject({ state: 'declined', reason: 'pd-too-high' });
  });

  it('declines when no offer can be made', async () => {
    stage.world(14).on('makeOffer', () => ({ status: 'refused', code: 'rate-cap' }));
    expect(await (await stage.startLoan(14)).result()).toMatchObject({ state: 'declined', reason: 'rate-cap' });
  });
});

describe('review', () => {
  const referred = async (n: number) => {
    stage.world(n).on('screen', () => ({ status: 'needs-person', code: 'thin-file' }));
    const loan = await stage.startLoan(n);
    await reach(stage, loan, 'inReview', 1000, 60);
    return loan;
  };

  it('makes the offer that the reviewer approved', async () => {
    const loan = await referred(20);
    const done = await loan.executeUpdate(decideReview, { args: [{ reviewerId: 'P900', decision: 'approve', reason: 'income-shown', amountFen: 900_000, termMonths: 12, grade: 'C' }] });
    expect(['inReview', 'offered']).toContain(done.loanState);
    await reach(stage, loan, 'offered', 1000, 60);
    expect(stage.world(20).inputs('makeOffer')).toEqual([{ loanNo: 'LN20', asOf: '2025-01-06', amountFen: 900_000, termMonths: 12, annualRateBps: null, grade: 'C' }]);
    expect(tasks(20)).toEqual(['review/reviewer LN20:review:reviewer']);
    expect(closed(20)[0]).toBe('LN20:review:reviewer done approve P900');
    expect(stage.world(20).inputs('project').flatMap(({ acts }) => acts).find(({ verb }) => verb === 'review-approve')).toMatchObject({ actor: 'P900', role: 'reviewer', why: 'income-shown' });
    await dismiss(stage, loan);
  });

  it('declines as the reviewer says, and takes one decision only', async () => {
    const loan = await referred(21);
    expect(await refusalOf(loan.executeUpdate(decideReview, { args: [{ reviewerId: 'P21', decision: 'approve', reason: 'mine' }] }))).toBe('own-loan');
    expect(await loan.executeUpdate(decideReview, { args: [{ reviewerId: 'P900', decision: 'decline', reason: 'no-income' }] })).toEqual({ loanState: 'declined' });
    expect(await loan.result()).toMatchObject({ state: 'declined', reason: 'declined-by-reviewer' });
  });

  it('reminds a supervisor after the review days, and lapses after as many again with everybody told', async () => {
    const loan = await referred(22);
    const { nextAt } = await stateOf(loan);
    expect(nextAt).toBe('2025-01-09T02:00:00.000Z');
    await stage.passUntil('the supervisor is asked', () => tasks(22).length === 2, 6 * HOUR);
    expect(tasks(22)[1]).toBe('review/supervisor LN22:review:supervisor');
    expect(await loan.result()).toMatchObject({ state: 'lapsed', reason: 'review-timeout' });
    expect(told(22)).toEqual(['refused → borrower']);
    expect(closed(22)).toEqual(['LN22:review:reviewer dropped lapsed workflow:LN22', 'LN22:review:supervisor dropped lapsed workflow:LN22']);
  });

  it('is needed when the score refers, with the code as the reason', async () => {
    stage.world(23).on('score', () => ({ grade: 'D', pdBps: 900, decision: 'refer', code: 'near-the-limit' }));
    const loan = await stage.startLoan(23);
    await reach(stage, loan, 'inReview', 1000, 60);
    expect((await stateOf(loan)).reason).toBe('near-the-limit');
    await dismiss(stage, loan);
  });
});

describe('the offer', () => {
  it('is accepted by its borrower and in its own version only', async () => {
    const loan = await stage.startLoan(30);
    await reach(stage, loan, 'offered', 1000, 60);
    expect(await refusalOf(loan.executeUpdate(acceptOffer, { args: [{ personId: 'P31', offerVersion: 1 }] }))).toBe('not-your-loan');
    expect(await refusalOf(loan.executeUpdate(acceptOffer, { args: [{ personId: 'P30', offerVersion: 2 }] }))).toBe('offer-changed');
    expect(await loan.executeUpdate(acceptOffer, { args: [{ personId: 'P30', offerVersion: 1 }] })).toEqual({ loanState: 'preparing' });
    expect(await refusalOf(loan.executeUpdate(acceptOffer, { args: [{ personId: 'P30', offerVersion: 1 }] }))).toBe('wrong-state');
    await dismiss(stage, loan);
  });

  it('lapses after its last day', async () => {
    const loan = await stage.startLoan(32);
    expect(await loan.result()).toMatchObject({ state: 'lapsed', reason: 'offer-lapsed' });
    expect(told(32)).toEqual(['offer-ready → borrower', 'offer-lapsed → borrower']);
    expect(stage.world(32).inputs('tell')[0]).toMatchObject({ on: '2025-01-20', amountFen: expect.any(Number) });
    // The end of 20 January in the platform's zone.
    expect(stage.world(32).inputs('tell').at(-1)!.asOf >= '2025-01-20T16:00').toBe(true);
  });
});

describe('the custody account', () => {
  const unprepared = async (n: number) => {
    stage.world(n).on('borrowerReady', () => ({ ready: false, missing: ['card', 'REPAYMENT'] }));
    const loan = await acceptedLoan(stage, n);
    await stage.passUntil('the borrower is told', () => told(n).includes('prepare-account → borrower'), 1000, 60);
    return loan;
  };

  it('is looked at again when the world says so, and the loan goes on', async () => {
    const loan = await unprepared(40);
    await stage.passUntil('the borrower has to act', async () => (await stateOf(loan)).owner === 'borrower', 1000, 60);
    expect(await stateOf(loan)).toMatchObject({ state: 'preparing', owner: 'borrower' });
    stage.world(40).on('borrowerReady', () => ({ ready: true, missing: [] }));
    await loan.signal(accountReady);
    await stage.passUntil('the listing', () => stage.world(40).count('openListing') === 1, 1000, 60);
    await dismiss(stage, loan);
  });

  it('is found ready by the daily look when no Signal came', async () => {
    const loan = await unprepared(41);
    stage.world(41).on('borrowerReady', () => ({ ready: true, missing: [] }));
    await stage.passUntil('the listing', () => stage.world(41).count('openListing') === 1, 6 * HOUR, 8);
    await dismiss(stage, loan);
  });

  it('lets the loan lapse when it is not there in time; the borrower is asked once, not daily', async () => {
    const loan = await unprepared(42);
    expect(await loan.result()).toMatchObject({ state: 'lapsed', reason: 'account-not-prepared' });
    expect(told(42)).toEqual(['offer-ready → borrower', 'prepare-account → borrower', 'offer-lapsed → borrower']);
    expect(stage.world(42).count('borrowerReady')).toBeGreaterThanOrEqual(14);
  });
});

describe('funding', () => {
  const part = { targetFen: 1_200_000, reservedFen: 0, frozenFen: 400_000, waiting: 0, byHand: 0 };

  it('waits for bids and concludes when all is frozen', async () => {
    const world = stage.world(50);
    world.on('freezeBids', () => part);
    const loan = await acceptedLoan(stage, 50);
    await reach(stage, loan, 'fundraising', 1000, 60);
    expect(stage.world(50).inputs('openListing')).toEqual([{ loanNo: 'LN50', deadline: '2025-02-03T02:00:00.000Z', asOf: expect.any(String) }]);
    await stage.passUntil('a first look', () => world.count('freezeBids') === 1, 1000, 60);
    const fund = stage.client.workflow.getHandle('fund:LN50');
    await fund.signal(bidsWaiting);
    await stage.passUntil('a second look', () => world.count('freezeBids') === 2, 1000, 60);
    world.on('freezeBids', () => ({ ...part, frozenFen: 1_200_000 }));
    await fund.signal(bidsChanged);
    await stage.passUntil('the contract', () => world.count('conclude') === 1, 1000, 60);
    expect((await stateOf(loan)).frozenFen).toBe(1_200_000);
    await dismiss(stage, loan);
  });

  it('finds bids of which nobody told it, because whoever placed them died before', async () => {
    const world = stage.world(59);
    world.next('freezeBids', () => part);
    const loan = await acceptedLoan(stage, 59);
    await stage.passUntil('the contract', () => world.count('conclude') === 1, HOUR, 8);
    expect(world.count('freezeBids')).toBe(2);
    await dismiss(stage, loan);
  });

  it('freezes batch after batch while bids wait, and looks again by itself while some are in flight', async () => {
    const world = stage.world(51);
    world.next('freezeBids', () => ({ ...part, reservedFen: 800_000, waiting: 300 }), () => ({ ...part, reservedFen: 800_000, waiting: 0 }));
    const loan = await acceptedLoan(stage, 51);
    await stage.passUntil('the contract', () => world.count('conclude') === 1, 10_000, 60);
    expect(world.count('freezeBids')).toBe(3);
    await dismiss(stage, loan);
  });

  it('asks a bank that is closed again when it opens, and not before', async () => {
    const world = stage.world(58);
    let until = '';
    world.next('freezeBids', ({ asOf }) => {
      until = new Date(Date.parse(asOf) + 5 * HOUR).toISOString();
      return { ...part, reservedFen: 800_000, putOff: { until, fen: 800_000 } };
    });
    const opens: string[] = [];
    world.next('release', ({ loanNo, asOf }) => {
      opens.push(new Date(Date.parse(asOf) + 3 * HOUR).toISOString());
      return { status: 'pending', requestNo: `${loanNo}-release-a1-b1-t2`, expectedAt: opens[0]!, unsent: true };
    });
    const loan = await acceptedLoan(stage, 58);
    await stage.passUntil('the money', () => world.count('release') === 2, HOUR, 24);
    expect(world.inputs('freezeBids').map(({ asOf }) => asOf >= until)).toEqual([false, true]);
    expect(world.inputs('release').map(({ attempt, asOf }) => [attempt, asOf >= opens[0]!])).toEqual([[1, false], [1, true]]);
    await dismiss(stage, loan);
  });

  it('fails cleanly at its deadline: every hold released first, then everybody told', async () => {
    const world = stage.world(52);
    world.on('freezeBids', () => part);
    world.next('failListing', () => ({ status: 'pending', requestNo: 'BID9-cancel', expectedAt: null }));
    const loan = await acceptedLoan(stage, 52);
    expect(await loan.result()).toMatchObject({ state: 'notFunded', reason: 'not-funded-in-time' });
    expect(world.inputs('failListing').map(({ code, asOf }) => `${code} ${asOf.slice(0, 10)}`)).toEqual(['not-funded-in-time 2025-02-03', 'not-funded-in-time 2025-02-03']);
    expect(told(52).at(-1)).toBe('not-funded → everybody');
    const names = world.calls.map(({ name }) => name);
    expect(names.lastIndexOf('failListing')).toBeLessThan(names.lastIndexOf('tell'));
    expect(world.count('conclude')).toBe(0);
  });
});

describe('the contract', () => {
  it('is not concluded when the re-screening fails: the holds are released and everybody is told', async () => {
    const world = stage.world(60);
    world.on('conclude', () => ({ status: 'refused', code: 're-screening-failed' }));
    const loan = await acceptedLoan(stage, 60);
    expect(await loan.result()).toMatchObject({ state: 'declined', reason: 're-screening-failed' });
    expect(world.inputs('failListing').map(({ code }) => code)).toEqual(['re-screening-failed']);
    expect(told(60).at(-1)).toBe('not-funded → everybody');
    expect(world.count('release')).toBe(0);
  });
});

describe('the borrower withdraws', () => {
  const cancelled = { loanState: 'cancelled' };
  const cancel = (n: number) => ({ args: [{ personId: `P${n}`, reason: 'changed-mind' }] as [{ personId: string; reason: string }] });

  it('only from a loan of their own, and while there is no contract', async () => {
    const loan = await acceptedLoan(stage, 70);
    expect(await refusalOf(loan.executeUpdate(cancelLoan, cancel(71)))).toBe('not-your-loan');
    await reach(stage, loan, 'repaying', 1000, 60);
    expect(await refusalOf(loan.executeUpdate(cancelLoan, cancel(70)))).toBe('contract-concluded');
    await dismiss(stage, loan);
  });

  it.each(['preScreen', 'screen', 'score', 'makeOffer'] as const)('while %s is under way: free of any hold', async (step) => {
    const n = 72 + ['preScreen', 'screen', 'score', 'makeOffer'].indexOf(step);
    const world = stage.world(n);
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    const healthy = { preScreen: { status: 'passed' }, screen: { status: 'passed' }, score: { grade: 'B', pdBps: 1, decision: 'approve', code: null }, makeOffer: { status: 'refused', code: 'too-late' } }[step];
    world.on(step, (async () => {
      await held;
      return healthy;
    }) as never);
    const loan = await stage.startLoan(n);
    await stage.passUntil(step, () => world.count(step) === 1, 1000, 60);
    const update = await loan.startUpdate(cancelLoan, { ...cancel(n), waitForStage: 'ACCEPTED' });
    go();
    if (step === 'makeOffer') expect(await refusalOf(update.result())).toBe('loan-ended');
    else expect(await update.result()).toEqual(cancelled);
    expect((await loan.result()).state).toBe(step === 'makeOffer' ? 'declined' : 'cancelled');
    expect(world.count('failListing')).toBe(0);
  });

  it('while being identified, in review, with an offer, or preparing the account', async () => {
    stage.world(80).on('verifyIdentity', () => ({ status: 'needs-person', code: 'photo-unclear' }));
    stage.world(81).on('screen', () => ({ status: 'needs-person', code: 'thin-file' }));
    stage.world(83).on('borrowerReady', () => ({ ready: false, missing: ['account'] }));
    const states = { 80: 'identifying', 81: 'inReview', 82: 'offered', 83: 'preparing' } as const;
    for (const [number, state] of Object.entries(states)) {
      const n = Number(number);
      const loan = n === 83 ? await acceptedLoan(stage, n) : await stage.startLoan(n);
      await reach(stage, loan, state, 1000, 60);
      expect(await loan.executeUpdate(cancelLoan, cancel(n))).toEqual(cancelled);
      expect(await loan.result()).toMatchObject({ state: 'cancelled', reason: 'withdrawn' });
      expect(told(n).at(-1)).toBe('cancelled → borrower');
    }
  });

  it('after the listing: the holds are released at the bank, everybody is told, and the answer does not wait for it', async () => {
    const world = stage.world(85);
    world.on('freezeBids', () => ({ targetFen: 1_200_000, reservedFen: 0, frozenFen: 400_000, waiting: 0, byHand: 0 }));
    const loan = await acceptedLoan(stage, 85);
    await reach(stage, loan, 'fundraising', 1000, 60);
    await loan.executeUpdate(cancelLoan, cancel(85));
    expect(await loan.result()).toMatchObject({ state: 'cancelled', reason: 'withdrawn' });
    expect(new Set(world.inputs('failListing').map(({ code }) => code))).toEqual(new Set(['cancelled']));
    expect(told(85).at(-1)).toBe('cancelled → everybody');
    expect(await stage.client.workflow.getHandle('fund:LN85').result()).toEqual({ status: 'cancelled', frozenFen: 0 });
  });

  it('at the very moment the loan became full: withdrawing wins, for the contract is not concluded', async () => {
    const world = stage.world(86);
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    world.on('freezeBids', async () => {
      await held;
      return { targetFen: 1_200_000, reservedFen: 0, frozenFen: 1_200_000, waiting: 0, byHand: 0 };
    });
    const loan = await acceptedLoan(stage, 86);
    await stage.passUntil('freezing', () => world.count('freezeBids') === 1, 1000, 60);
    const update = await loan.startUpdate(cancelLoan, { ...cancel(86), waitForStage: 'ACCEPTED' });
    go();
    await update.result();
    expect((await loan.result()).state).toBe('cancelled');
    expect(world.inputs('failListing').map(({ code }) => code)).toEqual(['cancelled']);
    expect(world.count('conclude')).toBe(0);
  });
});

it('shows state, owner, grade and next date as search attributes, and who has to act in the details', async () => {
  const loan = await stage.startLoan(95);
  await reach(stage, loan, 'offered', 1000, 60);
  const { searchAttributes } = await loan.describe();
  expect(searchAttributes).toMatchObject({ LoanState: ['offered'], LoanOwner: ['borrower'], Grade: ['B'], Segment: ['consumer'], NextDate: [new Date('2025-01-20T16:00:00.000Z')] });
  const metadata = await loan.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(metadata.currentDetails).toBe('**offered**\n\n- **Now:** The borrower accepts the offer\n- **Who acts:** borrower, by 2025-01-20T16:00:00.000Z\n- **Otherwise:** the offer lapses');
  await dismiss(stage, loan);
});
