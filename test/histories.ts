/** Everything Temporal keeps of an installation, and everything its processes wrote into their logs, as plain text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';

/** Where a text stands and what it says. */
export interface Passage { where: string; text: string }

/** The history of every run of every workflow; payloads are decoded from their bytes. */
export async function historiesOf(client: Client): Promise<Passage[]> {
  const passages: Passage[] = [];
  for await (const { workflowId, runId, type } of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    passages.push({ where: `history of ${type} ${workflowId}`, text: JSON.stringify(history, readable) });
  }
  return passages;
}

/** `JSON.stringify` calls `toJSON` of bytes and of protobuf's messages first: bytes have to be caught in their holder. */
function readable(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  if (original instanceof Uint8Array) return Buffer.from(original).toString('utf8');
  if (typeof original === 'object' && original !== null && !Array.isArray(original)) return { ...original };
  return value;
}

/** All files in a folder and its folders. */
export function textsIn(folder: string): Passage[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ where: file.slice(folder.length + 1), text: readFileSync(file, 'utf8') }));
}

/** What of somebody must stand nowhere but in PostgreSQL: `kind` says what it is, so that a finding need not repeat it. */
export interface Secret { of: string; kind: string; value: string }

/** Every secret in every passage, in words that do not give it away; empty when all is well. */
export function leaks(passages: readonly Passage[], secrets: readonly Secret[]): string[] {
  return passages.flatMap(({ where, text }) => secrets.filter(({ value }) => text.includes(value)).map(({ of, kind }) => `${where}: the ${kind} of ${of}`));
}
