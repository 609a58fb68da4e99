/**
 * Makes what must be there before the processes of several machines start, and leaves what is there: keys and secrets, the
 * files of settings that carry them, the databases, and (with DEMO_PASSWORD) the demo's people. It may run at every start.
 *
 *   node dist/stack/setup.js --keys DIR
 *
 * DATABASE_URL is the platform's database; SANDBOX_DATABASE_URL, where it is given, any database of the sandbox's server.
 */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { migrate } from '../db/migrate.js';
import { Advice } from './advice.mjs';
import { ensureDemoPeople } from './demo-people.js';
import { ensureKeys } from './keys.js';
import { ensureDatabase } from './parts/postgres.js';
import { writeSettingFiles } from './setting-files.js';

const SANDBOX_DATABASES = ['bank', 'bureaus', 'phone', 'mailbox'];
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const setting = (name: string): string | undefined => process.env[name]?.trim() || undefined;

async function setUp(): Promise<void> {
  const { values } = parseArgs({ options: { keys: { type: 'string' } } });
  const databaseUrl = setting('DATABASE_URL');
  if (!values.keys || !databaseUrl) throw new Advice('Say where the keys are to be kept (--keys DIR), and which database is the platform\'s (DATABASE_URL).');
  const folder = resolve(values.keys);
  mkdirSync(folder, { recursive: true });
  const keys = ensureKeys(folder);
  for (const file of writeSettingFiles(folder, keys)) say(`Settings with keys and secrets: ${file}`);

  const migrations = await migrate(databaseUrl);
  say(migrations.length ? `Migrations applied: ${migrations.join(', ')}` : 'The platform\'s database is up to date');
  const sandboxServer = setting('SANDBOX_DATABASE_URL');
  if (sandboxServer) for (const name of SANDBOX_DATABASES) await ensureDatabase(sandboxServer, name);

  const password = setting('DEMO_PASSWORD');
  if (!password) return;
  const people = await ensureDemoPeople({ databaseUrl, dataKeysFile: keys.files.dataKeys, password });
  say(`Demo people: ${people.map(({ email }) => email).join(', ')}`);
}

try {
  await setUp();
} catch (error) {
  process.stderr.write(`${error instanceof Advice ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
