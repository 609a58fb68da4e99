/** The parts of an installation and the order in which they start; they end in the reverse order. */
import type { DataFolder } from './data-folder.js';
import type { Embedded } from './embedded.js';
import type { Environment, Environments } from './environment.js';
import type { PartSpec } from './keeper.js';
import { startNodePart } from './parts/node.js';
import { startPostgres } from './parts/postgres.js';
import { startTemporal } from './parts/temporal.js';
import type { Watchdog } from './parts/watchdog.js';
import type { Ports } from './ports.js';
import { settingNamesOf } from './settings.js';
import type { ProcessName } from './settings.js';

export type PartName = 'postgres' | 'sandbox-postgres' | 'temporal' | 'clock' | 'bank' | 'bureaus' | 'phone' | 'mailbox' | 'worker' | 'web' | 'people';

export interface Part extends PartSpec {
  name: PartName;
}

export interface Stage {
  name: 'servers' | 'clock' | 'sandbox' | 'platform' | 'people';
  parts: Part[];
}

export interface PlanOptions {
  folder: DataFolder;
  ports: Ports;
  embedded: Embedded;
  environments: Environments;
  passwords: { postgres: string; sandboxPostgres: string };
  dist: string;
  durable: boolean;
  temporalCli?: string;
  watchdog: Watchdog;
}

function postgresPart(options: PlanOptions, name: 'postgres' | 'sandbox-postgres', port: number, password: string): Part {
  const { folder, durable, watchdog } = options;
  return {
    name,
    start: (onSpawned) => startPostgres({ name, dataFolder: folder.at(name), port, password, logFile: folder.at('logs', `${name}.log`), durable, watchdog, onSpawned }),
  };
}

function temporalPart(options: PlanOptions): Part {
  const { folder, ports, watchdog, temporalCli } = options;
  return {
    name: 'temporal',
    start: (onSpawned) =>
      startTemporal({
        port: ports.temporal,
        uiPort: ports.temporalUi,
        databaseFile: folder.at('temporal.db'),
        logFile: folder.at('logs', 'temporal.log'),
        executable: temporalCli,
        watchdog,
        onSpawned,
      }),
  };
}

function nodePart(options: PlanOptions, name: PartName, entry: string, env: Environment, stopSeconds: number): Part {
  const { folder, dist, watchdog } = options;
  return { name, start: (onSpawned) => startNodePart({ name, dist, entry, env, logFile: folder.at('logs', `${name}.log`), stopSeconds, watchdog, onSpawned }) };
}

/** A process of the platform gets the settings that it reads and no other. */
function platformPart(options: PlanOptions, name: ProcessName, stopSeconds: number): Part {
  const all = options.environments.platform;
  const env: Environment = Object.fromEntries(settingNamesOf(name).flatMap((setting): [string, string][] => (all[setting] === undefined ? [] : [[setting, all[setting]]])));
  return nodePart(options, name, `stack/${name}.js`, env, stopSeconds);
}

/** The parts that this installation runs itself, stage by stage. */
export function planParts(options: PlanOptions): Stage[] {
  const { embedded, ports, passwords, environments } = options;
  const sandbox = (name: 'bank' | 'bureaus' | 'phone' | 'mailbox'): Part[] =>
    embedded[name] ? [nodePart(options, name, `sandbox/${name}/main.js`, environments[name], 8)] : [];
  return [
    {
      name: 'servers',
      parts: [
        ...(embedded.postgres ? [postgresPart(options, 'postgres', ports.postgres, passwords.postgres)] : []),
        ...(embedded.sandboxPostgres ? [postgresPart(options, 'sandbox-postgres', ports.sandboxPostgres, passwords.sandboxPostgres)] : []),
        ...(embedded.temporal ? [temporalPart(options)] : []),
      ],
    },
    { name: 'clock', parts: embedded.clock ? [platformPart(options, 'clock', 5)] : [] },
    { name: 'sandbox', parts: [...sandbox('bank'), ...sandbox('bureaus'), ...sandbox('phone'), ...sandbox('mailbox')] },
    { name: 'platform', parts: [platformPart(options, 'worker', 12), platformPart(options, 'web', 12)] },
    { name: 'people', parts: embedded.people ? [platformPart(options, 'people', 5)] : [] },
  ];
}
