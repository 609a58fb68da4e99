/** How a command finds the installation it is to look at: the environment's own services, or the one that runs from a data folder. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Advice } from './advice.mjs';
import { embeddedParts } from './embedded.js';
import { describeEnvironments } from './environment.js';
import type { Environment } from './environment.js';
import { ensureKeys } from './keys.js';
import { choosePorts } from './ports.js';
import { DEMO_SPEED } from './supervisor.js';

/** Reads the address under which the folder's installation announced itself. */
function announced(dataFolder: string): URL {
  const file = join(dataFolder, 'in-use.json');
  const address = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { address?: string }).address : undefined;
  if (!address) throw new Advice(`Nothing runs from ${dataFolder}: start it with "npm start", or name your own services by DATABASE_URL and TEMPORAL_ADDRESS.`);
  return new URL(address);
}

/**
 * The settings of the platform's processes: from the environment where it names PostgreSQL and Temporal, else those of the
 * installation that runs from `dataFolder`.
 * @throws Advice when nothing runs there.
 */
export async function installationSettings(dataFolder: string, env: NodeJS.ProcessEnv): Promise<Environment> {
  if (env.DATABASE_URL?.trim() && env.TEMPORAL_ADDRESS?.trim()) return env as Environment;
  const path = resolve(dataFolder);
  const address = announced(path);
  const first = Number(address.port);
  const ports = await choosePorts(existsSync(join(path, 'ports.json')) ? 'free' : first, path);
  const keys = ensureKeys(join(path, 'keys'));
  const databaseOn = (port: number, password: string) => (name: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${name}`;
  const folder = { path, at: (...parts: string[]) => join(path, ...parts), markComplete: () => undefined, announce: () => undefined, close: () => undefined };
  return describeEnvironments(folder, {
    env, ports, host: address.hostname, speed: DEMO_SPEED, stepped: false,
    embedded: embeddedParts(env, { people: true, realTime: false }),
    databaseUrl: databaseOn(ports.postgres, keys.secrets.postgresPassword),
    sandboxDatabaseUrl: databaseOn(ports.sandboxPostgres, keys.secrets.sandboxPostgresPassword),
  }, keys).platform;
}
