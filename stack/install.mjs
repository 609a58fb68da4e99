/** Installs the packages of package-lock.json when those in node_modules are not they. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Advice, run, withProgress } from './run.mjs';
import { ROOT } from './sources.mjs';

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** What npm wrote last into node_modules says which versions are there; it writes it when it has finished. */
export function isInstalled(root = ROOT) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const { packages: wanted } = readJson(join(root, 'package-lock.json'));
  const { packages: found } = readJson(record);
  return Object.entries(wanted).every(([path, { version, optional }]) => path === '' || (found[path] ? found[path].version === version : optional === true));
}

/** @param {string} [root] */
export async function install(root = ROOT) {
  const [major] = process.versions.node.split('.');
  if (Number(major) < 20) throw new Advice(`Tributary needs Node 20 or later, and this is ${process.version}: install a newer one from https://nodejs.org.`);
  if (isInstalled(root)) return;
  const npm = (command) => run('npm', [...command, '--include=dev', '--no-audit', '--no-fund'], { cwd: root, quiet: true });
  const { ok, output } = await withProgress('Installing packages', async () => {
    const exact = await npm(['ci']);
    // A registry that lacks some other platform's binaries makes npm call a good lock file out of date; this follows it all the same.
    return exact.ok || !exact.output.includes('from lock file') ? exact : npm(['install', '--no-save']);
  });
  if (!ok) throw new Advice(`npm could not install the packages, so nothing can run yet:\n${output.trim().split('\n').slice(0, 12).join('\n')}`);
}
