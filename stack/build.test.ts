import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plant } from '../test/plant.js';
import type { PlantedProject } from '../test/plant.js';
import { build } from './build.mjs';
import { isInstalled } from './install.mjs';

const HOUSE = {
  'domain/loan.ts': 'export interface Loan { principalFen: number }\nexport const double = (fen: number): number => fen * 2;\n',
  'domain/loan.test.ts': "it('is not built', () => {});\n",
  'web/page.tsx': 'export const Page = () => <p>hello</p>;\n',
  'db/migrations/0001.sql': 'SELECT 1;\n',
  'stack/tool.mjs': 'export const tool = 1;\n',
  'stack/tool.d.mts': 'export const tool: number;\n',
};

let project: PlantedProject;
let dist: string;
beforeEach(() => {
  project = plant(HOUSE);
  dist = join(project.root, 'dist');
});
afterEach(() => project.remove());

const built = (path: string): string => readFileSync(join(dist, path), 'utf8');
const writtenAt = (path: string): number => statSync(join(dist, path)).mtimeMs;

describe('the build', () => {
  it('puts every folder into dist/ as it is: code without types, all else untouched, no tests', async () => {
    await build({ root: project.root });
    expect(built('domain/loan.js')).toContain('export const double = (fen)=>fen * 2;');
    expect(built('web/page.js')).toContain('preact/jsx-runtime');
    expect(built('db/migrations/0001.sql')).toBe('SELECT 1;\n');
    expect(built('stack/tool.mjs')).toBe('export const tool = 1;\n');
    expect(existsSync(join(dist, 'domain/loan.test.js'))).toBe(false);
    expect(existsSync(join(dist, 'stack/tool.d.mts'))).toBe(false);
  });

  it('writes only what changed, and removes what is gone', async () => {
    await build({ root: project.root });
    const before = { loan: writtenAt('domain/loan.js'), page: writtenAt('web/page.js') };
    writeFileSync(join(project.root, 'domain/loan.ts'), 'export const double = (fen: number): number => fen + fen;\n');
    rmSync(join(project.root, 'db/migrations/0001.sql'));
    await build({ root: project.root });
    expect(built('domain/loan.js')).toContain('fen + fen');
    expect(writtenAt('web/page.js')).toBe(before.page);
    expect(existsSync(join(dist, 'db/migrations/0001.sql'))).toBe(false);
  });

  it('makes again what somebody deleted from dist/', async () => {
    await build({ root: project.root });
    rmSync(join(dist, 'domain/loan.js'));
    await build({ root: project.root });
    expect(existsSync(join(dist, 'domain/loan.js'))).toBe(true);
  });

  it('names the file that does not compile', async () => {
    writeFileSync(join(project.root, 'domain/broken.ts'), 'export const = 1;\n');
    await expect(build({ root: project.root })).rejects.toThrow('domain/broken.ts does not compile');
  });

  it('is done once when two ask for it at the same time', async () => {
    await Promise.all([build({ root: project.root }), build({ root: project.root })]);
    expect(built('domain/loan.js')).toContain('double');
    expect(existsSync(join(dist, '.building'))).toBe(false);
  });

  it('goes on after a build that was killed', async () => {
    const ended = execFile(process.execPath, ['-e', '']);
    const pid = ended.pid;
    await new Promise((resolve) => ended.once('exit', resolve));
    mkdirSync(dist, { recursive: true });
    writeFileSync(join(dist, '.building'), String(pid));
    await build({ root: project.root });
    expect(built('domain/loan.js')).toContain('double');
  });
});

describe('installed packages', () => {
  const lock = (version: string): string =>
    JSON.stringify({ packages: { '': {}, 'node_modules/pg': { version }, 'node_modules/@pg/darwin': { version: '1.0.0', optional: true } } });

  const install = (version: string): string => {
    const root = join(project.root, `installed ${version}`);
    mkdirSync(join(root, 'node_modules'), { recursive: true });
    writeFileSync(join(root, 'package-lock.json'), lock('8.0.0'));
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: { 'node_modules/pg': { version } } }));
    return root;
  };

  it('are those of the lock file, but for what other platforms need', () => {
    expect(isInstalled(install('8.0.0'))).toBe(true);
  });

  it('are not when a version differs or none are there', () => {
    expect(isInstalled(install('7.9.9'))).toBe(false);
    const fresh = install('8.0.0');
    rmSync(join(fresh, 'node_modules'), { recursive: true });
    expect(isInstalled(fresh)).toBe(false);
  });
});
