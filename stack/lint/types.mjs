/** Runs the TypeScript compiler over the whole tree, without output. */
import { join } from 'node:path';
import { run } from '../run.mjs';
import { ROOT } from '../sources.mjs';

/**
 * @param {string} [root]
 * @returns {Promise<string[]>} one line per error.
 */
export async function checkTypes(root = ROOT) {
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { ok, output } = await run(process.execPath, [compiler, '-p', join(root, 'tsconfig.json'), '--noEmit', '--pretty', 'false'], { cwd: root, quiet: true });
  return ok ? [] : output.trim().split('\n');
}
