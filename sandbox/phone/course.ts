import type { PhoneNumber } from './numbers.js';
import { spokenSeconds } from './twiml.js';
import type { Gather, Spoken, Verb } from './twiml.js';

/** Where a call stands and what comes next; stored, so that a restarted network goes on with it. `…Ms` are wall instants. */
export type Next =
  | { at: 'ring' }
  | { at: 'fetch'; url: string; method: string; digits: string | null }
  | { at: 'play'; verbs: Verb[]; url: string }
  | { at: 'gather'; gather: Gather; typed: string; untilMs: number; rest: Verb[]; url: string }
  | { at: 'over' };

export type FinalStatus = 'completed' | 'no-answer' | 'busy' | 'failed' | 'canceled';
export type CallStatus = 'queued' | 'ringing' | 'in-progress' | FinalStatus;

export interface Line { who: 'platform' | 'person' | 'note'; text: string }

export interface Call {
  sid: string; n: number; to_number: string; from_number: string; voice_url: string; voice_method: string;
  status_callback: string | null; status_events: string[]; status: CallStatus; next: Next;
  answered_by: 'person' | 'script' | null; digits_left: string; spoken_seconds: number; fetches: number; ring_limit_seconds: number;
  created_ms: number; answered_ms: number | null; ended_ms: number | null; updated_ms: number; business_at: number;
}

/** What one step does to a call. `waitMs`: nothing more to do before then. */
export interface Change {
  status?: CallStatus; next?: Next; lines?: Line[]; answeredBy?: 'person' | 'script'; digitsLeft?: string; spokenSeconds?: number; waitMs?: number;
}

export interface Patience {
  /** How long a phone rings at which nobody is. */
  ringSeconds: number;
  /** How long a person at the page may think before pressing a key: reading is slower than listening. */
  personKeySeconds: number;
  /** A page looked at this recently has a person before it. */
  presentSeconds: number;
}

export function over(status: FinalStatus, lines: Line[] = []): Change {
  return { status, next: { at: 'over' }, lines };
}

/** Is somebody there who may pick up? Such a call stops the demo's clock. */
export function isForPerson(call: Call, number: PhoneNumber, nowMs: number, patience: Patience): boolean {
  if (call.answered_by) return call.answered_by === 'person';
  if (number.behaviour) return number.behaviour === 'person';
  return nowMs - number.seenMs < patience.presentSeconds * 1_000;
}

/** One look at a ringing phone. */
export function ring(call: Call, number: PhoneNumber, nowMs: number, patience: Patience): Change {
  if (number.behaviour === 'busy') return over('busy');
  if (number.behaviour === 'unreachable' || number.behaviour === 'invalid') return over('failed');
  if (call.status === 'queued') return { status: 'ringing' };
  const limit = call.ring_limit_seconds;
  const picksUpAfter = number.behaviour === 'answers' ? number.afterSeconds ?? 0 : Infinity;
  if (picksUpAfter <= limit) {
    const waitMs = call.created_ms + picksUpAfter * 1_000 - nowMs;
    return waitMs > 0 ? { waitMs } : answer(call, 'script', number.digits);
  }
  const waitMs = call.created_ms + ringingSeconds(call, number, nowMs, patience) * 1_000 - nowMs;
  return waitMs > 0 ? { waitMs } : over('no-answer');
}

function ringingSeconds(call: Call, number: PhoneNumber, nowMs: number, patience: Patience): number {
  const limit = call.ring_limit_seconds;
  if (isForPerson(call, number, nowMs, patience) || number.behaviour === 'answers') return limit;
  return Math.min(number.behaviour === 'no-answer' ? number.afterSeconds ?? patience.ringSeconds : patience.ringSeconds, limit);
}

export function answer(call: Call, by: 'person' | 'script', digits: string): Change {
  return {
    status: 'in-progress', answeredBy: by, digitsLeft: digits,
    next: { at: 'fetch', url: call.voice_url, method: call.voice_method, digits: null },
  };
}

/** Says what comes next in the document, up to the next question, redirection or end. */
export function play(call: Call, next: Next & { at: 'play' }, nowMs: number, patience: Patience): Change {
  const lines: Line[] = [];
  let seconds = call.spoken_seconds;
  const say = (spoken: Spoken): void => {
    seconds += spokenSeconds(spoken);
    if (spoken.verb === 'say') lines.push({ who: 'platform', text: spoken.text });
  };
  for (const [index, verb] of next.verbs.entries()) {
    const rest = next.verbs.slice(index + 1);
    switch (verb.verb) {
      case 'say': case 'pause':
        say(verb);
        break;
      case 'unsupported':
        lines.push({ who: 'note', text: `This network does not know <${verb.name}>; it was skipped.` });
        break;
      case 'hangup':
        return { ...over('completed', lines), spokenSeconds: seconds };
      case 'redirect':
        return { next: fetchOf(next.url, verb.url, verb.method, null), lines, spokenSeconds: seconds };
      case 'gather': {
        verb.inner.forEach(say);
        const untilMs = nowMs + keySeconds(call, verb, patience) * 1_000;
        return { next: { at: 'gather', gather: verb, typed: '', untilMs, rest, url: next.url }, lines, spokenSeconds: seconds };
      }
    }
  }
  return { ...over('completed', lines), spokenSeconds: seconds };
}

function keySeconds(call: Call, gather: Gather, patience: Patience): number {
  return call.answered_by === 'person' ? Math.max(gather.timeoutSeconds, patience.personKeySeconds) : gather.timeoutSeconds;
}

/** A question is open: a script answers at once, a person has time. */
export function gather(call: Call, next: Next & { at: 'gather' }, nowMs: number): Change {
  if (call.answered_by === 'script') return gatherFromScript(call, next);
  const waitMs = next.untilMs - nowMs;
  return waitMs > 0 ? { waitMs } : submit(next, next.typed);
}

function gatherFromScript(call: Call, next: Next & { at: 'gather' }): Change {
  const { numDigits, finishOnKey } = next.gather;
  const end = finishOnKey ? call.digits_left.indexOf(finishOnKey) : -1;
  const upToKey = end === -1 ? call.digits_left.length : end;
  const taken = call.digits_left.slice(0, Math.min(numDigits ?? Infinity, upToKey));
  const used = taken.length === upToKey && end !== -1 ? end + 1 : taken.length;
  const change = submit(next, taken);
  // Nobody sits out the silence of a script, but it counts as time on the line.
  const silence = taken === '' ? next.gather.timeoutSeconds : taken.length;
  return { ...change, digitsLeft: call.digits_left.slice(used), spokenSeconds: call.spoken_seconds + silence };
}

/** A key pressed by the person at the page. */
export function press(next: Next & { at: 'gather' }, key: string, nowMs: number, patience: Patience): Change {
  if (key === next.gather.finishOnKey) return submit(next, next.typed);
  const typed = next.typed + key;
  if (next.gather.numDigits !== null && typed.length >= next.gather.numDigits) return submit(next, typed);
  return { next: { ...next, typed, untilMs: nowMs + patience.personKeySeconds * 1_000 } };
}

function submit(next: Next & { at: 'gather' }, digits: string): Change {
  const { action, method, actionOnEmpty } = next.gather;
  if (digits === '' && !actionOnEmpty) return { next: { at: 'play', verbs: next.rest, url: next.url } };
  const lines: Line[] = digits === '' ? [] : [{ who: 'person', text: `pressed ${digits}` }];
  return { next: fetchOf(next.url, action ?? next.url, method, digits), lines };
}

function fetchOf(base: string, url: string, method: string, digits: string | null): Next {
  return { at: 'fetch', url: new URL(url, base).href, method: method.toUpperCase(), digits };
}
