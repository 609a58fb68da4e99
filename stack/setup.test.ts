import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, rows } from '../db/pool.js';
import { createEmptyDatabase } from '../test/database.js';
import type { TestDatabase } from '../test/database.js';
import { compiledProject } from '../test/dist.js';

let database: TestDatabase;
let keys: string;
let dist: string;
beforeAll(async () => {
  database = await createEmptyDatabase();
  keys = mkdtempSync(join(tmpdir(), 'tributary setup '));
  dist = await compiledProject();
});
afterAll(async () => {
  rmSync(keys, { recursive: true, force: true });
  await database.drop();
});

function setUp(env: Record<string, string>, args = ['--keys', keys]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(dist, 'stack', 'setup.js'), ...args], { env: { PATH: process.env.PATH ?? '', ...env }, encoding: 'utf8' });
}

describe('setup', () => {
  it('makes keys, settings, tables and demo people, and a second time leaves all of them', async () => {
    const env = { DATABASE_URL: database.url, DEMO_PASSWORD: 'river-of-test' };
    const first = setUp(env);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toContain('Migrations applied: 0001');
    expect(first.stdout).toContain('reviewer@demo.example');
    const settings = readFileSync(join(keys, 'platform.env'), 'utf8');
    expect(statSync(join(keys, 'platform.env')).mode & 0o077).toBe(0);

    const second = setUp(env);
    expect(second).toMatchObject({ status: 0, stderr: '' });
    expect(second.stdout).toContain('is up to date');
    expect(readFileSync(join(keys, 'platform.env'), 'utf8')).toBe(settings);
    const pool = createPool(database.url, { name: 'setup-test', max: 1 });
    const people = await rows<{ n: number }>(pool, 'SELECT count(*)::int AS n FROM person').finally(() => pool.end());
    expect(people).toEqual([{ n: 10 }]);
  });

  it('says what it needs to be told', () => {
    expect(setUp({}, [])).toMatchObject({ status: 1, stderr: expect.stringContaining('--keys DIR') as string });
  });
});
