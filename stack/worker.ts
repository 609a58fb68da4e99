/** The worker process: runs workflows and activities on the queues loans, bank, risk and messages. */
import type { Logger } from 'pino';
import { createCrew } from '../activities/index.js';
import { createPool } from '../db/pool.js';
import { keepBusinessDay } from './business-day.js';
import { createGateways, openVault } from './gateways.js';
import { registerSearchAttributes } from './parts/temporal.js';
import { connectClient, connectWorkers } from './parts/temporal-connection.js';
import { serve } from './serve.js';
import type { Serving } from './serve.js';
import type { SettingsOf } from './settings.js';
import { hearTemporal, startWorkers } from './workers.js';

/** A silent bureau is asked again after so long. */
const bureauPauseMs = 1_000;

async function startWorker(settings: SettingsOf<'worker'>, log: Logger): Promise<Serving> {
  hearTemporal(log);
  const pool = createPool(settings.DATABASE_URL, { name: 'worker', max: 24 });
  const { client, connection: calls } = await connectClient(settings, log);
  const polls = await connectWorkers(settings, log);
  await registerSearchAttributes(calls, settings.TEMPORAL_NAMESPACE);
  const gateways = createGateways(settings);
  const crew = createCrew({
    pool, ...gateways, temporal: client, vault: openVault(settings.DATA_KEYS_FILE), log,
    settings: {
      platformName: settings.PLATFORM_NAME, publicUrl: settings.PUBLIC_URL, complaintsContact: settings.COMPLAINTS_CONTACT,
      zoneOffsetMinutes: settings.ZONE_OFFSET_MINUTES, bureauPauseMs,
    },
  });
  const workers = await startWorkers({ connection: polls, namespace: settings.TEMPORAL_NAMESPACE, crew, log });
  const day = keepBusinessDay({ client, pool, log, zoneOffsetMinutes: settings.ZONE_OFFSET_MINUTES });
  return {
    close: async () => {
      day.stop();
      await workers.stop();
      gateways.mail.close();
      await Promise.all([polls.close(), calls.close(), pool.end()]);
    },
  };
}

await serve('worker', startWorker, { endMs: 11_500 });
