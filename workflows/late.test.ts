import { addDays } from '../domain/dates.js';
import { advanceCase, childFinished, contactPolicyChanged, decideStep } from './contract.js';
import { brokeLoan, firstDueDay, payBy, toldOf } from './testing/late-loans.js';
import { DAY, dismiss, openStage, reach, refusalOf, stateOf, type Stage } from './testing/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const collection = (n: number) => stage.world(n).inputs('projectCollection');

describe('a loan that is not paid', () => {
  it('is overdue on the day after, collected from the day its terms name, and cured by paying what is due', async () => {
    const loan = await brokeLoan(stage, 200, { collectAfterDays: 2 });
    const due = await firstDueDay(loan);
    await reach(stage, loan, 'overdue', DAY);
    expect(stage.world(200).inputs('project').map(({ loan: shown }) => shown).find((shown) => shown?.state === 'overdue')).toMatchObject({ daysPastDue: 1, nextAt: `${addDays(due, 2)}T02:00:00.000Z` });
    await stage.passUntil('the episode', () => collection(200).length > 0, DAY);
    expect(await stateOf(loan)).toMatchObject({ pursuit: 'collection', episodes: 1, openChildren: ['collect:LN200:1'], daysPastDue: 2 });
    stage.world(200).heal();
    expect((await payBy(200, loan, 'k1')).status).toBe('paid');
    await reach(stage, loan, 'repaying', 1000, 60);
    expect(await stage.client.workflow.getHandle('collect:LN200:1').result()).toEqual({ result: 'cured' });
    expect(await stateOf(loan)).toMatchObject({ daysPastDue: 0, pursuit: 'none', openChildren: [] });
    expect(collection(200).at(-1)).toMatchObject({ state: 'cured', nextAt: null });
    await dismiss(stage, loan);
  });

  it('goes to law when collection says so; the case is told when the arrears are paid', async () => {
    const loan = await brokeLoan(stage, 201, { legalAfterDays: 5 });
    await reach(stage, loan, 'inLegal', DAY);
    expect(toldOf(stage, 201)).toContain('legal-notice → borrower');
    expect(await stateOf(loan)).toMatchObject({ pursuit: 'legal', openChildren: ['legal:LN201:1'] });
    expect(stage.world(201).inputs('openLegalCase')).toEqual([{ workflowId: 'legal:LN201:1', loanNo: 'LN201', episode: 1, asOf: addDays(await firstDueDay(loan), 5) }]);
    stage.world(201).heal();
    await payBy(201, loan, 'k1');
    expect(await stage.client.workflow.getHandle('legal:LN201:1').result()).toEqual({ result: 'cured' });
    expect((await stateOf(loan)).state).toBe('repaying');
    await dismiss(stage, loan);
  });

  it('is overdue again, and not collected a second time, when its case closes without cure', async () => {
    const loan = await brokeLoan(stage, 202, { legalAfterDays: 5 });
    await reach(stage, loan, 'inLegal', DAY);
    await stage.client.workflow.getHandle('legal:LN202:1').executeUpdate(advanceCase, { args: [{ personId: 'P900', key: 'c1', state: 'closed', note: 'no-assets' }] });
    await reach(stage, loan, 'overdue', 1000, 60);
    await stage.pass(20 * DAY);
    expect(await stateOf(loan)).toMatchObject({ pursuit: 'spent', episodes: 1, openChildren: [] });
    await dismiss(stage, loan);
  });

  it('can be settled by operations after the write-off, and only then', async () => {
    const loan = await brokeLoan(stage, 204, { writeOffAfterDays: 10, collectAfterDays: 60 });
    await reach(stage, loan, 'overdue', DAY);
    const settle = { args: [{ personId: 'P900', decision: 'end', reason: 'mandate' }] as [{ personId: string; decision: 'end'; reason: string }] };
    expect(await refusalOf(loan.executeUpdate(decideStep, settle))).toBe('nothing-is-stuck');
    await reach(stage, loan, 'writtenOff', DAY);
    expect(await loan.executeUpdate(decideStep, settle)).toEqual({ loanState: 'closed' });
    expect(await loan.result()).toMatchObject({ state: 'closed', reason: 'settled' });
  });
});

describe('what collection tells the loan', () => {
  it('stops debits and reminders while contact is on hold, and lets the last missed one follow when it is resumed', async () => {
    const loan = await brokeLoan(stage, 210, { debitDays: [0, 3, 7], collectAfterDays: 1 });
    await reach(stage, loan, 'overdue', DAY);
    await loan.signal(contactPolicyChanged, { hold: 'disputed', promiseUntil: null });
    await stage.pass(12 * DAY);
    expect(stage.world(210).count('takePayment')).toBe(1);
    expect(await stateOf(loan)).toMatchObject({ contactHold: 'disputed', owner: 'operations' });
    await loan.signal(contactPolicyChanged, { hold: null, promiseUntil: '2025-03-01' });
    await stage.passUntil('one debit', () => stage.world(210).count('takePayment') === 2, 1000, 60);
    await stage.pass(DAY);
    expect(stage.world(210).count('takePayment')).toBe(2);
    expect(await stateOf(loan)).toMatchObject({ contactHold: null, promiseUntil: '2025-03-01' });
    await dismiss(stage, loan);
  });

  it('is heard once, and from its own children only', async () => {
    const loan = await brokeLoan(stage, 211, { collectAfterDays: 3, legalAfterDays: 4 });
    await reach(stage, loan, 'overdue', DAY);
    await loan.signal(childFinished, { workflowId: 'collect:LN999:1', result: 'to-legal' });
    await stage.pass(1000);
    expect((await stateOf(loan)).state).toBe('overdue');
    await reach(stage, loan, 'inLegal', DAY);
    await loan.signal(childFinished, { workflowId: 'collect:LN211:1', result: 'to-legal' });
    await loan.signal(childFinished, { workflowId: 'collect:LN211:1', result: 'closed' });
    await stage.pass(DAY);
    expect(await stateOf(loan)).toMatchObject({ state: 'inLegal', pursuit: 'legal', openChildren: ['legal:LN211:1'] });
    expect(stage.world(211).count('openLegalCase')).toBe(1);
    await dismiss(stage, loan);
  });
});
