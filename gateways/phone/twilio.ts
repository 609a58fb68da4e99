import twilio from 'twilio';
import type { Phone, SendOutcome } from './port.js';
import { toE164 } from './numbers.js';
import { RedirectedClient } from './redirect.js';

export interface PhoneOptions {
  accountSid: string;
  authToken: string;
  /** `https://api.twilio.com`, or a network that speaks the same. */
  apiUrl: string;
  /** The caller's own number, E.164. */
  from: string;
  /** Where the network reaches this platform. */
  publicUrl: string;
  timeoutMs: number;
  /** Wall clock in milliseconds. */
  now?: () => number;
}

/**
 * How far back a repeat looks for its first attempt (wall time). A repeat follows within minutes; looking further back
 * would take an older, equal message for this one.
 */
const repeatWindowMs = 60 * 60 * 1_000;
const ringSeconds = 30;
const callEvents = ['initiated', 'ringing', 'answered', 'completed'];
/** Of one number's latest messages or calls; more than this many within the window nobody may send anyway. */
const listLimit = 50;

/** SMS and calls through the real `twilio` package. */
export function createPhone(options: PhoneOptions): Phone {
  const now = options.now ?? Date.now;
  const client = twilio(options.accountSid, options.authToken, {
    httpClient: new RedirectedClient(options.apiUrl, options.timeoutMs), autoRetry: false,
  });
  const own = options.publicUrl.replace(/\/+$/, '');
  const isRecent = (created: Date): boolean => now() - created.getTime() <= repeatWindowMs;

  /**
   * Twilio's message list does not show the StatusCallback address in which our reference stands, so the first attempt is
   * recognised by receiver, sender, text and time.
   */
  async function findSms(to: string, body: string): Promise<string | null> {
    const sent = await client.messages.list({ to, limit: listLimit });
    const same = sent.find((message) => message.body === body && message.from === options.from && isRecent(message.dateCreated));
    return same?.sid ?? null;
  }

  /** A call has no text, but the network lists what it asked us for during a call, and those addresses carry our reference. */
  async function findCall(to: string, reference: string): Promise<string | null> {
    const placed = await client.calls.list({ to, limit: listLimit });
    const mark = `/phone/calls/${encodeURIComponent(reference)}/`;
    for (const call of placed.filter((one) => one.from === options.from && isRecent(one.dateCreated))) {
      const events = await client.calls(call.sid).events.list({ limit: listLimit });
      if (events.some((event) => addressOf(event.request).includes(mark))) return call.sid;
      // It may be ours, before its first request: better to ask again than to ring twice.
      if (events.length === 0 && underWay.has(call.status)) throw new StillUnclear('a call to this number has just begun');
    }
    return null;
  }

  return {
    async sendSms({ to, body, reference, repeat }) {
      const number = toE164(to);
      return attempt(async () => {
        const earlier = repeat ? await findSms(number, body) : null;
        return earlier ?? (await client.messages.create({
          to: number, from: options.from, body,
          statusCallback: `${own}/phone/messages/${encodeURIComponent(reference)}/status`,
        })).sid;
      });
    },

    async call({ to, reference, repeat }) {
      const number = toE164(to);
      const place = `${own}/phone/calls/${encodeURIComponent(reference)}`;
      return attempt(async () => {
        const earlier = repeat ? await findCall(number, reference) : null;
        return earlier ?? (await client.calls.create({
          to: number, from: options.from, url: `${place}/voice`, method: 'POST', timeout: ringSeconds,
          statusCallback: `${place}/status`, statusCallbackMethod: 'POST', statusCallbackEvent: callEvents,
        })).sid;
      });
    },
  };
}

const underWay = new Set<string>(['queued', 'ringing', 'in-progress']);

class StillUnclear extends Error {
  override name = 'StillUnclear';
}

function addressOf(request: unknown): string {
  return typeof request === 'object' && request !== null && 'url' in request ? String(request.url) : '';
}

async function attempt(send: () => Promise<string>): Promise<SendOutcome> {
  try {
    return { status: 'sent', providerNo: await send() };
  } catch (error) {
    return outcomeOf(error);
  }
}

/** Not the receiver's fault, so not a refusal: our credentials or limits, to be repaired and tried again. */
const ourOwnTrouble = new Set([401, 403, 404, 408, 429]);

/** Only a 4xx that judges this message is a refusal; after anything else it may have gone out. */
function outcomeOf(error: unknown): SendOutcome {
  if (error instanceof twilio.RestException && error.status >= 400 && error.status < 500 && !ourOwnTrouble.has(error.status)) {
    return { status: 'refused', code: String(error.code ?? error.status), reason: error.message };
  }
  const why = error instanceof twilio.RestException ? `the phone network answered ${error.status}: ${error.message}` : String(error);
  return { status: 'unknown', why };
}
