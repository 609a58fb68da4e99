/** `npm run -s chaos`: kills worker, web server and bank of a living platform at random moments, then holds its books against the bank. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Advice } from '../advice.mjs';
import { startStack } from '../supervisor.js';
import { readArguments, USAGE, type ChaosArguments } from './arguments.js';
import { liveAndHold, type ChaosResult } from './market.js';

const dist = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function chaos(asked: ChaosArguments): Promise<ChaosResult> {
  const dataFolder = asked.data ?? mkdtempSync(join(tmpdir(), 'tributary-chaos-'));
  const stack = await startStack({ dataFolder, dist, ports: 'free', host: '127.0.0.1', logLevel: 'warn', temporalCli: process.env['TRIBUTARY_TEMPORAL_CLI'], say });
  try {
    return await liveAndHold(stack, { seed: asked.seed, kills: asked.kills, forMs: asked.minutes * 60_000, say });
  } finally {
    await stack.stop();
    if (asked.data === null) rmSync(dataFolder, { recursive: true, force: true });
  }
}

function describe({ seed, injected, checked, violations }: ChaosResult): string[] {
  return [
    `Seed ${seed}: killed ${Object.entries(injected).map(([part, times]) => `${part} ${times} times`).join(', ')}`,
    `Looked at ${checked.loans} loans (${checked.loansFunded} funded), ${checked.bids} bids, ${checked.payments} payments, ${checked.instructions} instructions (${checked.instructionsOpen} open), ${checked.journals} journals, ${checked.accountsCompared} accounts at the bank`,
    ...violations.map(({ what, where }) => `VIOLATED: ${what}: ${where.join(', ')}`),
    violations.length === 0 ? 'Nothing is lost, nothing is doubled.' : 'Something IS wrong.',
  ];
}

try {
  const asked = readArguments(process.argv.slice(2));
  if (!asked) {
    say(USAGE);
    process.exit(0);
  }
  const result = await chaos(asked);
  process.stdout.write(`${describe(result).join('\n')}\n`);
  if (asked.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(result.violations.length === 0 ? 0 : 1);
} catch (error) {
  say(error instanceof Advice ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
}
