import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { migrate } from '../db/migrate.js';
import { freePort } from '../stack/parts/ports.js';
import { startPostgres } from '../stack/parts/postgres.js';
import { startTemporal } from '../stack/parts/temporal.js';
import { startWatchdog } from '../stack/parts/watchdog.js';
import type { Watchdog } from '../stack/parts/watchdog.js';

/** What one run of the tests shares. */
export interface RunServers {
  /** How a test file finds it: environment variables, which jest hands to its workers. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

async function startOwnPostgres(folder: string, watchdog: Watchdog): Promise<string> {
  const server = await startPostgres({
    name: "the tests' PostgreSQL",
    dataFolder: join(folder, 'postgres'),
    port: await freePort(),
    password: randomBytes(12).toString('hex'),
    logFile: join(folder, 'postgres.log'),
    durable: false,
    watchdog,
  });
  return server.url('postgres');
}

/** One database migrated once; every test file clones it in some milliseconds. */
async function makeTemplate(serverUrl: string, name: string): Promise<void> {
  const admin = new Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${admin.escapeIdentifier(name)}`);
  await admin.end();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await migrate(url.href);
}

/** On a server that is not ours the run's databases are dropped. */
async function dropDatabases(serverUrl: string, prefix: string): Promise<void> {
  const admin = new Client({ connectionString: serverUrl });
  await admin.connect();
  const { rows } = await admin.query<{ datname: string }>('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [prefix]);
  for (const { datname } of rows) await admin.query(`DROP DATABASE IF EXISTS ${admin.escapeIdentifier(datname)} WITH (FORCE)`);
  await admin.end();
}

/** Runs a script of `stack/` and gives the path it prints. */
async function runScript(name: string): Promise<{ path: string }> {
  const script = fileURLToPath(new URL(`../stack/${name}`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script], { encoding: 'utf8' });
  return { path: stdout.trim() };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** Makes what a run needs once and late, for whichever test file asks first: Temporal, the workflows' bundle, `dist/`. */
async function serveOnDemand(folder: string, watchdog: Watchdog): Promise<{ address: string; close(): void }> {
  const things: Record<string, () => Promise<unknown>> = {
    '/temporal': once(async () => {
      const { address } = await startTemporal({ port: await freePort(), logFile: join(folder, 'temporal.log'), watchdog });
      return { address };
    }),
    '/bundle': once(() => runScript('bundle.mjs')),
    '/dist': once(() => runScript('prepare.mjs')),
  };
  const server = createServer((request, response) => {
    const make = things[request.url ?? ''];
    if (!make) return void response.writeHead(404).end();
    make().then(
      (made) => response.end(JSON.stringify(made)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() };
}

/** Starts what every run needs (PostgreSQL with the migrated template) and offers the rest on demand. */
export async function startRunServers(): Promise<RunServers> {
  const watchdog = startWatchdog();
  const folder = mkdtempSync(join(tmpdir(), 'tributary-test-'));
  chmodSync(folder, 0o755);
  watchdog.removeFolder(folder);
  const ownUrl = process.env.TEST_DATABASE_URL;
  const serverUrl = ownUrl ?? (await startOwnPostgres(folder, watchdog));
  const prefix = `tributary_test_${randomBytes(4).toString('hex')}`;
  await makeTemplate(serverUrl, `${prefix}_template`);
  const demand = await serveOnDemand(folder, watchdog);
  return {
    env: { TRIBUTARY_TEST_SERVER: serverUrl, TRIBUTARY_TEST_PREFIX: prefix, TRIBUTARY_TEST_RUN: demand.address },
    stop: async () => {
      demand.close();
      if (ownUrl) await dropDatabases(serverUrl, prefix);
      await watchdog.release();
    },
  };
}
