import { pay } from './contract.js';
import { DAY, openStage, repayingLoan, stateOf, type LoanHandle, type Stage } from './testing/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const payDue = (n: number, loan: LoanHandle, key: string) => loan.executeUpdate(pay, { args: [{ key, personId: `P${n}`, kind: 'due', amountFen: 0 }] });

describe('a long life continues in new runs', () => {
  it('with everything it knows: what was paid, which keys were handled, what comes next', async () => {
    const world = stage.world(500);
    const loan = await repayingLoan(stage, 500, { eventsPerRun: 200 });
    const first = await payDue(500, loan, 'k1');
    const firstRun = (await loan.describe()).runId;
    await stage.passUntil('a new run', async () => (await loan.describe()).runId !== firstRun, DAY);
    expect(await payDue(500, loan, 'k1')).toEqual(first);
    expect(await loan.result()).toMatchObject({ state: 'closed' });
    expect(world.inputs('takePayment').map(({ n }) => n)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    const principal = world.sharings().flatMap(({ parts }) => parts).reduce((sum, { principalFen }) => sum + principalFen, 0);
    expect(principal).toBe(1_200_000);
    const revisions = world.inputs('project').flatMap(({ loan: shown }) => (shown ? [shown.revision] : []));
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    expect(new Set(revisions).size).toBe(revisions.length);
  });

  it('with its collection episode still open, whose word it hears in the new run', async () => {
    stage.world(501).on('takePayment', () => ({ status: 'refused', code: 'insufficient-funds' }));
    const loan = await repayingLoan(stage, 501, { eventsPerRun: 120, terms: { legalAfterDays: 40 } });
    const firstRun = (await loan.describe()).runId;
    await stage.passUntil('it is in law', async () => (await stateOf(loan)).state === 'inLegal', DAY);
    expect((await loan.describe()).runId).not.toBe(firstRun);
    expect((await stateOf(loan)).openChildren).toEqual(['legal:LN501:1']);
    stage.world(501).heal();
    await loan.executeUpdate(pay, { args: [{ key: 'k', personId: 'P501', kind: 'payoff', amountFen: 0 }] });
    expect(await loan.result()).toMatchObject({ state: 'closed' });
    expect(await stage.client.workflow.getHandle('legal:LN501:1').result()).toMatchObject({ result: expect.stringMatching(/cured|closed/) });
  });
});
