import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { closingLine, count, pattern, SUITES } from './suites.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

describe('the suites of npm test', () => {
  it('contain every folder that holds code, each once', () => {
    const apart = new Set(['node_modules', 'dist', 'docs', 'coverage']);
    const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !apart.has(entry.name));
    expect(SUITES.flatMap((suite) => suite.folders).sort()).toEqual(folders.map((entry) => entry.name).sort());
  });

  it('find their files also where the project\'s path has spaces and brackets', () => {
    const expression = new RegExp(pattern(['web', 'stack'], '/home/a user/tri (copy)+1'));
    expect(expression.test('/home/a user/tri (copy)+1/web/app.test.ts')).toBe(true);
    expect(expression.test('/home/a user/tri (copy)+1/test/web/app.test.ts')).toBe(false);
  });

  it('count a file that could not be loaded, and a run that died, as failures', () => {
    expect(count({ numPassedTests: 3, numFailedTests: 1, numRuntimeErrorTestSuites: 2 })).toEqual({ passed: 3, failed: 3 });
    expect(count(undefined)).toEqual({ passed: 0, failed: 1 });
    expect(closingLine({ passed: 3, failed: 0 })).toBe('3 passed, 0 failed');
  });
});
