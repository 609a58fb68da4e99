/** Starts a whole installation on this machine, keeps its parts alive, and ends them in order. */
import { resolve } from 'node:path';
import { migrate } from '../db/migrate.js';
import { Advice } from './advice.mjs';
import { createClockHold } from './clock-hold.js';
import { openDataFolder } from './data-folder.js';
import type { DataFolder } from './data-folder.js';
import { ensureDemoPeople } from './demo-people.js';
import { embeddedParts, filesKept, portsUsed } from './embedded.js';
import type { Embedded } from './embedded.js';
import { describeEnvironments } from './environment.js';
import type { Environments } from './environment.js';
import { createKeeper } from './keeper.js';
import type { Keeper } from './keeper.js';
import { ensureKeys } from './keys.js';
import { ensureDatabase } from './parts/postgres.js';
import { startWatchdog } from './parts/watchdog.js';
import { planParts } from './plan.js';
import type { PartName, Stage } from './plan.js';
import { assertPortsFree, choosePorts, DEFAULT_PORT } from './ports.js';
import type { Ports } from './ports.js';

export interface StackOptions {
  /** Where everything is kept. */
  dataFolder: string;
  /** The compiled project, as `stack/build.mjs` makes it. */
  dist: string;
  /** Settings in it replace embedded parts. Default: none. */
  env?: NodeJS.ProcessEnv;
  /** The first of a row of eleven ports, or `free`. Default 8080. */
  ports?: number | 'free';
  /** Host name in the addresses that people open. Default: localhost. */
  host?: string;
  /** Whose law holds. Default: cn. */
  profile?: string;
  /** Business seconds per wall second at the very first start. Default: a day in five seconds. */
  speed?: number;
  /** The clock moves only when told to. */
  stepped?: boolean;
  /** No clock of its own: business time is wall time. */
  realTime?: boolean;
  /** Business instant of the very first start (ISO 8601 with Z). */
  startAt?: string;
  /** Demo borrowers and lenders. Default true. */
  people?: boolean;
  /** Start parts that die again. Default true. */
  restartParts?: boolean;
  /** False only for tests and benches: databases that may be lost with the machine. Default true. */
  durable?: boolean;
  logLevel?: string;
  /** Path of the Temporal CLI; found when absent. */
  temporalCli?: string;
  /** When aborted, a start under way ends what it has begun and throws. */
  abort?: AbortSignal;
  /** Progress, and what happens to parts later. */
  say?: (line: string) => void;
}

export interface StackUrls {
  platform: string;
  temporalUi?: string;
  mailbox?: string;
  phone?: string;
  bank: string;
  bureaus: string;
  clock?: string;
}

export interface Stack {
  urls: StackUrls;
  /** The environment that the platform's processes were given (DATABASE_URL, TEMPORAL_ADDRESS, CLOCK_TOKEN, …). */
  settings: Record<string, string>;
  dataFolder: string;
  /** Names of the running parts, in the order of their start. */
  parts: PartName[];
  pid(part: PartName): number | undefined;
  /** SIGKILL; the part stays down until `restart`. */
  kill(part: PartName): Promise<void>;
  /** Ends the part cleanly if it runs, starts it again, and waits until it serves. */
  restart(part: PartName): Promise<void>;
  /** Ends everything in order. */
  stop(): Promise<void>;
}

/** A business day in five seconds. */
export const DEMO_SPEED = 17_280;

const SANDBOX_DATABASES = ['bank', 'bureaus', 'phone', 'mailbox'];

const databaseOn =
  (port: number, password: string) =>
  (name: string): string =>
    `postgres://postgres:${password}@127.0.0.1:${port}/${name}`;

async function prepareDatabases(environments: Environments, embedded: Embedded, sandboxDatabaseUrl: (name: string) => string, databaseUrl: (name: string) => string): Promise<void> {
  if (embedded.postgres) await ensureDatabase(databaseUrl('postgres'), 'tributary');
  await migrate(environments.platform.DATABASE_URL ?? '');
  if (embedded.sandboxPostgres) for (const name of SANDBOX_DATABASES) await ensureDatabase(sandboxDatabaseUrl('postgres'), name);
}

async function makeDemoPeople({ platform }: Environments): Promise<void> {
  const { DATABASE_URL: databaseUrl, DATA_KEYS_FILE: dataKeysFile, DEMO_PASSWORD: password } = platform;
  if (databaseUrl && dataKeysFile && password) await ensureDemoPeople({ databaseUrl, dataKeysFile, password });
}

function describeUrls(platform: Record<string, string>): StackUrls {
  return {
    platform: platform.PUBLIC_URL ?? '',
    temporalUi: platform.TEMPORAL_UI_URL,
    mailbox: platform.MAILBOX_URL,
    phone: platform.PHONE_URL,
    bank: platform.CUSTODY_PUBLIC_URL ?? platform.CUSTODY_URL ?? '',
    bureaus: platform.BUREAUS_URL ?? '',
    clock: platform.CLOCK_URL,
  };
}

interface Prepared {
  folder: DataFolder;
  ports: Ports;
  embedded: Embedded;
  environments: Environments;
  databaseUrl: (name: string) => string;
  sandboxDatabaseUrl: (name: string) => string;
  passwords: { postgres: string; sandboxPostgres: string };
}

async function prepare(options: StackOptions): Promise<Prepared> {
  const env = options.env ?? {};
  const embedded = embeddedParts(env, { people: options.people ?? true, realTime: options.realTime ?? false });
  const folder = await openDataFolder(resolve(options.dataFolder), filesKept(embedded));
  try {
    const ports = await choosePorts(options.ports ?? DEFAULT_PORT, folder.path);
    await assertPortsFree(ports, portsUsed(embedded));
    const keys = ensureKeys(folder.at('keys'));
    const databaseUrl = databaseOn(ports.postgres, keys.secrets.postgresPassword);
    const sandboxDatabaseUrl = databaseOn(ports.sandboxPostgres, keys.secrets.sandboxPostgresPassword);
    const environments = describeEnvironments(
      folder,
      {
        env,
        embedded,
        ports,
        host: options.host ?? 'localhost',
        profile: options.profile,
        speed: options.speed ?? DEMO_SPEED,
        stepped: options.stepped ?? false,
        startAt: options.startAt,
        logLevel: options.logLevel,
        databaseUrl,
        sandboxDatabaseUrl,
      },
      keys,
    );
    const passwords = { postgres: keys.secrets.postgresPassword, sandboxPostgres: keys.secrets.sandboxPostgresPassword };
    return { folder, ports, embedded, environments, databaseUrl, sandboxDatabaseUrl, passwords };
  } catch (error) {
    folder.close();
    throw error;
  }
}

/** Starts what a stage holds, side by side; when one part fails the others are waited for, and the failure is thrown. */
async function startStage(stage: Stage, keeperOf: (part: PartName) => Keeper, say: (line: string) => void): Promise<void> {
  if (!stage.parts.length) return;
  say(`Starting ${stage.parts.map(({ name }) => name).join(', ')}`);
  const started = await Promise.allSettled(stage.parts.map(({ name }) => keeperOf(name).start()));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/**
 * Starts an installation and waits until everything serves.
 * @throws Advice for a taken port, a data folder in use or incomplete, a part that does not start; nothing is left running then.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const say = options.say ?? (() => undefined);
  const prepared = await prepare(options);
  const { folder, environments, embedded } = prepared;
  const watchdog = startWatchdog();
  const clock = createClockHold({ url: environments.platform.CLOCK_URL, token: environments.platform.CLOCK_TOKEN });
  const stages = planParts({ ...prepared, dist: options.dist, durable: options.durable ?? true, temporalCli: options.temporalCli, watchdog });
  const keepers = new Map<PartName, Keeper>();
  for (const part of stages.flatMap((stage) => stage.parts)) {
    keepers.set(part.name, createKeeper(part, { restart: options.restartParts ?? true, say, onDown: (name) => clock.hold(name), onUp: (name) => clock.release(name) }));
  }

  const keeperOf = (part: PartName): Keeper => {
    const keeper = keepers.get(part);
    if (!keeper) throw new Error(`${part} is not a part of this installation`);
    return keeper;
  };

  let stopping: Promise<void> | undefined;
  const stopAll = async (): Promise<void> => {
    for (const stage of [...stages].reverse()) await Promise.all(stage.parts.map(({ name }) => keeperOf(name).stop()));
    await watchdog.release();
    folder.close();
  };
  const stop = (): Promise<void> => (stopping ??= stopAll());

  try {
    for (const stage of stages) {
      if (options.abort?.aborted) throw new Advice('Ended before everything had started; what was begun goes on with the next start.');
      // The demo's people find their reviewer's log-in there when they begin.
      if (stage.name === 'people' && stage.parts.length > 0) await makeDemoPeople(environments);
      await startStage(stage, keeperOf, say);
      if (stage.name === 'servers') await prepareDatabases(environments, embedded, prepared.sandboxDatabaseUrl, prepared.databaseUrl);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  folder.markComplete();
  folder.announce(environments.platform.PUBLIC_URL ?? '');

  return {
    urls: describeUrls(environments.platform),
    settings: environments.platform,
    dataFolder: folder.path,
    parts: [...keepers.keys()],
    pid: (part) => keeperOf(part).pid(),
    kill: (part) => keeperOf(part).kill(),
    restart: (part) => keeperOf(part).restart(),
    stop,
  };
}
