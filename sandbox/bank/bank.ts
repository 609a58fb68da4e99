/** The custody bank put together: a stranger to the platform, met only on the wire (docs/custody-protocol.md). */
import express from 'express';
import type { ErrorRequestHandler } from 'express';
import type pg from 'pg';
import type { Logger } from 'pino';
import { createClockReader } from '../frame/clock.js';
import { inTransaction, openDatabase } from '../frame/database.js';
import { sendPage, servePageAssets } from '../frame/page.js';
import { listen } from '../frame/server.js';
import { createBadDay } from './badday.js';
import { startLoop } from './background.js';
import type { Loop } from './background.js';
import { executeBatch } from './batches.js';
import { createDownload } from './download.js';
import { errors } from './errors.js';
import { createGateway } from './gateway.js';
import { createHostileDesk } from './hostiledesk.js';
import { putSeed, readSeed } from './hostility.js';
import { deliverDue } from './notifications.js';
import { createOutside } from './outside.js';
import { OverviewPage, readOverview } from './overview.js';
import { advancePayouts, hasOpenPayouts } from './payouts.js';
import { personalVerbs } from './personal.js';
import { bringBack } from './returns.js';
import { schema } from './schema.js';
import { createService } from './service.js';
import type { Behaviour } from './service.js';
import { sendTexts } from './texts.js';
import type { PhoneNetworkDoor } from './texts.js';
import { createVerbs } from './verbs.js';
import { createVisits } from './visits.js';
import type { Visits } from './visits.js';
import { createWire } from './wire.js';
import type { BankKeys, Wire } from './wire.js';

export interface BankSettings {
  /** 0 = any free port. */
  port: number;
  databaseUrl: string;
  keys: BankKeys;
  /** Where NOTIFY is posted, e.g. `http://127.0.0.1:3000/bank/notify`. */
  notifyUrl: string;
  /** Opens the outside world's handles (cards). */
  sandboxToken: string;
  /** The phone network that takes the bank's texts; without it they are only kept. */
  phone?: PhoneNetworkDoor | null;
  clockUrl?: string | undefined;
  clockToken?: string | undefined;
  log: Logger;
  /** Wall clock in milliseconds; default Date.now. */
  now?: () => number;
  /** Pauses before a notification is repeated; the last one goes on for ever. */
  notifyPausesMs?: number[];
  /** The most one borrower may owe and be raising, in fen; null or missing = no cap. */
  borrowerCapFen?: number | null;
  /** Of the chances on a hostile day; default: the one on record, or a random one. */
  seed?: number | undefined;
  /** What the bank does to calls besides its hostile modes (tests); none by default. */
  behaviours?: Behaviour[];
}

export interface Bank { port: number; url: string; close(): Promise<void> }

const defaultPausesMs = [500, 1_000, 2_000, 5_000, 15_000, 60_000, 300_000, 600_000];
const clockTries = 30;
const clockPatienceMs = 1_000;
const notifyTimeoutMs = 10_000;
const watchClockMs = 300;
const watchVisitsMs = 5_000;
/** A thousand details of some 300 characters each, form-encoded, with room. */
const serviceLimit = '2mb';

export async function createBank(settings: BankSettings): Promise<Bank> {
  const { log } = settings;
  const now = settings.now ?? Date.now;
  if (settings.clockUrl) await clockAnswers(settings.clockUrl);
  const pool = await openDatabase(settings.databaseUrl, schema, { connections: 12 });
  if (settings.seed !== undefined) await putSeed(pool, settings.seed);
  log.info({ seed: await readSeed(pool) }, 'the seed of a hostile day; BANK_SEED sets it');
  const wire = createWire(settings.keys, now);
  const clock = createClockReader({ url: settings.clockUrl, token: settings.clockToken, wallNow: now, onTrouble: (why) => log.warn(why) });
  const loops: Partial<Loops> = {};
  const wake = (): void => { loops.deliveries?.wake(); loops.batches?.wake(); loops.texts?.wake(); };
  const catchUp = async (): Promise<void> => {
    if (!(await hasOpenPayouts(pool))) return;
    const nowMs = await clock.now();
    if ((await advancePayouts(pool, nowMs)) + (await bringBack(pool, nowMs)) > 0) wake();
  };
  const visits = createVisits({ pool, clock: () => clock.now(), now, wake });
  const verbs = createVerbs({ pool, clock: () => clock.now(), borrowerCapFen: settings.borrowerCapFen ?? null, catchUp });
  const badDay = createBadDay({
    pool, clock: () => clock.now(), wake, isOrder: (serviceName) => Object.hasOwn(verbs, serviceName) && verbs[serviceName]?.kind === 'order',
    arrive: (call) => { service.arrive(call).catch((error: unknown) => { log.error({ err: error }, 'a late order was lost on the way'); }); },
  });
  const service = createService({ pool, wire, log, verbs, behaviours: [...(settings.behaviours ?? []), badDay], wake });

  const app = express();
  app.disable('x-powered-by');
  servePageAssets(app);
  app.post('/service', express.urlencoded({ extended: false, limit: serviceLimit, parameterLimit: 20 }), async (request, response) => {
    const { status, body, lost } = await service.handle(request.body);
    if (lost) request.socket.destroy();
    else response.status(status).json(body);
  });
  const download = createDownload({ pool, wire, log, platformNo: settings.keys.platformNo, clock: () => clock.now(), catchUp });
  app.post('/download', express.urlencoded({ extended: false, limit: '100kb', parameterLimit: 20 }), (request, response) => download(request.body, response));
  app.use(createGateway({ pool, visits, wire, clock }));
  app.use(createHostileDesk({ pool, token: settings.sandboxToken, services: [...new Set([...Object.keys(verbs), ...Object.keys(personalVerbs), 'DOWNLOAD_CHECKFILE', 'BACKROLL_RECHARGE'])].sort() }));
  app.use(createOutside(pool, () => clock.now(), settings.sandboxToken));
  app.get('/', async (_request, response) => {
    sendPage(response, OverviewPage({ overview: await readOverview(pool), businessNow: await clock.now() }));
  });
  app.use(['/service', '/download'], unreadable(wire));
  app.use(inTrouble(log));

  const listening = await listen(app, settings.port);
  Object.assign(loops, startLoops(pool, settings, wire, catchUp, visits));
  return {
    port: listening.port, url: listening.url,
    async close() {
      await listening.close();
      await Promise.all(Object.values(loops).map((loop) => loop.stop()));
      await pool.end();
    },
  };
}

/**
 * A bank that began without its clock would take wall time for business time, live cards years ahead and pay out early:
 * it does not begin. (Later silence is harmless: the last business time seen stands.)
 */
async function clockAnswers(clockUrl: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const answers = await fetch(`${clockUrl}/clock`, { signal: AbortSignal.timeout(clockPatienceMs) }).then((response) => response.ok, () => false);
    if (answers) return;
    if (tries === clockTries) throw new Error(`the clock at ${clockUrl} does not answer`);
    await new Promise((resolve) => { setTimeout(resolve, clockPatienceMs); });
  }
}

type Loops = Record<'deliveries' | 'batches' | 'payouts' | 'visits' | 'texts', Loop>;

/** What goes on without anybody asking: it all begins again from the tables after a restart. */
function startLoops(pool: pg.Pool, settings: BankSettings, wire: ReturnType<typeof createWire>, catchUp: () => Promise<void>, visits: Visits): Loops {
  const { log, notifyUrl, notifyPausesMs: pausesMs = defaultPausesMs } = settings;
  const deliveries = startLoop('notifications', log, () => deliverDue({ pool, wire, log, notifyUrl, pausesMs, timeoutMs: notifyTimeoutMs }));
  return {
    deliveries,
    batches: startLoop('batches', log, async () => {
      const { rows } = await pool.query<{ request_no: string }>("SELECT request_no FROM request WHERE status = 'ACCEPT' AND service_name = 'ASYNC_TRANSACTION' ORDER BY id LIMIT 20");
      const troubles = await executeAll(pool, rows.map((row) => row.request_no), log);
      if (rows.length > 0) deliveries.wake();
      if (troubles > 0) return 1_000;
      return rows.length > 0 ? 0 : Infinity;
    }),
    payouts: startLoop('payouts', log, async () => {
      await catchUp();
      return watchClockMs;
    }),
    texts: startLoop('texts', log, () => sendTexts({ pool, log, phone: settings.phone ?? null })),
    visits: startLoop('visits', log, async () => {
      await visits.expire();
      return watchVisitsMs;
    }),
  };
}

/** One batch in trouble does not keep the others waiting. @returns how many are in trouble */
async function executeAll(pool: pg.Pool, batchNos: string[], log: Logger): Promise<number> {
  let troubles = 0;
  for (const batchNo of batchNos) {
    await inTransaction(pool, (tx) => executeBatch(tx, batchNo)).catch((error: unknown) => {
      troubles += 1;
      log.error({ err: error, batchNo }, 'a batch could not be executed; it is tried again');
    });
  }
  return troubles;
}

/** What is not even a form, or is too large, is told so in a signed answer, too. */
function unreadable(wire: Wire): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    const status = typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number' ? error.status : 500;
    if (status >= 500 || response.headersSent) return next(error);
    response.status(status).json(wire.seal('', 'ANSWER', { code: '1', errorCode: errors.json.errorCode, errorMessage: 'the body is no form, or too large' }));
  };
}

/** Unreadable forms get a plain 400 (too large: 413), everything else a 500; neither says anything about money. */
function inTrouble(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number' ? error.status : 500;
    if (status >= 500) log.error({ err: error }, 'a request failed');
    response.status(status).json({ error: status >= 500 ? 'system' : 'unreadable', message: status >= 500 ? 'The bank has a problem; ask again.' : 'The request cannot be read.' });
  };
}
