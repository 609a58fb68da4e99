/**
 * Compiles the project into `dist/`, which has the same folders: TypeScript without its types (lint checks those), every
 * other file as it is, and the workflows' bundle. Only what changed is written, so a second build takes no time.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleHash, bundleWorkflows } from './bundle.mjs';
import { withLock } from './lock.mjs';
import { Advice } from './run.mjs';
import { FOLDERS, hashFiles, isTest, listFiles, ROOT } from './sources.mjs';

const isTypeScript = (path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts');
const isOutput = (path) => !isTest(path) && !/\.d\.m?ts$/.test(path);
const target = (path) => path.replace(/\.tsx?$/, '.js');

/** @type {import('@swc/core').Options} */
const OPTIONS = {
  swcrc: false,
  jsc: {
    parser: { syntax: 'typescript', tsx: true },
    target: 'es2022',
    transform: { react: { runtime: 'automatic', importSource: 'preact' }, verbatimModuleSyntax: true },
  },
  module: { type: 'es6' },
  sourceMaps: true,
};

function readState(dist) {
  try {
    return JSON.parse(readFileSync(join(dist, '.built.json'), 'utf8'));
  } catch {
    return { files: {}, bundle: '' };
  }
}

async function compile(root, dist, path) {
  const { transform } = await import('@swc/core');
  const { code, map } = await transform(readFileSync(join(root, path), 'utf8'), { ...OPTIONS, filename: join(root, path), sourceFileName: path }).catch((error) => {
    throw new Advice(`${path} does not compile:\n${error.message}`);
  });
  const file = join(dist, target(path));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${code}\n//# sourceMappingURL=${file.split('/').pop()}.map\n`);
  if (map) writeFileSync(`${file}.map`, map);
}

function copy(root, dist, path) {
  const file = join(dist, path);
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(join(root, path), file);
}

function remove(dist, path) {
  for (const file of [target(path), `${target(path)}.map`]) rmSync(join(dist, file), { force: true });
}

async function buildFiles(root, dist, before, say) {
  const after = Object.fromEntries(listFiles(FOLDERS, root).filter(isOutput).map((path) => [path, hashFiles([path], root)]));
  const changed = Object.keys(after).filter((path) => after[path] !== before[path] || !existsSync(join(dist, target(path))));
  if (changed.length > 20) say(`Compiling ${changed.length} files`);
  for (const path of Object.keys(before)) if (!(path in after)) remove(dist, path);
  await Promise.all(changed.map((path) => (isTypeScript(path) ? compile(root, dist, path) : copy(root, dist, path))));
  return after;
}

async function buildBundle(root, dist, before, say) {
  if (!existsSync(join(root, 'workflows', 'index.ts'))) return '';
  const hash = bundleHash(root);
  const file = join(dist, 'workflow-bundle.js');
  if (hash === before && existsSync(file)) return hash;
  say('Bundling the workflows');
  copyFileSync(await bundleWorkflows(root), file);
  return hash;
}

/**
 * @param {{root?: string, dist?: string, say?: (line: string) => void}} [options]
 * @returns {Promise<{dist: string}>}
 */
export async function build({ root = ROOT, dist = join(root, 'dist'), say = () => {} } = {}) {
  mkdirSync(dist, { recursive: true });
  await withLock(join(dist, '.building'), async () => {
    const before = readState(dist);
    const files = await buildFiles(root, dist, before.files, say);
    const bundle = await buildBundle(root, dist, before.bundle, say);
    writeFileSync(join(dist, '.built.json'), JSON.stringify({ files, bundle }));
  });
  return { dist };
}
