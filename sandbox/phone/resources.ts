import type { Call } from './course.js';
import { durationSeconds } from './calls.js';
import type { MessageRow } from './messages.js';

/** The wall instant as Twilio writes it (RFC 2822). */
function rfc2822(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toUTCString().replace('GMT', '+0000');
}

export function messageResource(accountSid: string, row: MessageRow): object {
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${row.sid}.json`;
  return {
    account_sid: accountSid, api_version: '2010-04-01', body: row.body, date_created: rfc2822(row.created_ms), date_sent: rfc2822(row.sent_ms),
    date_updated: rfc2822(row.updated_ms), direction: 'outbound-api', error_code: row.error_code,
    error_message: row.error_code === null ? null : 'Unreachable destination handset', from: row.from_number, messaging_service_sid: null,
    num_media: '0', num_segments: String(segments(row.body)), price: null, price_unit: 'USD', sid: row.sid, status: row.status,
    subresource_uris: { media: uri.replace('.json', '/Media.json') }, to: row.to_number, uri,
  };
}

/** An SMS holds 70 characters beyond the GSM alphabet (67 when joined), 160 within it (153). */
function segments(body: string): number {
  const [single, joined] = /^[\n\r -~]*$/.test(body) ? [160, 153] : [70, 67];
  return body.length <= single ? 1 : Math.ceil(body.length / joined);
}

export function callResource(accountSid: string, call: Call): object {
  const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${call.sid}.json`;
  return {
    account_sid: accountSid, annotation: null, answered_by: null, api_version: '2010-04-01', caller_name: null,
    date_created: rfc2822(call.created_ms), date_updated: rfc2822(call.updated_ms), direction: 'outbound-api',
    duration: call.ended_ms === null ? null : String(durationSeconds(call)), end_time: rfc2822(call.ended_ms), forwarded_from: null,
    from: call.from_number, from_formatted: call.from_number, group_sid: null, parent_call_sid: null, phone_number_sid: null,
    price: null, price_unit: 'USD', queue_time: '0', sid: call.sid, start_time: rfc2822(call.answered_ms), status: call.status,
    subresource_uris: { events: uri.replace('.json', '/Events.json') }, to: call.to_number, to_formatted: call.to_number, trunk_sid: null, uri,
  };
}

export interface RequestRow { n: number; method: string; url: string; params: Record<string, string>; response_code: number | null }

/** One request that the network made for a call. */
export function eventResource(row: RequestRow): object {
  return {
    request: { method: row.method, url: row.url, parameters: row.params },
    response: { response_code: row.response_code },
  };
}

/** A list page in the 2010 API's shape: what the official client's `list`, `each` and `page` walk along. */
export function pageOf(path: string, query: Record<string, string>, key: string, page: { number: number; size: number; hasNext: boolean }, items: object[]): object {
  const uri = (number: number): string => `${path}?${new URLSearchParams({ ...query, PageSize: String(page.size), Page: String(number) })}`;
  return {
    [key]: items, page: page.number, page_size: page.size, start: page.number * page.size, end: page.number * page.size + items.length,
    uri: uri(page.number), first_page_uri: uri(0), next_page_uri: page.hasNext ? uri(page.number + 1) : null,
    previous_page_uri: page.number > 0 ? uri(page.number - 1) : null,
  };
}

/** An error as the API tells it; `code` is Twilio's own number. */
export class ApiError extends Error {
  override name = 'ApiError';
  constructor(readonly status: number, readonly code: number, message: string) {
    super(message);
  }

  get body(): object {
    return { code: this.code, message: this.message, more_info: `https://www.twilio.com/docs/errors/${this.code}`, status: this.status };
  }
}
