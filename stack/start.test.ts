import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compiledProject } from '../test/dist.js';
import { freePort, isPortFree } from './parts/ports.js';
import { waitFor } from './parts/waiting.js';

const script = fileURLToPath(new URL('start.mjs', import.meta.url));
let folder: string;

beforeAll(async () => {
  await compiledProject();
  folder = mkdtempSync(join(tmpdir(), 'tributary start '));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The first of eleven ports in a row that are all free. */
async function freeRow(): Promise<number> {
  return waitFor('a row of free ports', 30, async () => {
    const first = await freePort();
    for (let port = first; port < first + 11; port += 1) if (!(await isPortFree(port))) return undefined;
    return first;
  });
}

interface Started {
  said(): string;
  signal(name: NodeJS.Signals): void;
  ended: Promise<number | null>;
}

/** `npm start` as a person types it, but for npm itself. */
function start(port: number, ...more: string[]): Started {
  const child = spawn(process.execPath, [script, '--data', join(folder, 'data'), '--port', String(port), '--no-people', ...more], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { said: () => said, signal: (name) => void child.kill(name), ended };
}

async function untilItServes(started: Started, port: number): Promise<void> {
  await waitFor('the table of addresses', 120, async () => (started.said().includes(`http://localhost:${port}\n`) && started.said().includes('Ctrl-C ends everything') ? true : undefined));
}

async function processesLeft(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,args=']);
  return stdout.split('\n').filter((line) => line.includes(folder));
}

describe('npm start', () => {
  it('serves pages, refuses a second start beside it, ends with Ctrl-C, goes on where it was, and vanishes whole when killed', async () => {
    const port = await freeRow();
    const first = start(port);
    await untilItServes(first, port);
    expect((await fetch(`http://localhost:${port}/`)).status).toBe(200);
    expect((await fetch(`http://localhost:${port + 1}/`)).status).toBe(200);

    const second = start(port);
    expect(await second.ended).toBe(1);
    expect(second.said()).toContain(`Tributary already runs on ${join(folder, 'data')}`);

    first.signal('SIGINT');
    expect(await first.ended).toBe(0);
    expect(first.said()).toContain('Ended');
    expect(await processesLeft()).toEqual([]);

    const third = start(port);
    await untilItServes(third, port);
    third.signal('SIGKILL');
    await waitFor('the end of every part', 60, async () => ((await processesLeft()).length === 0 ? true : undefined));
  }, 240_000);

  it('says what to do when a port is taken', async () => {
    const port = await freeRow();
    const { createServer } = await import('node:net');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, resolve));
    const started = start(port, '--data', join(folder, 'other'));
    expect(await started.ended).toBe(1);
    expect(started.said()).toContain(`Port ${port} (web) is taken by another program: end it, or start with --port N`);
    await new Promise((resolve) => server.close(resolve));
  });
});
