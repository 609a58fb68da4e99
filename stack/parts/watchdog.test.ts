import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from './waiting.js';

const script = fileURLToPath(new URL('../watchdog.mjs', import.meta.url));

/** A starter that has the watchdog watch a process of its own, says its number, and waits to be killed. */
const STARTER = `
const { spawn } = require('node:child_process');
const dog = spawn(process.execPath, [process.argv[1]], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
const watched = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
dog.stdin.write(JSON.stringify({ watch: watched.pid, signal: 'SIGTERM' }) + '\\n' + JSON.stringify({ remove: process.argv[2] }) + '\\n', () => console.log(watched.pid));
setInterval(() => {}, 1000);
`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the watchdog', () => {
  it('ends what it watches and removes its folders when the starter is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary watched '));
    const starter = spawn(process.execPath, ['-e', STARTER, script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => starter.stdout.once('data', (line: Buffer) => resolve(Number(line.toString()))));
    expect(isAlive(pid)).toBe(true);
    starter.kill('SIGKILL');
    await waitFor('the end of the watched process', 30, async () => (isAlive(pid) ? undefined : true));
    await waitFor('the end of its folder', 30, async () => (existsSync(folder) ? undefined : true));
  });
});
