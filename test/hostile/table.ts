/** The whole table: every verb under every mode, one after the other, and how it is shown. */
import { createDice, type Dice } from '../../stack/chaos/dice.js';
import type { Custody } from '../../gateways/custody/port.js';
import { gather, type Cast } from './cast.js';
import { recharge, withdraw } from './cash.js';
import { notApplicable, playCell, type Cell } from './cell.js';
import { freeze, unfreeze } from './courts.js';
import { miscarry, release, userAutoPreTransaction, userPreTransaction } from './funding.js';
import { modes, type HostileMode } from './modes.js';
import { cancelWithdraw, confirmWithdraw, interceptWithdraw } from './second-looks.js';
import { autoWithdraw, cancelPreTransaction, commission, directRecharge, repayment, repaymentFreeze } from './servicing.js';
import { agreedFee, cancelDebentureSale, compensatoryRepayment, debentureSale, purchase } from './trades.js';
import { openStage, type Stage } from './stage.js';
import type { MoneyVerb } from './verb.js';

export const verbs: readonly MoneyVerb[] = [
  recharge, directRecharge, withdraw, confirmWithdraw, cancelWithdraw, interceptWithdraw, autoWithdraw, userPreTransaction, userAutoPreTransaction, repaymentFreeze, cancelPreTransaction, release, repayment, commission, miscarry,
  agreedFee, debentureSale, cancelDebentureSale, purchase, compensatoryRepayment, freeze, unfreeze,
];
export { modes };

export interface HostileTable { seed: number; cells: Cell[]; ok: number; notApplicable: number; violations: Cell[] }
export type Pair = readonly [MoneyVerb, HostileMode];

/** The first business day of a stage: all Chinese holidays of the two years after it are known. */
const startsAt = '2025-01-06T00:30:00.000Z';

export const everyPair: readonly Pair[] = verbs.flatMap((verb) => modes.map((mode): Pair => [verb, mode]));

/** A few cells by a seed, in which each verb and each mode is met at least once. */
export function somePairs(seed: number): Pair[] {
  const dice = createDice(seed);
  const pairs: Pair[] = [];
  const unmet = new Set(modes);
  for (const verb of shuffled(verbs, dice)) {
    const fitting = shuffled(modes.filter((mode) => !mode.notFor(verb)), dice);
    const mode = fitting.find((each) => unmet.has(each)) ?? fitting[0];
    if (!mode) continue;
    unmet.delete(mode);
    pairs.push([verb, mode]);
  }
  for (const mode of unmet) pairs.push([dice.one(verbs.filter((verb) => !mode.notFor(verb))), mode]);
  return pairs;
}

function shuffled<T>(of: readonly T[], dice: Dice): T[] {
  return of.map((each) => ({ each, place: dice.between(0, 1_000_000) })).sort((a, b) => a.place - b.place).map(({ each }) => each);
}

export interface TableOptions {
  seed: number;
  pairs: readonly Pair[];
  /** A gateway that is wrong in some way, to see the table find it. */
  wrong?: (right: Custody) => Custody;
  onCell?: (cell: Cell) => void;
}

/** A stage on which something went wrong is left for a new one, so that every cell is judged for itself. */
export async function playTable({ seed, pairs, wrong, onCell }: TableOptions): Promise<HostileTable> {
  const cells: Cell[] = [];
  let raised: Raised | null = null;
  const play = async (verb: MoneyVerb, mode: HostileMode): Promise<Cell> => {
    raised ??= await raise(wrong);
    return playCell(raised.stage, raised.cast, verb, mode, seed);
  };
  try {
    for (const [verb, mode] of pairs) {
      const cell = notApplicable(verb, mode, seed) ?? (await play(verb, mode));
      cells.push(cell);
      onCell?.(cell);
      if (cell.status === 'violation') raised = (await stageOf(raised)?.close()) ?? null;
    }
  } finally {
    await stageOf(raised)?.close();
  }
  const of = (status: Cell['status']): Cell[] => cells.filter((cell) => cell.status === status);
  return { seed, cells, ok: of('ok').length, notApplicable: of('not applicable').length, violations: of('violation') };
}

interface Raised { stage: Stage; cast: Cast }
const stageOf = (raised: Raised | null): Stage | undefined => raised?.stage;

async function raise(wrong: TableOptions['wrong']): Promise<Raised> {
  const stage = await openStage({ startsAt, ...(wrong && { wrong }) });
  return { stage, cast: await gather(stage) };
}

const signs: Record<Cell['status'], string> = { ok: 'ok', 'not applicable': '–', violation: 'NO' };

/** A line for each verb, a column for each mode; below it what is not applicable and why, and what is wrong. */
export function linesOf({ seed, cells, ok, notApplicable, violations }: HostileTable): string[] {
  const [rows, columns] = [[...new Set(cells.map((cell) => cell.verb))], modes.filter((mode) => cells.some((cell) => cell.mode === mode.name))];
  const signOf = (verb: string, mode: string): string => signs[cells.find((cell) => cell.verb === verb && cell.mode === mode)?.status ?? 'not applicable'];
  const played = (verb: string, mode: string): boolean => cells.some((cell) => cell.verb === verb && cell.mode === mode);
  return [
    `| verb | ${columns.map((mode) => mode.name).join(' | ')} |`, `|---|${columns.map(() => '---|').join('')}`,
    ...rows.map((verb) => `| ${verb} | ${columns.map((mode) => (played(verb, mode.name) ? signOf(verb, mode.name) : '')).join(' | ')} |`),
    '', `Seed ${seed}: ${ok} cells ok, ${notApplicable} not applicable (–), ${violations.length} violations (NO).`,
    ...[...new Set(cells.flatMap((cell) => (cell.status === 'not applicable' ? cell.why.map((why) => `– ${cell.mode}: ${why}`) : [])))],
    ...violations.flatMap(({ verb, mode, why }) => [`NO ${verb} under ${mode}:`, ...why.map((each) => `   ${each}`)]),
  ];
}
