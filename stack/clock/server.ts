import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { ClockOrder } from '../../db/clock.js';
import type { Pool } from '../../db/pool.js';
import { createGovernor } from './governor.js';
import type { Governor } from './governor.js';
import { createMessenger } from './messenger.js';
import type { MessengerOptions } from './messenger.js';
import { createClockApp } from './wire.js';

export interface ClockOptions {
  pool: Pool;
  client: Pick<Client, 'workflow'>;
  log: Logger;
  /** 0 = any. */
  port: number;
  token: string | undefined;
  first: { businessAt: number } & ClockOrder;
  stepped: boolean;
  /** Wall clock, ms. */
  wallNow?: () => number;
  patienceMs?: number;
  telling?: Pick<MessengerOptions, 'pokeGraceMs' | 'repeatMs' | 'busyMs' | 'atOnce'>;
}

export interface Clock {
  port: number;
  governor: Governor;
  close(): Promise<void>;
}

const lookEveryMs = 100;
/** While the record cannot be read the clock stands where it stood; it looks again after so long. */
const troubleMs = 1_000;

/** Starts the owner of the business clock: it looks ten times a second, and listens on `port`. */
export async function startClock(options: ClockOptions): Promise<Clock> {
  const { pool, client, log, wallNow = Date.now } = options;
  const messenger = createMessenger({ client, pool, log, wallNow, ...options.telling });
  const governor = await createGovernor({ pool, messenger, log, wallNow, first: options.first, stepped: options.stepped, patienceMs: options.patienceMs });
  const server = createServer(createClockApp(governor, { token: options.token, log, wallNow }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, resolve);
  });
  const loop = lookAgainAndAgain(governor, log);
  return {
    port: (server.address() as AddressInfo).port,
    governor,
    close: async () => {
      // A step that is under way ends when its caller is gone.
      server.close();
      server.closeAllConnections();
      await loop.stop();
      await governor.close();
    },
  };
}

function lookAgainAndAgain(governor: Governor, log: Logger): { stop(): Promise<void> } {
  let stopped = false;
  let wake: () => void = () => undefined;
  const pause = (ms: number): Promise<void> => new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake = () => { clearTimeout(timer); resolve(); };
  });
  const run = async (): Promise<void> => {
    while (!stopped) {
      const seen = await governor.look().then(() => true, (error: unknown) => {
        log.warn({ err: error }, 'the business clock could not look');
        return false;
      });
      if (!stopped) await pause(seen ? lookEveryMs : troubleMs);
    }
  };
  const running = run();
  return { stop: () => { stopped = true; wake(); return running; } };
}
