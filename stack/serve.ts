/** The frame of the platform's processes: settings from the environment, a ready line, an end on SIGTERM. */
import pino from 'pino';
import type { Logger } from 'pino';
import { readSettings, WrongSettings } from './settings.js';
import type { ProcessName, SettingsOf } from './settings.js';

/** What a process started. */
export interface Serving {
  /** Where it listens; absent when it listens nowhere. */
  port?: number;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** How long an end may take after SIGTERM. */
  endMs?: number;
}

/**
 * Runs one process: checks its settings, starts it, prints `{"ready":true,"name":…,"port":…}` on standard output, and ends
 * cleanly on SIGTERM or SIGINT. Logs are JSON lines on standard error.
 */
export async function serve<P extends ProcessName>(name: P, start: (settings: SettingsOf<P>, log: Logger) => Promise<Serving>, options: ServeOptions = {}): Promise<void> {
  const log = pino({ name, level: process.env.LOG_LEVEL ?? 'info' }, pino.destination({ dest: 2, sync: true }));
  const serving = await begin(name, start, log);
  let ending = false;
  const end = (signal: string): void => {
    if (ending) return;
    ending = true;
    log.info(`${name} ends after ${signal}`);
    setTimeout(() => process.exit(1), options.endMs ?? 10_000).unref();
    serving.close().then(() => process.exit(0), (error: unknown) => {
      log.error({ err: error }, `${name} did not end cleanly`);
      process.exit(1);
    });
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  process.stdout.write(`${JSON.stringify({ ready: true, name, ...(serving.port === undefined ? {} : { port: serving.port }) })}\n`);
}

async function begin<P extends ProcessName>(name: P, start: (settings: SettingsOf<P>, log: Logger) => Promise<Serving>, log: Logger): Promise<Serving> {
  try {
    return await start(readSettings(process.env, name), log);
  } catch (error) {
    if (error instanceof WrongSettings) log.error(error.message);
    else log.error({ err: error }, `${name} could not start`);
    process.exit(error instanceof WrongSettings ? 2 : 1);
  }
}
