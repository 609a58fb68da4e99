import { z } from 'zod';

/**
 * The business clock as a stranger reads it on the wire. Where no clock is given, business time is wall time, as in
 * production.
 */
export interface ClockReader {
  /** Business time now, in milliseconds since 1970 UTC. A clock that does not answer is taken to go on as last seen. */
  now(): Promise<number>;
  /** Asks the clock to stand still for at most `seconds` (wall time) while a person is busy here; again = longer. */
  hold(id: string, reason: string, seconds: number): Promise<void>;
  release(id: string): Promise<void>;
}

/** How long one answer is believed, in wall milliseconds. */
const trustMs = 200;
const askMs = 2_000;

const answer = z.object({ businessNow: z.number(), speed: z.number() });

/**
 * @param options.wallNow wall clock in milliseconds
 * @param options.onTrouble told when the clock did not answer; holding and releasing never fail a person's act
 */
export function createClockReader(options: {
  url?: string | undefined; token?: string | undefined; wallNow?: () => number; onTrouble?: (why: string) => void;
}): ClockReader {
  const wallNow = options.wallNow ?? Date.now;
  const trouble = options.onTrouble ?? (() => undefined);
  const url = options.url;
  if (!url) {
    return { now: async () => wallNow(), hold: async () => undefined, release: async () => undefined };
  }

  let seen: { wallAt: number; businessNow: number; speed: number } | null = null;
  let asking: Promise<number> | null = null;

  async function ask(): Promise<number> {
    try {
      const response = await fetch(`${url}/clock`, { signal: AbortSignal.timeout(askMs) });
      const read = answer.parse(await response.json());
      seen = { wallAt: wallNow(), ...read };
      return read.businessNow;
    } catch (error) {
      trouble(`the clock did not answer: ${String(error)}`);
      if (!seen) return wallNow();
      return seen.businessNow;
    }
  }

  async function post(path: string, body: object): Promise<void> {
    try {
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${options.token ?? ''}` },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(askMs),
      });
      if (!response.ok) trouble(`${path} answered ${response.status}`);
    } catch (error) {
      trouble(`${path}: ${String(error)}`);
    }
  }

  return {
    async now() {
      if (seen && wallNow() - seen.wallAt < trustMs) return seen.businessNow;
      asking ??= ask().finally(() => { asking = null; });
      return asking;
    },
    hold: (id, reason, seconds) => post('/clock/hold', { id, reason, seconds }),
    release: (id) => post('/clock/release', { id }),
  };
}
