/** Temporal workers for the platform's queues; each can run in a process of its own. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import type { NativeConnection, WorkerOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { BankActivities, MessageActivities, RecordActivities, RiskActivities } from '../workflows/contract.js';
import { taskQueues } from '../workflows/contract.js';

export interface Crew {
  record: RecordActivities;
  bank: BankActivities;
  risk: RiskActivities;
  messages: MessageActivities;
}

export interface WorkersOptions {
  connection: NativeConnection;
  namespace: string;
  crew: Crew;
  log: Logger;
  /** The compiled workflows; found beside the compiled project, or bundled at start. */
  bundlePath?: string;
}

export interface Workers {
  /** Ends them: what runs may finish within the grace time. */
  stop(): Promise<void>;
}

/** Work begun before SIGTERM may finish within so long; then it is cut off and done again elsewhere. */
const graceMs = 10_000;
const forceMs = 11_000;
const restartMs = 2_000;

/** The bundle that `stack/build.mjs` puts beside the compiled project, or the workflows' source, bundled when the worker starts. */
function workflowSource(bundlePath: string | undefined): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const beside = bundlePath ?? fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
  if (existsSync(beside)) return { workflowBundle: { codePath: beside } };
  const compiled = fileURLToPath(new URL('../workflows/index.js', import.meta.url));
  return { workflowsPath: existsSync(compiled) ? compiled : compiled.replace(/\.js$/, '.ts') };
}

/** `maxConcurrent…Polls` is documented but not read in SDK 1.24: pollers are set by their behaviour. */
const pollers = (maximum: number): NonNullable<WorkerOptions['workflowTaskPollerBehavior']> => ({ type: 'simple-maximum', maximum });

function specs({ crew, bundlePath }: WorkersOptions): (Partial<WorkerOptions> & { taskQueue: string })[] {
  const activities = (queue: string, does: object, atOnce: number): Partial<WorkerOptions> & { taskQueue: string } => ({
    taskQueue: queue, activities: does, maxConcurrentActivityTaskExecutions: atOnce, activityTaskPollerBehavior: pollers(4),
  });
  return [
    {
      ...workflowSource(bundlePath), taskQueue: taskQueues.loans, activities: crew.record, maxConcurrentLocalActivityExecutions: 40,
      workflowTaskPollerBehavior: pollers(8), activityTaskPollerBehavior: pollers(1),
    },
    activities(taskQueues.bank, crew.bank, 24),
    activities(taskQueues.risk, crew.risk, 12),
    activities(taskQueues.messages, crew.messages, 16),
  ];
}

/** What the SDK says goes to our log, from warnings on: it says much that concerns nobody ("no workflows registered"). Once a process. */
export function hearTemporal(log: Logger): void {
  const unneeded = /^No (workflows|activities) registered/;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      if (unneeded.test(message)) return;
      log[level === 'ERROR' ? 'error' : 'warn']({ ...meta }, message);
    }),
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) } },
    shutdownSignals: [],
  });
}

/** Creates and runs the workers; one that breaks is made anew. Resolves when all of them poll. */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const stopping = { now: false };
  const running = new Map<string, Worker>();
  const ended: Promise<void>[] = [];
  const create = (spec: Partial<WorkerOptions> & { taskQueue: string }): Promise<Worker> =>
    Worker.create({ ...spec, connection: options.connection, namespace: options.namespace, shutdownGraceTime: graceMs, shutdownForceTime: forceMs });

  const keep = async (spec: Partial<WorkerOptions> & { taskQueue: string }, first: Worker): Promise<void> => {
    for (let worker = first; ;) {
      running.set(spec.taskQueue, worker);
      try {
        await worker.run();
        return;
      } catch (error) {
        if (stopping.now) return;
        options.log.error({ err: error, queue: spec.taskQueue }, 'a worker broke and is made anew');
      }
      worker = await again(() => create(spec), options.log, () => stopping.now);
    }
  };

  for (const spec of specs(options)) ended.push(keep(spec, await create(spec)));
  return {
    stop: async () => {
      stopping.now = true;
      for (const worker of running.values()) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.all(ended);
    },
  };
}

async function again<T>(make: () => Promise<T>, log: Logger, stopped: () => boolean): Promise<T> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, restartMs));
    try {
      return await make();
    } catch (error) {
      if (stopped()) throw error;
      log.warn({ err: error }, 'a worker cannot be made yet');
    }
  }
}
