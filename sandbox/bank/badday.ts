/** The hostile day at /service: what stands between an opened order and its verb (hostility.ts says when). */
import type pg from 'pg';
import { errors, refuse } from './errors.js';
import { anyMode, takeMode } from './hostility.js';
import type { Mode, ModeInForce } from './hostility.js';
import { notify } from './notifications.js';
import { describe, findRequest } from './requests.js';
import type { Behaviour, Call, Reply } from './service.js';

export interface BadDaySettings {
  pool: pg.Pool;
  /** Business time now, ms. */
  clock: () => Promise<number>;
  /** `*` means orders; a question is disturbed only by its own name. */
  isOrder: (serviceName: string) => boolean;
  /** Does a call that arrives late; nobody waits for its answer. */
  arrive: (call: Call) => void;
  wake: () => void;
}

export const closedNow = refuse('refused', 'BANK_CLOSED', 'the bank is closed at this hour; ask again when it is open');
export const noAnswer: Reply = { status: 503, data: { code: '1', errorCode: errors.system.errorCode, errorMessage: errors.system.text } };
/** Verbs that no notification is named after. */
const silent: ReadonlySet<string> = new Set(['CONFIRM_CHECKFILE', 'CANCEL_WITHDRAW', 'INTERCEPT_WITHDRAW']);
const longestWaitMs = 5_000;
const lookMs = 20;

export function createBadDay({ pool, clock, isOrder, arrive, wake }: BadDaySettings): Behaviour {
  return async (call, next) => {
    const named = !isOrder(call.serviceName);
    const take = async (mode: Mode): Promise<ModeInForce | null> => takeMode(pool, mode, call.serviceName, { named, atMs: mode === 'bank-closed' ? await clock() : 0 });
    if (call.serviceName === 'QUERY_TRANSACTION') return arriving(call, () => strike(call, next, take));
    return strike(call, next, take);
  };

  async function strike(call: Call, next: () => Promise<Reply>, take: (mode: Mode) => Promise<ModeInForce | null>): Promise<Reply> {
    if (!(await anyMode(pool))) return next();
    if (isOrder(call.serviceName)) {
      if (await take('bank-closed')) return closed(call, next);
      if (await take('arrives-late')) return keepForLater(call);
    }
    if (await take('fail-before')) return noAnswer;
    const [slow, first, lost] = [await take('slow-answer'), isOrder(call.serviceName) && (await take('notify-first')), await take('answer-lost')];
    const reply = await next();
    if (first) await notifyFirst(numberOf(call));
    if (slow) await pause(slow.delayMs);
    return lost ? { ...reply, lost: true } : reply;
  }

  function closed(call: Call, next: () => Promise<Reply>): Promise<Reply> {
    call.refusal = closedNow;
    return next();
  }

  async function keepForLater(call: Call): Promise<Reply> {
    await pool.query('INSERT INTO late_call (number, service_name, data) VALUES ($1,$2,$3) ON CONFLICT (number) DO NOTHING', [numberOf(call), call.serviceName, JSON.stringify(call.data)]);
    return { ...noAnswer, lost: true };
  }

  /** The question is answered first; then what it asked about arrives. */
  async function arriving(call: Call, ask: () => Promise<Reply>): Promise<Reply> {
    const reply = await ask();
    if (reply.data['errorCode'] !== errors.notFound.errorCode) return reply;
    const { rows } = await pool.query<{ service_name: string; data: Record<string, unknown> }>('DELETE FROM late_call WHERE number = $1 RETURNING service_name, data', [numberOf(call)]);
    const late = rows[0];
    if (late) setImmediate(() => arrive({ serviceName: late.service_name, data: late.data }));
    return reply;
  }

  /** Verbs that tell their end only by the answer tell it by a notification as well, this once. */
  async function notifyFirst(number: string): Promise<void> {
    const row = await findRequest(pool, number);
    if (!row || silent.has(row.service_name)) return;
    const told = (): Promise<pg.QueryResult<{ attempts: number }>> => pool.query<{ attempts: number }>('SELECT attempts FROM delivery WHERE request_no = $1 ORDER BY id LIMIT 1', [number]);
    if ((await told()).rowCount === 0 && row.service_name !== 'ASYNC_TRANSACTION') await notify(pool, row.service_name, number, describe(row));
    wake();
    for (let waitedMs = 0; waitedMs < longestWaitMs && !(await told()).rows[0]?.attempts; waitedMs += lookMs) await pause(lookMs);
  }
}

function numberOf({ data }: Call): string {
  return String(data['requestNo'] ?? data['batchNo']);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}
