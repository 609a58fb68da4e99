/** Gathers Signals to one workflow: it is told at most once in a while, and the last news is never lost. Technical time, wall clock. */
export interface Gatherer {
  /** There is news for the workflow. */
  news(workflowId: string): void;
  /** Sends at once what is gathered, and ends. */
  close(): Promise<void>;
}

export function createGatherer(send: (workflowId: string) => Promise<void>, intervalMs: number): Gatherer {
  /** Workflows told within the interval, and whether there is more to tell. */
  const recent = new Map<string, { timer: NodeJS.Timeout; more: boolean }>();
  const sending = new Set<Promise<void>>();

  function sendNow(workflowId: string): void {
    const sent = send(workflowId).finally(() => sending.delete(sent));
    sending.add(sent);
    recent.set(workflowId, { timer: setTimeout(() => intervalOver(workflowId), intervalMs), more: false });
  }

  function intervalOver(workflowId: string): void {
    const more = recent.get(workflowId)?.more ?? false;
    recent.delete(workflowId);
    if (more) sendNow(workflowId);
  }

  return {
    news(workflowId) {
      const told = recent.get(workflowId);
      if (told) told.more = true;
      else sendNow(workflowId);
    },
    async close() {
      for (const [workflowId, { timer, more }] of recent) {
        clearTimeout(timer);
        if (more) sending.add(send(workflowId));
      }
      recent.clear();
      await Promise.all(sending);
    },
  };
}
