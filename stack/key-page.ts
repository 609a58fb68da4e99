/** `npm run keys -- list | add platform|bank | withdraw SERIAL`: replaces the keys between platform and bank. */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Advice } from './advice.mjs';
import { addKey, listKeys, withdrawKey } from './key-rotation.js';
import { ensureKeys } from './keys.js';

const USAGE = `npm run keys -- list                  the keys of both sides
npm run keys -- add platform|bank     a new key, which signs from --from on; default: in ten minutes
npm run keys -- withdraw SERIAL       neither signs nor verifies from --at on; default: now
  --from, --at                        a wall instant, ISO 8601 with Z
  --data DIR                          the installation's data folder; default: .data in the project, or TRIBUTARY_DATA
Both sides read the keys when they start: start them again before the moment comes.`;

/** Time enough to start both sides again. */
const untilItSignsMs = 10 * 60_000;

function keys(): void {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { from: { type: 'string' }, at: { type: 'string' }, data: { type: 'string' }, help: { type: 'boolean' } } });
  const [act, what] = positionals;
  const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const { files } = ensureKeys(join(resolve(values.data ?? process.env.TRIBUTARY_DATA ?? join(project, '.data')), 'keys'));
  if (act === 'list') {
    for (const key of listKeys(files)) process.stdout.write(`${key.side} ${key.serial}${key.signsFrom ? `, signs from ${key.signsFrom}` : ''}${key.withdrawnAt ? `, withdrawn at ${key.withdrawnAt}` : ''}\n`);
  } else if (act === 'add' && (what === 'platform' || what === 'bank')) {
    const from = instant(values.from, Date.now() + untilItSignsMs);
    process.stdout.write(`${addKey(files, what, from)} of the ${what} signs from ${from}: start platform and bank again before.\n`);
  } else if (act === 'withdraw' && what) {
    const at = instant(values.at, Date.now());
    process.stdout.write(`${what} of the ${withdrawKey(files, what, at)} is withdrawn at ${at}: start platform and bank again.\n`);
  } else throw new Advice(USAGE);
}

function instant(given: string | undefined, otherwise: number): string {
  const ms = given === undefined ? otherwise : Date.parse(given);
  if (Number.isNaN(ms)) throw new Advice(`${given} is not an instant such as 2026-11-22T10:00:00Z.`);
  return new Date(ms).toISOString();
}

try {
  keys();
} catch (error) {
  process.stderr.write(`${error instanceof Advice ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
