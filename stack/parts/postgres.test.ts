import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.js';
import { startPostgres } from './postgres.js';
import { startWatchdog } from './watchdog.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary postgres '));
const watchdog = startWatchdog();
afterAll(async () => {
  await watchdog.release();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (name: string): ReturnType<typeof startPostgres> =>
  startPostgres({ name, dataFolder: join(folder, name), port: await freePort(), password: 'a password', logFile: join(folder, `${name}.log`), durable: false, watchdog });

describe('the embedded PostgreSQL', () => {
  it('starts in a folder that only its owner may enter, and whose name has spaces', async () => {
    const server = await start('fresh');
    expect(server.hasEnded()).toBe(false);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  it('starts again over what an interrupted first start left behind', async () => {
    mkdirSync(join(folder, 'interrupted.making'));
    writeFileSync(join(folder, 'interrupted.making', 'PG_VERSION'), '18');
    const server = await start('interrupted');
    await server.kill();
  });

  it('never replaces data that is damaged: it says what to do', async () => {
    mkdirSync(join(folder, 'damaged'));
    writeFileSync(join(folder, 'damaged', 'precious'), '');
    await expect(start('damaged')).rejects.toThrow('not a whole database cluster');
  });

  it('never opens data of another version', async () => {
    mkdirSync(join(folder, 'old', 'global'), { recursive: true });
    writeFileSync(join(folder, 'old', 'PG_VERSION'), '15\n');
    writeFileSync(join(folder, 'old', 'global', 'pg_control'), '');
    await expect(start('old')).rejects.toThrow('data of PostgreSQL 15');
  });
});
