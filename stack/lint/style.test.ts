import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { plant } from '../../test/plant.js';

/** ESLint in a process of its own, as `npm run lint` has it: file → the rules it breaks. */
async function violations(files: Record<string, string>): Promise<Record<string, string[]>> {
  const project = plant(files);
  const script = fileURLToPath(new URL('style.mjs', import.meta.url));
  try {
    const output = await new Promise<string>((resolve) => execFile(process.execPath, [script, project.root], (_error, stdout, stderr) => resolve(stdout || stderr)));
    const found: Record<string, string[]> = {};
    for (const [, file, rule] of output.matchAll(/^(.+?):\d+ .* \(([^()]+)\)$/gm)) (found[file ?? ''] ??= []).push(rule ?? '');
    return found;
  } finally {
    project.remove();
  }
}

describe('the rules of style', () => {
  it('find what a pure rule may not ask, a type that says nothing, and a promise nobody waits for', async () => {
    const found = await violations({
      'domain/moment.ts': 'export const at = (): number => new Date().getTime();\n',
      'domain/now.ts': 'export const now = (): number => globalThis.Date.now();\n',
      'domain/chance.ts': 'export const chance = (): number => Math.random();\n',
      'domain/place.ts': "export const place = (): string => new Intl.NumberFormat('zh').format(1);\n",
      'domain/words.ts': 'export const words = (a: string, b: string): number => a.localeCompare(b);\n',
      'workflows/setting.ts': 'export const setting = (): string | undefined => process.env.HOME;\n',
      'workflows/shout.ts': "import { getExternalWorkflowHandle } from '@temporalio/workflow';\nexport const shout = (id: string): unknown => getExternalWorkflowHandle(id);\n",
      'web/anything.ts': 'export const anything = (value: any): unknown => value;\n',
      'web/forgotten.ts': 'export function start(): void {\n  Promise.resolve(1);\n}\n',
      'web/chatty.ts': "export const chat = (): void => console.log('hello');\n",
      'web/excused.ts': '// eslint-disable-next-line @typescript-eslint/no-explicit-any\nexport const anything = (value: any): unknown => value;\n',
      'web/swallowed.ts': "export function swallow(): void {\n  try {\n    JSON.parse('x');\n  } catch {}\n}\n",
    });
    expect(found['domain/moment.ts']).toContain('no-restricted-globals');
    expect(found['domain/now.ts']).toContain('no-restricted-properties');
    expect(found['domain/chance.ts']).toContain('no-restricted-properties');
    expect(found['domain/place.ts']).toContain('no-restricted-globals');
    expect(found['domain/words.ts']).toContain('no-restricted-syntax');
    expect(found['workflows/setting.ts']).toContain('no-restricted-globals');
    expect(found['workflows/shout.ts']).toContain('no-restricted-imports');
    expect(found['web/anything.ts']).toContain('@typescript-eslint/no-explicit-any');
    expect(found['web/forgotten.ts']).toContain('@typescript-eslint/no-floating-promises');
    expect(found['web/chatty.ts']).toContain('no-console');
    expect(found['web/excused.ts']).toContain('@typescript-eslint/no-explicit-any');
    expect(found['web/swallowed.ts']).toContain('no-empty');
  });

  it('allow the two files that must ask', async () => {
    const found = await violations({
      'domain/zone.ts': "export const day = (ms: number): string => new Intl.DateTimeFormat('en', { timeZone: 'Asia/Shanghai' }).format(new Date(ms));\n",
      'workflows/clock.ts': 'export const wall = (): number => Date.now();\n',
      'workflows/loan.test.ts': 'export const at = (): Date => new Date();\n',
    });
    expect(found).toEqual({});
  });
});
