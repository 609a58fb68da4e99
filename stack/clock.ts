/** The clock process: the one owner of the business clock off production. */
import type { Logger } from 'pino';
import { createPool } from '../db/pool.js';
import { startClock } from './clock/server.js';
import { connectClient } from './parts/temporal-connection.js';
import { serve } from './serve.js';
import type { Serving } from './serve.js';
import type { SettingsOf } from './settings.js';

async function start(settings: SettingsOf<'clock'>, log: Logger): Promise<Serving> {
  const pool = createPool(settings.DATABASE_URL, { name: 'clock', max: 6 });
  const { client, connection } = await connectClient(settings, log);
  const clock = await startClock({
    pool, client, log, port: settings.CLOCK_PORT, token: settings.CLOCK_TOKEN, stepped: settings.CLOCK_STEPPED,
    first: {
      businessAt: settings.CLOCK_START ? Date.parse(settings.CLOCK_START) : Date.now(),
      mode: settings.CLOCK_STEPPED ? 'stepped' : 'running', pace: settings.CLOCK_SPEED,
    },
  });
  return {
    port: clock.port,
    close: async () => {
      await clock.close();
      await Promise.all([connection.close(), pool.end()]);
    },
  };
}

await serve('clock', start);
