/** Cases as lines: one JSON object in, one out, in the same order; a bad line is answered like any other. */
import { askRule, RuleError } from './rules.js';

/** A line longer than this is not read as JSON. */
export const longestLine = 16_777_216;

interface Failure { code: string; message: string }

/** The answer to one line: `{id, ok, output}` or `{id, ok, error}`; `id` is the case's own, null where it cannot be read. */
export function answerLine(line: string): string {
  if (line.length > longestLine) return failed(null, { code: 'too-long', message: `line: must be at most ${longestLine} characters` });
  let asked: unknown;
  try {
    asked = JSON.parse(line);
  } catch (error) {
    return failed(null, { code: 'not-json', message: `line: is not JSON (${error instanceof Error ? error.message : String(error)})` });
  }
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) return failed(null, { code: 'invalid-input', message: 'line: must be an object {id, rule, input}' });
  const { id = null, rule, input } = asked as { id?: unknown; rule?: unknown; input?: unknown };
  if (typeof rule !== 'string') return failed(id, { code: 'invalid-input', message: 'rule: must be the name of a rule' });
  try {
    return JSON.stringify({ id, ok: true, output: askRule(rule, input) });
  } catch (error) {
    if (error instanceof RuleError) return failed(id, { code: error.code, message: error.message });
    return failed(id, { code: 'defect', message: `this case breaks the rule itself: ${error instanceof Error ? error.message : String(error)}` });
  }
}

function failed(id: unknown, error: Failure): string {
  return JSON.stringify({ id, ok: false, error });
}
