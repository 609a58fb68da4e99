/** POST /service as a pipeline: open the envelope → (behaviours) → do the verb → sign the answer. */
import type pg from 'pg';
import type { Logger } from 'pino';
import { inTransaction } from '../frame/database.js';
import { openMoment } from './closing.js';
import { DoorError, errors } from './errors.js';
import type { Refusal } from './errors.js';
import { notify } from './notifications.js';
import { conclude, describe, failed, takeNumber } from './requests.js';
import type { RequestRow } from './requests.js';
import { DuplicateError } from './order-verb.js';
import type { OrderVerb, QuestionVerb, ReadOrder } from './order-verb.js';
import { duplicateAnswer } from './verbs.js';
import type { Wire } from './wire.js';

export interface Call {
  serviceName: string; data: Record<string, unknown>;
  /** The order takes its number and ends so, whatever it asks. */
  refusal?: Refusal;
}
/** What goes back: the data to sign, with the HTTP status. */
export interface Reply {
  status: number; data: Record<string, unknown>;
  /** The connection breaks instead. */
  lost?: boolean;
}

/**
 * Stands between the opened request and the verb. It may answer itself, wait, or call `next` and do something to what
 * comes back: the place for the bank's bad days.
 */
export type Behaviour = (call: Call, next: () => Promise<Reply>) => Promise<Reply>;

export interface ServiceSettings {
  pool: pg.Pool; wire: Wire; log: Logger;
  verbs: Record<string, OrderVerb | QuestionVerb>;
  behaviours: Behaviour[];
  /** Something was committed that the background has to go on with. */
  wake: () => void;
}

export interface Service {
  handle(fields: unknown): Promise<{ status: number; body: Record<string, string>; lost: boolean }>;
  /** Does a call that was opened before, past all behaviours; its answer goes nowhere. */
  arrive(call: Call): Promise<void>;
}

export function createService(settings: ServiceSettings): Service {
  return {
    async handle(fields) {
      let serviceName = '';
      let nonce: unknown;
      const reply = await guarded(async () => {
        const call = settings.wire.open(fields);
        serviceName = call.serviceName;
        nonce = call.data['nonce'];
        return through(settings.behaviours, call);
      });
      return { status: reply.status, lost: reply.lost ?? false, body: settings.wire.seal(serviceName, 'ANSWER', { ...reply.data, ...(typeof nonce === 'string' ? { nonce: nonce.slice(0, 64) } : {}) }) };
    },
    async arrive(call) {
      const reply = await guarded(() => perform(call));
      settings.log.info({ serviceName: call.serviceName, code: reply.data['code'] }, 'an order arrived late');
    },
  };

  function through([first, ...rest]: Behaviour[], call: Call): Promise<Reply> {
    return first ? first(call, () => through(rest, call)) : perform(call);
  }

  async function perform({ serviceName, data, refusal }: Call): Promise<Reply> {
    const verb = Object.hasOwn(settings.verbs, serviceName) ? settings.verbs[serviceName] : undefined;
    if (!verb) throw new DoorError('platform', `no service ${serviceName}`);
    if (verb.kind === 'question') {
      settings.wire.mustBeNew(data);
      return { status: 200, data: await verb.answer(data) };
    }
    const read = verb.read(data);
    const order = refusal ? { ...read, run: async () => failed(refusal) } : read;
    const row = await inTransaction(settings.pool, (tx) => execute(tx, serviceName, verb, order));
    if (verb.notifiesEnd || verb.endsAnother || verb.bringsMoney || row.status === 'ACCEPT') settings.wake();
    return { status: 200, data: answerOf(row, order) };
  }

  async function guarded(work: () => Promise<Reply>): Promise<Reply> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof DoorError) return { status: 200, data: { code: '1', errorCode: error.errorCode, errorMessage: error.message } };
      if (error instanceof DuplicateError) return { status: 200, data: duplicateAnswer(error.message) };
      settings.log.error({ err: error }, 'a request failed inside the bank');
      return { status: 500, data: { code: '1', errorCode: errors.system.errorCode, errorMessage: errors.system.text } };
    }
  }
}

/** Number, effect, end and notification in one transaction: all of it or nothing. */
async function execute(tx: pg.PoolClient, serviceName: string, verb: OrderVerb, order: ReadOrder): Promise<RequestRow> {
  const { requestNo, userNo, amountFen, body } = order;
  const atMs = await openMoment(tx, order.atMs);
  const isNew = await takeNumber(tx, { requestNo, serviceName, userNo, amountFen, businessAt: order.atMs, status: 'ACCEPT', body });
  if (!isNew) throw new DuplicateError(`${requestNo} was used before`);
  const row = await conclude(tx, requestNo, await order.run(tx, atMs), atMs);
  if (verb.notifiesEnd && row.finished_at) await notify(tx, serviceName, requestNo, describe(row));
  return row;
}

function answerOf(row: RequestRow, order: ReadOrder): Record<string, unknown> {
  const { requestNo, ...rest } = describe(row);
  return { code: row.status === 'FAIL' ? '1' : '0', [order.numberField]: requestNo, ...rest };
}
