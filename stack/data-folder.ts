/** The folder that holds everything of one installation: whose it is, whether it is whole, and who uses it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Advice } from './advice.mjs';
import { waitFor } from './parts/waiting.js';

export interface DataFolder {
  path: string;
  /** Absolute path of a file or folder in it. */
  at(...parts: string[]): string;
  /** Notes that the first start came to its end: from now on nothing may be missing. */
  markComplete(): void;
  /** Notes the address under which it is in use, for whoever tries to start it a second time. */
  announce(address: string): void;
  /** Lets another process use it. */
  close(): void;
}

interface Installation {
  madeBy: 'tributary';
  complete: boolean;
}

interface Use {
  pid: number;
  address?: string;
}

/** What must not be missing once the first start came to its end. */
const PARTS = ['keys', 'postgres', 'sandbox-postgres', 'temporal.db'];

function readJson<T>(file: string): T | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    // Written in the moment of a crash: as good as not there.
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // Process numbers are given again: after a restart of the machine this one may be a stranger's.
  const commandLine = `/proc/${pid}/cmdline`;
  return !existsSync('/proc/self') || (existsSync(commandLine) && readFileSync(commandLine, 'utf8').includes('node'));
}

function assertOurs(path: string): void {
  if (!existsSync(path)) return;
  const marker = join(path, 'installation.json');
  if (readdirSync(path).length > 0 && !existsSync(marker)) {
    throw new Advice(`${path} holds something that is not Tributary's: choose another folder with --data DIR (or TRIBUTARY_DATA), or empty this one.`);
  }
}

function assertWhole(path: string, needed: readonly string[]): void {
  if (readJson<Installation>(join(path, 'installation.json'))?.complete !== true) return;
  const missing = needed.filter((part) => !existsSync(join(path, part)));
  if (missing.length) {
    throw new Advice(`The data folder ${path} is incomplete (${missing.join(', ')} missing): put back what was there, or delete it all with "npm run reset" and start afresh.`);
  }
}

function takeUse(path: string): void {
  const file = join(path, 'in-use.json');
  const use = readJson<Use>(file);
  if (use && use.pid !== process.pid && isRunning(use.pid)) {
    throw new Advice(`Tributary already runs on ${path} (process ${use.pid}${use.address ? `, ${use.address}` : ''}): use that one, end it with Ctrl-C, or start with --data DIR and --port N beside it.`);
  }
  writeFileSync(file, JSON.stringify({ pid: process.pid } satisfies Use));
}

/** A server whose supervisor was killed may need some seconds to end; its data must not be opened by a second one. */
async function waitForOrphans(path: string): Promise<void> {
  for (const cluster of ['postgres', 'sandbox-postgres']) {
    const file = join(path, cluster, 'postmaster.pid');
    const pid = (): number => Number(existsSync(file) ? readFileSync(file, 'utf8').split('\n')[0] : 0);
    const ended = async (): Promise<true | undefined> => {
      const now = pid();
      if (!now) return true;
      try {
        process.kill(now, 0);
        return undefined;
      } catch {
        return true;
      }
    };
    await waitFor(`the end of the database server left over in ${path}`, 15, ended);
  }
}

/**
 * Takes a data folder into use, making it when it does not exist. One whose first start was interrupted is finished.
 * @param embedded the names in it that this configuration keeps there.
 * @throws Advice when it is somebody else's, incomplete, or in use.
 */
export async function openDataFolder(path: string, embedded: readonly string[] = PARTS): Promise<DataFolder> {
  assertOurs(path);
  assertWhole(path, embedded);
  mkdirSync(path, { recursive: true });
  const marker = join(path, 'installation.json');
  if (!existsSync(marker)) writeFileSync(marker, JSON.stringify({ madeBy: 'tributary', complete: false } satisfies Installation));
  takeUse(path);
  await waitForOrphans(path);
  return {
    path,
    at: (...parts) => join(path, ...parts),
    markComplete: () => writeFileSync(marker, JSON.stringify({ madeBy: 'tributary', complete: true } satisfies Installation)),
    announce: (address) => writeFileSync(join(path, 'in-use.json'), JSON.stringify({ pid: process.pid, address } satisfies Use)),
    close: () => rmSync(join(path, 'in-use.json'), { force: true }),
  };
}
