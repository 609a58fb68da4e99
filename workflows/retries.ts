/**
 * How activities are called: one table of time-outs and retries, one proxy per queue. Every call says in one line what it is
 * for. Whoever calls an activity goes through here, so that none is without a time-out, a policy and a summary.
 */
import { ActivityFailure, isCancellation, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/common';
import { waitWall } from './clock.js';
import { taskQueues, type BankActivities, type MessageActivities, type RecordActivities, type RiskActivities } from './contract.js';

/** The record is near and everything needs it: tried until it is there. */
const record: LocalActivityOptions = {
  startToCloseTimeout: '15s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
};

/** The bank may be away for a while: about twenty minutes of patience before operations are asked. */
const bankRetries: ActivityOptions = {
  taskQueue: taskQueues.bank,
  startToCloseTimeout: '2m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 45 },
};

/** The files of a day may be long, and several days may have passed together; a worker that dies is noticed by its missing heartbeat. */
const reconciliationRetries: ActivityOptions = { ...bankRetries, startToCloseTimeout: '2h', heartbeatTimeout: '1m' };

/** Bureaus and models: as the bank. */
const riskRetries: ActivityOptions = {
  taskQueue: taskQueues.risk,
  startToCloseTimeout: '1m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 45 },
};

/** Messages: the activity writes them; what the networks do not take at once is delivered later by `message:…`. */
const messageRetries: ActivityOptions = {
  taskQueue: taskQueues.messages,
  startToCloseTimeout: '1m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 45 },
};

/** The record is never given up: a write that it refuses is a fault of ours, not of the loan, and is tried again until it is mended. */
export function inRecord(summary: string): RecordActivities {
  const activities = proxyLocalActivities<RecordActivities>({ ...record, summary });
  return new Proxy(activities, { get: (target, name: keyof RecordActivities) => patiently(target[name] as (input: unknown) => Promise<unknown>) });
}

function patiently<I, O>(write: (input: I) => Promise<O>): (input: I) => Promise<O> {
  return async (input) => {
    for (;;) {
      try {
        return await write(input);
      } catch (error) {
        if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
        await waitWall(failedStepPatienceMs, 'The record refused; tried again');
      }
    }
  };
}

export const atBank = (summary: string) => proxyActivities<BankActivities>({ ...bankRetries, summary });
export const reconciling = (summary: string) => proxyActivities<BankActivities>({ ...reconciliationRetries, summary });
export const inRisk = (summary: string) => proxyActivities<RiskActivities>({ ...riskRetries, summary });
export const byMessage = (summary: string) => proxyActivities<MessageActivities>({ ...messageRetries, summary });

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** How long the bank's silence is listened to before it is asked again (wall clock); the last repeats. */
export const bankPatience: readonly number[] = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE];
/** The same for a person's own act on the bank's page. */
export const pagePatience: readonly number[] = [30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE];
/** Between tries to deliver a message. */
export const deliveryPatience: readonly number[] = [10 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 60 * MINUTE];
/** A call rings, is talked through and ends. */
export const callPatience: readonly number[] = [60 * SECOND, 2 * MINUTE, 5 * MINUTE];
/** Bids that are being frozen or paid by hand. */
export const bidPatienceMs = 30 * SECOND;
/** A listing that hears of no bid is looked at all the same: whoever placed one may have died before saying so. */
export const quietListingMs = 6 * 60 * MINUTE;
/** A step of a child that failed is tried again after so long, unless a person asks for it. */
export const failedStepPatienceMs = 10 * MINUTE;

/** The n-th patience (from 0) of a table. */
export function patience(table: readonly number[], n: number): number {
  return table[Math.min(n, table.length - 1)] ?? MINUTE;
}
