/** Runs empty workflows of given shapes on the same Temporal server, with a worker of its own. */
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { news, type EmptyActivities, type Shape } from './empty-loan.js';

const taskQueue = 'empty-loans';
const pollers = (maximum: number) => ({ type: 'simple-maximum', maximum }) as const;

/**
 * So many empty loans at the same time, each of one workflow for each shape; signals come as soon as they are waited for.
 * @returns seconds from the first start to the last end.
 */
export async function emptyLoans(client: Client, address: string, shapes: readonly Shape[], count: number): Promise<number> {
  const connection = await NativeConnection.connect({ address });
  const sent = new Map<string, number>();
  const failures: unknown[] = [];
  const tell = async (workflowId: string, signals: number): Promise<void> => {
    const before = sent.get(workflowId) ?? 0;
    sent.set(workflowId, signals);
    for (let n = before; n < signals; n += 1) await client.workflow.getHandle(workflowId).signal(news);
  };
  const activities: EmptyActivities = {
    nothing: () => Promise.resolve(),
    rest: (workflowId, signals) => {
      void tell(workflowId, signals).catch((error: unknown) => failures.push(error));
      return Promise.resolve();
    },
  };
  const worker = await Worker.create({
    connection, taskQueue, activities, workflowsPath: fileURLToPath(new URL('./empty-loan.js', import.meta.url)),
    maxConcurrentLocalActivityExecutions: 40, maxConcurrentActivityTaskExecutions: 52, workflowTaskPollerBehavior: pollers(8), activityTaskPollerBehavior: pollers(8),
  });
  try {
    return await worker.runUntil(async () => {
      const start = performance.now();
      await Promise.all(Array.from({ length: count }, (_, loan) => Promise.all(shapes.map((shape, index) => {
        const workflowId = `empty-${loan}-${index}`;
        return client.workflow.execute('emptyLoan', { taskQueue, workflowId, args: [workflowId, shape] });
      }))));
      if (failures.length > 0) throw new AggregateError(failures, 'signals to empty workflows failed');
      return (performance.now() - start) / 1_000;
    });
  } finally {
    await connection.close();
  }
}
