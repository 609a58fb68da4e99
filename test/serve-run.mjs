/**
 * Holds the servers of one `npm test` for several jest runs: prints the environment that leads to them as one line of
 * JSON, and stops them when its standard input ends.
 */
import { register } from 'node:module';

register('./typescript-loader.mjs', import.meta.url);
const { startRunServers } = await import('./run-servers.ts');
const servers = await startRunServers();
process.stdout.write(`${JSON.stringify(servers.env)}\n`);
// A terminal's Ctrl-C reaches this process too; the one that started it closes our input when it is done.
process.on('SIGINT', () => {});
process.stdin.resume().on('end', () => void servers.stop().then(() => process.exit(0)));
