/** `npm start`: installs and compiles what is missing, finds the Temporal server, and starts everything (`stack/main.ts`). */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { main } from './run.mjs';

const say = (line) => process.stderr.write(`${line}\n`);

async function temporal() {
  if (process.env.TEMPORAL_ADDRESS) {
    say(`Temporal: yours at ${process.env.TEMPORAL_ADDRESS}`);
    return {};
  }
  const { findTemporalCli } = await import('./temporal-cli.mjs');
  const { path, from } = await findTemporalCli();
  say(`Temporal: ${from}`);
  return { TRIBUTARY_TEMPORAL_CLI: path };
}

await main(async () => {
  const args = process.argv.slice(2);
  const { dist } = await prepare(say);
  const env = { ...process.env, ...(args.includes('--help') ? {} : await temporal()) };
  const child = spawn(process.execPath, ['--enable-source-maps', join(dist, 'stack', 'main.js'), ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env });
  // The supervisor ends its parts in order, and then we end. A terminal's Ctrl-C reaches it twice, which it does not mind;
  // should we be killed, it hears it by the channel between us.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
});
