/** Runs other programs for the scripts of this folder, which use nothing but what Node brings. */
import { spawn, spawnSync } from 'node:child_process';
import { Advice } from './advice.mjs';

export { Advice };

/** @param {string} command @returns {boolean} whether the machine has it. */
export function has(command) {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', command], { stdio: 'ignore' }).status === 0;
}

/**
 * Runs to the end; what it prints goes to our standard error unless `quiet`, when it is kept and shown only on failure.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, timeoutMs?: number}} [options]
 * @returns {Promise<{ok: boolean, output: string}>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 2, 2],
      timeout: options.timeoutMs,
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ ok: false, output: `${output}${error.message}` }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/**
 * Says on standard error that something long goes on, with the time it has taken so far, until it is done.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(what, work) {
  const start = Date.now();
  const elapsed = () => {
    const seconds = Math.round((Date.now() - start) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  };
  const live = process.stderr.isTTY === true;
  process.stderr.write(live ? what : `${what}\n`);
  const timer = setInterval(() => process.stderr.write(live ? `\r${what} ${elapsed()}` : `  still at it, ${elapsed()}\n`), live ? 1000 : 30_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    process.stderr.write(live ? `\r${what} ${elapsed()}\n` : `  done in ${elapsed()}\n`);
  }
}

/** Runs a script's main function; an Advice is printed as it is, anything else with its stack. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Advice ? error.message : error?.stack ?? error}\n`);
    process.exitCode = 1;
  }
}
