/** Checks who imports whom, by the rules in `.dependency-cruiser.cjs`. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDERS, listFiles, ROOT } from '../sources.mjs';

const isOurs = (path) => /\.tsx?$/.test(path);

/** @returns {string[]} the TypeScript files that git knows and that exist; without git, those on disk. */
export function knownFiles(root) {
  try {
    const listed = execFileSync('git', ['ls-files', '-z', '*.ts', '*.tsx'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return listed.split('\0').filter((path) => path && existsSync(join(root, path)));
  } catch {
    return listFiles(FOLDERS, root).filter(isOurs);
  }
}

/**
 * @param {string} [root]
 * @returns {Promise<string[]>} one line per violation; none when all is well.
 */
export async function checkImports(root = ROOT) {
  const { cruise } = await import('dependency-cruiser');
  const config = createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs'));
  const folders = FOLDERS.filter((folder) => existsSync(join(root, folder)));
  const { output } = await cruise(folders, { ...config.options, baseDir: root, validate: true, ruleSet: { forbidden: config.forbidden } }, {}, await typescriptSettings(root));
  const lines = output.summary.violations.map(({ rule, from, to, cycle }) => `${from} → ${cycle ? cycle.map(({ name }) => name).join(' → ') : to}: ${rule.name}`);
  const seen = output.modules.filter(({ source }) => isOurs(source) && !source.startsWith('node_modules/'));
  const known = knownFiles(root);
  // A parser that does not understand the compiler's version sees nothing and finds nothing wrong.
  if (seen.length < known.length) lines.push(`only ${seen.length} of ${known.length} TypeScript files were looked at: modules-missing`);
  return lines;
}

async function typescriptSettings(root) {
  const file = join(root, 'tsconfig.json');
  if (!existsSync(file)) return {};
  const { default: extractTSConfig } = await import('dependency-cruiser/config-utl/extract-ts-config');
  return { tsConfig: extractTSConfig(file) };
}
