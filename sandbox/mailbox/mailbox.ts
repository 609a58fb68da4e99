import express from 'express';
import { createClockReader } from '../frame/clock.js';
import type { ClockReader } from '../frame/clock.js';
import { openDatabase } from '../frame/database.js';
import { servePageAssets } from '../frame/page.js';
import { answerTrouble, listen } from '../frame/server.js';
import { createDesk } from './desk.js';
import { schema } from './schema.js';
import { listenSmtp } from './smtp.js';

export interface MailboxOptions {
  databaseUrl: string;
  /** Of the pages; 0 = any free port. */
  port: number;
  /** 0 = any free port. */
  smtpPort: number;
  /** Opens the control API. */
  token: string;
  clock?: ClockReader;
  onTrouble?: (why: unknown) => void;
}

/** Everybody's mail server: takes mail by SMTP and shows it. */
export interface Mailbox { port: number; smtpPort: number; url: string; smtpUrl: string; close(): Promise<void> }

export async function createMailbox(options: MailboxOptions): Promise<Mailbox> {
  const clock = options.clock ?? createClockReader({});
  const onTrouble = options.onTrouble ?? (() => undefined);
  const database = await openDatabase(options.databaseUrl, schema);
  const smtp = await listenSmtp({ database, businessNow: () => clock.now(), onTrouble }, options.smtpPort);
  const app = express();
  app.disable('x-powered-by');
  servePageAssets(app);
  app.use(createDesk({ database, token: options.token }));
  app.use(answerTrouble(onTrouble));
  const listening = await listen(app, options.port);
  return {
    port: listening.port, url: listening.url, smtpPort: smtp.port, smtpUrl: `smtp://127.0.0.1:${smtp.port}`,
    async close() {
      await smtp.close();
      await listening.close();
      await database.end();
    },
  };
}
