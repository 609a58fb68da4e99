/** `npm run reset`: deletes everything that an installation keeps, after asking (`--yes`: without). */
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { Advice, main } from './run.mjs';
import { ROOT } from './sources.mjs';

function isRunning(folder) {
  const file = join(folder, 'in-use.json');
  if (!existsSync(file)) return false;
  try {
    process.kill(JSON.parse(readFileSync(file, 'utf8')).pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function agreed(folder) {
  if (!process.stdin.isTTY) throw new Advice(`This would delete everything in ${folder}: say so with --yes (npm run reset -- --yes).`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`Delete everything in ${folder} (people, loans, the bank's books, keys)? yes/no `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

await main(async () => {
  const { values } = parseArgs({ options: { yes: { type: 'boolean' }, data: { type: 'string' } } });
  const folder = resolve(values.data ?? (process.env.TRIBUTARY_DATA?.trim() || join(ROOT, '.data')));
  if (!existsSync(folder)) {
    process.stderr.write(`There is nothing to delete: ${folder} does not exist.\n`);
    return 0;
  }
  if (readdirSync(folder).length > 0 && !existsSync(join(folder, 'installation.json'))) {
    throw new Advice(`${folder} holds something that is not Tributary's, so nothing was deleted.`);
  }
  if (isRunning(folder)) throw new Advice(`Tributary still runs on ${folder}: end it with Ctrl-C first.`);
  if (!values.yes && !(await agreed(folder))) {
    process.stderr.write('Nothing was deleted.\n');
    return 1;
  }
  rmSync(folder, { recursive: true, force: true });
  process.stderr.write(`Deleted ${folder}.\n`);
  return 0;
});
