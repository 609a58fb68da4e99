/** The business clock's owner as the pages speak to it: read, pause, resume, set the pace. */
import type { ClockControl, ClockReading } from '../web/deps.js';

/** A page does not wait longer for the clock than this. */
const patienceMs = 3_000;

/** Null without an address: business time is wall time, and nobody governs it. */
export function createClockControl(settings: { url: string | undefined; token: string | undefined }): ClockControl | null {
  const { url, token } = settings;
  if (!url) return null;
  const ask = async (path: string, body?: object): Promise<ClockReading> => {
    const answer = await fetch(`${url}${path}`, {
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      signal: AbortSignal.timeout(patienceMs),
    });
    if (!answer.ok) throw new Error(`the clock answered ${answer.status} to ${path}`);
    const { businessNow, speed, mode, pace, waitingFor } = (await answer.json()) as ClockReading;
    return { businessNow, speed, mode, pace, waitingFor };
  };
  return {
    get: () => ask('/clock'),
    pause: () => ask('/clock/pause', {}),
    resume: () => ask('/clock/resume', {}),
    speed: (speed) => ask('/clock/speed', { speed }),
  };
}
