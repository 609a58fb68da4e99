import express from 'express';
import { createClockReader } from './clock.js';
import { listen } from './server.js';
import type { Listening } from './server.js';

interface Asked { path: string; body: unknown; authorization: string | undefined }
let asked: Asked[];
let businessNow: number;
let ill: boolean;
let server: Listening;

beforeAll(async () => {
  const app = express();
  app.use(express.json());
  app.use((request, response) => {
    asked.push({ path: request.path, body: request.body, authorization: request.headers.authorization });
    if (ill) response.status(500).end();
    else response.json({ wallAt: 0, businessAt: 0, speed: 1_000, governed: true, businessNow, mode: 'running', waitingFor: [] });
  });
  server = await listen(app, 0);
});
beforeEach(() => { asked = []; businessNow = 5_000; ill = false; });
afterAll(() => server.close());

describe('the clock reader', () => {
  it('believes an answer for 200 ms and asks once for many', async () => {
    let wall = 1_000;
    const clock = createClockReader({ url: server.url, wallNow: () => wall });
    expect(await Promise.all([clock.now(), clock.now(), clock.now()])).toEqual([5_000, 5_000, 5_000]);
    businessNow = 9_000;
    wall += 199;
    expect(await clock.now()).toBe(5_000);
    wall += 1;
    expect(await clock.now()).toBe(9_000);
    expect(asked).toHaveLength(2);
  });

  it('stays where it was last seen when the clock does not answer, and says so', async () => {
    let wall = 1_000;
    const troubles: string[] = [];
    const clock = createClockReader({ url: server.url, wallNow: () => wall, onTrouble: (why) => troubles.push(why) });
    await clock.now();
    ill = true;
    wall += 5_000;
    expect(await clock.now()).toBe(5_000);
    expect(troubles).toHaveLength(1);
  });

  it('holds and releases with the clock’s token, and a refusal harms nobody', async () => {
    const troubles: string[] = [];
    const clock = createClockReader({ url: server.url, token: 't', onTrouble: (why) => troubles.push(why) });
    await clock.hold('page:1', 'a demo person is on a page', 60);
    await clock.release('page:1');
    ill = true;
    await clock.release('page:1');
    expect(asked[0]).toEqual({ path: '/clock/hold', body: { id: 'page:1', reason: 'a demo person is on a page', seconds: 60 }, authorization: 'Bearer t' });
    expect(asked[1]).toMatchObject({ path: '/clock/release', body: { id: 'page:1' } });
    expect(troubles).toEqual(['/clock/release answered 500']);
  });

  it('without a clock is the wall clock', async () => {
    const clock = createClockReader({ wallNow: () => 77 });
    expect(await clock.now()).toBe(77);
    await clock.hold('x', 'y', 1);
    await clock.release('x');
  });
});
