import type { VNode } from 'preact';
import type { RecordedAct } from '../../db/acts.js';
import { InstantText } from '../components/dates.js';
import { Timeline } from '../components/facts.js';
import { moneyText } from '../components/money.js';
import { percentText } from '../components/rate.js';
import { Empty } from '../components/state.js';
import { plainWords } from './words.js';

/** What was decided, by whom and why, oldest first. */
export function ActsTimeline({ acts }: { acts: RecordedAct[] }): VNode {
  if (acts.length === 0) return <Empty>No acts yet, because nothing has been decided.</Empty>;
  return (
    <Timeline events={acts.map((act) => ({
      at: <InstantText at={act.businessAt ?? act.at} />,
      what: <>{plainWords(act.verb)}{act.why ? `: ${act.why}` : ''}{act.after ? <span class="small"> {changeText(act.before, act.after)}</span> : null}</>,
      by: `${act.actor} (${act.role}${act.secondPerson ? `, with ${act.secondPerson}` : ''})`,
    }))} />
  );
}

/** What an act changed, in one line. */
export function changeText(before: unknown, after: unknown): string {
  return before ? `${factsText(before)} → ${factsText(after)}` : factsText(after);
}

/** `{amountFen: 500, decision: 'retry'}` → `amount ¥5.00, decision retry`. */
function factsText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return plainText(value);
  return Object.entries(value as Record<string, unknown>).map(([key, member]) => `${plainWords(key.replace(/(Fen|Bps)$/, '')).toLowerCase()} ${memberText(key, member)}`).join(', ');
}

function memberText(key: string, member: unknown): string {
  if (typeof member === 'number' && key.endsWith('Fen')) return moneyText(member);
  return typeof member === 'number' && key.endsWith('Bps') ? percentText(member) : plainText(member);
}

const plainText = (value: unknown): string => (value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value));
