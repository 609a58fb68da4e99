/**
 * `npm test`: sets up whatever is missing, then runs every test, and ends with `N passed, N failed`.
 * `npm test -- web/borrower` runs the tests whose path contains that; arguments with a dash are jest's.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { prepare } from './prepare.mjs';
import { Advice, main } from './run.mjs';
import { ROOT } from './sources.mjs';
import { closingLine, count, pattern, SUITES } from './suites.mjs';

const say = (line) => process.stderr.write(`${line}\n`);

/** What the tests need beside packages; each is looked for, made or installed, and named when it cannot be had. */
async function prepareServers() {
  const { findTemporalCli } = await import('./temporal-cli.mjs');
  const { findTestServer } = await import('./test-server.mjs');
  const { findBrowser } = await import('./browser.mjs');
  say(`Temporal: ${(await findTemporalCli()).from}`);
  const testServer = await findTestServer();
  say(testServer ? `Time-skipping server: ${testServer}` : "Time-skipping server: the SDK's own download (install Java 17 and Maven if that is not possible here)");
  say(`Browser: ${(await findBrowser()) ?? 'none (install chromium for the tests of pages)'}`);
}

/** Starts the servers that all suites share, in a process of their own; it ends when its standard input does. */
async function startRunServers() {
  const child = spawn(process.execPath, [join(ROOT, 'test', 'serve-run.mjs')], { cwd: ROOT, stdio: ['pipe', 'pipe', 2] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Advice(`The servers for the tests did not start (exit code ${code}); the lines above say why.`)));
  });
  return {
    env: JSON.parse(line),
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Runs jest once and counts what passed and failed. */
async function runJest(args, env) {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-report-'));
  const report = join(folder, 'report.json');
  const options = `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`.trim();
  const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  const child = spawn(process.execPath, [jest, '--passWithNoTests', '--json', `--outputFile=${report}`, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...env, NODE_OPTIONS: options },
  });
  const code = await new Promise((resolve) => child.once('exit', (exit) => resolve(exit ?? 1)));
  const outcome = count(readReport(report));
  rmSync(folder, { recursive: true, force: true });
  return { passed: outcome.passed, failed: code !== 0 && outcome.failed === 0 ? 1 : outcome.failed };
}

async function runSuites(env) {
  const lines = [];
  const total = { passed: 0, failed: 0 };
  for (const { name, folders, workers } of SUITES) {
    const start = Date.now();
    say(`\n== ${name} (${folders.join(', ')})`);
    const outcome = await runJest(['--testPathPatterns', pattern(folders, ROOT), '--maxWorkers', String(workers)], env);
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    lines.push({ name, seconds: (Date.now() - start) / 1000, outcome });
  }
  const all = lines.reduce((sum, { seconds }) => sum + seconds, 0);
  say('');
  for (const { name, seconds, outcome } of lines) {
    say(`${name.padEnd(22)} ${seconds.toFixed(1).padStart(7)} s ${((100 * seconds) / all).toFixed(0).padStart(4)} %   ${closingLine(outcome)}`);
  }
  return total;
}

async function runAll(args) {
  await prepare(say);
  await prepareServers();
  const servers = await startRunServers();
  try {
    return args.length ? await runJest(args, servers.env) : await runSuites(servers.env);
  } finally {
    await servers.stop();
  }
}

await main(async () => {
  let total;
  try {
    total = await runAll(process.argv.slice(2));
  } catch (error) {
    say(error instanceof Advice ? error.message : error.stack);
    total = { passed: 0, failed: 1 };
  }
  process.stdout.write(`${closingLine(total)}\n`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
});
