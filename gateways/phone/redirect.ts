import twilio from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import type http from 'twilio/lib/http/response.js';

/**
 * The official client with another origin: the package knows no base URL of its own, so every request to
 * `https://api.twilio.com` is sent to `apiUrl` instead (a sandbox, or a recording proxy), otherwise unchanged.
 */
export class RedirectedClient extends twilio.RequestClient {
  constructor(private readonly apiUrl: string, timeoutMs: number) {
    super({ timeout: timeoutMs, keepAlive: true });
  }

  override request<TData>(options: RequestClient.RequestOptions<TData>): Promise<http.default<TData>> {
    const asked = new URL(options.uri);
    const base = this.apiUrl.replace(/\/+$/, '');
    return super.request({ ...options, uri: `${base}${asked.pathname}${asked.search}` });
  }
}
