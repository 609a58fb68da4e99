import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Ends what this process started, should this process end without doing so itself (see `stack/watchdog.mjs`). */
export interface Watchdog {
  /** From now on `pid` gets `signal` when this process is gone. */
  watch(pid: number, signal: NodeJS.Signals): void;
  /** `pid` has ended; its number may be given to a stranger. */
  forget(pid: number): void;
  /** The folder is removed when this process is gone. */
  removeFolder(folder: string): void;
  /** Ends everything still watched, as if this process were gone, and waits for it. */
  release(): Promise<void>;
}

/** Starts a watchdog: one small process in a session of its own, so that a terminal's Ctrl-C does not reach it. */
export function startWatchdog(): Watchdog {
  const script = fileURLToPath(new URL('../watchdog.mjs', import.meta.url));
  const child = spawn(process.execPath, [script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  // Should the watchdog itself be killed, writing to it must not bring the starter down.
  child.stdin.on('error', () => undefined);
  child.unref();
  const say = (order: object): void => void child.stdin.write(`${JSON.stringify(order)}\n`);
  return {
    watch: (pid, signal) => say({ watch: pid, signal }),
    forget: (pid) => say({ forget: pid }),
    removeFolder: (folder) => say({ remove: folder }),
    release: async () => {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}
