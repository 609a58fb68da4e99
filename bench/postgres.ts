/** A PostgreSQL of a bench's own, that keeps its promises (fsync on): what is measured is what an installation gets. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import { ensureDatabase, startPostgres } from '../stack/parts/postgres.js';
import { startWatchdog } from '../stack/parts/watchdog.js';

export interface BenchServer {
  /** A database of this name, made if need be. */
  database(name: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startBenchServer(): Promise<BenchServer> {
  const watchdog = startWatchdog();
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
  chmodSync(folder, 0o755);
  watchdog.removeFolder(folder);
  const server = await startPostgres({
    name: 'the bench’s PostgreSQL', dataFolder: join(folder, 'postgres'), port: await getPort(), password: randomBytes(12).toString('hex'),
    logFile: join(folder, 'postgres.log'), durable: true, watchdog,
  });
  return {
    async database(name) {
      await ensureDatabase(server.url('postgres'), name);
      return server.url(name);
    },
    stop: () => watchdog.release(),
  };
}
