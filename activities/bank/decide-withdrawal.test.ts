import { actsOn } from '../../db/acts.js';
import { find, intend, markSent } from '../../db/instructions.js';
import { findLook, giveReason, listLooks, openLook } from '../../db/withdrawal-looks.js';
import { createMoneySide, type MoneySide } from '../../test/money-side.js';
import { someMoment } from '../../test/people-with-money.js';

let side: MoneySide;
let serial = 0;
beforeAll(async () => { side = await createMoneySide(); });
afterAll(() => side.close());
afterEach(() => { side.bank.trouble = () => null; });

const later = '2025-03-03T06:00:00.000Z';
const dueAt = '2025-03-04T08:00:00.000Z';

/** A lender with 100,000 fen whose withdrawal of 60,000 is held at the bank; P9000 may decide it. */
async function held(): Promise<{ requestNo: string; userNo: string; personId: string }> {
  serial += 1;
  const [personId, requestNo] = [`P7${serial}00`, `W20250303${serial}`];
  const userNo = await side.person(personId, 'lender', 100_000);
  if (serial === 1) await side.person('P9000', 'lender');
  await intend(side.pool, { requestNo, businessKey: requestNo, verb: 'withdraw', userNo, amountFen: 60_000, workflowId: requestNo, step: 'movement', asOf: someMoment });
  await openLook(side.pool, { requestNo, changedAt: '2025-03-01T02:00:00.000Z', dueAt });
  await markSent(side.pool, requestNo);
  side.bank.withdrawToBeConfirmed(requestNo, userNo, 60_000);
  return { requestNo, userNo, personId };
}
const follow = (requestNo: string) => side.activities.followMovement({ requestNo, attempts: 0, asOf: later });
async function decide(requestNo: string, decision: 'confirm' | 'cancel', personId: string | null = 'P9000', key = `reason-${requestNo}-${decision}-${personId}`) {
  if (personId !== null) await giveReason(side.pool, { key, requestNo, personId, role: 'finance', why: 'called back, same voice' });
  return side.activities.decideWithdrawal({ requestNo, decision, personId, reasonKey: personId === null ? null : key, asOf: later });
}

it('a held withdrawal is found by asking: until when it is to be decided, and that it waits', async () => {
  const { requestNo } = await held();
  expect(await follow(requestNo)).toEqual({ status: 'pending', expectedAt: null, look: { held: true, confirmBy: dueAt, decision: null, inTime: true } });
  expect(await find(side.pool, requestNo)).toMatchObject({ state: 'accepted', stage: 'confirming' });
  expect((await listLooks(side.pool, 'waiting', { limit: 10, offset: 0 })).map((look) => look.requestNo)).toEqual([requestNo]);
  await decide(requestNo, 'cancel');
});

it('confirmed, the bank is told once, the act says who and why, and the money goes', async () => {
  const { requestNo, userNo } = await held();
  await follow(requestNo);
  expect(await decide(requestNo, 'confirm')).toEqual({ status: 'decided' });
  expect(await decide(requestNo, 'confirm')).toEqual({ status: 'decided' });
  expect(side.bank.calls.filter((call) => call.verb === 'confirmPayout' && call.input['payoutNo'] === requestNo)).toEqual([
    { verb: 'confirmPayout', input: { requestNo: `${requestNo}-confirm`, payoutNo: requestNo, businessTime: later } },
  ]);
  expect(await actsOn(side.pool, requestNo)).toMatchObject([{ actor: 'P9000', role: 'finance', verb: 'confirm-withdrawal', why: 'called back, same voice', after: { amountFen: 60_000 } }]);
  expect(await follow(requestNo)).toMatchObject({ status: 'pending', look: { held: false, confirmBy: null, decision: 'confirm', inTime: true } });
  side.bank.finishPayouts();
  expect(await follow(requestNo)).toMatchObject({ status: 'done' });
  expect(await side.money(userNo)).toEqual([40_000, 0, 0]);
  expect(await side.books()).toMatchObject({ trialBalanceFen: 0, bankDifferences: [] });
});

it.each<[string | null, string, boolean]>([['P9000', 'called back, same voice', true], [null, `nobody has confirmed it by ${dueAt}`, false]])('cancelled by %s, the money is available again at the bank and in the books', async (by, why, inTime) => {
  const { requestNo, userNo } = await held();
  await follow(requestNo);
  expect(await decide(requestNo, 'cancel', by)).toEqual({ status: 'decided' });
  expect(await follow(requestNo)).toMatchObject({ status: 'refused', look: { held: false, decision: 'cancel', inTime } });
  expect(await findLook(side.pool, requestNo)).toMatchObject({ decision: 'cancel', decidedBy: by ?? `workflow:${requestNo}`, why, decidedAt: later });
  expect(await side.money(userNo)).toEqual([100_000, 0, 0]);
  expect(await side.books()).toMatchObject({ trialBalanceFen: 0, bankDifferences: [] });
});

it('the owner of the money does not decide, nobody decides twice, and a reason is needed', async () => {
  const { requestNo, personId } = await held();
  expect(await decide(requestNo, 'confirm')).toEqual({ status: 'refused', code: 'not-to-be-decided' });
  await follow(requestNo);
  expect(await decide(requestNo, 'confirm', personId)).toEqual({ status: 'refused', code: 'own-case' });
  expect(await side.activities.decideWithdrawal({ requestNo, decision: 'confirm', personId: 'P9000', reasonKey: 'of-nobody', asOf: later })).toEqual({ status: 'refused', code: 'no-reason' });
  expect(await actsOn(side.pool, requestNo)).toEqual([]);
  await decide(requestNo, 'cancel');
  await follow(requestNo);
  expect(await decide(requestNo, 'confirm')).toEqual({ status: 'refused', code: 'not-to-be-decided' });
});

it.each(['never-arrives', 'arrives-late'] as const)('a decision whose request %s is told to the bank by the next look, under the same number', async (trouble) => {
  const { requestNo } = await held();
  await follow(requestNo);
  let once = true;
  side.bank.trouble = (verb) => {
    if (verb !== 'confirmPayout' || !once) return null;
    once = false;
    return trouble;
  };
  await decide(requestNo, 'confirm');
  await follow(requestNo);
  await follow(requestNo);
  expect(await find(side.pool, `${requestNo}-confirm`)).toMatchObject({ state: 'done' });
  expect(await follow(requestNo)).toMatchObject({ status: 'pending', look: { held: false, decision: 'confirm' } });
  side.bank.finishPayouts();
  expect(await follow(requestNo)).toMatchObject({ status: 'done' });
});

it('a confirmation that the bank refuses can still be followed by a cancellation', async () => {
  const { requestNo, userNo } = await held();
  await follow(requestNo);
  side.bank.trouble = (verb) => (verb === 'confirmPayout' ? { refuse: 'account-unusable' } : null);
  await decide(requestNo, 'confirm');
  expect(await follow(requestNo)).toMatchObject({ status: 'pending', look: { held: true, confirmBy: dueAt, decision: 'confirm' } });
  expect(await decide(requestNo, 'cancel', null)).toEqual({ status: 'decided' });
  expect(await follow(requestNo)).toMatchObject({ status: 'refused' });
  expect((await actsOn(side.pool, requestNo)).map((act) => act.verb)).toEqual(['confirm-withdrawal', 'cancel-withdrawal']);
  expect(await side.money(userNo)).toEqual([100_000, 0, 0]);
});

it('a decision that the bank turns away for the night goes under its next number when the bank opens', async () => {
  const { requestNo } = await held();
  await follow(requestNo);
  side.bank.trouble = (verb, input) => (verb === 'confirmPayout' && input['requestNo'] === `${requestNo}-confirm` ? { refuse: 'bank-closed' } : null);
  expect(await decide(requestNo, 'confirm')).toEqual({ status: 'decided' });
  const opensAt = '2025-03-03T07:00:00.000Z';
  expect(await follow(requestNo)).toEqual({ status: 'pending', expectedAt: opensAt, look: { held: true, confirmBy: null, decision: 'confirm', inTime: true } });
  expect(await side.activities.followMovement({ requestNo, attempts: 0, asOf: opensAt })).toMatchObject({ look: { held: false, decision: 'confirm' } });
  expect(await find(side.pool, `${requestNo}-confirm-t2`)).toMatchObject({ state: 'done' });
});
