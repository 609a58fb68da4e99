/**
 * Telling workflows what a person has done. An Update is not durable before a worker accepts it: after five seconds the
 * page says "not confirmed yet; press again, nothing happens twice", which holds because the form's key is the Update's id.
 */
import { WorkflowNotFoundError, WorkflowUpdateFailedError, isGrpcServiceError, type Client } from '@temporalio/client';
import { ApplicationFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import type { Logger } from 'pino';
import { businessNow, currentSegment } from '../db/clock.js';
import type { Pool } from '../db/pool.js';
import { knownTimeOf } from '../db/waiting.js';
import { clockReached } from '../workflows/contract.js';
import { createGatherer } from './gather.js';

export type Told<T> =
  | { status: 'done'; result: T }
  /** `code` is the stable reason of the workflow (`ApplicationFailure.type`), or `not-running`. */
  | { status: 'refused'; code: string }
  | { status: 'unconfirmed' };

/** `staticSummary`: one line for the Temporal UI; ids, amounts and codes only. */
export interface NewWorkflow { workflowId: string; taskQueue: string; args: unknown[]; staticSummary?: string }

export interface Workflows {
  /** Sends an Update under the form's key and waits for its result, but not longer than a person waits. */
  update<Result, Args extends [unknown, ...unknown[]]>(workflowId: string, definition: UpdateDefinition<Result, Args>, key: string, ...args: Args): Promise<Told<Result>>;
  /** `refused: not-running` when there is no such workflow any more. */
  signal<Args extends unknown[]>(workflowId: string, definition: SignalDefinition<Args>, ...args: Args): Promise<Told<null>>;
  /** A Signal without content that is worth sending once for many: at most one a second and workflow, the last one never lost. */
  gather(workflowId: string, definition: SignalDefinition): void;
  /** Starts a workflow under its business id; one that is or was there already is as good. */
  start(type: string, input: NewWorkflow): Promise<Told<null>>;
  /** Sends what is gathered, and ends. */
  close(): Promise<void>;
}

const gatherMs = 1_000;

/** Business time where a process governs it and the workflow does not know it yet, else null. */
export function governedTime(deps: { pool: Pool; clock: () => number }): (workflowId: string) => Promise<number | null> {
  return async (workflowId) => {
    const segment = await currentSegment(deps.pool);
    if (!segment.governed) return null;
    const [now, known] = [businessNow(segment, deps.clock()), await knownTimeOf(deps.pool, workflowId)];
    return known !== null && Date.parse(known) >= now ? null : now;
  };
}

export interface WorkflowsOptions {
  confirmWithinMs: number;
  log: Logger;
  /**
   * Business time (ms) where a process governs it and the workflow may not know it, else null. A workflow there knows only the time it was last told: before it
   * hears what a person does it is told when that is, or a payment would count on the day of its last wait.
   */
  governedNow?: (workflowId: string) => Promise<number | null>;
}

export function createWorkflows(temporal: Client, options: WorkflowsOptions): Workflows {
  const tellTime = async (workflowId: string): Promise<void> => {
    const now = (await options.governedNow?.(workflowId)) ?? null;
    if (now !== null) await temporal.workflow.getHandle(workflowId).signal(clockReached, { now, pokes: 0 });
  };
  const definitions = new Map<string, SignalDefinition>();
  const sendGathered = async (workflowId: string): Promise<void> => {
    const definition = definitions.get(workflowId);
    definitions.delete(workflowId);
    if (!definition) return;
    try {
      const told = await signal(workflowId, definition);
      if (told.status !== 'done') options.log.warn({ workflowId, told: told.status }, 'a workflow was not told and will look by itself');
    } catch (error) {
      options.log.error({ workflowId, error: (error as Error).message }, 'a workflow could not be told and will look by itself');
    }
  };
  const gatherer = createGatherer(sendGathered, gatherMs);
  const signal: Workflows['signal'] = (workflowId, definition, ...args) =>
    inTime(options, workflowId, async () => {
      await tellTime(workflowId);
      await temporal.workflow.getHandle(workflowId).signal(definition, ...args);
      return null;
    });
  return {
    signal,
    gather: (workflowId, definition) => {
      definitions.set(workflowId, definition);
      gatherer.news(workflowId);
    },
    close: () => gatherer.close(),
    update: (workflowId, definition, key, ...args) =>
      inTime(options, workflowId, async () => {
        await tellTime(workflowId);
        return temporal.workflow.getHandle(workflowId).executeUpdate(definition, { args, updateId: key });
      }),
    start: (type, input) =>
      inTime(options, input.workflowId, async () => {
        await startOnce(temporal, type, input);
        return null;
      }),
  };
}

async function startOnce(temporal: Client, type: string, input: NewWorkflow): Promise<void> {
  try {
    await temporal.workflow.start(type, { ...input, workflowIdReusePolicy: 'REJECT_DUPLICATE', workflowIdConflictPolicy: 'FAIL' });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** The answer, a refusal, or `unconfirmed` when the time is over or Temporal cannot be reached; anything else is a fault of ours. */
async function inTime<T>({ confirmWithinMs, log }: { confirmWithinMs: number; log: Logger }, workflowId: string, ask: () => Promise<T>): Promise<Told<T>> {
  let timer: NodeJS.Timeout | undefined;
  let late = false;
  const tooLate = new Promise<Told<T>>((resolve) => {
    timer = setTimeout(() => {
      late = true;
      resolve({ status: 'unconfirmed' });
    }, confirmWithinMs);
  });
  const answer = ask().then((result): Told<T> => ({ status: 'done', result }), (error: unknown) => {
    const told = toldBy<T>(error);
    if (told) return told;
    if (!late) throw error;
    log.warn({ workflowId, error: (error as Error).name }, 'a workflow answered too late, and with an error');
    return { status: 'unconfirmed' } as const;
  });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function toldBy<T>(error: unknown): Told<T> | null {
  if (error instanceof WorkflowUpdateFailedError) return { status: 'refused', code: codeOf(error.cause) };
  if (error instanceof WorkflowNotFoundError) return { status: 'refused', code: 'not-running' };
  const name = (error as Error | null)?.name;
  if (name === 'WorkflowUpdateRPCTimeoutOrCancelledError' || name === 'ServiceError' || isGrpcServiceError(error)) return { status: 'unconfirmed' };
  return null;
}

function codeOf(cause: unknown): string {
  return cause instanceof ApplicationFailure && cause.type ? cause.type : 'refused';
}
