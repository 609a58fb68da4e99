/** As whom PostgreSQL runs: it refuses root, and the machine's user `postgres` may be kept out of root's folders. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Advice } from '../advice.mjs';

const NAME = 'postgres';

export interface ServerUser {
  /** Owner of the data folder; undefined when we are not root and everything is ours. */
  ids?: { uid: number; gid: number };
  /** The command line that runs a program as this user. */
  commandLine(program: string, args: string[]): { command: string; args: string[]; user?: { uid: number; gid: number } };
}

function idOf(option: '-u' | '-g'): number | undefined {
  try {
    return Number(execFileSync('id', [option, NAME], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim());
  } catch {
    return undefined;
  }
}

function machineUser(): { uid: number; gid: number } {
  if (idOf('-u') === undefined) execFileSync('useradd', ['--system', '--user-group', '--no-create-home', NAME], { stdio: 'ignore' });
  const [uid, gid] = [idOf('-u'), idOf('-g')];
  if (uid === undefined || gid === undefined) throw new Advice('PostgreSQL does not run as root and the user "postgres" could not be made: run as another user, or set DATABASE_URL.');
  return { uid, gid };
}

/** The closest folder that exists: that of a file, or where a folder is going to be made. */
function existingFolder(path: string): string {
  let folder = dirname(resolve(path));
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

function succeeds(command: string, args: string[], ids?: { uid: number; gid: number }): boolean {
  try {
    execFileSync(command, args, { ...ids, stdio: 'ignore', cwd: '/' });
    return true;
  } catch {
    return false;
  }
}

/** Linux lets root give a program one of its powers, that of entering any folder, and keep the others. */
function mayEnterAnything({ uid, gid }: { uid: number; gid: number }): string[] {
  return [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search', '--'];
}

/**
 * @param paths what the server must reach: its programs and its data folder.
 * @throws Advice when we are root and the server could not enter one of them.
 */
export function serverUser(paths: string[]): ServerUser {
  if (process.getuid?.() !== 0) return { commandLine: (command, args) => ({ command, args }) };
  const ids = machineUser();
  const closed = paths.map(existingFolder).find((folder) => !succeeds('ls', [folder], ids) && !succeeds('test', ['-x', folder], ids));
  if (!closed) return { ids, commandLine: (command, args) => ({ command, args, user: ids }) };
  if (succeeds('setpriv', [...mayEnterAnything(ids), 'ls', closed])) {
    return { ids, commandLine: (command, args) => ({ command: 'setpriv', args: [...mayEnterAnything(ids), command, ...args] }) };
  }
  throw new Advice(
    `PostgreSQL runs as the user "postgres", who may not enter ${closed}: put the project (and TRIBUTARY_DATA) into a folder open to all, such as /srv, or run as another user than root, or set DATABASE_URL.`,
  );
}
