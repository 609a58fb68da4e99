/** `npm run resume -- LN42 LN43` or `-- --all`: starts lost workflows again from the record. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Connection, Client } from '@temporalio/client';
import { createPool } from '../db/pool.js';
import { Advice } from './advice.mjs';
import { installationSettings } from './installation.js';
import { resumeAll, resumeLoan } from './resuming.js';
import type { Resumed } from './resuming.js';

const USAGE = `npm run resume -- LN… [LN…]   starts these loans' workflows from the record, where they no longer run
npm run resume -- --all       every loan that lives in the record and not in Temporal
  --data DIR                  the installation's data folder; default: .data in the project, or TRIBUTARY_DATA
  --json                      the last line is one JSON object`;

const sentences: Record<Resumed['status'], string> = {
  resumed: 'was lost and runs again', 'still-running': 'runs: nothing was done', 'has-ended': 'has ended: there is nothing to resume', 'no-such-loan': 'is not in the record',
};

async function resume(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { all: { type: 'boolean' }, data: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help || (!values.all && positionals.length === 0)) throw new Advice(USAGE);
  const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const settings = await installationSettings(values.data ?? process.env.TRIBUTARY_DATA ?? join(project, '.data'), process.env);
  const pool = createPool(settings.DATABASE_URL ?? '', { name: 'resume', max: 4 });
  const connection = await Connection.connect({ address: settings.TEMPORAL_ADDRESS, tls: settings.TEMPORAL_TLS === 'true', ...(settings.TEMPORAL_API_KEY ? { apiKey: settings.TEMPORAL_API_KEY } : {}) });
  try {
    const deps = { pool, client: new Client({ connection, namespace: settings.TEMPORAL_NAMESPACE ?? 'default' }), wallNow: () => Date.now() };
    const results = values.all ? await resumeAll(deps) : await Promise.all(positionals.map((loanNo) => resumeLoan(deps, loanNo)));
    for (const result of results) process.stdout.write(`${result.loanNo} ${sentences[result.status]}${result.status === 'resumed' ? ` (${[result.state, ...result.children].join(', ')})` : ''}\n`);
    if (values.json) process.stdout.write(`${JSON.stringify({ resumed: results.filter((result) => result.status === 'resumed').map((result) => result.loanNo), results })}\n`);
    return results.every((result) => result.status !== 'no-such-loan');
  } finally {
    await Promise.all([connection.close(), pool.end()]);
  }
}

try {
  if (!(await resume())) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Advice ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
