import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { load } from 'cheerio';
import { createEmptyDatabase } from './database.js';
import type { TestDatabase } from './database.js';

/** The sandbox bank as a process of its own, as the platform meets it: over HTTP, with keys exchanged beforehand. */
export interface TestBank {
  url: string;
  /** The platform's half: what `createCustodyClient`, `createCustodyForms` and `createCustodyInbound` need. */
  platform: { url: string; platformNo: string; keySerial: string; privateKeyPem: string; bankKeys: Record<string, string> };
  sandboxToken: string;
  databaseUrl: string;
  /** SIGKILL: nothing is finished, nothing is said. */
  kill(): Promise<void>;
  /** Starts it again on the same port and database. */
  start(): Promise<void>;
  /** Ends it and drops its database. */
  stop(): Promise<void>;
}

/** Long, for a machine on which everything else runs too. */
const startMs = 45_000;
const loader = `data:text/javascript,import{register}from"node:module";register(${JSON.stringify(new URL('./typescript-loader.mjs', import.meta.url).href)})`;
/** Compiled where we are. */
const entry = new URL(`../sandbox/bank/main.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

function makeKeys(): { privatePem: string; publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

/** @param options.notifyUrl where the bank posts NOTIFY; clockUrl: a business clock, default wall time */
export async function startBank(options: { notifyUrl: string; clockUrl?: string; clockToken?: string }): Promise<TestBank> {
  const database: TestDatabase = await createEmptyDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bank-'));
  const bank = makeKeys();
  const platform = makeKeys();
  writeFileSync(join(folder, 'bank.pem'), bank.privatePem);
  writeFileSync(join(folder, 'platform.json'), JSON.stringify({ 'platform-1': platform.publicPem }));
  const sandboxToken = randomBytes(12).toString('hex');
  const environment = {
    PATH: process.env.PATH, SANDBOX_DATABASE_URL: database.url, SANDBOX_TOKEN: sandboxToken, BANK_KEY_SERIAL: 'bank-1', BANK_PRIVATE_KEY_FILE: join(folder, 'bank.pem'),
    PLATFORM_KEYS_FILE: join(folder, 'platform.json'), PLATFORM_NO: 'TRIBUTARY', PLATFORM_NOTIFY_URL: options.notifyUrl,
    ...(options.clockUrl ? { CLOCK_URL: options.clockUrl, CLOCK_TOKEN: options.clockToken ?? 'clock' } : {}),
  };
  let child = await launch({ ...environment, PORT: '0' });
  const url = `http://127.0.0.1:${child.port}`;
  return {
    url, sandboxToken, databaseUrl: database.url,
    platform: { url, platformNo: 'TRIBUTARY', keySerial: 'platform-1', privateKeyPem: platform.privatePem, bankKeys: { 'bank-1': bank.publicPem } },
    kill: () => end(child.process, 'SIGKILL'),
    async start() { child = await launch({ ...environment, PORT: String(child.port) }); },
    async stop() {
      await end(child.process, 'SIGTERM');
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(env: NodeJS.ProcessEnv): Promise<{ process: ChildProcess; port: number }> {
  const child = spawn(process.execPath, ['--import', loader, fileURLToPath(entry)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => { said = (said + chunk.toString()).slice(-4_000); });
  const tooLate = setTimeout(() => child.kill('SIGKILL'), startMs);
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = JSON.parse(line) as { ready?: boolean; port?: number };
    if (!ready.ready || !ready.port) continue;
    clearTimeout(tooLate);
    return { process: child, port: ready.port };
  }
  clearTimeout(tooLate);
  throw new Error(`the bank did not start within ${startMs / 1_000} s; it said: ${said}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** What a person types on the bank's pages. */
export interface TypedAtBank { code?: string; password?: string; passwordAgain?: string; cardNumber?: string; bankName?: string; decision?: 'confirm' | 'cancel' }

/** How a visit went: the signed form that leads back to the platform, or the page on which the person still is. */
export type VisitToBank = { back: { action: string; fields: Record<string, string> } } | { page: string; status: number };

/** Carries a person to the bank as a browser would, types, and returns what the bank answers. */
export async function visitBank(form: { action: string; fields: Record<string, string> }, typed: TypedAtBank): Promise<VisitToBank> {
  const arrival = await fetch(form.action, { method: 'POST', body: new URLSearchParams(form.fields), redirect: 'manual' });
  const location = arrival.headers.get('location');
  if (!location) return { page: await arrival.text(), status: arrival.status };
  const address = new URL(location, form.action).href;
  const shown = await fetch(address);
  const first = readReturn(await shown.text());
  if (first) return { back: first };
  const answer = await fetch(address, { method: 'POST', body: new URLSearchParams({ decision: 'confirm', ...typed }) });
  const page = await answer.text();
  const back = readReturn(page);
  return back ? { back } : { page, status: answer.status };
}

function readReturn(page: string): { action: string; fields: Record<string, string> } | null {
  const html = load(page);
  const action = html('form#return').attr('action');
  if (!action) return null;
  const fields = html('form#return input[type=hidden]').toArray().map((input): [string, string] => [html(input).attr('name') ?? '', html(input).attr('value') ?? '']);
  return { action, fields: Object.fromEntries(fields) };
}

/** A card number with a right check digit. `wealth` is the digit the bank reads a card's means from: 9 = wealthy. */
export function cardNumber(wealth: number, serial: number): string {
  const body = `62220${String(serial).padStart(9, '0')}${wealth}`;
  const sum = [...body].reverse().reduce((total, digit, place) => {
    const doubled = Number(digit) * (place % 2 === 0 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
}
