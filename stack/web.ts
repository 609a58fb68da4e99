/** The web process: pages, and the doors at which bank and phone network call back. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { createPool } from '../db/pool.js';
import { createCustodyForms } from '../gateways/custody/forms.js';
import { createCustodyInbound } from '../gateways/custody/inbound.js';
import type { KeyRing } from '../gateways/custody/keys.js';
import { createPhoneInbound } from '../gateways/phone/inbound.js';
import { createApp, type WebApp } from '../web/app.js';
import type { WebSettings } from '../web/deps.js';
import { demonstrationLimits, productionLimits } from '../web/limits.js';
import { createClockControl } from './clock-client.js';
import { openVault } from './gateways.js';
import { connectClient } from './parts/temporal-connection.js';
import { serve } from './serve.js';
import type { Serving } from './serve.js';
import type { SettingsOf } from './settings.js';

/** How long a page waits for a workflow's word. */
const confirmWithinMs = 5_000;
/** How long requests under way may take after SIGTERM. */
const drainMs = 5_000;

async function startWeb(settings: SettingsOf<'web'>, log: Logger): Promise<Serving> {
  const pool = createPool(settings.DATABASE_URL, { name: 'web', max: 20 });
  const { client, connection } = await connectClient(settings, log);
  const bankKeys = JSON.parse(readFileSync(settings.CUSTODY_BANK_KEYS_FILE, 'utf8')) as KeyRing;
  const clock = (): number => Date.now();
  const web = createApp({
    pool, temporal: client, clock, log, vault: openVault(settings.DATA_KEYS_FILE), settings: webSettings(settings),
    custodyForms: createCustodyForms({
      url: settings.CUSTODY_PUBLIC_URL ?? settings.CUSTODY_URL, platformNo: settings.CUSTODY_PLATFORM_NO, keySerial: settings.CUSTODY_KEY_SERIAL,
      privateKeyPem: readFileSync(settings.CUSTODY_PRIVATE_KEY_FILE, 'utf8'), now: clock,
    }),
    custodyInbound: createCustodyInbound({ platformNo: settings.CUSTODY_PLATFORM_NO, bankKeys, now: clock }),
    phoneInbound: createPhoneInbound({ authToken: settings.TWILIO_AUTH_TOKEN, publicUrl: settings.PUBLIC_URL }),
    clockControl: createClockControl({ url: settings.CLOCK_URL, token: settings.CLOCK_TOKEN }),
  });
  const server = createServer(web.app);
  await listen(server, settings.WEB_PORT);
  await web.tellMissedBids();
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      await stop(server, web);
      await Promise.all([connection.close(), pool.end()]);
    },
  };
}

function webSettings(settings: SettingsOf<'web'>): WebSettings {
  return {
    platformName: settings.PLATFORM_NAME, publicUrl: settings.PUBLIC_URL, custodyOrigin: new URL(settings.CUSTODY_PUBLIC_URL ?? settings.CUSTODY_URL).origin,
    sessionSecret: settings.SESSION_SECRET, temporalUi: settings.TEMPORAL_UI_URL ? { url: settings.TEMPORAL_UI_URL.replace(/\/+$/, ''), namespace: settings.TEMPORAL_NAMESPACE } : null,
    profile: settings.PROFILE, zone: settings.ZONE, zoneOffsetMinutes: settings.ZONE_OFFSET_MINUTES, writeOffAfterDays: settings.WRITE_OFF_AFTER_DAYS,
    complaintsContact: settings.COMPLAINTS_CONTACT, confirmWithinMs,
    // A demonstration's population comes from one address.
    limits: settings.CLOCK_URL ? demonstrationLimits : productionLimits,
    proxies: settings.PROXIES,
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
}

async function stop(server: Server, web: WebApp): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => { server.close((error) => (error ? reject(error) : resolve())); });
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed.finally(() => clearTimeout(cut));
  await web.close();
}

await serve('web', startWeb);
