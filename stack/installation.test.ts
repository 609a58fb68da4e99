import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installationSettings } from './installation.js';
import { ensureKeys } from './keys.js';

describe('finding the installation a command is for', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'installation-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('takes the environment’s own services where it names them', async () => {
    const env = { DATABASE_URL: 'postgres://u:p@db/tributary', TEMPORAL_ADDRESS: 'temporal:7233' };
    expect(await installationSettings(folder, env)).toEqual(env);
  });

  it('finds the one that runs from a data folder by its address and keys', async () => {
    mkdirSync(join(folder, 'keys'));
    const { secrets } = ensureKeys(join(folder, 'keys'));
    writeFileSync(join(folder, 'in-use.json'), JSON.stringify({ pid: 1, address: 'http://localhost:9100' }));
    const settings = await installationSettings(folder, {});
    expect(settings).toMatchObject({
      DATABASE_URL: `postgres://postgres:${secrets.postgresPassword}@127.0.0.1:9108/tributary`, TEMPORAL_ADDRESS: '127.0.0.1:9107', CLOCK_URL: 'http://127.0.0.1:9106',
      PUBLIC_URL: 'http://localhost:9100', CLOCK_TOKEN: secrets.clockToken,
    });
  });

  it('says what to do when nothing runs there', async () => {
    await expect(installationSettings(folder, {})).rejects.toThrow(/Nothing runs from .*: start it with "npm start"/);
  });
});
