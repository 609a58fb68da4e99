import pino from 'pino';
import type { Logger } from 'pino';
import type { z } from 'zod';

/** Anything a process starts: it has a port to announce and ends when asked. */
export interface Running { port: number; close(): Promise<void> }

/** How long a process may take to end after SIGTERM. */
const endMs = 10_000;

/**
 * Runs one part of the sandbox as a process: checks its settings, starts it, prints the ready line on stdout
 * (`{"ready":true,"name":"phone","port":1234,…}`), and ends cleanly on SIGTERM or SIGINT. Logs go to stderr.
 */
export async function runProcess<S extends z.ZodType, R extends Running>(
  name: string,
  settings: S,
  start: (settings: z.output<S>, log: Logger) => Promise<R>,
  announce: (running: R) => object = () => ({}),
): Promise<void> {
  const log = pino({ name: `sandbox-${name}` }, pino.destination({ dest: 2, sync: true }));
  // An empty value counts as none, as in the platform's own settings.
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  const read = settings.safeParse(given);
  if (!read.success) {
    for (const issue of read.error.issues) log.error(`setting ${issue.path.join('.')}: ${issue.message}`);
    process.exit(2);
  }
  const running = await start(read.data, log).catch((error: unknown) => {
    log.error({ err: error }, `${name} could not start`);
    process.exit(1);
  });
  let ending = false;
  const end = (signal: string): void => {
    if (ending) return;
    ending = true;
    log.info(`${name} ends after ${signal}`);
    setTimeout(() => process.exit(1), endMs).unref();
    running.close().then(() => process.exit(0), (error: unknown) => {
      log.error({ err: error }, `${name} did not end cleanly`);
      process.exit(1);
    });
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  process.stdout.write(`${JSON.stringify({ ready: true, name, port: running.port, ...announce(running) })}\n`);
}
