import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClockControl } from './clock-client.js';

const reading = { businessNow: 5, speed: 0, mode: 'paused', pace: 60, waitingFor: ['a message'] };
const asked: string[] = [];
let server: Server;
let url = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => { body += part.toString(); });
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${body} ${request.headers.authorization ?? ''}`);
      response.statusCode = request.headers.authorization === 'Bearer right' ? 200 : 401;
      response.end(JSON.stringify({ ...reading, wallAt: 1, governed: true }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => { await new Promise((resolve) => server.close(resolve)); });
beforeEach(() => { asked.length = 0; });

describe('the clock as pages govern it', () => {
  it('is read, paused, resumed and set, and answers the new reading', async () => {
    const clock = createClockControl({ url, token: 'right' })!;
    for (const answer of [await clock.get(), await clock.pause(), await clock.resume(), await clock.speed(3_600)]) expect(answer).toEqual(reading);
    expect(asked).toEqual(['GET /clock  Bearer right', 'POST /clock/pause {} Bearer right', 'POST /clock/resume {} Bearer right', 'POST /clock/speed {"speed":3600} Bearer right']);
  });

  it('is not there without an address, and says when it refuses', async () => {
    expect(createClockControl({ url: undefined, token: 'right' })).toBeNull();
    await expect(createClockControl({ url, token: 'wrong' })!.pause()).rejects.toThrow('the clock answered 401 to /clock/pause');
  });
});
