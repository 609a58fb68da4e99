/** Bundles the workflows ahead of time, once per version of their source; a worker then starts in no time. */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheFolder } from './cache.mjs';
import { Advice, main } from './run.mjs';
import { hashFiles, isTest, listFiles, ROOT } from './sources.mjs';

const KEPT = 12;

/** The cache holds the bundles of the last few versions. */
function forgetOld(folder) {
  const byAge = readdirSync(folder).map((name) => ({ name, usedAt: statSync(join(folder, name)).mtimeMs })).sort((a, b) => b.usedAt - a.usedAt);
  for (const { name } of byAge.slice(KEPT)) rmSync(join(folder, name), { force: true });
}

/** Everything a bundle is made of: the workflows, the rules they call, and the versions of the packages. */
export function bundleHash(root = ROOT) {
  const files = listFiles(['workflows', 'domain'], root).filter((file) => !isTest(file));
  return hashFiles([...files, 'package-lock.json'], root);
}

/**
 * @param {string} [root] the project's folder
 * @returns {Promise<string>} path of the bundle of `workflows/index.ts`.
 */
export async function bundleWorkflows(root = ROOT) {
  const entry = join(root, 'workflows', 'index.ts');
  if (!existsSync(entry)) throw new Advice('There are no workflows to bundle: workflows/index.ts is missing.');
  const folder = join(cacheFolder(), 'bundles');
  const path = join(folder, `${bundleHash(root)}.js`);
  if (existsSync(path)) {
    utimesSync(path, new Date(), new Date());
    return path;
  }
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const quiet = { trace() {}, debug() {}, info() {}, warn: console.error, error: console.error, log() {} };
  const { code } = await bundleWorkflowCode({ workflowsPath: entry, logger: quiet });
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, code);
  renameSync(`${path}.${process.pid}`, path);
  forgetOld(folder);
  return path;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => process.stdout.write(`${await bundleWorkflows()}\n`) && 0);
}
