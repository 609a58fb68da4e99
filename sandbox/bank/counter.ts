/** A bank in this process with somebody at its counter: keys, a clock that can be set, a door for notifications, and a signing hand. For the bank's own tests. */
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import pino from 'pino';
import { createBank } from './bank.js';
import type { Bank, BankSettings } from './bank.js';
import { hashPassword } from './passwords.js';
import { timestampOf } from './wire.js';

export interface Heard { serviceName: string; sign: string; keySerial: string; data: Record<string, unknown>; genuine: boolean }

export interface Counter {
  bank: Bank;
  pool: pg.Pool;
  /** Every notification, in the order in which it came, genuine or not. */
  heard: Heard[];
  /** The business clock (ms); it stands still unless set. */
  clock: { now: number };
  next(kind: string): string;
  /** The signed fields of a request. */
  sign(serviceName: string, data: Record<string, unknown>): Record<string, string>;
  /** A signed POST as the platform would make it. */
  post(door: string, serviceName: string, data: Record<string, unknown>): Promise<Response>;
  /** The same at /service. @returns the answer's data; throws when no answer comes */
  ask(serviceName: string, data: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** An account with card, all authorisations, and money as if paid in. */
  account(role: string, availableFen: number): Promise<string>;
  project(borrower: string, amount?: string): Promise<string>;
  /** Balances, and everything that a refused request must leave as it was. */
  digest(): Promise<string>;
  balance(userNo: string): Promise<[number, number]>;
  until<T>(what: string, look: () => T | undefined | null | false | Promise<T | undefined | null | false>): Promise<T>;
  isGenuine(text: string, signature: string): boolean;
  control(path: string, init?: { method?: string; body?: object; token?: string }): Promise<Response>;
  close(): Promise<void>;
}

const password = '135790';
const token = 'open-sesame';
const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });

/** @param settings what differs from an ordinary bank */
export async function openCounter(databaseUrl: string, settings: Partial<BankSettings> = {}): Promise<Counter> {
  const own = keyPair();
  const platform = keyPair();
  const heard: Heard[] = [];
  const clock = { now: Date.parse('2026-03-02T02:00:00.000Z') };
  const isGenuine = (text: string, signature: string): boolean => verify('RSA-SHA256', Buffer.from(text), own.publicKey, Buffer.from(signature, 'base64'));
  const door = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
    request.on('end', () => {
      if (request.url === '/clock') return void response.end(JSON.stringify({ businessNow: clock.now, speed: 0 }));
      const fields = Object.fromEntries(new URLSearchParams(body));
      const respData = fields['respData'] ?? '{}';
      const genuine = isGenuine(respData, fields['sign'] ?? '');
      heard.push({ serviceName: fields['serviceName'] ?? '', sign: fields['sign'] ?? '', keySerial: fields['keySerial'] ?? '', data: JSON.parse(respData) as Record<string, unknown>, genuine });
      response.end(genuine ? 'SUCCESS' : 'no');
    });
  });
  await new Promise<void>((resolve) => { door.listen(0, resolve); });
  const doorUrl = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  const bank = await createBank({
    port: 0, databaseUrl, sandboxToken: token, notifyUrl: `${doorUrl}/notify`, clockUrl: doorUrl, notifyPausesMs: [20], log: pino({ level: 'silent' }), seed: 7,
    keys: { platformNo: 'P1', serial: 'bank-1', privateKeyPem: own.privateKey, platformKeys: { 'key-1': platform.publicKey } }, ...settings,
  });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  pool.on('error', () => undefined);
  let serial = 0;
  const next = (kind: string): string => `${kind}:${++serial}`;

  const signed: Counter['sign'] = (serviceName, data) => {
    const reqData = JSON.stringify({ businessTime: new Date(clock.now).toISOString(), ...data, timestamp: timestampOf(Date.now()) });
    const signature = sign('RSA-SHA256', Buffer.from(reqData), platform.privateKey).toString('base64');
    return { serviceName, platformNo: 'P1', reqData, keySerial: 'key-1', sign: signature };
  };

  const post: Counter['post'] = (path, serviceName, data) => fetch(`${bank.url}${path}`, { method: 'POST', redirect: 'manual', body: new URLSearchParams(signed(serviceName, data)) });

  const ask: Counter['ask'] = async (serviceName, data) => {
    const { respData } = (await (await post('/service', serviceName, data)).json()) as { respData: string };
    return JSON.parse(respData) as Record<string, unknown>;
  };

  return {
    bank, pool, heard, clock, next, sign: signed, post, ask, isGenuine,
    async account(role, availableFen) {
      const userNo = next('U');
      const card = `card-${userNo}`;
      await pool.query('INSERT INTO account (user_no, role, real_name, id_card_no, mobile, password_hash, available_fen) VALUES ($1,$2,$3,$1,$4,$5,$6)', [userNo, role, 'Wang', '13800000000', await hashPassword(password), availableFen]);
      await pool.query("INSERT INTO movement (request_no, at, account_no, available_fen, frozen_fen) VALUES ($1, now(), $1, $2, 0), ($1, now(), 'CARDS', -$2::bigint, 0)", [userNo, availableFen]);
      await pool.query("INSERT INTO card (number, bank_name, balance_fen, single_limit_fen, daily_limit_fen, lived_until) VALUES ($1, 'B', 1000000000, 1000000000, 1000000000, '2026-03-02')", [card]);
      await pool.query('INSERT INTO bound_card VALUES ($1, $2, now())', [userNo, card]);
      await pool.query("INSERT INTO authorisation (user_no, type, max_fen, fail_time, request_no) SELECT $1, t, 1000000000, '2030-01-01', $1 FROM unnest(ARRAY['RECHARGE','TENDER','REPAYMENT','WITHDRAW','CREDIT_ASSIGNMENT','COMPENSATORY']) t", [userNo]);
      return userNo;
    },
    async project(borrower, amount = '10000.00') {
      const projectNo = next('LN');
      const answer = await ask('ESTABLISH_PROJECT', { requestNo: next('p'), projectNo, platformUserNo: borrower, projectName: 'a shop', amount, annualRateBps: 1200, termMonths: 12 });
      if (answer['code'] !== '0') throw new Error(`no project: ${JSON.stringify(answer)}`);
      return projectNo;
    },
    async digest() {
      const tables = ['account', 'authorisation', 'batch_detail', 'bound_card', 'card', 'check_file', 'claim_sale', 'claim_share', 'closing', 'compensation', 'delivery', 'hold', 'movement', 'payout', 'project', 'request'];
      const rows = tables.map((table) => `SELECT '${table}' AS t, md5(coalesce(string_agg(x::text, E'\\n' ORDER BY x::text), '')) AS d FROM ${table} x`);
      return JSON.stringify((await pool.query(rows.join(' UNION ALL '))).rows);
    },
    async balance(userNo) {
      const { rows } = await pool.query<{ a: string; f: string }>('SELECT available_fen a, frozen_fen f FROM account WHERE user_no = $1', [userNo]);
      return [Number(rows[0]?.a), Number(rows[0]?.f)];
    },
    async until(what, look) {
      for (const end = Date.now() + 30_000; Date.now() < end;) {
        const seen = await look();
        if (seen) return seen;
        await new Promise((resolve) => { setTimeout(resolve, 20); });
      }
      throw new Error(`not within thirty seconds: ${what}`);
    },
    control: (path, { method = 'GET', body, token: given = token } = {}) =>
      fetch(`${bank.url}${path}`, { method, headers: { authorization: `Bearer ${given}`, 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}) }),
    async close() {
      await bank.close();
      await pool.end();
      await new Promise((resolve) => { door.close(resolve); door.closeAllConnections(); });
    },
  };
}
