import { dateAt, parseInstant } from '../domain/dates.js';
import type { LoanState } from '../domain/loan.js';
import { acceptOffer, pay } from './contract.js';
import { sharingsOf, ZONE, type Call, type Counterparts } from './testing/counterparts.js';
import { APPLIED_AT, DAY, openStage, repayingLoan, stateOf, type LoanHandle, type Stage } from './testing/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const payDue = (n: number, loan: LoanHandle, key: string) => loan.executeUpdate(pay, { args: [{ key, personId: `P${n}`, kind: 'due', amountFen: 0 }] });
const dateOf = (asOf: string) => dateAt(parseInstant(asOf), ZONE);

/** The bank and the record of a loan's world: whatever was done under a number stays done, and is answered the same again. */
function remembering(world: Counterparts, done: Call[]): void {
  const taken = new Map<string, { status: 'done'; frozenFen: number; countsOn: string; shared: null }>();
  const take = ({ paymentNo, amountFen, asOf }: { paymentNo: string; amountFen: number; asOf: string }) => {
    const first = taken.get(paymentNo) ?? { status: 'done' as const, frozenFen: amountFen, countsOn: dateOf(asOf), shared: null };
    taken.set(paymentNo, first);
    return first;
  };
  for (const call of done) if (call.name === 'takePayment') take(call.input as Parameters<typeof take>[0]);
  world.on('takePayment', take);
  world.on('identityState', () => ({ verified: true, nextAttempt: 2 }));
}

/** The same ids in another loan's world. */
const renumber = <T>(value: T, from: number, to: number): T => JSON.parse(JSON.stringify(value).replaceAll(`LN${from}`, `LN${to}`).replaceAll(`P${from}"`, `P${to}"`)) as T;

describe('a loan lost at any moment and started again from its carried state', () => {
  it('goes on without repeating money: every payment is shared once, the same way, and the principal comes out exact', async () => {
    const world = stage.world(510);
    remembering(world, []);
    const original = await repayingLoan(stage, 510);
    await payDue(510, original, 'k1');
    await stage.passUntil('the second instalment', () => world.count('distribute') >= 2, DAY);
    await payDue(510, original, 'k2');
    await original.result();

    const moments = world.calls.flatMap((call, index) => (call.name === 'project' && call.input && 'loan' in call.input && call.input.loan ? [{ index, carried: call.input.loan }] : []));
    const kinds = new Map(moments.filter(({ carried }) => carried.owner !== 'nobody').map((moment) => [kindOf(moment.carried), moment]));
    expect([...kinds.keys()]).toEqual(expect.arrayContaining(['applied', 'identifying', 'screening', 'offered', 'preparing', 'fundraising', 'concluding', 'disbursing', 'payingOut', 'repaying', 'repaying, taking', 'repaying, sharing']));
    let n = 520;
    for (const { index, carried } of kinds.values()) {
      for (const lateDays of [0, 10]) {
        n += 1;
        await resumed(n, { index, carried, lateDays, calls: world.calls });
      }
    }
  }, 300_000);
});

const kindOf = (loan: LoanState): string => loan.state + (loan.payment ? (loan.payment.booked ? ', sharing' : ', taking') : '');

async function resumed(n: number, { index, carried, lateDays, calls }: { index: number; carried: LoanState; lateDays: number; calls: Call[] }): Promise<void> {
  // What the lost run had done after its last word in the record, too, was done.
  const next = calls.findIndex((call, position) => position > index && call.name === 'project');
  const before = renumber(calls.slice(0, next === -1 ? undefined : next), 510, n);
  const world = stage.world(n);
  remembering(world, before);
  const now = Date.parse(carried.nextAt ?? APPLIED_AT) + (carried.state === 'offered' ? -10 * DAY : lateDays * DAY);
  const loan = await stage.startLoan(n, { carried: renumber(carried, 510, n), clock: { wallAt: await stage.env.currentTimeMs(), businessAt: now, speed: 1, governed: false } });
  if (['applied', 'identifying', 'screening', 'offered'].includes(carried.state)) {
    await stage.passUntil('the offer', async () => (await stateOf(loan)).state === 'offered', 1000, 60);
    await loan.executeUpdate(acceptOffer, { args: [{ personId: `P${n}`, offerVersion: 1 }] });
  }
  const result = await loan.result();
  const what = `${kindOf(carried)}, ${lateDays} days later`;
  expect([what, result.state]).toEqual([what, 'closed']);
  const shared = new Map<string, string>();
  for (const { paymentNo, parts } of sharingsOf([...before, ...world.calls])) {
    expect([what, paymentNo, shared.get(paymentNo) ?? JSON.stringify(parts)]).toEqual([what, paymentNo, JSON.stringify(parts)]);
    shared.set(paymentNo, JSON.stringify(parts));
  }
  const principal = [...shared.values()].flatMap((parts) => JSON.parse(parts) as { principalFen: number }[]).reduce((sum, { principalFen }) => sum + principalFen, 0);
  expect([what, principal]).toEqual([what, 1_200_000]);
}
