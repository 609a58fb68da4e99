/** What a history costs: activities that a server bills, local ones, timers, signals, events. */
import type { Client } from '@temporalio/client';

export interface HistoryCost { events: number; activities: number; localActivities: number; timers: number; signals: number; updates: number; children: string[]; attributes: number; workflowTasks: number }

export interface HistoryEvent { eventType?: unknown; activityTaskScheduledEventAttributes?: unknown; markerRecordedEventAttributes?: { markerName?: string | null } | null; timerStartedEventAttributes?: unknown;
  workflowExecutionSignaledEventAttributes?: unknown; workflowExecutionUpdateAcceptedEventAttributes?: unknown; upsertWorkflowSearchAttributesEventAttributes?: unknown; workflowTaskScheduledEventAttributes?: unknown;
  startChildWorkflowExecutionInitiatedEventAttributes?: { workflowId?: string | null } | null }

export const figuresOfCost = ['events', 'activities', 'localActivities', 'timers', 'signals', 'updates', 'attributes', 'workflowTasks'] as const;

/** Counts the events of one run. */
export function costOf(history: { events?: HistoryEvent[] | null }): HistoryCost {
  const events = history.events ?? [];
  const having = (key: keyof HistoryEvent) => events.filter((event) => event[key]).length;
  return {
    events: events.length,
    activities: having('activityTaskScheduledEventAttributes'),
    localActivities: events.filter((event) => event.markerRecordedEventAttributes?.markerName === 'core_local_activity').length,
    timers: having('timerStartedEventAttributes'),
    signals: having('workflowExecutionSignaledEventAttributes'),
    updates: having('workflowExecutionUpdateAcceptedEventAttributes'),
    attributes: having('upsertWorkflowSearchAttributesEventAttributes'),
    workflowTasks: having('workflowTaskScheduledEventAttributes'),
    children: events.flatMap((event) => event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId ?? []),
  };
}

export interface RunCost extends HistoryCost { workflowId: string; runId: string; type: string }

/** Every run of every workflow that visibility lists (it lists with some delay), but for those of `known`; keyed by run id. */
export async function costsOfNewRuns(client: Client, known: ReadonlySet<string>): Promise<RunCost[]> {
  const runs: RunCost[] = [];
  for await (const { workflowId, runId, type } of client.workflow.list()) {
    if (known.has(runId)) continue;
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.push({ workflowId, runId, type, ...costOf(history) });
  }
  return runs;
}

/** What several runs cost together. */
export function together(runs: readonly HistoryCost[]): HistoryCost {
  const total: HistoryCost = { events: 0, activities: 0, localActivities: 0, timers: 0, signals: 0, updates: 0, attributes: 0, workflowTasks: 0, children: [] };
  for (const run of runs) {
    for (const figure of figuresOfCost) total[figure] += run[figure];
    total.children.push(...run.children);
  }
  return total;
}
