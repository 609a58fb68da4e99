/** A business clock that stands where it is set, as strangers read it on the wire. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PublicClock { url: string; now(): string; set(at: string): void; close(): Promise<void> }

export async function startPublicClock(startsAt: string): Promise<PublicClock> {
  let nowMs = Date.parse(startsAt);
  // Holds and releases are taken without a word: it stands still anyhow.
  const server = createServer((_request, response) => void response.setHeader('content-type', 'application/json').end(JSON.stringify({ businessNow: nowMs, speed: 0 })));
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    now: () => new Date(nowMs).toISOString(),
    set: (at) => { nowMs = Math.max(nowMs, Date.parse(at)); },
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
}
