/**
 * Finds or makes the Temporal CLI, which contains the server and its web UI.
 * Order: `temporal` on PATH → our cache → the SDK's own download → `go install` of the pinned version into the cache.
 */
import { accessSync, constants, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { Advice, has, run, withProgress } from './run.mjs';

/** 1.6 and later cannot be built with `go install` (a replace directive in their go.mod). */
const VERSION = '1.5.1';
const DOWNLOAD_HOST = 'temporal.download';

const isExecutable = (file) => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const folder = () => join(cacheFolder(), `temporal-${VERSION}`);

function reachable(host, patienceMs) {
  return new Promise((resolve) => {
    const socket = connect({ host, port: 443, timeout: patienceMs });
    const answer = (is) => () => {
      socket.destroy();
      resolve(is);
    };
    socket.on('connect', answer(true)).on('timeout', answer(false)).on('error', answer(false));
    setTimeout(answer(false), patienceMs).unref();
  });
}

/** The SDK downloads the CLI when it starts a test server: let it, end that server, and keep the file. */
async function download() {
  if (!(await reachable(DOWNLOAD_HOST, 3000))) return undefined;
  const into = `${folder()}.download-${process.pid}`;
  mkdirSync(into, { recursive: true });
  const script = `import { TestWorkflowEnvironment } from '@temporalio/testing';
    const env = await TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'cached-download', downloadDir: process.argv[1] } } });
    await env.teardown();`;
  await withProgress('Downloading the Temporal server', () => run(process.execPath, ['--input-type=module', '-e', script, into], { quiet: true, timeoutMs: 120_000 }));
  const file = readdirSync(into).find((name) => isExecutable(join(into, name)));
  if (file) {
    mkdirSync(folder(), { recursive: true });
    renameSync(join(into, file), join(folder(), 'temporal'));
  }
  rmSync(into, { recursive: true, force: true });
  return file ? join(folder(), 'temporal') : undefined;
}

async function build() {
  if (!has('go')) return undefined;
  const into = `${folder()}.build-${process.pid}`;
  mkdirSync(into, { recursive: true });
  const { ok, output } = await withProgress('Building the Temporal server from source (once; about three minutes on two cores)', () =>
    run('go', ['install', `github.com/temporalio/cli/cmd/temporal@v${VERSION}`], { quiet: true, env: { ...process.env, GOBIN: into, GOFLAGS: '' } }),
  );
  if (ok) {
    mkdirSync(folder(), { recursive: true });
    renameSync(join(into, 'temporal'), join(folder(), 'temporal'));
  }
  rmSync(into, { recursive: true, force: true });
  if (!ok) process.stderr.write(`go install failed:\n${output.split('\n').slice(-8).join('\n')}\n`);
  return ok ? join(folder(), 'temporal') : undefined;
}

/**
 * @returns {Promise<{path: string, from: string}>} the program, and in a few words where it was taken from.
 * @throws {Advice} saying what to install when none of the ways worked.
 */
export async function findTemporalCli() {
  if (has('temporal') && (await run('temporal', ['--version'], { quiet: true })).ok) return { path: 'temporal', from: 'temporal on PATH' };
  const cached = join(folder(), 'temporal');
  if (isExecutable(cached)) return { path: cached, from: `our cache (${cached})` };
  const downloaded = await download();
  if (downloaded) return { path: downloaded, from: "the SDK's own download" };
  const built = await build();
  if (built) return { path: built, from: `go install (version ${VERSION})` };
  throw new Advice(
    'There is no Temporal server: install Go 1.23 or later (https://go.dev/dl) or the Temporal CLI (https://docs.temporal.io/cli) and run this again, or set TEMPORAL_ADDRESS to a server of your own.',
  );
}
