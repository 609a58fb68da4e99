/** Jest's global setup: the servers of one test run (see `test/run-servers.ts`), unless `npm test` holds them already. */
import { register } from 'node:module';

export default async function setUp() {
  if (process.env.TRIBUTARY_TEST_RUN) return;
  register('./typescript-loader.mjs', import.meta.url);
  const { startRunServers } = await import('./run-servers.ts');
  const servers = await startRunServers();
  Object.assign(process.env, servers.env);
  globalThis.tributaryRunServers = servers;
}
