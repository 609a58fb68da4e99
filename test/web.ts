/** The platform's pages over a real PostgreSQL, with a Temporal that is scripted: it keeps what it was told and answers what a test says. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Client } from '@temporalio/client';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { pino } from 'pino';
import supertest from 'supertest';
import twilio from 'twilio';
import { addPerson, type Role } from '../db/people.js';
import { createPool, type Pool } from '../db/pool.js';
import { createVault, type Vault } from '../db/vault.js';
import { createCustodyForms } from '../gateways/custody/forms.js';
import { createCustodyInbound } from '../gateways/custody/inbound.js';
import { createPhoneInbound } from '../gateways/phone/inbound.js';
import { Visitor } from '../stack/visitor.js';
import { hashPassword } from '../web/account/passwords.js';
import { createApp, type WebApp } from '../web/app.js';
import { productionLimits, type LimitPolicy } from '../web/limits.js';
import type { ClockControl, WebSettings } from '../web/deps.js';
import { createTestDatabase } from './database.js';

export interface ToldToTemporal { what: 'start' | 'update' | 'signal'; workflowId: string; name: string; args: unknown[]; updateId?: string }

/** A Temporal that answers by a function; it answers nothing by default. */
export class ScriptedTemporal {
  readonly told: ToldToTemporal[] = [];
  /** What the next calls answer: a value, a {@link refuse}d code, or a promise that never ends. */
  answer: (told: ToldToTemporal) => unknown = () => ({ loanState: 'applied' });

  get client(): Client {
    const hear = async (told: ToldToTemporal) => {
      this.told.push(told);
      return this.answer(told);
    };
    return {
      workflow: {
        start: (name: string, options: { workflowId: string; args: unknown[] }) => hear({ what: 'start', workflowId: options.workflowId, name, args: options.args }),
        getHandle: (workflowId: string) => ({
          executeUpdate: (definition: { name: string }, options: { args: unknown[]; updateId: string }) => hear({ what: 'update', workflowId, name: definition.name, args: options.args, updateId: options.updateId }),
          signal: (definition: { name: string }, ...args: unknown[]) => hear({ what: 'signal', workflowId, name: definition.name, args }),
        }),
      },
    } as unknown as Client;
  }

  of(name: string): ToldToTemporal[] {
    return this.told.filter((told) => told.name === name);
  }
}

/** What a workflow throws that refuses an Update. */
export function refuse(code: string): never {
  throw new WorkflowUpdateFailedError('Workflow Update failed', ApplicationFailure.create({ type: code, nonRetryable: true }));
}

export interface TestWeb {
  url: string;
  pool: Pool;
  vault: Vault;
  temporal: ScriptedTemporal;
  web: WebApp;
  server: Server;
  /** Everything that was logged. */
  logged(): string;
  /** Wall clock of the pages; business time is the same while there are no segments. */
  now: { ms: number };
  /** A browser. */
  visitor(): Visitor;
  /** The person's browser, logged in. */
  loggedIn(personId: string): Promise<Visitor>;
  /** Adds a person with {@link password}; their e-mail address is `<id>@example.com` in small letters only by chance: read it from the record. */
  person(...roles: Role[]): Promise<{ id: string; email: string; phone: string }>;
  /** Requests without a browser's manners. */
  raw: ReturnType<typeof supertest>;
  /** The bank's notification or callback of an act, signed by the bank's key. */
  bankMessage(serviceName: string, data: Record<string, unknown>, options?: { responseType?: 'NOTIFY' | 'CALLBACK'; sign?: boolean }): Record<string, string>;
  /** The signature the phone network puts on a message. */
  phoneSignature(path: string, params: Record<string, string>): string;
  close(): Promise<void>;
}

export const password = 'a long enough passphrase';
const phoneToken = 'phone-network-token';
const key = () => randomBytes(32).toString('base64');

function keyPair(): { privatePem: string; publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

/** The platform's half of the keys exchanged with a bank, as `startBank` gives it. */
export interface BankSide { url: string; platformNo: string; keySerial: string; privateKeyPem: string; bankKeys: Record<string, string> }

export interface TestWebOptions {
  limits?: LimitPolicy;
  settings?: Partial<WebSettings>;
  clockControl?: ClockControl;
  /** The record and the Temporal of a platform that runs, in place of a record of its own and a Temporal that is scripted. */
  platform?: { pool: Pool; vault: Vault; client: Client };
  /** A real bank in place of `http://bank.test`, which is not there; asked with the address of these pages, for its notifications. */
  bank?: (platformUrl: string) => Promise<BankSide>;
}

export async function startTestWeb(options: TestWebOptions = {}): Promise<TestWeb> {
  const { platform } = options;
  const database = platform ? null : await createTestDatabase();
  const pool = platform?.pool ?? createPool(database?.url ?? '', { name: 'web-test', max: 6 });
  const vault = platform?.vault ?? createVault({ active: 'k1', keys: { k1: key() }, indexKey: key() });
  const temporal = new ScriptedTemporal();
  const now = { ms: Date.now() };
  const [ours, banks] = [keyPair(), keyPair()];
  let lines = '';
  const log = pino({ level: 'debug' }, { write: (line: string) => { lines += line; } });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const bank: BankSide = options.bank ? await options.bank(url)
    : { url: 'http://bank.test', platformNo: 'TRIBUTARY', keySerial: 'p1', privateKeyPem: ours.privatePem, bankKeys: { b1: banks.publicPem } };
  const settings: WebSettings = {
    platformName: 'Tributary', publicUrl: url, custodyOrigin: bank.url, sessionSecret: 'session secret of the test', temporalUi: { url: 'http://temporal.test', namespace: 'default' },
    profile: 'cn', zone: 'Asia/Shanghai', zoneOffsetMinutes: 480, writeOffAfterDays: 180, complaintsContact: 'complaints@tributary.test', confirmWithinMs: 5_000,
    limits: options.limits ?? productionLimits, proxies: 0, ...options.settings,
  };
  const web = createApp({
    pool, vault, log, settings, temporal: platform?.client ?? temporal.client, clock: () => now.ms, clockControl: options.clockControl ?? null,
    custodyForms: createCustodyForms({ ...bank, now: () => now.ms }),
    custodyInbound: createCustodyInbound({ ...bank, now: () => now.ms }),
    phoneInbound: createPhoneInbound({ authToken: phoneToken, publicUrl: url }),
  });
  server.on('request', web.app);
  const hash = await hashPassword(password);
  let serial = 0;

  return {
    url, pool, vault, temporal, web, server, now, raw: supertest(server),
    logged: () => lines,
    visitor: () => new Visitor(url),
    async loggedIn(personId) {
      const visitor = new Visitor(url);
      const { rows } = await pool.query<{ email: string }>('SELECT email FROM person WHERE id = $1', [personId]);
      await visitor.submit(await visitor.open('/log-in'), 'log-in', { email: rows[0]!.email, password });
      return visitor;
    },
    async person(...roles) {
      serial += 1;
      const known = { email: `somebody${serial}@example.com`, phone: `139${String(10_000_000 + serial)}` };
      const added = await addPerson(pool, vault, { ...known, passwordHash: hash, roles, phoneProvedAt: new Date(now.ms).toISOString() });
      if ('refused' in added) throw new Error(added.refused);
      return { id: added.id, ...known };
    },
    bankMessage(serviceName, data, { responseType = 'NOTIFY', sign: signed = true } = {}) {
      const timestamp = new Date(now.ms + 8 * 3_600_000).toISOString().slice(0, 19).replace(/[-:T]/g, '');
      const respData = JSON.stringify({ ...data, serviceName, platformNo: 'TRIBUTARY', responseType, timestamp });
      const message = { serviceName, platformNo: 'TRIBUTARY', responseType, keySerial: 'b1', respData };
      return signed ? { ...message, sign: sign('RSA-SHA256', Buffer.from(respData), banks.privatePem).toString('base64') } : message;
    },
    phoneSignature: (path, params) => twilio.getExpectedTwilioSignature(phoneToken, `${url}${path}`, params),
    async close() {
      await new Promise<void>((resolve) => { server.close(() => resolve()); server.closeAllConnections(); });
      await web.close();
      if (!database) return;
      await pool.end();
      await database.drop();
    },
  };
}
