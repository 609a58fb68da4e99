/** A workflow of the same history shape as a loan's, with everything empty: what the Temporal server alone can do. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { CancellationScope, condition, defineSignal, isCancellation, proxyActivities, proxyLocalActivities, setHandler, sleep, upsertSearchAttributes } from '@temporalio/workflow';
import { shareOf } from './shares.js';

export interface Shape { activities: number; localActivities: number; timers: number; signals: number; attributes: number }

/** The activities do nothing; `rest` lets the bench know that this round ends with a wait for so many signals in all. */
export interface EmptyActivities { nothing(): Promise<void>; rest(workflowId: string, signals: number): Promise<void> }

export const news = defineSignal('news');
const state = defineSearchAttributeKey('LoanState', SearchAttributeType.KEYWORD);
const far = '30 days';

const { nothing } = proxyActivities<EmptyActivities>({ startToCloseTimeout: '1 minute' });
const local = proxyLocalActivities<EmptyActivities>({ startToCloseTimeout: '1 minute' });

export async function emptyLoan(workflowId: string, shape: Shape): Promise<void> {
  let heard = 0;
  setHandler(news, () => { heard += 1; });
  const rounds = Math.max(1, shape.timers);
  let expected = 0;
  for (let round = 0; round < rounds; round += 1) {
    const share = (total: number): number => shareOf(total, round, rounds);
    for (let n = share(shape.attributes); n > 0; n -= 1) upsertSearchAttributes([{ key: state, value: `round${round}` }]);
    const [signals, activities, locals] = [share(shape.signals), share(shape.activities), share(shape.localActivities)];
    expected += signals;
    for (let n = 1; n < locals; n += 1) await local.nothing();
    // A timer that no signal ends is ended by an activity, as one that only guards it.
    if (signals === 0 && shape.timers > 0) await beside(far, () => repeat(activities, nothing));
    else await repeat(activities, nothing);
    if (locals > 0) await local.rest(workflowId, expected);
    else if (signals > 0) await nothing();
    const due = expected;
    if (signals > 0) await condition(() => heard >= due, far);
  }
}

async function repeat(times: number, act: () => Promise<void>): Promise<void> {
  for (let n = 0; n < times; n += 1) await act();
}

async function beside(duration: '30 days', act: () => Promise<void>): Promise<void> {
  const scope = new CancellationScope();
  const timer = scope.run(() => sleep(duration)).catch((error: unknown) => { if (!isCancellation(error)) throw error; });
  await act();
  scope.cancel();
  await timer;
}
