/** A person's visit to the bank: begun by a signed form, ended by the act, by cancelling, or by time. */
import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import { inTransaction } from '../frame/database.js';
import { describeUser, lockAccounts } from './accounts.js';
import { openMoment } from './closing.js';
import { DoorError, refuse } from './errors.js';
import type { Refusal } from './errors.js';
import { notify } from './notifications.js';
import { checkPassword } from './passwords.js';
import { personalVerbs } from './personal.js';
import type { PersonalOrder, Typed } from './personal-order.js';
import { conclude, describe, failed, findRequest, takeNumber } from './requests.js';
import type { RequestRow, Verdict } from './requests.js';
import type { Opened } from './wire.js';

/** How long a person may take on a page of the bank (wall clock). */
const visitMs = 30 * 60_000;

export interface VisitSettings {
  pool: pg.Pool;
  /** Business time now, ms. */
  clock: () => Promise<number>;
  /** Wall clock, ms. */
  now: () => number;
  wake: () => void;
}

export interface Visit { row: RequestRow; order: PersonalOrder }

export type Step = { ended: true; visit: Visit } | { ended: false; visit: Visit; message: string };

export interface Visits {
  /** Begins (or takes up again) the visit of a signed form. @returns the page's secret name */
  begin(opened: Opened): Promise<string>;
  find(token: string): Promise<Visit | null>;
  /** The person pressed the button. */
  act(token: string, typed: Typed): Promise<Step | null>;
  cancel(token: string): Promise<Step | null>;
  /** The bank refuses what the person came for. */
  refuse(token: string, refusal: Refusal): Promise<Step | null>;
  /** Ends visits whose time is over. @returns how many */
  expire(): Promise<number>;
  /** What the signed CALLBACK says now. */
  message(row: RequestRow, order: PersonalOrder): Promise<Record<string, unknown>>;
}

export function createVisits({ pool, clock, now, wake }: VisitSettings): Visits {
  return { begin, find, act, cancel, refuse: turnAway, expire, message: (row, order) => messageOf(pool, row, order) };

  async function begin({ serviceName, data }: Opened): Promise<string> {
    const order = readOrder(serviceName, data);
    const body = withoutEnvelope(data);
    const token = randomBytes(24).toString('base64url');
    const pageEndsAt = Math.min(now() + visitMs, order.expiresMs ?? Infinity);
    const { requestNo, userNo, amountFen, atMs } = order;
    const isNew = await inTransaction(pool, async (tx) => {
      const taken = await takeNumber(tx, { requestNo, serviceName, userNo, amountFen, businessAt: atMs, status: 'INIT', body, pageToken: token, pageEndsAt });
      const refusal = taken ? await order.opening(tx, (await lockAccounts(tx, [userNo])).get(userNo) ?? null) : null;
      if (refusal) await end(tx, order, failed(refusal), atMs);
      return taken;
    });
    wake();
    return isNew ? token : sameVisit(requestNo, serviceName, body);
  }

  /** The same form again (the person went back and pressed once more) leads to the same visit; another one is a duplicate. */
  async function sameVisit(requestNo: string, serviceName: string, body: Record<string, unknown>): Promise<string> {
    const known = await findRequest(pool, requestNo);
    const same = known?.service_name === serviceName && known.page_token !== null && isDeepStrictEqual({ ...known.body, businessTime: '' }, { ...body, businessTime: '' });
    if (!same) throw new DoorError('duplicate', `${requestNo} was used before`);
    return known.page_token ?? '';
  }

  async function find(token: string): Promise<Visit | null> {
    const { rows } = await pool.query<RequestRow>('SELECT * FROM request WHERE page_token = $1', [token]);
    const row = rows[0];
    return row ? { row, order: readOrder(row.service_name, row.body) } : null;
  }

  async function act(token: string, typed: Typed): Promise<Step | null> {
    return inVisit(token, async (tx, visit, atMs) => {
      const wrong = await wrongPassword(tx, visit.order, typed);
      if (wrong !== null) return { stay: wrong };
      return visit.order.apply(tx, typed, atMs);
    });
  }

  function cancel(token: string): Promise<Step | null> {
    return inVisit(token, async () => failed(refuse('refused', 'CANCELLED', 'the person cancelled')));
  }

  function turnAway(token: string, refusal: Refusal): Promise<Step | null> {
    return inVisit(token, async () => failed(refusal));
  }

  async function wrongPassword(tx: pg.PoolClient, order: PersonalOrder, typed: Typed): Promise<string | null> {
    if (!order.asks.includes('password')) return null;
    const account = (await lockAccounts(tx, [order.userNo])).get(order.userNo);
    return account ? checkPassword(tx, account, typed.password, now()) : 'This account does not exist.';
  }

  /** Locks the visit, so that a button pressed twice acts once; a visit that has ended stays as it ended. */
  async function inVisit(token: string, work: (tx: pg.PoolClient, visit: Visit, atMs: number) => Promise<Verdict | { stay: string }>): Promise<Step | null> {
    const businessNow = await clock();
    const step = await inTransaction(pool, async (tx): Promise<Step | null> => {
      const openMs = await openMoment(tx, businessNow);
      const { rows } = await tx.query<RequestRow>('SELECT * FROM request WHERE page_token = $1 FOR UPDATE', [token]);
      const row = rows[0];
      if (!row) return null;
      const order = readOrder(row.service_name, row.body);
      if (row.status !== 'INIT') return { ended: true, visit: { row, order } };
      const atMs = Math.max(openMs, row.business_at.getTime());
      const isOver = row.page_ends_at !== null && row.page_ends_at.getTime() <= now();
      const verdict = isOver ? failed(refuse('refused', 'EXPIRED', 'the time for this was over')) : await work(tx, { row, order }, atMs);
      if ('stay' in verdict) return { ended: false, visit: { row, order }, message: verdict.stay };
      return { ended: true, visit: { row: await end(tx, order, verdict, atMs), order } };
    });
    wake();
    return step;
  }

  async function expire(): Promise<number> {
    const businessNow = await clock();
    const { rows } = await pool.query<{ page_token: string }>("SELECT page_token FROM request WHERE status = 'INIT' AND page_token IS NOT NULL AND page_ends_at <= $1", [new Date(now())]);
    for (const { page_token: token } of rows) {
      await inTransaction(pool, async (tx) => {
        const open = await tx.query<RequestRow>("SELECT * FROM request WHERE page_token = $1 AND status = 'INIT' FOR UPDATE", [token]);
        const row = open.rows[0];
        if (row) await end(tx, readOrder(row.service_name, row.body), failed(refuse('refused', 'EXPIRED', 'the time for this was over')), Math.max(businessNow, row.business_at.getTime()));
      });
    }
    if (rows.length > 0) wake();
    return rows.length;
  }
}

async function end(tx: pg.PoolClient, order: PersonalOrder, verdict: Verdict, atMs: number): Promise<RequestRow> {
  const row = await conclude(tx, order.requestNo, verdict, atMs);
  await notify(tx, row.service_name, order.requestNo, await messageOf(tx, row, order));
  return row;
}

async function messageOf(tx: pg.Pool | pg.PoolClient, row: RequestRow, order: PersonalOrder): Promise<Record<string, unknown>> {
  return { ...describe(row), ...(order.tellsUser ? { user: await describeUser(tx, order.userNo) } : {}) };
}

function readOrder(serviceName: string, data: Record<string, unknown>): PersonalOrder {
  const read = Object.hasOwn(personalVerbs, serviceName) ? personalVerbs[serviceName] : undefined;
  if (!read) throw new DoorError('platform', `no service ${serviceName} on this page`);
  return read(data);
}

const envelopeFields: ReadonlySet<string> = new Set(['timestamp', 'nonce', 'serviceName', 'platformNo']);

/** The act itself, without what belongs to one sending of it. */
function withoutEnvelope(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !envelopeFields.has(name)));
}
