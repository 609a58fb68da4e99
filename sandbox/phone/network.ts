import express from 'express';
import { createClockReader } from '../frame/clock.js';
import type { ClockReader } from '../frame/clock.js';
import { openDatabase } from '../frame/database.js';
import { servePageAssets } from '../frame/page.js';
import { answerTrouble, listen } from '../frame/server.js';
import { createCallbacks } from './callbacks.js';
import { createCourier } from './courier.js';
import type { Patience } from './course.js';
import { createDesk } from './desk.js';
import { createExchange } from './exchange.js';
import { acceptMessage } from './messages.js';
import { createRest } from './rest.js';
import { schema } from './schema.js';

export interface PhoneNetworkOptions {
  databaseUrl: string;
  /** 0 = any free port. */
  port: number;
  accountSid: string;
  authToken: string;
  /** Opens the control API. */
  token: string;
  /** How long a phone rings at which nobody is; 1.5 when not given. */
  ringSeconds?: number;
  /** How long a person may think before pressing a key; 60 when not given. */
  personKeySeconds?: number;
  /** Pauses before each further attempt of a status callback, wall milliseconds. */
  callbackPausesMs?: number[];
  /** Pauses before the voice address is asked again, wall milliseconds. */
  voicePausesMs?: number[];
  clock?: ClockReader;
  wallNow?: () => number;
  onTrouble?: (why: unknown) => void;
}

/** The telephone network: numbers, SMS, calls. */
export interface PhoneNetwork { port: number; url: string; close(): Promise<void> }

export async function createPhoneNetwork(options: PhoneNetworkOptions): Promise<PhoneNetwork> {
  const wallNow = options.wallNow ?? Date.now;
  const clock = options.clock ?? createClockReader({ wallNow });
  const onTrouble = options.onTrouble ?? (() => undefined);
  const patience: Patience = {
    ringSeconds: options.ringSeconds ?? 1.5, personKeySeconds: options.personKeySeconds ?? 60, presentSeconds: 15,
  };
  const database = await openDatabase(options.databaseUrl, schema);
  const { accountSid, authToken } = options;
  const courier = createCourier({ database, authToken, wallNow });
  const callbacks = createCallbacks({ database, courier, wallNow, onTrouble, pausesMs: options.callbackPausesMs });
  const exchange = createExchange({ database, callbacks, courier, clock, accountSid, patience, wallNow, onTrouble, voicePausesMs: options.voicePausesMs });

  const app = express();
  app.disable('x-powered-by');
  servePageAssets(app);
  app.use(createRest({ database, exchange, callbacks, accountSid, authToken, wallNow, businessNow: () => clock.now(), onTrouble }));
  const accept = (message: Parameters<typeof acceptMessage>[1]): ReturnType<typeof acceptMessage> => acceptMessage({ database, callbacks, accountSid, wallNow, businessNow: () => clock.now() }, message);
  app.use(createDesk({ database, exchange, token: options.token, wallNow, accept }));
  app.use(answerTrouble(onTrouble));
  const listening = await listen(app, options.port);
  await exchange.resume();

  return {
    port: listening.port,
    url: listening.url,
    async close() {
      await listening.close();
      const idle = exchange.stop();
      courier.stop();
      await idle;
      await callbacks.stop();
      await database.end();
    },
  };
}
