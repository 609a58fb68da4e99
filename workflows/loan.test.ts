import { costOfAll } from './testing/history.js';
import { acceptedLoan, answerLater, openStage, type Stage } from './testing/stage.js';

describe('a loan', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  it('lives from application to the last of twelve instalments and closes', async () => {
    const world = stage.world(1);
    const loan = await acceptedLoan(stage, 1);
    expect(await loan.result()).toEqual({ loanNo: 'LN1', state: 'closed', reason: null });
    const steps = world.calls.map((call) => call.name).filter((name) => name !== 'project');
    expect(steps.slice(0, 17)).toEqual([
      'preScreen', 'identityState', 'verifyIdentity', 'screen', 'score', 'makeOffer', 'tell', 'borrowerReady', 'createProject', 'openListing',
      'freezeBids', 'conclude', 'release', 'tell', 'payOut', 'tell', 'remind',
    ]);
    expect(steps.slice(17, -2)).toEqual([...Array<string>(11).fill('takePayment remind'), 'takePayment'].join(' ').split(' '));
    expect(steps.slice(-2)).toEqual(['finish', 'tell']);
  });

  it('keeps its budget with the whole ladder of reminders: at most 60 activities and 650 events in all its workflows', async () => {
    const loan = await acceptedLoan(stage, 2, { terms: { reminderDays: [-3, -1, 0], debitDays: [0, 1, 2, 3] } });
    expect((await loan.result()).state).toBe('closed');
    expect(stage.world(2).count('remind')).toBe(24);
    const cost = await costOfAll(loan, (id) => stage.client.workflow.getHandle(id));
    expect(cost.activities).toBeLessThanOrEqual(60);
    expect(cost.events).toBeLessThanOrEqual(650);
  });

  it('lives on just the same with a bank that ends its batches later', async () => {
    answerLater(stage, 3);
    const loan = await acceptedLoan(stage, 3);
    expect((await loan.result()).state).toBe('closed');
    expect(stage.world(3).inputs('distribute').map(({ paymentNo }) => paymentNo)).toEqual(Array.from({ length: 12 }, (_, index) => `LN3:p${index + 1}`));
  });
});
