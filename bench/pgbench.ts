/** PostgreSQL's own benchmark (TPC-B-like default), run beside ours on the same server. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Advice } from '../stack/advice.mjs';
import { median } from './figures.js';

const run = promisify(execFile);

function findPgbench(): string {
  const debian = '/usr/lib/postgresql';
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...(existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : [])];
  const found = folders.map((folder) => join(folder, 'pgbench')).find((path) => existsSync(path));
  if (!found) throw new Advice('pgbench is missing: install it (Debian: apt-get install postgresql-15), it is the baseline of this bench.');
  return found;
}

/** Fills the database's tables, scale 20 (two million accounts). */
export async function preparePgbench(url: string): Promise<void> {
  await run(findPgbench(), ['-i', '-q', '-s', '20', url], { maxBuffer: 10_000_000 });
}

/** Transactions per second: the median of three runs. */
export async function pgbenchRate(url: string, clients: number, seconds: number): Promise<number> {
  const rates: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const { stdout } = await run(findPgbench(), ['-n', '-c', String(clients), '-j', String(Math.min(2, clients)), '-T', String(Math.max(1, Math.round(seconds / 3))), url]);
    const rate = /tps = ([\d.]+)/.exec(stdout)?.[1];
    if (!rate) throw new Error(`pgbench said nothing of its rate:\n${stdout}`);
    rates.push(Number(rate));
  }
  return median(rates);
}
