/** Makes everything ready to run: packages, `dist/`. Quick when nothing changed. Run alone it does only that. */
import { pathToFileURL } from 'node:url';
import { install } from './install.mjs';
import { main } from './run.mjs';

/** @param {(line: string) => void} say where progress goes */
export async function prepare(say) {
  await install();
  const { build } = await import('./build.mjs');
  return build({ say });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    const { dist } = await prepare((line) => process.stderr.write(`${line}\n`));
    process.stdout.write(`${dist}\n`);
  });
}
