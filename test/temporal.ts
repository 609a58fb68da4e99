import { Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { findTestServer } from '../stack/test-server.mjs';
import { registerSearchAttributes } from '../stack/parts/temporal.js';
import { askRunServer } from './run-server-client.js';

/**
 * A Temporal server whose clock skips ahead while a result is awaited or in `env.sleep`, with the platform's search
 * attributes. Its clock is shared by all who use it: one per test file. Call `teardown()` in `afterAll`.
 */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const path = await findTestServer();
  const environment = await startPatiently(() => TestWorkflowEnvironment.createTimeSkipping(path ? { server: { executable: { type: 'existing-path', path } } } : {}));
  await registerSearchAttributes(environment.connection);
  return environment;
}

/** The SDK gives a server five seconds to start, which a busy machine with a cold Java may need for itself. */
async function startPatiently<T>(start: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start();
    } catch (error) {
      // Under jest the SDK's errors are not instances of this realm's Error: the text decides.
      if (tries === MOST_STARTS || !String(error).includes('did not start within')) throw error;
    }
  }
}

const MOST_STARTS = 6;

/** The run's one real Temporal server: started when the first test file asks, ended with the run. */
export interface DevServer {
  /** `host:port`. Use a task queue of your own. */
  address: string;
  connection: Connection;
  /** Closes this file's connection; the server goes on. */
  close(): Promise<void>;
}

export async function devServer(): Promise<DevServer> {
  const { address } = await askRunServer<{ address: string }>('temporal');
  const connection = await Connection.connect({ address });
  return { address, connection, close: () => connection.close() };
}
