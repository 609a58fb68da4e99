/** What a verb of POST /service is: how it is read, and what it does. The verbs themselves stand in verbs.ts and trade-verbs.ts. */
import type pg from 'pg';
import type { z } from 'zod';
import { readAs } from './fields.js';
import type { Verdict } from './requests.js';

/** Changes something: takes a number, runs in one transaction, ends or goes on. */
export interface OrderVerb {
  kind: 'order';
  /** Throws {@link DoorError} when the fields are not the verb's. */
  read(data: Record<string, unknown>): ReadOrder;
  /** The end is told by NOTIFY as well as by the answer. */
  notifiesEnd: boolean;
  /** It ends another request, whose notification is to leave at once. */
  endsAnother?: boolean;
  /** What it makes available may be frozen by a court's order, which is told at once. */
  bringsMoney?: boolean;
}

export interface ReadOrder {
  requestNo: string; userNo: string | null; amountFen: number | null; atMs: number;
  /** What must be remembered to go on later. */
  body: Record<string, unknown>;
  /** Names the number in answers: a batch has a batchNo. */
  numberField: 'requestNo' | 'batchNo';
  /** @param atMs the business moment at which it is done: the order's own, or later when that day is closed */
  run(tx: pg.PoolClient, atMs: number): Promise<Verdict>;
}

/** Changes nothing. */
export interface QuestionVerb { kind: 'question'; answer(data: Record<string, unknown>): Promise<Record<string, unknown>> }

/** A number that was used before; the first use stands. */
export class DuplicateError extends Error { override name = 'DuplicateError'; }

interface OrderFields { requestNo: string; businessTime: number; platformUserNo?: string; amount?: number }

export function orderVerb<T extends OrderFields>(schema: z.ZodType<T>, run: (tx: pg.PoolClient, input: T) => Promise<Verdict>, notifiesEnd = false): OrderVerb {
  return {
    kind: 'order', notifiesEnd,
    read(data) {
      const input = readAs(schema, data);
      return { requestNo: input.requestNo, userNo: input.platformUserNo ?? null, amountFen: input.amount ?? null, atMs: input.businessTime, body: {}, numberField: 'requestNo', run: (tx, businessTime) => run(tx, { ...input, businessTime }) };
    },
  };
}
