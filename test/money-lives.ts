/** What may happen in a random life of many people's money: which acts, by whom, how large, and in what weather. */
import fc from 'fast-check';

export const lenders = 5;

const kinds = [
  'deposit', 'withdraw', 'list', 'bid', 'bid', 'bid', 'bid', 'bid-by-hand', 'cancel', 'freeze', 'conclude', 'conclude', 'conclude', 'pay-out', 'pay-out', 'finish-payouts', 'finish-payouts', 'come-back', 'come-back',
  'repay', 'repay', 'repay', 'fail', 'write-off', 'hear', 'block', 'redeliver', 'reverse', 'finish',
] as const;
export interface Operation { kind: (typeof kinds)[number]; who: number; which: number; size: number; coin: boolean }
export interface Life { operations: Operation[]; rough: number; deadly: number; luck: number }

const operation: fc.Arbitrary<Operation> = fc.record({ kind: fc.constantFrom(...kinds), who: fc.nat({ max: lenders - 1 }), which: fc.nat({ max: 9 }), size: fc.integer({ min: 1, max: 12 }), coin: fc.boolean() }, { noNullPrototype: true });
/** Rough: how often the wire fails, in per cent; deadly: how often our process dies; luck: the seed of both. */
export const life: fc.Arbitrary<Life> = fc.noBias(fc.record({
  operations: fc.array(operation, { minLength: 1, maxLength: 160, size: 'max' }), rough: fc.integer({ min: 0, max: 60 }), deadly: fc.integer({ min: 0, max: 4 }), luck: fc.integer({ min: 1, max: 2_000_000_000 }),
}, { noNullPrototype: true }));
