import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Advice } from '../advice.mjs';
import { lastWords } from './log.js';
import { startProcess } from './process.js';
import type { RunningProcess } from './process.js';
import type { Watchdog } from './watchdog.js';

export interface NodePartOptions {
  name: string;
  /** The compiled project. */
  dist: string;
  /** Path in it, e.g. `stack/web.js`. */
  entry: string;
  /** Its settings; nothing else of this project is in its environment. */
  env: Record<string, string>;
  logFile: string;
  stopSeconds?: number;
  watchdog: Watchdog;
  /** Called with the process before it is ready, so that it can be ended meanwhile. */
  onSpawned?: (process: RunningProcess) => void;
}

/** The line that every process of the project prints when it serves. */
export interface ReadyLine {
  ready: true;
  port?: number;
}

const READY_SECONDS = 90;

/** What a Node process needs of the machine, and nothing by which our settings could leak from one part to another. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

function machineEnvironment(): Record<string, string> {
  return Object.fromEntries(PASSED_ON.flatMap((name): [string, string][] => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function parseReady(line: string): ReadyLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const said = JSON.parse(line) as Partial<ReadyLine>;
    return said.ready === true ? { ready: true, port: said.port } : undefined;
  } catch {
    return undefined;
  }
}

/** Starts one of the project's own processes and waits until it says that it serves. */
export async function startNodePart(options: NodePartOptions): Promise<RunningProcess> {
  const file = join(options.dist, options.entry);
  if (!existsSync(file)) throw new Advice(`${options.name} cannot start: ${options.entry} is missing from ${options.dist}.`);
  let ready: (line: ReadyLine) => void = () => undefined;
  const said = new Promise<ReadyLine>((resolve) => (ready = resolve));
  const started = await startProcess(
    {
      name: options.name,
      command: process.execPath,
      args: ['--enable-source-maps', file],
      env: { ...machineEnvironment(), TZ: 'UTC', NODE_ENV: 'production', ...options.env },
      logFile: options.logFile,
      stopSeconds: options.stopSeconds,
      onLine: (line) => {
        const parsed = parseReady(line);
        if (parsed) ready(parsed);
      },
    },
    options.watchdog,
  );
  options.onSpawned?.(started);
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<'too late'>((resolve) => (timer = setTimeout(() => resolve('too late'), READY_SECONDS * 1000)));
  const outcome = await Promise.race([said, started.ended, tooLate]);
  clearTimeout(timer);
  if (typeof outcome === 'object' && 'ready' in outcome) return started;
  if (outcome === 'too late') await started.kill();
  const why = outcome === 'too late' ? `did not say that it serves within ${READY_SECONDS} seconds` : `ended while starting (${outcome.signal ?? `code ${outcome.code}`})`;
  throw new Advice(`${options.name} ${why}; its log ${options.logFile} ends:\n${lastWords(options.logFile)}`);
}
