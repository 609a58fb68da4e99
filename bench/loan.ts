/**
 * What a healthy loan of twelve instalments costs Temporal, how many of them a second go from application to close, beside
 * workflows of the same history shape with everything empty on the same server, and how long an installation takes to start.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { startStack } from '../stack/supervisor.js';
import { emptyLoans } from './empty-run.js';
import { figure, type BenchOptions, type Figure } from './figures.js';
import { costsOfNewRuns, together, type RunCost } from './history.js';
import { openTown, readyBorrower, settleIn, type Town } from './town.js';
import { amountFen, liveThrough } from './twelve-months.js';

const atOnce = 10;
/** Each under the share of a loan that one lender may have. */
export const lenders = 5;
const aims = { activities: 60, events: 650, ratio: 0.6, secondStartSeconds: 15 };
/** Workflows that are there without any loan. */
const daily = new Set(['businessDay', 'reconcile']);

export async function bench({ say }: BenchOptions): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
  const dist = dirname(dirname(fileURLToPath(import.meta.url)));
  try {
    const starts = await startTimes(join(folder, 'starts'), dist, say);
    return [...(await loans(join(folder, 'loans'), dist, say)), ...starts];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function loans(dataFolder: string, dist: string, say: (line: string) => void): Promise<Figure[]> {
  say(`${lenders} lenders settle in`);
  const town = await openTown({ dataFolder, dist, profile: 'cn', startOn: '2026-03-02', lenders, moneyFen: amountFen * (atOnce + 1) });
  const address = town.stack.settings.TEMPORAL_ADDRESS ?? '';
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    say('one healthy loan, counted');
    const runs = await countOne(town, client);
    for (const { type, workflowId, events, activities, localActivities, timers, signals } of runs) {
      say(`  ${`${type} ${workflowId}`.padEnd(32)} ${events} events, ${activities} activities, ${localActivities} local ones, ${timers} timers, ${signals} signals`);
    }
    return [...countsOf(runs), await rateOf(town, client, address, runs, say)];
  } finally {
    await connection.close();
    await town.stop();
  }
}

/** Brings one loan about and answers what each workflow of it cost: whatever began meanwhile, but for the days. */
export async function countOne(town: Town, client: Client): Promise<RunCost[]> {
  const borrower = await readyBorrower(town, 0);
  const known = new Set((await costsOfNewRuns(client, new Set())).map((run) => run.runId));
  const [loanNo] = await liveThrough(town, [borrower], 'counted');
  const runs = (await costsOfNewRuns(client, known)).filter((run) => !daily.has(run.type));
  const children = runs.flatMap((run) => run.children);
  const missing = [loanNo ?? '', ...children].filter((id) => !runs.some((run) => run.workflowId === id));
  if (missing.length > 0) throw new Error(`workflows of the loan are not listed: ${missing.join(', ')}`);
  return runs;
}

export function countsOf(runs: readonly RunCost[]): Figure[] {
  const cost = together(runs);
  return [
    figure({ name: 'activities on the server', value: cost.activities, unit: 'a loan', aim: { most: aims.activities } }),
    figure({ name: 'events of history', value: cost.events, unit: 'a loan', aim: { most: aims.events } }),
    figure({ name: 'local activities', value: cost.localActivities, unit: 'a loan' }),
    figure({ name: 'timers', value: cost.timers, unit: 'a loan' }),
    figure({ name: 'signals and updates', value: cost.signals + cost.updates, unit: 'a loan' }),
  ];
}

async function rateOf(town: Town, client: Client, address: string, runs: readonly RunCost[], say: (line: string) => void): Promise<Figure> {
  // A year has gone by: the lenders answer their questionnaires again and renew what has run out.
  await settleIn(town, amountFen * atOnce);
  const borrowers = await Promise.all(Array.from({ length: atOnce }, (_, number) => readyBorrower(town, number + 1)));
  say(`${atOnce} loans at the same time`);
  const start = performance.now();
  await liveThrough(town, borrowers, 'together');
  const seconds = (performance.now() - start) / 1_000;
  say(`  ${seconds.toFixed(1)} s; as many empty ones`);
  const shapes = runs.map(({ activities, localActivities, timers, signals, updates, attributes }) => ({ activities, localActivities, timers, signals: signals + updates, attributes }));
  const emptySeconds = await emptyLoans(client, address, shapes, atOnce);
  say(`  ${emptySeconds.toFixed(1)} s`);
  return figure({ name: `loans a second, ${atOnce} at once`, value: atOnce / seconds, unit: 'per second', baseline: { name: 'workflows of the same shape, empty', value: atOnce / emptySeconds }, aim: { least: aims.ratio } });
}

/** Of everything that is installed and compiled: with a fresh data folder, and again. */
async function startTimes(dataFolder: string, dist: string, say: (line: string) => void): Promise<Figure[]> {
  const seconds: number[] = [];
  for (const which of ['first', 'second']) {
    say(`${which} start`);
    const start = performance.now();
    const stack = await startStack({ dataFolder, dist, ports: 'free', host: '127.0.0.1', temporalCli: process.env['TRIBUTARY_TEMPORAL_CLI'] });
    seconds.push((performance.now() - start) / 1_000);
    await stack.stop();
  }
  return [
    figure({ name: 'start with a fresh data folder', value: seconds[0] ?? 0, unit: 's' }),
    figure({ name: 'second start', value: seconds[1] ?? 0, unit: 's', aim: { most: aims.secondStartSeconds } }),
  ];
}
