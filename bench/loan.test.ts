import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { compiledProject } from '../test/dist.js';
import { shareOf } from './shares.js';
import { countOne, countsOf, lenders } from './loan.js';
import { openTown } from './town.js';
import { amountFen } from './twelve-months.js';

describe('the bench of a loan', () => {
  it('counts every workflow of one healthy loan, from application to close', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary bench '));
    const town = await openTown({ dataFolder: folder, dist: await compiledProject(), profile: 'cn', startOn: '2026-03-02', lenders, moneyFen: amountFen });
    const connection = await Connection.connect({ address: town.stack.settings.TEMPORAL_ADDRESS });
    try {
      const runs = await countOne(town, new Client({ connection }));
      expect(runs.map((run) => run.type)).toEqual(expect.arrayContaining(['loan', 'fund', 'identify']));
      const figures = Object.fromEntries(countsOf(runs).map(({ name, value }) => [name, value]));
      // Twelve times: a reminder, the debit, its distribution.
      expect(figures['activities on the server']).toBeGreaterThanOrEqual(36);
      expect(figures['events of history']).toBeGreaterThan(figures['activities on the server'] as number * 3);
    } finally {
      await connection.close();
      await town.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 180_000);

  it('gives an empty workflow exactly as much to do as was counted, spread evenly', () => {
    for (const [total, rounds] of [[78, 42], [3, 7], [0, 5], [7, 1]] as const) {
      const shares = Array.from({ length: rounds }, (_, round) => shareOf(total, round, rounds));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }
  });
});
