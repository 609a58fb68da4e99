/** `npm run -s hostile`: every money verb under every mode of a hostile day, and what is true afterwards. */
import { parseArgs } from 'node:util';
import { Advice } from '../../stack/advice.mjs';
import { startRunServers } from '../run-servers.js';
import { everyPair, linesOf, playTable, somePairs } from './table.js';

const USAGE = `npm run -s hostile -- [flags]   every money verb under every mode of a hostile day
  --seed S        a whole number: amounts, how often the bank strikes, at which hours it closes; default 1
  --verb NAME     only verbs whose name contains NAME
  --mode NAME     only modes whose name contains NAME
  --short         only some cells, in which each verb and each mode is met at least once
  --json          the last line is one JSON object`;

async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, verb: { type: 'string', default: '' }, mode: { type: 'string', default: '' }, short: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) throw new Advice(USAGE);
  if (!/^\d{1,10}$/.test(values.seed)) throw new Advice(`--seed ${values.seed}: give a whole number.\n${USAGE}`);
  const seed = Number(values.seed);
  const pairs = (values.short ? somePairs(seed) : everyPair).filter(([verb, mode]) => verb.name.toUpperCase().includes(values.verb.toUpperCase()) && mode.name.includes(values.mode));
  if (pairs.length === 0) throw new Advice(`There is no such verb or mode.\n${USAGE}`);
  const servers = await startRunServers();
  try {
    Object.assign(process.env, servers.env);
    let done = 0;
    const table = await playTable({
      seed, pairs,
      onCell: ({ verb, mode, status, ms, why }) => void process.stderr.write(`${(done += 1)}/${pairs.length} ${verb} under ${mode}: ${status}${status === 'violation' ? ` (${why.join('; ')})` : ''} ${ms} ms\n`),
    });
    for (const line of linesOf(table)) process.stdout.write(`${line}\n`);
    if (values.json) process.stdout.write(`${JSON.stringify(table)}\n`);
    return table.violations.length === 0;
  } finally {
    await servers.stop();
  }
}

try {
  if (!(await main())) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Advice ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
