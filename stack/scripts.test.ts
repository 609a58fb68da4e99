import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { compiledProject } from '../test/dist.js';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

async function run(command: string, args: string[], env: Record<string, string> = {}, cwd = root): Promise<Ended> {
  const child = spawn(command, args, { cwd, env: { ...process.env, NODE_OPTIONS: '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tributary scripts '))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('.ci/run', () => {
  /** The script beside an `npm` that says and ends as told. */
  async function ci(lint: string, test: string): Promise<Ended> {
    mkdirSync(join(folder, '.ci'));
    copyFileSync(join(root, '.ci', 'run'), join(folder, '.ci', 'run'));
    writeFileSync(join(folder, 'npm'), `#!/bin/sh\nif [ "$3" = lint ]; then ${lint}; fi\n${test}\n`);
    chmodSync(join(folder, 'npm'), 0o755);
    return run('bash', [join(folder, '.ci', 'run')], { PATH: `${folder}:${process.env.PATH ?? ''}` });
  }
  const lastLine = ({ stdout }: Ended): string | undefined => stdout.trim().split('\n').pop();

  it('is content with clean code and passing tests', async () => {
    const ended = await ci('exit 0', 'echo "12 passed, 0 failed"');
    expect([ended.code, lastLine(ended)]).toEqual([0, '12 passed, 0 failed']);
  });

  it('counts what lint finds as a failure, and runs the tests all the same', async () => {
    const ended = await ci('exit 1', 'echo "12 passed, 0 failed"');
    expect([ended.code, lastLine(ended)]).toEqual([1, '12 passed, 1 failed']);
  });

  it('fails with the tests, also when they died without a word', async () => {
    expect(await ci('exit 0', 'echo "11 passed, 1 failed"; exit 1')).toMatchObject({ code: 1, stdout: '11 passed, 1 failed\n' });
    rmSync(join(folder, '.ci'), { recursive: true });
    const dead = await ci('exit 0', 'exit 137');
    expect([dead.code, lastLine(dead)]).toEqual([1, '0 passed, 1 failed']);
  });
});

describe('the doors', () => {
  it('pass output through untouched and keep their own words off it', async () => {
    const dist = await compiledProject();
    const ended = await run(process.execPath, [join(root, 'stack', 'door.mjs'), 'settings']);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout.startsWith('# Settings\n')).toBe(true);
    expect(existsSync(join(dist, 'stack', 'settings-page.js'))).toBe(true);
  });

  it('say what there is when asked for something else', async () => {
    const ended = await run(process.execPath, [join(root, 'stack', 'door.mjs'), 'sesame']);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('There is no command "sesame": use one of rules, replay, chaos, books');
  });
});

describe('the rules on the command line', () => {
  it('answer a case at once, and the next under its own id, though the input is still open', async () => {
    await compiledProject();
    const door = spawn(process.execPath, [join(root, 'stack', 'door.mjs'), 'rules'], { env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['pipe', 'pipe', 'ignore'] });
    try {
      const answers = createInterface({ input: door.stdout })[Symbol.asyncIterator]();
      door.stdin.write('{"id": 1, "rule": "bank-card", "input": {"number": "4111111111111111"}}\n');
      expect(JSON.parse((await answers.next()).value as string)).toEqual({ id: 1, ok: true, output: { valid: true } });
      door.stdin.write('nonsense\n\n{"id": 2, "rule": "uscc", "input": {}}\n');
      expect(JSON.parse((await answers.next()).value as string)).toMatchObject({ id: null, ok: false, error: { code: 'not-json' } });
      expect(JSON.parse((await answers.next()).value as string)).toMatchObject({ id: 2, ok: false, error: { code: 'invalid-input' } });
      const ended = once(door, 'exit');
      door.stdin.end();
      expect((await ended)[0]).toBe(0);
    } finally {
      door.kill('SIGKILL');
    }
  });
});

describe('npm run reset', () => {
  const reset = (...args: string[]): Promise<Ended> => run(process.execPath, [join(root, 'stack', 'reset.mjs'), ...args]);

  it('deletes an installation when told so, and not without', async () => {
    const data = join(folder, 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'installation.json'), '{}');
    expect(await reset('--data', data)).toMatchObject({ code: 1 });
    expect(existsSync(data)).toBe(true);
    expect(await reset('--data', data, '--yes')).toMatchObject({ code: 0 });
    expect(existsSync(data)).toBe(false);
  });

  it("deletes neither somebody else's files nor an installation that runs", async () => {
    writeFileSync(join(folder, 'thesis.doc'), '');
    expect((await reset('--data', folder, '--yes')).stderr).toContain('nothing was deleted');
    writeFileSync(join(folder, 'installation.json'), '{}');
    writeFileSync(join(folder, 'in-use.json'), JSON.stringify({ pid: process.pid }));
    expect((await reset('--data', folder, '--yes')).stderr).toContain('still runs');
    expect(existsSync(join(folder, 'thesis.doc'))).toBe(true);
  });
});
