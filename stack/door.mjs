/**
 * `npm run -s NAME -- …`: makes everything ready (whatever that says goes to standard error), then runs one of the
 * commands for checking; its output, input and exit code are the command's own.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { Advice, main } from './run.mjs';

const DOORS = {
  rules: 'stack/rules.js',
  replay: 'stack/replay/main.js',
  chaos: 'stack/chaos/main.js',
  books: 'stack/books.js',
  bench: 'bench/main.js',
  hostile: 'test/hostile/main.js',
  resume: 'stack/resume.js',
  settings: 'stack/settings-page.js',
  keys: 'stack/key-page.js',
  pictures: 'stack/pictures.js',
};

/** Doors that start a Temporal server of their own. */
const NEED_TEMPORAL = ['replay', 'chaos', 'bench', 'pictures'];

await main(async () => {
  const [name, ...args] = process.argv.slice(2);
  const entry = DOORS[name];
  if (!entry) throw new Advice(`There is no command "${name ?? ''}": use one of ${Object.keys(DOORS).join(', ')}.`);
  const { dist } = await prepare((line) => process.stderr.write(`${line}\n`));
  if (!existsSync(join(dist, entry))) throw new Advice(`This version has no "${name}" (${entry} is missing).`);
  if (NEED_TEMPORAL.includes(name) && !process.env.TEMPORAL_ADDRESS) {
    const { findTemporalCli } = await import('./temporal-cli.mjs');
    await findTemporalCli();
  }
  const child = spawn(process.execPath, ['--enable-source-maps', join(dist, entry), ...args], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to the command as well, which ends in its own way; we only wait for it.
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
});
