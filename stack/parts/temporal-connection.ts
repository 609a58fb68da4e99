import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Settings } from '../settings.js';

export type TemporalSettings = Pick<Settings, 'TEMPORAL_ADDRESS' | 'TEMPORAL_NAMESPACE' | 'TEMPORAL_TLS' | 'TEMPORAL_API_KEY'>;

function optionsOf(settings: TemporalSettings): { address: string; tls: boolean; apiKey?: string } {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_TLS: tls, TEMPORAL_API_KEY: apiKey } = settings;
  return { address, tls, ...(apiKey ? { apiKey } : {}) };
}

/** Tries until it works: a server that starts later, or comes back, is found. `stopped` ends the trying with an error. */
async function untilConnected<T>(what: string, connect: () => Promise<T>, log: Logger, stopped: () => boolean): Promise<T> {
  for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, 5_000)) {
    try {
      return await connect();
    } catch (error) {
      if (stopped()) throw error;
      log.warn({ err: error }, `${what} is not reached yet`);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

/** A client; the connection finds the server again by itself after an outage. */
export async function connectClient(settings: TemporalSettings, log: Logger, stopped: () => boolean = () => false): Promise<{ client: Client; connection: Connection }> {
  const connection = await untilConnected('Temporal', () => Connection.connect(optionsOf(settings)), log, stopped);
  return { client: new Client({ connection, namespace: settings.TEMPORAL_NAMESPACE }), connection };
}

/** The connection that workers poll through. */
export async function connectWorkers(settings: TemporalSettings, log: Logger, stopped: () => boolean = () => false): Promise<NativeConnection> {
  return untilConnected('Temporal', () => NativeConnection.connect(optionsOf(settings)), log, stopped);
}
