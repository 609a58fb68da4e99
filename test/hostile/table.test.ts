/**
 * Every verb and every hostile mode at least once (`npm run -s hostile` plays all of them against each other), and three
 * platforms that are wrong, to see the table say so. `TRIBUTARY_HOSTILE_SEED` draws other cells.
 */
import type { Custody, Outcome } from '../../gateways/custody/port.js';
import { modes } from './modes.js';
import { directRecharge, repaymentFreeze } from './servicing.js';
import { linesOf, playTable, somePairs, verbs, type HostileTable, type Pair } from './table.js';
import { recharge } from './cash.js';

const seed = Number(process.env['TRIBUTARY_HOSTILE_SEED'] ?? '20261122');
const mode = (name: string) => modes.find((each) => each.name === name)!;
const wrongIn = ({ violations }: HostileTable): string => violations.flatMap(({ why }) => why).join('\n');

it(`each verb and each mode, met at least once, leave nothing lost, nothing doubled and nothing open (seed ${seed})`, async () => {
  const pairs = somePairs(seed);
  expect(new Set(pairs.map(([verb]) => verb))).toEqual(new Set(verbs));
  expect(new Set(pairs.map(([, each]) => each))).toEqual(new Set(modes));
  const table = await playTable({ seed, pairs });
  expect(`${wrongIn(table)}`).toBe('');
  expect(table.ok).toBe(pairs.length);
  expect(linesOf(table)).toContain(`Seed ${seed}: ${pairs.length} cells ok, 0 not applicable (–), 0 violations (NO).`);
}, 180_000);

it('what a seed draws it draws again', () => {
  const names = (pairs: readonly Pair[]): string[] => pairs.map(([verb, each]) => `${verb.name} ${each.name}`);
  expect(names(somePairs(7))).toEqual(names(somePairs(7)));
  expect(names(somePairs(7))).not.toEqual(names(somePairs(8)));
});

it('a mode that cannot meet a verb is not applicable, and the table says why', async () => {
  const table = await playTable({ seed, pairs: [[recharge, mode('payout-returned')]] });
  expect(table).toMatchObject({ ok: 0, notApplicable: 1, violations: [] });
  expect(linesOf(table)).toContain('– payout-returned: only a payout that has arrived can come back');
});

/** Changes what the platform makes of one verb's answers. */
const misread = (verb: 'pullFromCard' | 'hold', read: (outcome: Outcome) => Outcome) => (right: Custody): Custody => ({
  ...right, [verb]: async (input: never) => read(await right[verb](input)),
});

describe('a platform that is wrong is found out:', () => {
  it('one that takes a time-out for a failure', async () => {
    const forFailure = (outcome: Outcome): Outcome => (outcome.status === 'unknown' ? { status: 'refused', code: 'refused', reason: 'time-out' } : outcome);
    const table = await playTable({ seed, pairs: [[directRecharge, mode('answer-lost')]], wrong: misread('pullFromCard', forFailure) });
    expect(wrongIn(table)).toMatch(/not done: .*refused/);
  });

  it('one that believes that all is well when nothing was said', async () => {
    const forSuccess = (outcome: Outcome): Outcome => (outcome.status === 'unknown' ? { status: 'done', amountFen: asked, at: '2025-01-07T02:00:00.000Z', bankNo: 'none' } : outcome);
    let asked = 0;
    const listening = (right: Custody): Custody => misread('hold', forSuccess)({ ...right, hold: (input) => { asked = input.amountFen; return right.hold(input); } });
    const table = await playTable({ seed, pairs: [[repaymentFreeze, mode('fail-before')]], wrong: listening });
    expect(wrongIn(table)).toMatch(/moved by 0 available and 0 frozen fen at the bank instead of/);
    expect(wrongIn(table)).toMatch(/fen at the bank, .* in our books/);
  });

  it('one that sends the same order under two numbers; and a cell in which the bank was not hostile proves nothing', async () => {
    const never = { ...mode('fail-before'), wishes: () => [{ mode: 'fail-before', serviceName: 'CANCEL_USER_AUTHORIZATION', calls: 1 }] };
    const twice = (right: Custody): Custody => ({ ...right, pullFromCard: async (input) => {
      await right.pullFromCard({ ...input, requestNo: `${input.requestNo}-again` });
      return right.pullFromCard(input);
    } });
    const table = await playTable({ seed, pairs: [[directRecharge, never]], wrong: twice });
    expect(wrongIn(table)).toMatch(/the bank has executed DIRECT_RECHARGE 2 times instead of 1/);
    expect(wrongIn(table)).toContain('the bank was never fail-before to CANCEL_USER_AUTHORIZATION: the cell proves nothing');
  });
});
