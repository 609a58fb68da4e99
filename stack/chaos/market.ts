/** A running market that is disturbed, left to come to rest, and held against the bank. */
import { setTimeout } from 'node:timers/promises';
import { createPool, row, type Pool } from '../../db/pool.js';
import { openCustody } from '../gateways.js';
import { readSettings } from '../settings.js';
import type { Stack } from '../supervisor.js';
import { createDice } from './dice.js';
import { disturb, type Disturbance, type Injected } from './disturb.js';
import { holdAgainst, type Checked, type Violation } from './hold-against.js';

export interface ChaosResult { seed: number; injected: Injected; checked: Checked; violations: Violation[] }

/** `forMs`: wall clock; no further kill after so long. */
export type MarketOptions = Pick<Disturbance, 'kills' | 'calmMs' | 'deadMs'> & { seed: number; forMs: number; say: (line: string) => void };

/** Before the first kill somebody should have bid; after the last one everything has so long to come to rest. */
const marketPatienceMs = 5 * 60_000;
const restPatienceMs = 4 * 60_000;
const lookMs = 500;

export async function liveAndHold(stack: Stack, { seed, forMs, say, ...disturbance }: MarketOptions): Promise<ChaosResult> {
  const settings = readSettings(stack.settings, 'worker');
  const pool = createPool(settings.DATABASE_URL, { name: 'chaos', max: 2 });
  try {
    say('Waiting for the first bids');
    await untilTrue(marketPatienceMs, async () => (await countBids(pool)) > 0, 'nobody bid');
    const until = performance.now() + forMs;
    const injected = await disturb({ stack, dice: createDice(seed), goesOn: () => performance.now() < until, say, ...disturbance });
    say('The people go home; what is under way comes to its end');
    await stack.kill('people');
    const restless = await comeToRest(stack);
    const custody = openCustody(settings);
    const { checked, violations } = await holdAgainst(pool, () => custody.downloadBalances());
    return { seed, injected, checked, violations: [...(restless.length === 0 ? [] : [{ what: 'did not come to rest', where: restless }]), ...violations] };
  } finally {
    await pool.end();
  }
}

async function countBids(pool: Pool): Promise<number> {
  return (await row<{ n: number }>(pool, 'SELECT count(*)::int AS n FROM bid'))?.n ?? 0;
}

/** Stops the clock and waits until nobody has work. @returns what is still under way when patience ends. */
async function comeToRest({ settings }: Stack): Promise<string[]> {
  const { CLOCK_URL = '', CLOCK_TOKEN = '' } = settings;
  await fetch(`${CLOCK_URL}/clock/pause`, { method: 'POST', headers: { authorization: `Bearer ${CLOCK_TOKEN}` } });
  let waitingFor: string[] = [];
  const quiet = async (): Promise<boolean> => {
    const reading = (await (await fetch(`${CLOCK_URL}/clock`)).json()) as { waitingFor: string[] };
    waitingFor = reading.waitingFor;
    return waitingFor.length === 0;
  };
  // What is quiet for a moment may only be between two steps.
  await untilTrue(restPatienceMs, async () => (await quiet()) && (await setTimeout(lookMs * 4), await quiet()), 'unrest').catch(() => undefined);
  return waitingFor;
}

async function untilTrue(patienceMs: number, holds: () => Promise<boolean>, otherwise: string): Promise<void> {
  const until = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(`${otherwise} within ${patienceMs / 1000} seconds`);
    await setTimeout(lookMs);
  }
}
