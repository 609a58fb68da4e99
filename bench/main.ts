/** `npm run -s bench -- NAME`: measures one thing beside its baseline, and says whether the aim is met. */
import { parseArgs } from 'node:util';
import { Advice } from '../stack/advice.mjs';
import { lineOf, type BenchOptions, type Figure } from './figures.js';

type Bench = (options: BenchOptions) => Promise<Figure[]>;

/** Loaded by name, so that one bench does not need what another one does. */
const benches: Record<string, () => Promise<{ bench: Bench }>> = {
  instalments: () => import('./instalments.js'),
  ledger: () => import('./ledger.js'),
  loan: () => import('./loan.js'),
  reconciliation: () => import('./reconciliation.js'),
  schedule: () => import('./schedule.js'),
};

const USAGE = `npm run -s bench -- NAME        NAME is one of ${Object.keys(benches).join(', ')}
  --seconds N                 how long each measurement runs; default 10
  --lines N                   reconciliation: lines of the day; default 1000000
  --file FILE                 instalments: the public loan book (CSV or .csv.gz)
  --json                      the last line is one JSON object`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { seconds: { type: 'string', default: '10' }, lines: { type: 'string' }, file: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } } });
  const name = positionals[0] ?? '';
  const load = benches[name];
  const seconds = Number(values.seconds);
  if (values.help || !load) throw new Advice(USAGE);
  if (!(seconds >= 1)) throw new Advice('--seconds must be at least 1.');
  const lines = values.lines === undefined ? undefined : Number(values.lines);
  if (lines !== undefined && !(Number.isInteger(lines) && lines >= 1)) throw new Advice('--lines must be a whole number above zero.');
  const { bench } = await load();
  const figures = await bench({ seconds, lines, file: values.file, say: (line) => process.stderr.write(`${line}\n`) });
  for (const each of figures) process.stdout.write(`${lineOf(each)}\n`);
  if (values.json) process.stdout.write(`${JSON.stringify({ bench: name, figures })}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Advice ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
