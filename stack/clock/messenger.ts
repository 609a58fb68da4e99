/** Tells workflows what time it is: the Signal `clockReached`, many at once, again while they stay due. */
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { forgetWait } from '../../db/due-work.js';
import type { DueWorkflow } from '../../db/due-work.js';
import type { Pool } from '../../db/pool.js';
import { clockReached } from '../../workflows/contract.js';

export interface Messenger {
  /** Tells those who need telling now; returns at once. */
  tell(due: readonly DueWorkflow[], now: number): void;
  /** Why a workflow cannot be told, where that is so. */
  troubleOf(workflowId: string): string | null;
  /** Resolves when nobody is being told any more. */
  settled(): Promise<void>;
}

export interface MessengerOptions {
  client: Pick<Client, 'workflow'>;
  pool: Pool;
  log: Logger;
  /** Wall clock, ms. */
  wallNow: () => number;
  /** Whoever pokes also tells: the clock speaks up only when that seems lost. Default 1 s. */
  pokeGraceMs?: number;
  /** A workflow that stays due is told again after so long: a worker may have been down. Default 3 s. */
  repeatMs?: number;
  /** A workflow that knows the time and stays at work so long is told all the same: should it not run any more, that shows. Default 30 s. */
  busyMs?: number;
  /** One that was poked before it was started, and does not run after so long, never will by itself. Default 60 s. */
  orphanMs?: number;
  /** Signals in flight. Default 24. */
  atOnce?: number;
}

interface Told { pokes: number; nextAt: string; at: number }

export function createMessenger(options: MessengerOptions): Messenger {
  const { pokeGraceMs = 1_000, repeatMs = 3_000, busyMs = 30_000, orphanMs = 60_000, atOnce = 24 } = options;
  const told = new Map<string, Told>();
  const troubles = new Map<string, string>();
  const queue = new Map<string, { due: DueWorkflow; now: number }>();
  const flying = new Map<string, Promise<void>>();

  function needsTelling(due: DueWorkflow): boolean {
    if (flying.has(due.workflowId)) return false;
    const last = told.get(due.workflowId);
    // A row made by a poke alone ('epoch') belongs to a workflow that its maker is about to start.
    const hasMoment = due.reached && !due.knows && Date.parse(due.nextAt) > 0;
    if (hasMoment && last?.nextAt !== due.nextAt) return true;
    // Whoever pokes tells it too; and one that is at work on its moment finds the pokes in the record when it shows itself again.
    const poked = due.seen < due.pokes && (due.pokedMsAgo ?? Infinity) >= pokeGraceMs;
    const waited = due.pokedMsAgo === null || due.pokedMsAgo >= pokeGraceMs;
    if (!hasMoment && !poked && !(due.reached && waited)) return false;
    const busy = due.knows && !poked;
    if (busy && last?.nextAt !== due.nextAt) {
      told.set(due.workflowId, { pokes: due.pokes, nextAt: due.nextAt, at: options.wallNow() });
      return false;
    }
    const news = !last || last.nextAt !== due.nextAt || (poked && last.pokes < due.pokes);
    return news || options.wallNow() - last.at >= (busy ? busyMs : repeatMs);
  }

  function pump(): void {
    for (const [workflowId, { due, now }] of queue) {
      if (flying.size >= atOnce) return;
      queue.delete(workflowId);
      flying.set(workflowId, send(due, now).finally(() => { flying.delete(workflowId); pump(); }));
    }
  }

  async function send(due: DueWorkflow, now: number): Promise<void> {
    const { workflowId, pokes, nextAt } = due;
    told.set(workflowId, { pokes, nextAt, at: options.wallNow() });
    try {
      await options.client.workflow.getHandle(workflowId).signal(clockReached, { now, pokes });
      troubles.delete(workflowId);
    } catch (error) {
      troubles.set(workflowId, await explain(due, error));
    }
  }

  /** A closed workflow waits for nothing; one that never started, or was ended from outside, is somebody's business. */
  async function explain(due: DueWorkflow, error: unknown): Promise<string> {
    if (!(error instanceof WorkflowNotFoundError)) {
      options.log.warn({ err: error, workflow: due.workflowId }, 'a workflow could not be told the time');
      return 'Temporal does not answer';
    }
    const status = await statusOf(due.workflowId);
    if (status === 'COMPLETED' && (await forgetWait(options.pool, due))) {
      options.log.info({ workflow: due.workflowId }, 'a finished workflow waits no more');
      told.delete(due.workflowId);
      return 'it has finished';
    }
    if (status === null && isOrphan(due) && (await forgetWait(options.pool, due))) {
      options.log.warn({ workflow: due.workflowId }, 'a workflow that was never started is not waited for any longer');
      told.delete(due.workflowId);
      return 'it was never started';
    }
    return status === null ? 'no such workflow runs' : `the workflow has ended (${status.toLowerCase()}); npm run resume starts a loan again`;
  }

  /** Whoever poked it was about to start it, and must have died. Pressing again starts it, and it waits anew. */
  const isOrphan = (due: DueWorkflow): boolean => Date.parse(due.nextAt) <= 0 && (due.pokedMsAgo ?? 0) >= orphanMs;

  async function statusOf(workflowId: string): Promise<string | null> {
    try {
      return (await options.client.workflow.getHandle(workflowId).describe()).status.name;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      options.log.warn({ err: error, workflow: workflowId }, 'a workflow could not be looked at');
      return 'UNKNOWN';
    }
  }

  return {
    tell(due, now) {
      for (const each of due) if (needsTelling(each)) queue.set(each.workflowId, { due: each, now });
      pump();
    },
    troubleOf: (workflowId) => troubles.get(workflowId) ?? null,
    settled: async () => { while (flying.size > 0) await Promise.all(flying.values()); },
  };
}
