import type { Queryable } from '../frame/database.js';
import { twilioSignature } from './signature.js';

/** What came back; `code` is null when nothing did. */
export interface Fetched { code: number | null; body: string; contentType: string }

/** Signed requests to the customer's addresses. Those of a call are recorded: its Events resource lists them. */
export interface Courier {
  /** Never throws. `params` go as a form (POST) or into the query (GET). `subject` is the SID it is about. */
  send(request: { subject: string; method: string; url: string; params: Record<string, string>; timeoutMs: number }): Promise<Fetched>;
  /** Breaks off what is under way: it counts as unanswered. */
  stop(): void;
}

const callPrefix = 'CA';
const maxBodyLength = 256 * 1_024;

export function createCourier(options: { database: Queryable; authToken: string; wallNow: () => number }): Courier {
  const stopping = new AbortController();
  return {
    async send({ subject, method, url, params, timeoutMs }) {
      const asked = prepare(method, url, params);
      const fetched = await exchange(asked, options.authToken, AbortSignal.any([AbortSignal.timeout(timeoutMs), stopping.signal]));
      if (subject.startsWith(callPrefix)) {
        await options.database.query(
          'INSERT INTO requests (subject, method, url, params, response_code, at_ms) VALUES ($1, $2, $3, $4, $5, $6)',
          [subject, method, asked.url, JSON.stringify(params), fetched.code, options.wallNow()],
        );
      }
      return fetched;
    },
    stop: () => stopping.abort(),
  };
}

interface Prepared { url: string; form: Record<string, string> | null }

function prepare(method: string, url: string, params: Record<string, string>): Prepared {
  if (method !== 'GET') return { url, form: params };
  const full = new URL(url);
  for (const [name, value] of Object.entries(params)) full.searchParams.set(name, value);
  return { url: full.href, form: null };
}

async function exchange(asked: Prepared, authToken: string, signal: AbortSignal): Promise<Fetched> {
  try {
    const response = await fetch(asked.url, {
      method: asked.form ? 'POST' : 'GET',
      headers: { 'x-twilio-signature': twilioSignature(authToken, asked.url, asked.form ?? {}), 'user-agent': 'TwilioProxy/1.1' },
      ...(asked.form ? { body: new URLSearchParams(asked.form) } : {}),
      redirect: 'manual',
      signal,
    });
    const body = (await response.text()).slice(0, maxBodyLength);
    return { code: response.status, body, contentType: response.headers.get('content-type') ?? '' };
  } catch (error) {
    return { code: null, body: error instanceof Error ? error.message : String(error), contentType: '' };
  }
}
