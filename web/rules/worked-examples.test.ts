/**
 * The cases that came with the rules: Apache Fineract's published tables, the European Commission's APR examples, XIRR suites and the
 * regulation's own limits. The file is not part of this repository; set WORKED_EXAMPLES or put it beside the clone.
 */
import { existsSync, readFileSync } from 'node:fs';
import { askRule } from './rules.js';

interface Example { id: string; rule: string; input: unknown; expect: Record<string, unknown>; tolerance?: number | null }

const path = process.env['WORKED_EXAMPLES'] ?? '../shared/data/worked-examples.jsonl';
const examples: Example[] = existsSync(path)
  ? readFileSync(path, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Example)
  : [];

describe('the worked examples', () => {
  if (examples.length === 0) {
    it.skip(`NOT RUN: there is no ${path}; the published cases were not checked`, () => undefined);
    return;
  }
  it.each(examples.map((example) => [example.id, example] as const))('%s comes out as published', (_, example) => {
    const output = askRule(example.rule, example.input);
    if (typeof example.tolerance !== 'number') expect(output).toMatchObject(example.expect);
    else expectNear(output as Record<string, string>, example.expect as Record<string, string>, example.tolerance);
  });
});

function expectNear(output: Record<string, string>, expected: Record<string, string>, tolerance: number): void {
  for (const [field, value] of Object.entries(expected)) {
    expect(Math.abs(Number(output[field]) - Number(value))).toBeLessThanOrEqual(tolerance);
  }
}
