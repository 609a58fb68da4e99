import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { ClockReader } from '../frame/clock.js';
import { inTransaction } from '../frame/database.js';
import type { Callbacks } from './callbacks.js';
import { addLines, durationSeconds, findCall, insertCall, openCalls, updateCall } from './calls.js';
import type { Courier, Fetched } from './courier.js';
import { answer, gather, isForPerson, over, play, press, ring } from './course.js';
import type { Call, Change, Next, Patience } from './course.js';
import { findNumber } from './numbers.js';
import { InvalidTwiml, readTwiml } from './twiml.js';

/** The exchange carries every call from dialling to hanging up. */
export interface Exchange {
  place(call: { to: string; from: string; url: string; method: string; statusCallback: string | null; events: string[]; ringLimitSeconds: number }): Promise<Call>;
  /** The person at the page picks up, presses a key, hangs up (while it rings: declines). A call that is over stays so. */
  pickUp(sid: string): Promise<void>;
  press(sid: string, key: string): Promise<void>;
  hangUp(sid: string): Promise<void>;
  /** The caller ends it through the API. */
  cancel(sid: string): Promise<void>;
  /** Goes on with the calls that were open when the network was last stopped. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

export interface ExchangeParts {
  database: Pool; callbacks: Callbacks; courier: Courier; clock: ClockReader; accountSid: string; patience: Patience;
  wallNow: () => number; onTrouble: (why: unknown) => void;
  /** Pauses before the voice address is asked again, wall milliseconds. */
  voicePausesMs?: number[];
}

const voiceTimeoutMs = 8_000;
const usualVoicePausesMs = [500, 1_500, 4_000];
/** More documents than this in one call is a redirection in circles. */
const maxFetches = 50;
const holdSeconds = 60;

export function createExchange(parts: ExchangeParts): Exchange {
  const { database, callbacks, courier, clock, patience, wallNow } = parts;
  const voicePausesMs = parts.voicePausesMs ?? usualVoicePausesMs;
  const turns = new Map<string, Promise<void>>();
  const timers = new Map<string, NodeJS.Timeout>();
  const holds = new Map<string, NodeJS.Timeout>();
  const stopping = new AbortController();

  /** One thing at a time per call: what a person does waits for the step under way. */
  function turn(sid: string, work: () => Promise<void>): Promise<void> {
    const next = (turns.get(sid) ?? Promise.resolve()).then(work).catch(parts.onTrouble);
    turns.set(sid, next);
    void next.finally(() => { if (turns.get(sid) === next) turns.delete(sid); });
    return next;
  }

  async function advance(sid: string): Promise<void> {
    clearTimeout(timers.get(sid));
    timers.delete(sid);
    while (!stopping.signal.aborted) {
      const call = await findCall(database, sid);
      if (!call || call.next.at === 'over') return;
      const change = await step(call);
      if (change === null) return;
      if (change.waitMs !== undefined) {
        timers.set(sid, setTimeout(() => { void turn(sid, () => advance(sid)); }, change.waitMs));
        return;
      }
      await apply(call, change);
    }
  }

  /** Null: the network is being stopped in the middle of it. */
  async function step(call: Call): Promise<Change | null> {
    const nowMs = wallNow();
    switch (call.next.at) {
      case 'ring': {
        const number = await findNumber(database, call.to_number);
        await hold(call, isForPerson(call, number, nowMs, patience));
        return ring(call, number, nowMs, patience);
      }
      case 'fetch': return fetchDocument(call, call.next);
      case 'play': return play(call, call.next, nowMs, patience);
      case 'gather': return gather(call, call.next, nowMs);
      case 'over': return over('completed');
    }
  }

  async function fetchDocument(call: Call, next: Next & { at: 'fetch' }): Promise<Change | null> {
    if (call.fetches >= maxFetches) return applicationError(`the call was sent in circles (${maxFetches} documents)`);
    const fetched = await fetchPatiently(call, next);
    if (fetched === null) return null;
    if (fetched.code === null || fetched.code >= 300) return applicationError(`11200: ${next.url} answered ${fetched.code ?? 'nothing'}`);
    try {
      return { next: { at: 'play', verbs: readTwiml(fetched.body), url: next.url } };
    } catch (error) {
      if (error instanceof InvalidTwiml) return applicationError(`${error.code}: ${error.message}`);
      throw error;
    }
  }

  async function fetchPatiently(call: Call, next: Next & { at: 'fetch' }): Promise<Fetched | null> {
    const params = { ...callFields(call), ...(next.digits === null ? {} : { Digits: next.digits, msg: 'Gather End' }) };
    for (let attempt = 0; ; attempt += 1) {
      if (stopping.signal.aborted) return null;
      const fetched = await courier.send({ subject: call.sid, method: next.method, url: next.url, params, timeoutMs: voiceTimeoutMs });
      const pause = voicePausesMs[attempt];
      if ((fetched.code !== null && fetched.code < 500) || pause === undefined) return fetched;
      await sleep(pause, stopping.signal);
    }
  }

  async function apply(call: Call, change: Change): Promise<void> {
    const businessAt = await clock.now();
    const updated = await inTransaction(database, async (client) => {
      const row = await updateCall(client, call, change, wallNow());
      await addLines(client, call.sid, change.lines ?? [], businessAt);
      if (row.status !== call.status) await announce(client, row);
      return row;
    });
    callbacks.poke();
    if (updated.next.at === 'over' || updated.answered_by) await hold(updated, updated.answered_by === 'person');
  }

  async function announce(client: Parameters<Callbacks['enqueue']>[0], call: Call): Promise<void> {
    const event = call.status === 'in-progress' ? 'answered' : call.next.at === 'over' ? 'completed' : call.status === 'queued' ? 'initiated' : call.status;
    if (!call.status_callback || !call.status_events.includes(event)) return;
    const ended: Record<string, string> = call.next.at === 'over' ? { CallDuration: String(durationSeconds(call)), Duration: String(Math.ceil(durationSeconds(call) / 60)) } : {};
    await callbacks.enqueue(client, call.sid, call.status_callback, {
      ...callFields(call), CallStatus: event === 'initiated' ? 'initiated' : call.status, ...ended,
      CallbackSource: 'call-progress-events', Timestamp: new Date(call.updated_ms).toUTCString().replace('GMT', '+0000'),
      SequenceNumber: String(['initiated', 'ringing', 'answered', 'completed'].indexOf(event)),
    });
  }

  function callFields(call: Call): Record<string, string> {
    return {
      ApiVersion: '2010-04-01', AccountSid: parts.accountSid, CallSid: call.sid, CallStatus: call.status, Direction: 'outbound-api',
      To: call.to_number, Called: call.to_number, From: call.from_number, Caller: call.from_number,
    };
  }

  /** While somebody hears a phone ring or talks, days must not pass. */
  async function hold(call: Call, forPerson: boolean): Promise<void> {
    const id = `phone-call:${call.sid}`;
    if (call.next.at === 'over' || !forPerson) {
      if (!holds.has(call.sid)) return;
      clearInterval(holds.get(call.sid));
      holds.delete(call.sid);
      await clock.release(id);
      return;
    }
    if (holds.has(call.sid)) return;
    const ask = (): Promise<void> => clock.hold(id, 'a demo person is on a call', holdSeconds);
    holds.set(call.sid, setInterval(() => { void ask(); }, (holdSeconds * 1_000) / 3));
    await ask();
  }

  /** A person's act changes the call only where it makes sense, then the call goes on. */
  function act(sid: string, decide: (call: Call) => Change | null): Promise<void> {
    return turn(sid, async () => {
      const call = await findCall(database, sid);
      const change = call && call.next.at !== 'over' ? decide(call) : null;
      if (call && change) await apply(call, change);
      // What follows may fetch and wait; the page need not.
      if (change) void turn(sid, () => advance(sid));
    });
  }

  return {
    async place(asked) {
      const businessAt = await clock.now();
      const call = await inTransaction(database, async (client) => {
        const row = await insertCall(client, { ...asked, sid: `CA${randomBytes(16).toString('hex')}`, nowMs: wallNow(), businessAt });
        await announce(client, row);
        return row;
      });
      callbacks.poke();
      void turn(call.sid, () => advance(call.sid));
      return call;
    },
    pickUp: (sid) => act(sid, (call) => (call.next.at === 'ring' ? answer(call, 'person', '') : null)),
    press: (sid, key) => act(sid, (call) => (call.next.at === 'gather' ? press(call.next, key, wallNow(), patience) : null)),
    hangUp: (sid) => act(sid, (call) => (call.next.at === 'ring' ? over('busy') : over('completed', [{ who: 'person', text: 'hung up' }]))),
    cancel: (sid) => act(sid, (call) => over(call.next.at === 'ring' ? 'canceled' : 'completed')),
    async resume() {
      for (const sid of await openCalls(database)) void turn(sid, () => advance(sid));
      callbacks.poke();
    },
    async stop() {
      stopping.abort();
      for (const timer of timers.values()) clearTimeout(timer);
      for (const timer of holds.values()) clearInterval(timer);
      await Promise.all(turns.values());
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

/** What the real network says when an address fails, then it hangs up. */
function applicationError(why: string): Change {
  return over('completed', [
    { who: 'platform', text: 'We are sorry, an application error has occurred. Goodbye.' },
    { who: 'note', text: why },
  ]);
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
