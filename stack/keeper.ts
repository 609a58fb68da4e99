/** Keeps one process of the stack alive: starts it, starts it again when it dies, with growing pauses, and says so. */
import type { ProcessEnd, RunningProcess } from './parts/process.js';

export interface PartSpec {
  name: string;
  /** Starts it and waits until it serves. `spawned` is told of the process as soon as there is one. */
  start(spawned: (process: RunningProcess) => void): Promise<RunningProcess>;
}

export interface KeeperOptions {
  /** Whether a part that dies by itself is started again. */
  restart: boolean;
  say(line: string): void;
  /** Told when it is down, and when it serves again. */
  onDown(name: string): void;
  onUp(name: string): void;
  firstPauseMs?: number;
  longestPauseMs?: number;
}

export interface Keeper {
  name: string;
  pid(): number | undefined;
  start(): Promise<void>;
  /** SIGKILL; it stays down until `restart`. */
  kill(): Promise<void>;
  /** Ends it cleanly if it runs, and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A part that has run this long is healthy: the next pause is the shortest again. */
const HEALTHY_AFTER_MS = 60_000;

const how = ({ code, signal }: ProcessEnd): string => (signal ? `was ended by ${signal}` : `ended with code ${code}`);

export function createKeeper(spec: PartSpec, options: KeeperOptions): Keeper {
  const firstPauseMs = options.firstPauseMs ?? 500;
  let running: RunningProcess | undefined;
  let wanted = false;
  let pauseMs = firstPauseMs;
  let wakeUp: () => void = () => undefined;
  let recovering: Promise<void> = Promise.resolve();

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function launch(): Promise<void> {
    const launchedAt = performance.now();
    const process = await spec.start((spawned) => (running = spawned));
    running = process;
    void process.ended.then((end) => {
      if (!wanted || running !== process) return;
      if (performance.now() - launchedAt > HEALTHY_AFTER_MS) pauseMs = firstPauseMs;
      recovering = recover(end);
    });
  }

  async function recover(end: ProcessEnd): Promise<void> {
    options.onDown(spec.name);
    if (!options.restart) return options.say(`${spec.name} ${how(end)}`);
    options.say(`${spec.name} ${how(end)}; starting it again in ${pauseMs / 1000} s`);
    while (wanted) {
      await pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, options.longestPauseMs ?? 30_000);
      if (!wanted) return;
      try {
        await launch();
        options.say(`${spec.name} serves again`);
        return options.onUp(spec.name);
      } catch (error) {
        if (!wanted) return;
        // What did not come to serve must not be in the way of the next attempt.
        await running?.kill();
        options.say(`${error instanceof Error ? error.message : String(error)}\nTrying again in ${pauseMs / 1000} s`);
      }
    }
  }

  /** Ends the process in the given way and any attempt to start it. */
  async function end(way: 'stop' | 'kill'): Promise<void> {
    wanted = false;
    wakeUp();
    await running?.[way]();
    await recovering;
    // An attempt under way when we asked may have brought up another process.
    await running?.[way]();
    running = undefined;
  }

  async function start(): Promise<void> {
    wanted = true;
    try {
      await launch();
    } catch (error) {
      wanted = false;
      await running?.kill();
      running = undefined;
      throw error;
    }
  }

  return {
    name: spec.name,
    pid: () => (running && !running.hasEnded() ? running.pid : undefined),
    start,
    kill: async () => {
      await end('kill');
      options.onDown(spec.name);
    },
    restart: async () => {
      await end('stop');
      await start();
      options.onUp(spec.name);
    },
    stop: () => end('stop'),
  };
}
