import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Watchdog } from './watchdog.js';

/** How one process of the stack is started and ended. */
export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** Runs as this user (only when started by root). */
  user?: { uid: number; gid: number };
  /** Standard error, and standard output unless `onLine` is given, are appended here. */
  logFile: string;
  /** Called for each line of standard output. */
  onLine?: (line: string) => void;
  /** The signal that asks it to end cleanly. Default SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** Seconds it may take for that before SIGKILL. Default 15. */
  stopSeconds?: number;
}

export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface RunningProcess {
  name: string;
  pid: number;
  /** Resolves when the process has ended, however it ended. */
  ended: Promise<ProcessEnd>;
  hasEnded(): boolean;
  /** Asks it to end, waits, and kills it when it takes too long. */
  stop(): Promise<ProcessEnd>;
  /** SIGKILL to its whole process group: what a power cut does. */
  kill(): Promise<ProcessEnd>;
}

const KEEP_LOG_BYTES = 20_000_000;

/** Opens a log file for appending; one that has grown large is put aside first (one generation is kept). */
function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > KEEP_LOG_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a');
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // ESRCH: it ended by itself between two looks. Anything else is a defect.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Starts a process in a session of its own (a terminal's Ctrl-C reaches only the supervisor, which ends its parts in
 * order) and lets the watchdog end it should the supervisor vanish.
 */
export async function startProcess(spec: ProcessSpec, watchdog: Watchdog): Promise<RunningProcess> {
  const log = openLog(spec.logFile);
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: spec.env,
    uid: spec.user?.uid,
    gid: spec.user?.gid,
    detached: true,
    stdio: ['ignore', spec.onLine ? 'pipe' : log, log],
  });
  closeSync(log);
  const ended = new Promise<ProcessEnd>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Error(`${spec.name} could not be started: ${error.message}`)));
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${spec.name} was started but has no process id`);
  watchdog.watch(pid, spec.stopSignal ?? 'SIGTERM');
  void ended.then(() => watchdog.forget(pid));
  if (child.stdout && spec.onLine) createInterface({ input: child.stdout }).on('line', spec.onLine);

  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const kill = async (): Promise<ProcessEnd> => {
    if (!hasEnded()) signalQuietly(-pid, 'SIGKILL');
    return ended;
  };
  const stop = async (): Promise<ProcessEnd> => {
    if (!hasEnded()) signalQuietly(pid, spec.stopSignal ?? 'SIGTERM');
    const timer = setTimeout(() => void kill(), (spec.stopSeconds ?? 15) * 1000);
    const end = await ended;
    clearTimeout(timer);
    return end;
  };
  return { name: spec.name, pid, ended, hasEnded, stop, kill };
}
