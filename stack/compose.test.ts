/** docker-compose.yml against the code: what its processes are told is what they read, and it holds no secret. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { ensureKeys } from './keys.js';
import { writeSettingFiles } from './setting-files.js';
import { readSettings, settingNamesOf } from './settings.js';
import type { ProcessName } from './settings.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const example = readFileSync(join(root, 'compose.env.example'), 'utf8');

interface Service { image: string; command?: string[]; environment?: Record<string, string>; volumes?: string[] }
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };

/** Services that run a process of this project, with the file of each. */
const ours = Object.entries(services).flatMap(([name, service]) => {
  const file = service.command?.find((word) => word.startsWith('dist/'));
  return service.image === 'tributary' && file ? [{ name, service, file, envFile: service.command?.find((word) => word.startsWith('--env-file='))?.split('/').pop() }] : [];
});
const platform = ours.flatMap((each) => {
  const found = /^dist\/stack\/(web|worker|clock)\.js$/.exec(each.file);
  return found ? [{ ...each, process: found[1] as ProcessName }] : [];
});
const sandbox = ours.filter(({ file }) => file.startsWith('dist/sandbox/'));

let keys: string;
let fromFile: Record<string, Record<string, string>>;
beforeAll(() => {
  keys = mkdtempSync(join(tmpdir(), 'tributary keys '));
  writeSettingFiles(keys, ensureKeys(keys));
  fromFile = Object.fromEntries(['platform.env', 'sandbox.env'].map((file) => [file, variablesIn(readFileSync(join(keys, file), 'utf8'))]));
});
afterAll(() => rmSync(keys, { recursive: true, force: true }));

function variablesIn(lines: string): Record<string, string> {
  return Object.fromEntries(lines.split('\n').flatMap((line) => (/^\w+=/.test(line) ? [[line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]] : [])));
}

/** As docker-compose does it, with what the example and the person who fills it in say. */
function filledIn(environment: Record<string, string> = {}): Record<string, string> {
  const given: Record<string, string> = Object.fromEntries(Object.entries(variablesIn(example)).map(([name, value]) => [name, value || 'abcdef0123456789']));
  const fill = (value: string): string => value.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_all, name: string, otherwise?: string) => given[name] ?? otherwise ?? '');
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fill(String(value))]));
}

/** The settings that a part of the sandbox reads, from its own text: the platform may not import it. */
function sandboxSettings(file: string): { known: string[]; required: string[] } {
  const part = readFileSync(join(root, file.replace(/^dist\//, '').replace(/\.js$/, '.ts')), 'utf8');
  const lines = [...part.split('\n'), ...readFileSync(join(root, 'sandbox/frame/settings.ts'), 'utf8').split('\n')];
  const defined = lines.flatMap((line) => [...line.matchAll(/\b([A-Z][A-Z_]+): (z\..*?)(?=, [A-Z_]+: z\.|$)/g)].map(([, name = '', schema = '']) => ({ name, schema })));
  return { known: defined.map(({ name }) => name), required: defined.filter(({ schema }) => !/\.(optional|default)\(/.test(schema)).map(({ name }) => name) };
}

const unknown = (environment: Record<string, string> | undefined, known: readonly string[]): string[] => Object.keys(environment ?? {}).filter((name) => !known.includes(name));

describe('docker-compose.yml', () => {
  it('has every process of the platform and of the sandbox, and only files that exist', () => {
    expect(platform.map(({ name }) => name).sort()).toEqual(['clock', 'web', 'worker']);
    expect(sandbox.map(({ name }) => name).sort()).toEqual(['bank', 'bureaus', 'mailbox', 'phone']);
    for (const { file } of ours) expect([file, existsSync(join(root, file.replace(/^dist\//, '').replace(/\.js$/, '.ts')))]).toEqual([file, true]);
    const mounted = Object.values(services).flatMap(({ volumes = [] }) => volumes).filter((volume) => volume.startsWith('./')).map((volume) => volume.split(':')[0] ?? '');
    expect(mounted.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('names only settings that the process reads, and all that it needs', () => {
    for (const { process, service, envFile } of platform) {
      expect(unknown(service.environment, settingNamesOf(process))).toEqual([]);
      expect(() => readSettings({ ...fromFile[envFile ?? ''], ...filledIn(service.environment) }, process)).not.toThrow();
    }
  });

  it("names only settings of the sandbox's part, and all that it needs", () => {
    for (const { file, service, envFile } of sandbox) {
      const { known, required } = sandboxSettings(file);
      expect(unknown(service.environment, known)).toEqual([]);
      const given = { ...fromFile[envFile ?? ''], ...filledIn(service.environment) };
      expect([file, required.filter((name) => !given[name])]).toEqual([file, []]);
    }
  });

  it('would be caught with a name that nobody reads', () => {
    expect(unknown({ DATABASE_URL: '', WEB_PROT: '' }, settingNamesOf('web'))).toEqual(['WEB_PROT']);
    expect(sandboxSettings('dist/sandbox/bank/main.js')).toMatchObject({ required: expect.arrayContaining(['BANK_PRIVATE_KEY_FILE', 'SANDBOX_DATABASE_URL']) as string[] });
    expect(sandboxSettings('dist/sandbox/bank/main.js').required).not.toContain('BANK_BORROWER_CAP_FEN');
  });

  it('holds no secret: whatever is one comes from .env or from the keys', () => {
    const secret = Object.values(services).flatMap(({ environment = {} }) => Object.entries(environment))
      .filter(([name, value]) => /PASSWORD|PWD|SECRET|TOKEN|API_KEY/.test(name) || /:\/\/[^/]*@/.test(String(value)));
    expect(secret.length).toBeGreaterThan(5);
    expect(secret.filter(([, value]) => !/\$\{\w*PASSWORD(:-)?\}/.test(String(value)))).toEqual([]);
    expect(Object.entries(variablesIn(example)).filter(([name, value]) => name.includes('PASSWORD') && value !== '')).toEqual([]);
  });

  it('uses what compose.env.example names, and the example names what has no default', () => {
    const used = [...text.matchAll(/\$\{(\w+)(:-)?/g)].map(([, name = '', otherwise]) => ({ name, hasDefault: otherwise !== undefined }));
    const named = [...example.matchAll(/^#?(\w+)=/gm)].map(([, name = '']) => name);
    expect(named.filter((name) => name !== 'COMPOSE_PROFILES' && !used.some((each) => each.name === name))).toEqual([]);
    expect(used.filter(({ name, hasDefault }) => !hasDefault && !named.includes(name))).toEqual([]);
  });
});

/** The engine is not needed for this; where the program is missing, the test says so and is skipped. */
const installed = spawnSync('docker-compose', ['version'], { stdio: 'ignore' }).status === 0;
if (!installed) process.stderr.write('docker-compose is not installed here: its own opinion of docker-compose.yml is not asked\n');

(installed ? describe : describe.skip)('docker-compose config', () => {
  const config = (args: string[], env: Record<string, string> = {}): { status: number | null; stderr: string } => {
    const { status, stderr } = spawnSync('docker-compose', [...args, 'config', '-q'], { cwd: root, env: { ...process.env, ...env }, encoding: 'utf8' });
    return { status, stderr: status === 0 ? '' : stderr };
  };

  it('accepts the file as it is, with the example, and with the clock', () => {
    expect(config([])).toEqual({ status: 0, stderr: '' });
    expect(config(['--env-file', 'compose.env.example'])).toEqual({ status: 0, stderr: '' });
    expect(config([], { COMPOSE_PROFILES: 'clock', CLOCK_URL: 'http://clock:8086' })).toEqual({ status: 0, stderr: '' });
  });
});
