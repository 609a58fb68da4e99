import type { Queryable } from '../frame/database.js';
import type { Courier } from './courier.js';

/**
 * Status callbacks, kept in the database until they are delivered or given up, so that a restart loses none. Those of one
 * message or call go out one after the other; different ones side by side.
 */
export interface Callbacks {
  /** Stores one; call `poke` when the transaction is through. */
  enqueue(client: Queryable, subject: string, url: string, params: Record<string, string>): Promise<void>;
  poke(): void;
  /** Resolves when what is under way has ended; the rest waits for the next start. */
  stop(): Promise<void>;
}

/** Pauses before each further attempt, in wall milliseconds: about two minutes in all, longer than a customer's restart. */
export const usualPausesMs = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000];
const timeoutMs = 15_000;
const sideBySide = 8;

interface Due { n: number; subject: string; url: string; params: Record<string, string>; attempts: number; due_ms: number }

export function createCallbacks(options: {
  database: Queryable; courier: Courier; wallNow: () => number; pausesMs?: number[]; onTrouble: (why: unknown) => void;
}): Callbacks {
  const { database, courier, wallNow } = options;
  const pausesMs = options.pausesMs ?? usualPausesMs;
  const underWay = new Map<string, Promise<void>>();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | null = null;
  let lookAgain = false;

  async function heads(): Promise<Due[]> {
    const found = await database.query<Due>(
      `SELECT * FROM (SELECT DISTINCT ON (subject) n, subject, url, params, attempts, due_ms FROM callbacks
         WHERE ended IS NULL AND NOT subject = ANY($1) ORDER BY subject, n) AS head
       ORDER BY due_ms, n LIMIT $2`,
      [[...underWay.keys()], sideBySide - underWay.size + 1],
    );
    return found.rows;
  }

  async function look(): Promise<void> {
    const waiting = await heads();
    for (const head of waiting) {
      if (stopped || underWay.size >= sideBySide) return;
      const pause = head.due_ms - wallNow();
      if (pause > 0) {
        wakeIn(pause);
        return;
      }
      const delivery = deliver(head).catch(options.onTrouble).finally(() => {
        underWay.delete(head.subject);
        poke();
      });
      underWay.set(head.subject, delivery);
    }
  }

  async function deliver(head: Due): Promise<void> {
    const answer = await courier.send({ subject: head.subject, method: 'POST', url: head.url, params: head.params, timeoutMs });
    const pause = pausesMs[head.attempts];
    const delivered = answer.code !== null && answer.code >= 200 && answer.code < 300;
    const ended = delivered ? 'delivered' : pause === undefined ? 'given up' : null;
    await database.query(
      'UPDATE callbacks SET attempts = attempts + 1, ended = $2, due_ms = $3 WHERE n = $1', [head.n, ended, wallNow() + (pause ?? 0)],
    );
  }

  function wakeIn(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(poke, ms);
  }

  function poke(): void {
    if (stopped) return;
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = look()
      .catch((error: unknown) => { options.onTrouble(error); wakeIn(1_000); })
      .finally(() => {
        looking = null;
        if (lookAgain) { lookAgain = false; poke(); }
      });
  }

  return {
    async enqueue(client, subject, url, params) {
      await client.query('INSERT INTO callbacks (subject, url, params, due_ms) VALUES ($1, $2, $3, $4)', [subject, url, JSON.stringify(params), wallNow()]);
    },
    poke,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
      await Promise.all(underWay.values());
    },
  };
}
