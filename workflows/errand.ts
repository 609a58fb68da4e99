/** What the workflows beside the loan have in common: a clock, a row in the record, and patience with steps that fail. */
import { setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { dateAt, isoInstant, type IsoDate } from '../domain/dates.js';
import type { ClockSegment } from '../domain/loan.js';
import { openClock, waitUntil, waitWall, type BusinessClock, type BusinessWait, type Woken } from './clock.js';
import { retryStep } from './contract.js';
import { refusal, stepFailureCode } from './failures.js';
import { writeProjection } from './projection.js';
import { failedStepPatienceMs, inRecord } from './retries.js';

export interface Errand {
  readonly workflowId: string;
  readonly clock: BusinessClock;
  readonly loanNo: string | null;
  asOf(): string;
  today(): IsoDate;
  /** Operations asked for the failed step to be done again. */
  retryAsked: boolean;
  stuck: boolean;
}

/** Registers the clock and `retryStep`; nothing is awaited. `zoneOffsetMinutes` rules what day it is. */
export function openErrand(input: { clock: ClockSegment; loanNo?: string | null; zoneOffsetMinutes?: number; seen?: number }): Errand {
  const clock = openClock(input.clock, input.seen ?? 0);
  const errand: Errand = {
    workflowId: workflowInfo().workflowId, clock, loanNo: input.loanNo ?? null, retryAsked: false, stuck: false,
    asOf: () => isoInstant(clock.now()),
    today: () => dateAt(clock.now(), input.zoneOffsetMinutes ?? 0),
  };
  setHandler(retryStep, async (_decision) => {
    errand.retryAsked = true;
    return { loanState: 'applied' };
  }, {
    description: 'Operations: do the stopped step again.',
    validator: (_decision) => {
      if (!errand.stuck) throw refusal('nothing-is-stuck');
    },
  });
  return errand;
}

/** Writes what is waited for into the record and the Temporal UI. */
export async function showErrand(errand: Errand, wait: { nextAt: string | null; strideMs?: number; summary: string; otherwise?: string; takesAll?: boolean; closed?: boolean; wakes?: string[] }): Promise<{ pokes: number }> {
  setCurrentDetails([`- **Now:** ${wait.summary}`, ...(wait.nextAt ? [`- **Next:** ${wait.nextAt}`] : []), ...(wait.otherwise ? [`- **Otherwise:** ${wait.otherwise}`] : [])].join('\n'));
  return writeProjection({
    workflowId: errand.workflowId, summary: wait.summary, nextAt: wait.nextAt, strideMs: wait.strideMs ?? null, knownAt: errand.asOf(), seen: errand.clock.pokes, takesAll: wait.takesAll ?? false, loan: null, acts: [], closed: wait.closed ?? false, wakes: wait.wakes ?? [],
  });
}

/** The errand is over: its row leaves the record, and whoever waits for it is woken. */
export async function endErrand(errand: Errand, summary: string, wakes: string[] = []): Promise<void> {
  await showErrand(errand, { nextAt: null, summary, closed: true, wakes });
}

/** `strideMs`: see `Projection`. */
export type ErrandWait = Omit<BusinessWait, 'show'> & { otherwise: string; strideMs?: number };

export async function waitOn(errand: Errand, wait: ErrandWait): Promise<Woken> {
  const nextAt = wait.untilMs === null ? null : isoInstant(wait.untilMs);
  return waitUntil(errand.clock, { ...wait, show: (takesAll) => showErrand(errand, { nextAt, strideMs: wait.strideMs, summary: wait.summary, otherwise: wait.otherwise, takesAll }) });
}

/** Does one thing; when it fails for good, operations get a task, and it is done again after a while or when they say so. */
export async function persist<T>(errand: Errand, what: string, act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      const code = stepFailureCode(error);
      if (code === undefined) throw error;
      await inRecord('A task for the stopped step').openTask({
        key: `${errand.workflowId}:stuck:${what}`, kind: 'stuck-step', role: 'operations', workflowId: errand.workflowId, loanNo: errand.loanNo, personId: null,
        title: `${what} has stopped`, details: { code, tries }, dueAt: null, asOf: errand.asOf(),
      });
      errand.stuck = true;
      await waitWall(failedStepPatienceMs, `Stopped: ${what} (${code})`, () => errand.retryAsked);
      errand.stuck = errand.retryAsked = false;
    }
  }
}
