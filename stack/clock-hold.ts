/** Asks the business clock to stand still while a part is down, so that nobody's deadline passes unserved. */
export interface ClockHold {
  hold(part: string): void;
  release(part: string): void;
}

/** The clock lets go by itself after this long, should the part never come back. */
const HOLD_SECONDS = 30;

export function createClockHold(settings: { url?: string; token?: string }): ClockHold {
  const { url, token } = settings;
  async function post(path: string, body: object): Promise<void> {
    if (!url) return;
    try {
      await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token ?? ''}` },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(2000),
      });
    } catch {
      // The clock itself may be the part that is down: then it stands still anyway.
      return;
    }
  }
  return {
    hold: (part) => void post('/clock/hold', { id: `part:${part}`, reason: `${part} is down`, seconds: HOLD_SECONDS }),
    release: (part) => void post('/clock/release', { id: `part:${part}` }),
  };
}
