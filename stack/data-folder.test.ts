import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataFolder } from './data-folder.js';
import { ensureKeys } from './keys.js';
import { assertPortsFree, choosePorts } from './ports.js';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'tributary folder '))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the data folder', () => {
  it('is finished on the next start when the first was interrupted', async () => {
    const first = await openDataFolder(join(root, 'data'), ['keys']);
    first.close();
    const second = await openDataFolder(join(root, 'data'), ['keys']);
    ensureKeys(second.at('keys'));
    second.markComplete();
    second.close();
    (await openDataFolder(join(root, 'data'), ['keys'])).close();
  });

  it('is refused with what to do when something of it is gone', async () => {
    const folder = await openDataFolder(join(root, 'data'), []);
    folder.markComplete();
    folder.close();
    await expect(openDataFolder(join(root, 'data'), ['keys', 'postgres'])).rejects.toThrow(/incomplete \(keys, postgres missing\).*npm run reset/);
  });

  it("is not taken where somebody else's files are", async () => {
    writeFileSync(join(root, 'thesis.doc'), '');
    await expect(openDataFolder(root)).rejects.toThrow("holds something that is not Tributary's");
  });

  it('serves one installation at a time', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const folder = await openDataFolder(join(root, 'data'), []);
    writeFileSync(folder.at('in-use.json'), JSON.stringify({ pid: other.pid, address: 'http://localhost:8080' }));
    await expect(openDataFolder(join(root, 'data'), [])).rejects.toThrow(/already runs on .* \(process \d+, http:\/\/localhost:8080\)/);
    const ended = new Promise((resolve) => other.once('exit', resolve));
    other.kill();
    await ended;
    (await openDataFolder(join(root, 'data'), [])).close();
  });
});

describe('keys', () => {
  it('are made once and then kept', () => {
    const first = ensureKeys(join(root, 'keys'));
    const second = ensureKeys(join(root, 'keys'));
    expect(second).toEqual(first);
    expect(new Set(Object.values(first.secrets)).size).toBe(Object.keys(first.secrets).length);
  });
});

describe('ports', () => {
  it('are a row of numbers, or free ones that the data folder remembers', async () => {
    expect(await choosePorts(8080, root)).toMatchObject({ web: 8080, temporalUi: 8081, smtp: 8090 });
    mkdirSync(join(root, 'data'));
    const free = await choosePorts('free', join(root, 'data'));
    expect(await choosePorts('free', join(root, 'data'))).toEqual(free);
    expect(new Set(Object.values(free)).size).toBe(11);
  });

  it('that are taken are named', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const { port } = server.address() as AddressInfo;
    const ports = { ...(await choosePorts('free', root)), web: port };
    await expect(assertPortsFree(ports, ['web', 'bank'])).rejects.toThrow(`Port ${port} (web) is taken by another program`);
    await assertPortsFree(ports, ['bank']);
    await new Promise((resolve) => server.close(resolve));
  });
});
