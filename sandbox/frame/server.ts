import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ErrorRequestHandler, Express } from 'express';

/** A listening part of the sandbox. `url` has no trailing slash; `close` resolves when the last request has been answered. */
export interface Listening { port: number; url: string; close(): Promise<void> }

/** Listens on `port` (0 = any free one) and resolves when connections are accepted. Rejects when the port is taken. */
export async function listen(app: Express, port: number): Promise<Listening> {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  const taken = (server.address() as AddressInfo).port;
  return { port: taken, url: `http://127.0.0.1:${taken}`, close: () => closeServer(server) };
}

/** The last handler of every part: a request the client got wrong keeps its own status, anything else is 500 and told. */
export function answerTrouble(onTrouble: (why: unknown) => void): ErrorRequestHandler {
  return (error: { status?: unknown; message?: unknown }, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = typeof error.status === 'number' && error.status >= 400 && error.status < 500 ? error.status : 500;
    if (status === 500) onTrouble(error);
    const message = status === 500 ? 'This part of the sandbox had trouble and has written down why. Try again in a moment.' : String(error.message);
    response.status(status).json({ error: status === 500 ? 'trouble' : 'bad-request', message });
  };
}

/** Waits two seconds for requests under way, then cuts what is left: a page that polls would hold the process open. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    const cut = setTimeout(() => server.closeAllConnections(), 2_000);
    server.close((error) => {
      clearTimeout(cut);
      if (error) reject(error);
      else resolve();
    });
    server.closeIdleConnections();
  });
}
