/** Keeps the one workflow `business-day` going: daily and monthly work hangs on it. */
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { dateAt } from '../domain/dates.js';
import { businessNow, segmentNow } from '../db/clock.js';
import type { Pool } from '../db/pool.js';
import { businessDayWorkflowId, taskQueues, workflowTypes } from '../workflows/contract.js';
import type { BusinessDayInput } from '../workflows/contract.js';

const lookMs = 60_000;
const retryMs = 2_000;

/** Starts it when it does not run, and looks again every minute: somebody may have terminated it. */
export function keepBusinessDay(deps: { client: Client; pool: Pool; log: Logger; zoneOffsetMinutes: number }): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const look = async (): Promise<void> => {
    let pause = lookMs;
    try {
      await startBusinessDay(deps);
    } catch (error) {
      pause = retryMs;
      deps.log.warn({ err: error }, 'the business day could not be started yet');
    }
    if (!stopped) timer = setTimeout(() => void look(), pause);
  };
  void look();
  return { stop: () => { stopped = true; clearTimeout(timer); } };
}

/** Starts `business-day` with today; the one that runs stays. */
export async function startBusinessDay({ client, pool, zoneOffsetMinutes }: { client: Client; pool: Pool; zoneOffsetMinutes: number }): Promise<void> {
  const wall = Date.now();
  const clock = await segmentNow(pool, wall);
  const input: BusinessDayInput = { day: dateAt(businessNow(clock, wall), zoneOffsetMinutes), zoneOffsetMinutes, clock };
  await client.workflow.start(workflowTypes.businessDay, {
    staticSummary: 'The platform’s own days: closed and compared with the bank', workflowId: businessDayWorkflowId, taskQueue: taskQueues.loans, args: [input], workflowIdConflictPolicy: 'USE_EXISTING',
  });
}
