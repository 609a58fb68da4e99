import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { Advice } from '../advice.mjs';
import { findTemporalCli } from '../temporal-cli.mjs';
import { lastWords } from './log.js';
import { startProcess } from './process.js';
import type { RunningProcess } from './process.js';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';
import { waitFor } from './waiting.js';
import type { Watchdog } from './watchdog.js';

export interface TemporalOptions {
  port: number;
  /** Absent: no web UI. */
  uiPort?: number;
  /** SQLite file that survives restarts; absent: everything is in memory and lost with the process. */
  databaseFile?: string;
  logFile: string;
  watchdog: Watchdog;
  /** Path of the CLI; found (or built) when absent. */
  executable?: string;
  /** Called with the process before it serves, so that it can be ended meanwhile. */
  onSpawned?: (process: RunningProcess) => void;
}

export interface RunningTemporal extends RunningProcess {
  /** `host:port` for clients and workers. */
  address: string;
}

/**
 * A server for one machine. By default a shard looks for new tasks at most twenty times a second, so that every step of a
 * workflow that is alone waits 50 ms, and a queue has four partitions between which pollers and tasks miss each other.
 * Measured for an activity after another on an idle server: 101 ms as it comes, 13 ms so.
 */
const paceOfOneMachine = [
  'history.transferProcessorMaxPollRPS=1000', 'history.timerProcessorMaxPollRPS=1000', 'history.visibilityProcessorMaxPollRPS=1000',
  'matching.numTaskqueueReadPartitions=1', 'matching.numTaskqueueWritePartitions=1',
].flatMap((value) => ['--dynamic-config-value', value]);

function flags(options: TemporalOptions): string[] {
  const database = options.databaseFile
    ? ['--db-filename', options.databaseFile, '--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL']
    : [];
  const ui = options.uiPort === undefined ? ['--headless'] : ['--ui-port', String(options.uiPort)];
  return ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(options.port), '--log-level', 'error', ...paceOfOneMachine, ...ui, ...database];
}

/** Whether the server serves its default namespace (it does so some seconds after its port opens). */
async function serves(address: string): Promise<true> {
  const connection = await Connection.connect({ address, connectTimeout: 2000 });
  try {
    await connection.withDeadline(Date.now() + 2000, () => connection.workflowService.describeNamespace({ namespace: 'default' }));
    return true;
  } finally {
    await connection.close();
  }
}

const TYPES = proto.temporal.api.enums.v1.IndexedValueType;
const TYPE_NUMBERS = { Keyword: TYPES.INDEXED_VALUE_TYPE_KEYWORD, Datetime: TYPES.INDEXED_VALUE_TYPE_DATETIME, Int: TYPES.INDEXED_VALUE_TYPE_INT };
/** gRPC status codes. */
const ALREADY_EXISTS = 6;
const UNIMPLEMENTED = 12;

const hasCode = (error: unknown, code: number): boolean => (error as { code?: number }).code === code;

/** The names a namespace has; the time-skipping test server can add but not list, and begins without any. */
async function knownSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return Object.keys(customAttributes);
  } catch (error) {
    if (hasCode(error, UNIMPLEMENTED)) return [];
    throw error;
  }
}

/** Registers the platform's search attributes with a namespace; those it has already stay as they are. */
export async function registerSearchAttributes(connection: Connection, namespace = 'default'): Promise<void> {
  const known = await knownSearchAttributes(connection, namespace);
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !known.includes(name));
  if (!missing.length) return;
  const searchAttributes = Object.fromEntries(missing.map(([name, type]) => [name, TYPE_NUMBERS[type]]));
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    if (!hasCode(error, ALREADY_EXISTS)) throw error;
  }
}

/** Starts a real Temporal server on this machine with the platform's search attributes and waits until it serves. */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const executable = options.executable ?? (await findTemporalCli()).path;
  if (options.databaseFile) mkdirSync(dirname(options.databaseFile), { recursive: true });
  const started = await startProcess({ name: 'Temporal', command: executable, args: flags(options), env: process.env, logFile: options.logFile }, options.watchdog);
  options.onSpawned?.(started);
  const address = `127.0.0.1:${options.port}`;
  await waitFor(`Temporal serving on ${address}`, 90, async () => started.hasEnded() || serves(address));
  if (started.hasEnded()) throw new Advice(`Temporal ended while starting; its log ${options.logFile} ends:\n${lastWords(options.logFile)}`);
  const connection = await Connection.connect({ address });
  try {
    await registerSearchAttributes(connection);
  } finally {
    await connection.close();
  }
  return { ...started, address };
}
