/**
 * `npm run lint`: types, style, imports, names. Ends with exit code 1 when anything is wrong, and says what;
 * `npm run lint -- --fix` mends what can be mended without thinking.
 */
import { install } from './install.mjs';
import { main } from './run.mjs';
import { ROOT } from './sources.mjs';

await main(async () => {
  await install();
  const { checkTypes } = await import('./lint/types.mjs');
  const { checkStyle } = await import('./lint/style.mjs');
  const { checkImports } = await import('./lint/imports.mjs');
  const { checkFileNames } = await import('./lint/file-names.mjs');
  const checks = { types: checkTypes, style: () => checkStyle(ROOT, process.argv.includes('--fix')), imports: checkImports, names: checkFileNames };
  let wrong = 0;
  for (const [name, check] of Object.entries(checks)) {
    const start = Date.now();
    const lines = await check();
    wrong += lines.length;
    for (const line of lines) process.stdout.write(`${line}\n`);
    process.stderr.write(`${name.padEnd(8)} ${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s  ${lines.length === 0 ? 'nothing found' : `${lines.length} found`}\n`);
  }
  return wrong ? 1 : 0;
});
