import express from 'express';
import { createClockReader } from '../frame/clock.js';
import type { ClockReader } from '../frame/clock.js';
import { openDatabase } from '../frame/database.js';
import { servePageAssets } from '../frame/page.js';
import { answerTrouble, listen } from '../frame/server.js';
import { createCounter } from './counter.js';
import { createDesk } from './desk.js';
import { schema } from './schema.js';

export interface BureausOptions {
  databaseUrl: string;
  /** 0 = any free port. */
  port: number;
  /** Shared with whoever asks; signs both ways. */
  secret: string;
  /** Opens the control API. */
  token: string;
  /** How late answers come in the mode `slow`; 30 seconds when not given. */
  slowMs?: number;
  clock?: ClockReader;
  wallNow?: () => number;
  onTrouble?: (why: unknown) => void;
}

/** Identity register, carrier, credit bureau, courts and the trade's data bureau, behind one address. */
export interface BureausServer { port: number; url: string; close(): Promise<void> }

export async function createBureausServer(options: BureausOptions): Promise<BureausServer> {
  const wallNow = options.wallNow ?? Date.now;
  const clock = options.clock ?? createClockReader({ wallNow });
  const database = await openDatabase(options.databaseUrl, schema);
  const app = express();
  app.disable('x-powered-by');
  servePageAssets(app);
  app.use(createDesk({ database, token: options.token }));
  app.use(createCounter({ database, secret: options.secret, wallNow, businessNow: () => clock.now(), slowMs: options.slowMs ?? 30_000 }));
  app.use(answerTrouble(options.onTrouble ?? (() => undefined)));
  const listening = await listen(app, options.port);
  return {
    port: listening.port,
    url: listening.url,
    async close() {
      await listening.close();
      await database.end();
    },
  };
}
