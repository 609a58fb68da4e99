/** Installs Debian packages where that is allowed: on Debian's kin, as root. */
import { has, run, withProgress } from './run.mjs';

/** @returns {boolean} whether this machine lets us install packages. */
export function mayInstall() {
  return process.getuid?.() === 0 && has('apt-get');
}

/**
 * @param {string} what for people
 * @param {string[]} packages
 * @returns {Promise<boolean>} whether they are installed now.
 */
export async function aptInstall(what, packages) {
  if (!mayInstall()) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { quiet: true, env });
  const { ok, output } = await withProgress(`Installing ${what} (${packages.join(', ')})`, async () => {
    const first = await install();
    if (first.ok) return first;
    await run('apt-get', ['update'], { quiet: true, env });
    return install();
  });
  if (!ok) process.stderr.write(`apt-get could not: ${output.trim().split('\n').slice(-3).join(' ')}\n`);
  return ok;
}
