/** Runs ESLint with the project's rules over a folder: `node stack/lint/style.mjs [folder]`. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { main } from '../run.mjs';
import { ROOT } from '../sources.mjs';

/**
 * @param {string} [root]
 * @param {boolean} [fix] mend what can be mended without thinking
 * @returns {Promise<string[]>} one line per violation.
 */
export async function checkStyle(root = ROOT, fix = false) {
  const { ESLint } = await import('eslint');
  const eslint = new ESLint({ cwd: root, overrideConfigFile: join(ROOT, 'eslint.config.js'), errorOnUnmatchedPattern: false, fix });
  const results = await eslint.lintFiles(['.']);
  if (fix) await ESLint.outputFixes(results);
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, message, ruleId }) => `${filePath.slice(root.length + 1)}:${line ?? 0} ${message} (${ruleId ?? 'parse'})`),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    const lines = await checkStyle(process.argv[2]);
    for (const line of lines) process.stdout.write(`${line}\n`);
    return lines.length ? 1 : 0;
  });
}
