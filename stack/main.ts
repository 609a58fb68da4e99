/** `npm start`, after everything has been compiled: runs an installation until Ctrl-C. */
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Advice } from './advice.mjs';
import { ensureDemoPeople } from './demo-people.js';
import type { DemoPerson } from './demo-people.js';
import { readFlags, USAGE } from './flags.js';
import { WrongSettings } from './settings.js';
import { startStack } from './supervisor.js';
import type { Stack } from './supervisor.js';
import { welcome } from './welcome.js';

const dist = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Aborted at the first Ctrl-C (npm passes the terminal's on, so that it comes twice), or when the starter is gone. */
function askedToEnd(): AbortSignal {
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => asked.abort());
  if (process.connected) process.once('disconnect', () => asked.abort());
  return asked.signal;
}

/** Nobody is made up where real people may come: only an installation with the sandbox's bank has demo people. */
async function newcomersLogIns({ settings }: Stack): Promise<DemoPerson[]> {
  const { DATABASE_URL: databaseUrl, DATA_KEYS_FILE: dataKeysFile, DEMO_PASSWORD: password } = settings;
  return databaseUrl && dataKeysFile && password ? ensureDemoPeople({ databaseUrl, dataKeysFile, password }) : [];
}

async function run(): Promise<void> {
  const options = readFlags(process.argv.slice(2), process.env, join(dirname(dist), '.data'));
  if (!options) return void process.stdout.write(`${USAGE}\n`);
  const abort = askedToEnd();
  const stack = await startStack({ ...options, dist, say, abort, temporalCli: process.env.TRIBUTARY_TEMPORAL_CLI });
  try {
    process.stdout.write(welcome(stack, await newcomersLogIns(stack)));
    if (!abort.aborted) await once(abort, 'abort');
  } finally {
    say('\nEnding; everything is kept');
    await stack.stop();
    say('Ended');
  }
}

try {
  await run();
} catch (error) {
  const advice = error instanceof Advice || error instanceof WrongSettings;
  say(advice ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
// The channel to the starter would keep this process alive.
if (process.connected) process.disconnect();
