import { askRunServer } from './run-server-client.js';

/** The compiled project (`dist/`), for tests that start real processes; compiled once per run where it is out of date. */
export async function compiledProject(): Promise<string> {
  return (await askRunServer<{ path: string }>('dist')).path;
}
