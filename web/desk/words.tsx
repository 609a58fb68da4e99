/** Codes and keys of the record as staff read them. */
import type { ComponentChildren, VNode } from 'preact';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { percentText } from '../components/rate.js';

/** `identity-review`, `monthsSinceRecord` → `Identity review`, `Months since record`. */
export function plainWords(code: string): string {
  const words = code.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/[-_:]+/g, ' ').toLowerCase().trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** One value of a JSON fact in words: amounts by the ending `Fen`, rates by `Bps`. */
export function factText(key: string, value: unknown): ComponentChildren {
  if (value === null || value === undefined) return 'unknown';
  if (typeof value === 'number' && key.endsWith('Fen')) return <Money fen={value} />;
  if (typeof value === 'number' && key.endsWith('Bps')) return percentText(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** The members of a JSON object as a list of facts. */
export function JsonFacts({ of, empty = 'Nothing was said.' }: { of: unknown; empty?: string }): VNode {
  const entries = typeof of === 'object' && of !== null ? Object.entries(of).filter(([, value]) => value !== undefined) : [];
  if (entries.length === 0) return <p class="small">{empty}</p>;
  return <Facts facts={entries.map(([key, value]): [string, ComponentChildren] => [plainWords(key.replace(/(Fen|Bps)$/, '')), factText(key, value)])} />;
}

/** Why a task was opened: its code, reason or outcome, in words; empty where none was given. */
export function taskReason(details: Record<string, unknown>): string {
  const code = [details['code'], details['reason'], details['outcome']].find((each) => typeof each === 'string');
  return typeof code === 'string' ? plainWords(code) : '';
}
