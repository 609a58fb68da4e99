import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { plant } from '../../test/plant.js';
import type { PlantedProject } from '../../test/plant.js';
import { checkImports } from './imports.mjs';

const rules = (createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as { forbidden: { name: string }[] }).forbidden.map(({ name }) => name);

/** What each file exports and what it imports from: the least that a house needs. */
const HOUSE: Record<string, string> = {
  'domain/loan.ts': 'export const loan = 1;\nexport type Loan = number;\n',
  'domain/zone.ts': 'export const zone = 1;\n',
  'risk/score.ts': "import { loan } from '../domain/loan.js';\nexport const score = loan;\n",
  'db/loans.ts': "import { loan } from '../domain/loan.js';\nexport const loans = loan;\n",
  'gateways/custody/forms.ts': 'export const form = 1;\n',
  'gateways/custody/client.ts': 'export const client = 1;\n',
  'gateways/phone/inbound.ts': 'export const inbound = 1;\n',
  'workflows/contract.ts': "import type { Loan } from '../domain/loan.js';\nexport type Contract = Loan;\n",
  'workflows/loan.ts': "import { sleep } from '@temporalio/workflow';\nexport const wait = sleep;\n",
  'activities/bank.ts': "import type { Contract } from '../workflows/contract.js';\nimport { client } from '../gateways/custody/client.js';\nexport const bank: Contract = client;\n",
  'web/app.ts': "import { form } from '../gateways/custody/forms.js';\nimport { inbound } from '../gateways/phone/inbound.js';\nexport const app = form + inbound;\n",
  'stack/main.ts': "import { app } from '../web/app.js';\nexport const main = app;\n",
  'stack/replay/main.ts': "import { loan } from '../../domain/loan.js';\nexport const replay = loan;\n",
  'sandbox/bank/main.ts': 'export const bank = 1;\n',
  'test/database.ts': 'export const database = 1;\n',
};

/** One violation for each rule: the file that sins and what it imports. */
const SINS: Record<string, [file: string, imports: string]> = {
  'workflows-import-only-domain-and-themselves': ['workflows/sin.ts', '../db/loans.js'],
  'workflows-use-only-the-workflow-sdk': ['workflows/sin.ts', 'zod'],
  'of-workflows-only-the-contract': ['web/sin.ts', '../workflows/loan.js'],
  'activities-import-what-is-below': ['activities/sin.ts', '../web/app.js'],
  'web-imports-what-is-below': ['web/sin.ts', '../activities/bank.js'],
  'web-uses-gateways-only-for-callbacks-and-forms': ['web/sin.ts', '../gateways/custody/client.js'],
  'db-imports-only-domain': ['db/sin.ts', '../risk/score.js'],
  'gateways-import-only-domain': ['gateways/sin.ts', '../db/loans.js'],
  'risk-imports-only-domain': ['risk/sin.ts', '../db/loans.js'],
  'risk-is-pure': ['risk/sin.ts', 'node:http'],
  'domain-imports-only-domain': ['domain/sin.ts', '../risk/score.js'],
  'domain-is-pure': ['domain/sin.ts', 'node:fs'],
  'zone-is-out-of-reach-of-workflows': ['workflows/sin.ts', '../domain/zone.js'],
  'nobody-imports-stack': ['web/sin.ts', '../stack/main.js'],
  'replay-chaos-and-people-act-by-http': ['stack/replay/sin.ts', '../../activities/bank.js'],
  'the-platform-does-not-know-the-sandbox': ['stack/sin.ts', '../sandbox/bank/main.js'],
  'the-sandbox-does-not-know-the-platform': ['sandbox/sin.test.ts', '../db/loans.js'],
  'nobody-imports-tests': ['web/sin.ts', '../test/database.js'],
};

async function violations(files: Record<string, string>): Promise<string[]> {
  const project: PlantedProject = plant({ ...HOUSE, ...files });
  try {
    return await checkImports(project.root);
  } finally {
    project.remove();
  }
}

describe('the rules of who imports whom', () => {
  it('find nothing wrong with a house in order', async () => {
    expect(await violations({})).toEqual([]);
  });

  it('are each tried here', () => {
    expect([...Object.keys(SINS), 'no-circles'].sort()).toEqual([...rules].sort());
  });

  it.each(Object.entries(SINS))('%s: is found when broken', async (rule, [file, imported]) => {
    const found = await violations({ [file]: `import * as sin from '${imported}';\nexport const sinner = sin;\n` });
    expect(found.filter((line) => line.endsWith(`: ${rule}`))).toHaveLength(1);
    expect(found.join()).toContain(file);
  });

  it('count imports of types', async () => {
    const found = await violations({ 'domain/sin.ts': "import type { Contract } from '../workflows/contract.js';\nexport type Sin = Contract;\n" });
    expect(found.join()).toContain('domain-imports-only-domain');
  });

  it('find a circle, of types too', async () => {
    const found = await violations({
      'domain/hen.ts': "import type { Egg } from './egg.js';\nexport interface Hen { lays: Egg }\n",
      'domain/egg.ts': "import type { Hen } from './hen.js';\nexport interface Egg { becomes: Hen }\n",
    });
    expect(found.join()).toContain('no-circles');
  });

  it('do not pass for files that were not looked at', async () => {
    const project = plant({ ...HOUSE, 'attic/forgotten.ts': 'export const forgotten = 1;\n' });
    execFileSync('git', ['init', '--quiet'], { cwd: project.root });
    execFileSync('git', ['add', '--', ...Object.keys(HOUSE), 'attic'], { cwd: project.root });
    expect(await checkImports(project.root)).toEqual([`only ${Object.keys(HOUSE).length} of ${Object.keys(HOUSE).length + 1} TypeScript files were looked at: modules-missing`]);
    project.remove();
  });

  it('let a test import what its neighbour may not', async () => {
    expect(await violations({ 'domain/loan.test.ts': "import { database } from '../test/database.js';\nimport { loans } from '../db/loans.js';\nexport const both = database + loans;\n" })).toEqual([]);
  });
});
