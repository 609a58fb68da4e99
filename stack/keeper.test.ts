import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeeper } from './keeper.js';
import type { Keeper } from './keeper.js';
import { startNodePart } from './parts/node.js';
import { waitFor } from './parts/waiting.js';
import { startWatchdog } from './parts/watchdog.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary keeper '));
const watchdog = startWatchdog();
const keepers: Keeper[] = [];

afterAll(async () => {
  for (const keeper of keepers) await keeper.stop();
  await watchdog.release();
  rmSync(folder, { recursive: true, force: true });
});

const SERVES = "process.stdout.write('hello\\n{\"ready\":true,\"port\":1}\\n'); setInterval(() => {}, 1000); process.on('SIGTERM', () => process.exit(0));";

function keep(name: string, script: string): { keeper: Keeper; said: string[]; events: string[] } {
  const said: string[] = [];
  const events: string[] = [];
  writeFileSync(join(folder, `${name}.mjs`), script);
  const start: Parameters<typeof createKeeper>[0]['start'] = (onSpawned) =>
    startNodePart({ name, dist: folder, entry: `${name}.mjs`, env: { WHO: name }, logFile: join(folder, `${name}.log`), watchdog, onSpawned });
  const keeper = createKeeper(
    { name, start },
    { restart: true, say: (line) => said.push(line), onDown: () => events.push('down'), onUp: () => events.push('up'), firstPauseMs: 10, longestPauseMs: 40 },
  );
  keepers.push(keeper);
  return { keeper, said, events };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a keeper', () => {
  it('starts a part that dies by itself again, and says so', async () => {
    const { keeper, said, events } = keep('mortal', SERVES);
    await keeper.start();
    const first = keeper.pid() ?? 0;
    process.kill(first, 'SIGKILL');
    const second = await waitFor('a second process', 30, async () => (events.includes('up') ? keeper.pid() : undefined));
    expect(second).not.toBe(first);
    expect(events).toEqual(['down', 'up']);
    expect(said).toEqual(['mortal was ended by SIGKILL; starting it again in 0.01 s', 'mortal serves again']);
  });

  it('goes on trying while a part cannot start', async () => {
    const { keeper, said, events } = keep('sick', `import { existsSync } from 'node:fs'; if (existsSync(${JSON.stringify(join(folder, 'illness'))})) throw new Error('too ill'); ${SERVES}`);
    await keeper.start();
    writeFileSync(join(folder, 'illness'), '');
    process.kill(keeper.pid() ?? 0, 'SIGKILL');
    await waitFor('two failed attempts', 30, async () => (said.filter((line) => line.includes('too ill')).length >= 2 ? true : undefined));
    rmSync(join(folder, 'illness'));
    await waitFor('health', 30, async () => (events.includes('up') ? true : undefined));
  });

  it('leaves a part down that it killed, until it is asked for', async () => {
    const { keeper, said } = keep('victim', SERVES);
    await keeper.start();
    const pid = keeper.pid() ?? 0;
    await keeper.kill();
    expect(isAlive(pid)).toBe(false);
    expect(keeper.pid()).toBeUndefined();
    await keeper.restart();
    expect(keeper.pid()).not.toBe(pid);
    expect(said).toEqual([]);
  });

  it('leaves nothing when it stops, also while an attempt is under way', async () => {
    const { keeper, events } = keep('slow', `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(join(folder, 'slow.pid'))}, String(process.pid)); setTimeout(() => { ${SERVES} }, 300);`);
    await keeper.start();
    process.kill(keeper.pid() ?? 0, 'SIGKILL');
    rmSync(join(folder, 'slow.pid'), { force: true });
    await waitFor('the next attempt', 30, async () => (existsSync(join(folder, 'slow.pid')) && readFileSync(join(folder, 'slow.pid'), 'utf8') ? true : undefined));
    const pid = Number(readFileSync(join(folder, 'slow.pid'), 'utf8'));
    await keeper.stop();
    expect(isAlive(pid)).toBe(false);
    expect(events).toEqual(['down']);
  });

  it('says with the last words of its log why a part did not start', async () => {
    const { keeper } = keep('broken', "process.stderr.write('{\"level\":50,\"msg\":\"no settings\"}\\n'); process.exit(2);");
    await expect(keeper.start()).rejects.toThrow(/broken ended while starting \(code 2\).*\n.*no settings/);
    expect(keeper.pid()).toBeUndefined();
  });

  it('says which file is missing', async () => {
    const absent = startNodePart({ name: 'people', dist: folder, entry: 'stack/people.js', env: {}, logFile: join(folder, 'people.log'), watchdog });
    await expect(absent).rejects.toThrow('people cannot start: stack/people.js is missing');
  });
});
