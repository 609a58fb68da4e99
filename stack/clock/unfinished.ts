/** Which of the due work the clock still waits for, and how it says so. */
import type { DueWork, DueWorkflow, OpenMatter } from '../../db/due-work.js';

/** One thing the clock waits for. `id` changes when the thing does, so that patience begins anew. */
export interface Unfinished { id: string; text: string }

const shown = 12;

/** Everything unfinished in the work, in words for operations. */
export function unfinishedIn(work: DueWork, troubleOf: (workflowId: string) => string | null): Unfinished[] {
  return [...work.workflows.map((due) => workflowLine(due, troubleOf(due.workflowId))), ...work.matters.map(matterLine)];
}

function workflowLine(due: DueWorkflow, trouble: string | null): Unfinished {
  const state = trouble ?? (due.reached ? (due.summary || 'its moment has come') : 'it has news to take in');
  return { id: `waiting:${due.workflowId}:${due.nextAt}:${due.pokes}:${due.seen}`, text: `${due.workflowId}: ${state}` };
}

function matterLine(matter: OpenMatter): Unfinished {
  const text = { message: `a message to be sent (${matter.about})`, instruction: `the bank: ${matter.about} ${matter.id}`, contact: `a call about ${matter.about}` }[matter.kind];
  return { id: `${matter.kind}:${matter.id}`, text };
}

/** At most a dozen lines, equal ones counted. */
export function summarise(unfinished: readonly Unfinished[]): string[] {
  const counted = new Map<string, number>();
  for (const { text } of unfinished) counted.set(text, (counted.get(text) ?? 0) + 1);
  const lines = [...counted].map(([text, count]) => (count === 1 ? text : `${count} × ${text}`));
  return lines.length <= shown ? lines : [...lines.slice(0, shown), `and ${lines.length - shown} more`];
}
