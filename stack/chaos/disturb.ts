/** Kills parts of a running installation with SIGKILL and starts them again, in the order and at the moments that the dice say. */
import { setTimeout } from 'node:timers/promises';
import type { PartName } from '../plan.js';
import type { Stack } from '../supervisor.js';
import type { Dice } from './dice.js';

export const victims = ['worker', 'web', 'bank'] as const satisfies readonly PartName[];
export type Victim = (typeof victims)[number];
export type Injected = Record<Victim, number>;

export interface Disturbance {
  stack: Pick<Stack, 'kill' | 'restart'>;
  dice: Dice;
  kills: number;
  /** Asked before each kill. */
  goesOn: () => boolean;
  /** Between a part that serves again and the next kill. */
  calmMs?: readonly [number, number];
  /** How long a part stays dead. */
  deadMs?: readonly [number, number];
  say?: (line: string) => void;
}

/** @returns how often each part was killed. */
export async function disturb({ stack, dice, kills, goesOn, calmMs = [200, 4_000], deadMs = [0, 2_500], say = () => undefined }: Disturbance): Promise<Injected> {
  const injected: Injected = { worker: 0, web: 0, bank: 0 };
  for (let kill = 1; kill <= kills; kill += 1) {
    await setTimeout(dice.between(...calmMs));
    if (!goesOn()) break;
    const victim = dice.one(victims);
    await stack.kill(victim);
    injected[victim] += 1;
    say(`${kill}: ${victim} killed`);
    await setTimeout(dice.between(...deadMs));
    await stack.restart(victim);
  }
  return injected;
}
