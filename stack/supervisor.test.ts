import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { Client } from 'pg';
import { compiledProject } from '../test/dist.js';
import { waitFor } from './parts/waiting.js';
import { startStack } from './supervisor.js';
import type { Stack } from './supervisor.js';

/**
 * The real servers and the real sandbox; in place of the platform's own processes stand small ones that write down what
 * they were told and serve.
 */
function standInFor(name: string, port: string): string {
  return `import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
const server = createServer((request, response) => response.end(JSON.stringify({ businessNow: Date.now(), speed: 1 })));
server.listen(Number(process.env.${port} ?? 0), () => {
  process.stdout.write(JSON.stringify({ ready: true, port: server.address().port }) + '\\n');
});
process.on('SIGTERM', () => process.exit(0));
process.stderr.write('${name} ' + JSON.stringify(process.env) + '\\n');
`;
}

let folder: string;
let dist: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary stack '));
  dist = join(folder, 'dist');
  const compiled = await compiledProject();
  mkdirSync(join(dist, 'stack'), { recursive: true });
  writeFileSync(join(dist, 'package.json'), '{"type":"module"}');
  symlinkSync(join(compiled, 'sandbox'), join(dist, 'sandbox'));
  for (const [name, port] of Object.entries({ clock: 'CLOCK_PORT', web: 'WEB_PORT', worker: 'NO_PORT', people: 'NO_PORT' })) {
    writeFileSync(join(dist, 'stack', `${name}.js`), standInFor(name, port));
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Processes that have anything to do with this test's folder. */
async function processesLeft(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,args=']);
  return stdout.split('\n').filter((line) => line.includes(folder));
}

async function query(url: string | undefined, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const start = (name: string, more: Partial<Parameters<typeof startStack>[0]> = {}): Promise<Stack> =>
  startStack({ dataFolder: join(folder, name), dist, ports: 'free', host: '127.0.0.1', durable: false, ...more });

describe('an installation', () => {
  it('starts every part, survives the death of any, keeps its data over a restart, and leaves no process behind', async () => {
    const said: string[] = [];
    const stack = await start('whole', { say: (line) => said.push(line) });
    expect([...stack.parts].sort()).toEqual(['bank', 'bureaus', 'clock', 'mailbox', 'people', 'phone', 'postgres', 'sandbox-postgres', 'temporal', 'web', 'worker']);
    expect((await query(stack.settings.DATABASE_URL, 'SELECT count(*)::int AS applied FROM migration'))[0]?.applied).toBeGreaterThan(0);
    await query(stack.settings.DATABASE_URL, 'CREATE TABLE kept (id int)');
    const temporal = await Connection.connect({ address: stack.settings.TEMPORAL_ADDRESS });
    const { customAttributes } = await temporal.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(customAttributes).toHaveProperty('LoanState');
    await temporal.close();

    const first = stack.pid('mailbox') ?? 0;
    process.kill(first, 'SIGKILL');
    await waitFor('another mailbox', 30, async () => (said.includes('mailbox serves again') ? true : undefined));
    await stack.kill('postgres');
    expect(stack.pid('postgres')).toBeUndefined();
    await stack.restart('postgres');
    expect(await query(stack.settings.DATABASE_URL, 'SELECT * FROM kept')).toEqual([]);
    await stack.stop();
    expect(await processesLeft()).toEqual([]);

    const again = await start('whole');
    expect(again.settings).toEqual(stack.settings);
    expect(await query(again.settings.DATABASE_URL, 'SELECT * FROM kept')).toEqual([]);
    await again.stop();
    expect(await processesLeft()).toEqual([]);
  });

  it('tells each process its own settings and no other, and keeps secrets out of the sandbox', async () => {
    const stack = await start('told', { people: false, profile: 'us', stepped: true, speed: 60 });
    const told = (part: string): Record<string, string> =>
      JSON.parse(readFileSync(join(folder, 'told', 'logs', `${part}.log`), 'utf8').split('\n')[0]?.slice(part.length + 1) ?? '{}') as Record<string, string>;
    expect(told('worker')).toMatchObject({ PROFILE: 'us', TZ: 'UTC', SMTP_URL: stack.settings.SMTP_URL });
    expect(told('worker')).not.toHaveProperty('SESSION_SECRET');
    expect(told('clock')).toMatchObject({ CLOCK_STEPPED: 'true', CLOCK_SPEED: '60' });
    expect(told('clock')).not.toHaveProperty('DATA_KEYS_FILE');
    await stack.stop();
  });

  it('does not start the parts that its environment names elsewhere', async () => {
    const outer = await start('outer', { people: false });
    const { TEMPORAL_ADDRESS, DATABASE_URL, CUSTODY_URL, BUREAUS_URL, CLOCK_URL, SMTP_URL, TWILIO_API_URL, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN } = outer.settings;
    const env = { TEMPORAL_ADDRESS, DATABASE_URL, CUSTODY_URL, BUREAUS_URL, CLOCK_URL, SMTP_URL, TWILIO_API_URL, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN };
    const inner = await start('inner', { env });
    expect(inner.parts).toEqual(['worker', 'web']);
    expect(inner.settings).toMatchObject(env);
    await inner.stop();
    await outer.stop();
  });

  it('leaves nothing running when a part cannot start, and says which and why', async () => {
    const broken = join(folder, 'broken-dist');
    mkdirSync(join(broken, 'stack'), { recursive: true });
    writeFileSync(join(broken, 'package.json'), '{"type":"module"}');
    symlinkSync(join(dist, 'sandbox'), join(broken, 'sandbox'));
    writeFileSync(join(broken, 'stack', 'clock.js'), "throw new Error('no such zone');");
    await expect(start('broken', { dist: broken })).rejects.toThrow(/clock ended while starting[^]*no such zone/);
    expect(await processesLeft()).toEqual([]);
    expect(existsSync(join(folder, 'broken', 'in-use.json'))).toBe(false);
  });
});
