import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, type Pool } from '../db/pool.js';
import { createDice } from '../stack/chaos/dice.js';
import { disturb } from '../stack/chaos/disturb.js';
import { holdAgainst } from '../stack/chaos/hold-against.js';
import { liveAndHold } from '../stack/chaos/market.js';
import { openCustody } from '../stack/gateways.js';
import { readSettings } from '../stack/settings.js';
import { startStack, type Stack } from '../stack/supervisor.js';
import { compiledProject } from './dist.js';

const kills = 5;

describe('a running market whose parts are killed', () => {
  let folder: string;
  let stack: Stack;
  let pool: Pool;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tributary chaos '));
    stack = await startStack({ dataFolder: join(folder, 'data'), dist: await compiledProject(), ports: 'free', host: '127.0.0.1', durable: false, logLevel: 'warn' });
    pool = createPool(stack.settings['DATABASE_URL'] ?? '', { name: 'chaos test', max: 2 });
  }, 180_000);

  afterAll(async () => {
    await pool?.end();
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('loses nothing and doubles nothing: ledger and bank agree on every account, and everything comes to its end', async () => {
    const said: string[] = [];
    const result = await liveAndHold(stack, { seed: 7, kills, forMs: 300_000, calmMs: [500, 3_000], say: (line) => void said.push(line) });
    expect(result).toMatchObject({ seed: 7, violations: [] });
    expect(Object.values(result.injected).reduce((sum, times) => sum + times, 0)).toBe(kills);
    expect(result.checked.bids).toBeGreaterThan(0);
    expect(result.checked.accountsCompared).toBeGreaterThan(5);
    expect(said.filter((line) => line.endsWith('killed'))).toHaveLength(kills);
  }, 600_000);

  it('is seen to be wrong where it is: money that only the bank has, a step that has stopped, a loan nobody waits for', async () => {
    const { settings } = stack;
    const custody = openCustody(readSettings(settings, 'worker'));
    await pool.query(`INSERT INTO task (key, kind, role, workflow_id, title, state, opened_at) VALUES ('planted', 'stuck-step', 'operations', 'LN1', 'planted', 'open', now())`);
    await pool.query(`DELETE FROM waiting WHERE workflow_id IN (SELECT loan_no FROM loan LIMIT 1)`);
    const { balances, cutAt } = await custody.downloadBalances();
    const richer = balances.map((balance, index) => (index === 0 ? { ...balance, availableFen: balance.availableFen + 1 } : balance));
    const { violations } = await holdAgainst(pool, async () => ({ cutAt, balances: richer }));
    expect(violations.map(({ what }) => what)).toEqual(expect.arrayContaining(['the books differ from the bank', 'a step has stopped']));
    expect(violations.find(({ what }) => what === 'a step has stopped')?.where).toEqual(['planted']);
  });
});

describe('the dice', () => {
  it('draw the same for the same seed, and everything in their range', () => {
    const draws = (seed: number) => { const dice = createDice(seed); return Array.from({ length: 200 }, () => dice.between(1, 3)); };
    expect(draws(1)).toEqual(draws(1));
    expect(draws(1)).not.toEqual(draws(2));
    expect(new Set(draws(3))).toEqual(new Set([1, 2, 3]));
  });

  it('let no part be killed when it is over', async () => {
    const calls: string[] = [];
    const stack = { kill: async (part: string) => void calls.push(`kill ${part}`), restart: async (part: string) => void calls.push(`restart ${part}`) };
    expect(await disturb({ stack, dice: createDice(1), kills: 9, goesOn: () => false, calmMs: [1, 1], deadMs: [0, 0] })).toEqual({ worker: 0, web: 0, bank: 0 });
    expect(calls).toEqual([]);
    const injected = await disturb({ stack, dice: createDice(1), kills: 9, goesOn: () => true, calmMs: [0, 0], deadMs: [0, 0] });
    expect(Object.values(injected).reduce((sum, times) => sum + times, 0)).toBe(9);
    expect(calls.filter((call) => call.startsWith('kill'))).toHaveLength(9);
  });
});
