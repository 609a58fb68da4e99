import express from 'express';
import type { Request } from 'express';
import twilio from 'twilio';
import type { Twilio } from 'twilio';
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { listen } from '../frame/server.js';
import type { Listening } from '../frame/server.js';
import type { ClockReader } from '../frame/clock.js';
import { createPhoneNetwork } from './network.js';
import type { PhoneNetwork, PhoneNetworkOptions } from './network.js';

const accountSid = 'AC00000000000000000000000000000001';
const authToken = 'the-auth-token';
const token = 'the-control-token';
const from = '+861069000000';

/** The official client, pointed at this network and otherwise unchanged. */
function officialClient(base: string, password = authToken): Twilio {
  const httpClient = new twilio.RequestClient({ timeout: 5_000 });
  const send = httpClient.request.bind(httpClient);
  httpClient.request = (options) => send({ ...options, uri: options.uri.replace('https://api.twilio.com', base) });
  return twilio(accountSid, password, { httpClient });
}

/** The customer: answers what TwiML it was given, records what it was posted, and checks every signature. */
interface Received { path: string; fields: Record<string, string>; signed: boolean }
let documents: Record<string, string>;
let refuseNext: number;
/** Only on this path; null = on any. */
let refuseOnly: string | null;
let received: Received[];
let customer: Listening;

let store: TestDatabase;
let network: PhoneNetwork;
let client: Twilio;
const held: string[] = [];
const clock: ClockReader = {
  now: async () => Date.parse('2027-03-01T02:00:00Z'),
  hold: async (id) => { held.push(`hold ${id}`); },
  release: async (id) => { held.push(`release ${id}`); },
};

async function start(extra: Partial<PhoneNetworkOptions> = {}): Promise<void> {
  network = await createPhoneNetwork({
    databaseUrl: store.url, port: 0, accountSid, authToken, token, ringSeconds: 0.05, clock,
    callbackPausesMs: [20, 20, 20], voicePausesMs: [20], ...extra,
  });
  client = officialClient(network.url);
}

beforeAll(async () => {
  store = await createEmptyDatabase();
  const app = express();
  app.use(express.urlencoded({ extended: false }));
  app.use((request: Request, response) => {
    const fields = request.body as Record<string, string>;
    const url = `${customer.url}${request.originalUrl}`;
    const signed = twilio.validateRequest(authToken, request.headers['x-twilio-signature'] as string, url, fields);
    received.push({ path: request.originalUrl, fields, signed });
    if (refuseNext > 0 && (refuseOnly === null || request.path === refuseOnly)) { refuseNext -= 1; response.status(503).end(); return; }
    response.type('text/xml').send(documents[request.path] ?? '<Response/>');
  });
  customer = await listen(app, 0);
  await start();
});
beforeEach(() => { documents = {}; received = []; refuseNext = 0; refuseOnly = null; held.length = 0; });
afterAll(async () => {
  await network.close();
  await customer.close();
  await store.drop();
});

async function until<T>(what: string, look: () => T | Promise<T>, wanted: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const seen = await look();
    if (wanted(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`${what}: last seen ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

let last = 0;
const freshNumber = (): string => `+8613900${String(last += 1).padStart(6, '0')}`;

function set(number: string, setting: object, bearer = token): Promise<Response> {
  return fetch(`${network.url}/numbers/${number}`, {
    method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` }, body: JSON.stringify(setting),
  });
}

const statuses = (path: string, field: string): string[] => received.filter((one) => one.path === path).map((one) => one.fields[field] ?? '');
const everySigned = (): boolean => received.every((one) => one.signed);

function dial(to: string): Promise<{ sid: string }> {
  return client.calls.create({
    to, from, url: `${customer.url}/voice`, statusCallback: `${customer.url}/call-status`, timeout: 20,
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
  });
}
const ended = (sid: string): Promise<{ status: string; duration: string }> =>
  until('the call ends', () => client.calls(sid).fetch(), (call) => !['queued', 'ringing', 'in-progress'].includes(call.status));

interface JsonCall { sid: string; status: string; asking: boolean; transcript: { who: string; text: string }[] }
const callsOf = async (number: string): Promise<JsonCall[]> => (await fetch(`${network.url}/numbers/${number}/calls.json`)).json() as Promise<JsonCall[]>;

describe('SMS', () => {
  it('is delivered at once and tells its way by signed callbacks, in order', async () => {
    const to = freshNumber();
    const sent = await client.messages.create({ to, from, body: '您的验证码是 123456', statusCallback: `${customer.url}/sms?ref=a%20b` });
    expect(sent).toMatchObject({ status: 'queued', to, from, direction: 'outbound-api' });
    expect(sent.sid).toMatch(/^SM[0-9a-f]{32}$/);
    await until('callbacks', () => received.length, (count) => count === 3);
    expect(statuses('/sms?ref=a%20b', 'MessageStatus')).toEqual(['queued', 'sent', 'delivered']);
    expect(everySigned()).toBe(true);
    expect(await client.messages(sent.sid).fetch()).toMatchObject({ status: 'delivered', body: '您的验证码是 123456' });
    const read = await (await fetch(`${network.url}/numbers/${to}/messages.json`)).json();
    expect(read).toEqual([{ sid: sent.sid, from, to, body: '您的验证码是 123456', at: '2027-03-01T02:00:00.000Z', status: 'delivered' }]);
  });

  it('to a phone that is switched off ends undelivered, with the code of the trade', async () => {
    const to = freshNumber();
    await set(to, { behaviour: 'unreachable' });
    const sent = await client.messages.create({ to, from, body: 'hello', statusCallback: `${customer.url}/sms` });
    await until('callbacks', () => received.length, (count) => count === 3);
    expect(received.at(-1)?.fields).toMatchObject({ MessageStatus: 'undelivered', ErrorCode: '30003' });
    expect(await client.messages(sent.sid).fetch()).toMatchObject({ status: 'undelivered', errorCode: 30_003 });
  });

  it.each([
    ['a number that does not exist', { to: '+8613900999999', body: 'x' }, 400, 21_211],
    ['a number that is none', { to: '12', body: 'x' }, 400, 21_211],
    ['no text', { to: '+8613900000000', body: '' }, 400, 21_602],
    ['too much text', { to: '+8613900000000', body: 'x'.repeat(1_601) }, 400, 21_617],
  ])('to %s is refused as the real network does', async (_what, message, status, code) => {
    await set('+8613900999999', { behaviour: 'invalid' });
    await expect(client.messages.create({ from, ...message })).rejects.toMatchObject({ status, code, moreInfo: `https://www.twilio.com/docs/errors/${code}` });
  });

  it('is listed newest first, by receiver, page after page', async () => {
    const to = freshNumber();
    for (const body of ['one', 'two', 'three']) await client.messages.create({ to, from, body });
    await client.messages.create({ to: freshNumber(), from, body: 'another phone' });
    expect((await client.messages.list({ to, pageSize: 2 })).map((message) => message.body)).toEqual(['three', 'two', 'one']);
    expect(await client.messages.list({ to, dateSentBefore: new Date(0) })).toEqual([]);
    expect((await client.messages.list({ to, dateSentAfter: new Date(Date.now() - 60_000), limit: 1 })).map((one) => one.body)).toEqual(['three']);
  });

  it('is refused without the account’s own token, and an unknown one is not found', async () => {
    const stranger = officialClient(network.url, 'wrong');
    await expect(stranger.messages.create({ to: freshNumber(), from, body: 'x' })).rejects.toMatchObject({ status: 401, code: 20_003 });
    await expect(client.messages('SM00000000000000000000000000000000').fetch()).rejects.toMatchObject({ status: 404, code: 20_404 });
  });
});

describe('status callbacks', () => {
  it('are repeated when the customer is in trouble, and later ones wait for earlier ones', async () => {
    refuseNext = 2;
    await client.messages.create({ to: freshNumber(), from, body: 'x', statusCallback: `${customer.url}/sms` });
    await until('callbacks', () => received.length, (count) => count === 5);
    expect(statuses('/sms', 'MessageStatus')).toEqual(['queued', 'queued', 'queued', 'sent', 'delivered']);
  });

  it('are given up after the last pause, and the next one is tried', async () => {
    refuseNext = 4;
    await client.messages.create({ to: freshNumber(), from, body: 'x', statusCallback: `${customer.url}/sms` });
    await until('callbacks', () => received.length, (count) => count === 6);
    expect(statuses('/sms', 'MessageStatus')).toEqual(['queued', 'queued', 'queued', 'queued', 'sent', 'delivered']);
  });

  it('survive a restart of the network', async () => {
    // A path of its own: what the network could not note as delivered before it was closed comes once more.
    const path = '/sms-of-the-restart';
    const mine = (): number => received.filter((one) => one.path === path).length;
    refuseNext = 1;
    refuseOnly = path;
    await network.close();
    await start({ callbackPausesMs: [3_600_000] });
    await client.messages.create({ to: freshNumber(), from, body: 'x', statusCallback: `${customer.url}${path}` });
    await until('first attempt', mine, (count) => count === 1);
    await network.close();
    await start({ wallNow: () => Date.now() + 3_600_000 });
    await until('callbacks', mine, (count) => count === 4);
    expect(statuses(path, 'MessageStatus')).toEqual(['queued', 'queued', 'sent', 'delivered']);
    await network.close();
    await start();
  });
});

describe('a call', () => {
  it('to a phone that nobody touches rings and is not answered', async () => {
    const { sid } = await dial(freshNumber());
    expect(await ended(sid)).toMatchObject({ status: 'no-answer', duration: '0' });
    await until('callbacks', () => received.length, (count) => count === 3);
    expect(statuses('/call-status', 'CallStatus')).toEqual(['initiated', 'ringing', 'no-answer']);
    expect(received.at(-1)?.fields).toMatchObject({ CallSid: sid, CallDuration: '0' });
    expect(held).toEqual([]);
  });

  it.each([['busy', 'busy'], ['unreachable', 'failed']])('to a phone that is %s ends as %s without ringing', async (behaviour, status) => {
    const to = freshNumber();
    await set(to, { behaviour });
    const { sid } = await dial(to);
    expect(await ended(sid)).toMatchObject({ status });
    await until('callbacks', () => received.length, (count) => count === 2);
    expect(statuses('/call-status', 'CallStatus')).toEqual(['initiated', status]);
  });

  it('that a script answers is read its document, and presses its keys menu after menu', async () => {
    documents = {
      '/voice': '<?xml version="1.0"?><Response><Say language="zh-CN">您好</Say><Gather numDigits="1" action="/menu?n=1" timeout="4"><Say>Press 1 or 2.</Say></Gather><Say>No key.</Say></Response>',
      '/menu': '<Response><Gather action="code"><Say>Your code, then hash.</Say></Gather></Response>',
      '/code': '<Response><Pause length="2"/><Play>https://example.com/a.mp3</Play><Redirect method="POST">/bye</Redirect></Response>',
      '/bye': '<Response><Say>Goodbye.</Say><Hangup/><Say>Never said.</Say></Response>',
    };
    const to = freshNumber();
    await set(to, { behaviour: 'answers', digits: '142#', afterSeconds: 0 });
    const { sid } = await dial(to);
    expect(await ended(sid)).toMatchObject({ status: 'completed' });
    await until('callbacks', () => statuses('/call-status', 'CallStatus'), (seen) => seen.length === 4);
    expect(statuses('/call-status', 'CallStatus')).toEqual(['initiated', 'ringing', 'in-progress', 'completed']);
    expect(Number(received.find((one) => one.fields['CallStatus'] === 'completed')?.fields['CallDuration'])).toBeGreaterThan(0);
    const asked = received.filter((one) => one.path !== '/call-status');
    expect(asked.map((one) => [one.path, one.fields['Digits'] ?? null])).toEqual([['/voice', null], ['/menu?n=1', '1'], ['/code', '42'], ['/bye', null]]);
    expect(asked[0]?.fields).toMatchObject({ CallSid: sid, To: to, From: from, CallStatus: 'in-progress', Direction: 'outbound-api' });
    expect(everySigned()).toBe(true);
    expect((await callsOf(to))[0]?.transcript).toEqual([
      { who: 'platform', text: '您好' }, { who: 'platform', text: 'Press 1 or 2.' }, { who: 'person', text: 'pressed 1' },
      { who: 'platform', text: 'Your code, then hash.' }, { who: 'person', text: 'pressed 42' },
      { who: 'note', text: 'This network does not know <Play>; it was skipped.' }, { who: 'platform', text: 'Goodbye.' },
    ]);
  });

  it('goes on with the next verb when no key is pressed', async () => {
    documents = { '/voice': '<Response><Gather numDigits="1" action="/menu"><Say>A key?</Say></Gather><Say>Then not.</Say></Response>' };
    const to = freshNumber();
    await set(to, { behaviour: 'answers' });
    const { sid } = await dial(to);
    await ended(sid);
    expect((await callsOf(to))[0]?.transcript.map((line) => line.text)).toEqual(['A key?', 'Then not.']);
    expect(received.some((one) => one.path === '/menu')).toBe(false);
  });

  it('asks the voice address again after a 5xx', async () => {
    documents = { '/voice': '<Response><Say>Here after all.</Say></Response>' };
    const to = freshNumber();
    await set(to, { behaviour: 'answers' });
    const { sid } = await client.calls.create({ to, from, url: `${customer.url}/voice` });
    refuseNext = 1;
    await ended(sid);
    expect((await callsOf(to))[0]?.transcript).toEqual([{ who: 'platform', text: 'Here after all.' }]);
    expect(received.filter((one) => one.path === '/voice')).toHaveLength(2);
  });

  it.each([
    ['is not XML', 'plainly not', '12100'],
    ['is not TwiML', '<html></html>', '12102'],
    ['sends the call in circles', '<Response><Redirect>/voice</Redirect></Response>', 'circles'],
  ])('whose document %s ends with an apology, and the reason is noted', async (_what, document, reason) => {
    documents = { '/voice': document };
    const to = freshNumber();
    await set(to, { behaviour: 'answers' });
    const { sid } = await client.calls.create({ to, from, url: `${customer.url}/voice` });
    expect(await ended(sid)).toMatchObject({ status: 'completed' });
    const lines = (await callsOf(to))[0]?.transcript ?? [];
    expect(lines.at(-2)?.text).toContain('application error');
    expect(lines.at(-1)?.text).toContain(reason);
  });

  it('lists the requests made for it, so that a caller recognises its own', async () => {
    const { sid } = await dial(freshNumber());
    await ended(sid);
    await until('callbacks', () => received.length, (count) => count === 3);
    const events = await until('events', () => client.calls(sid).events.list(), (seen) => seen.length === 3);
    expect(events.map((event) => (event.request as { url: string }).url)).toEqual(Array(3).fill(`${customer.url}/call-status`));
  });

  it('is ended by the caller through the API', async () => {
    const to = freshNumber();
    await set(to, { behaviour: 'person' });
    const { sid } = await dial(to);
    await until('it rings', () => client.calls(sid).fetch(), (call) => call.status === 'ringing');
    await client.calls(sid).update({ status: 'canceled' });
    expect(await client.calls(sid).fetch()).toMatchObject({ status: 'canceled' });
    expect((await client.calls.list({ to, status: 'canceled' })).map((call) => call.sid)).toEqual([sid]);
  });
});

describe('a person at the page', () => {
  const press = (to: string, sid: string, act: string, key?: string): Promise<Response> => fetch(`${network.url}/phone/${encodeURIComponent(to)}/calls/${sid}/${act}`, {
    method: 'POST', redirect: 'manual', body: new URLSearchParams(key === undefined ? {} : { key }),
  });

  it('hears the phone ring, answers, listens, presses keys and hangs up, while the demo’s clock stands still', async () => {
    documents = {
      '/voice': '<Response><Gather numDigits="2" action="/menu" timeout="1"><Say>Two keys, please.</Say></Gather></Response>',
      '/menu': '<Response><Gather numDigits="1"><Say>You are still there?</Say></Gather></Response>',
    };
    const to = freshNumber();
    const page = async (): Promise<string> => (await fetch(`${network.url}/phone/${encodeURIComponent(to)}`)).text();
    await page();
    const { sid } = await dial(to);
    expect(await until('it rings', page, (html) => html.includes('is calling'))).toContain('Answer');
    expect((await press(to, sid, 'answer')).status).toBe(303);
    expect(await until('the question', page, (html) => html.includes('Two keys, please.'))).toContain('Press a key.');
    await press(to, sid, 'press', '4');
    expect(await page()).toContain('Pressed so far: 4');
    await press(to, sid, 'press', '7');
    await until('the second question', page, (html) => html.includes('still there?'));
    expect(received.find((one) => one.path === '/menu')?.fields['Digits']).toBe('47');
    await press(to, sid, 'hang-up');
    expect(await ended(sid)).toMatchObject({ status: 'completed' });
    expect(held).toEqual([`hold phone-call:${sid}`, `release phone-call:${sid}`]);
    expect(await page()).toContain('hung up');
  });

  it('declines, and the caller is told busy', async () => {
    const to = freshNumber();
    await set(to, { behaviour: 'person' });
    const { sid } = await dial(to);
    await until('it rings', () => client.calls(sid).fetch(), (call) => call.status === 'ringing');
    await press(to, sid, 'hang-up');
    expect(await ended(sid)).toMatchObject({ status: 'busy' });
  });

  it('finds the call still open after the network was restarted', async () => {
    documents = { '/voice': '<Response><Gather numDigits="1" action="/menu"><Say>A key?</Say></Gather></Response>', '/menu': '<Response><Say>Thank you.</Say></Response>' };
    const to = freshNumber();
    await set(to, { behaviour: 'person' });
    const { sid } = await dial(to);
    await until('it rings', () => client.calls(sid).fetch(), (call) => call.status === 'ringing');
    await press(to, sid, 'answer');
    await until('the question', async () => (await callsOf(to))[0], (call) => call?.asking === true);
    await network.close();
    await start();
    await press(to, sid, 'press', '1');
    expect(await ended(sid)).toMatchObject({ status: 'completed' });
    expect((await callsOf(to))[0]?.transcript.at(-1)?.text).toBe('Thank you.');
  });

  it('who typed no number is told how to write one', async () => {
    const answer = await fetch(`${network.url}/phone?number=abc`);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('is not a phone number');
    expect((await fetch(`${network.url}/phone?number=138%200013%208000`)).url).toBe(`${network.url}/phone/%2B8613800138000`);
  });
});

describe('the control API', () => {
  it('needs the sandbox’s token and a sensible setting', async () => {
    const to = freshNumber();
    expect((await set(to, { behaviour: 'busy' }, 'wrong')).status).toBe(401);
    expect((await set(to, { behaviour: 'sings' })).status).toBe(422);
    expect((await set('12', { behaviour: 'busy' })).status).toBe(422);
    expect(await (await set(to, { behaviour: 'answers', digits: '1', afterSeconds: 2 })).json()).toMatchObject({ number: to, behaviour: 'answers', digits: '1', afterSeconds: 2 });
    expect(await (await set(to, { behaviour: null })).json()).toMatchObject({ behaviour: null });
  });
});

describe('an SMS of another house', () => {
  const text = (number: string, body: object, bearer = token): Promise<Response> =>
    fetch(`${network.url}/numbers/${number}/messages`, { method: 'POST', headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });

  it('lies on the phone like any other, with the sender that it names', async () => {
    expect((await text('13800138777', { from: '+861095595', body: '246801 is the code' })).status).toBe(201);
    const shown = (await (await fetch(`${network.url}/numbers/+8613800138777/messages.json`)).json()) as object[];
    expect(shown).toEqual([expect.objectContaining({ from: '+861095595', to: '+8613800138777', body: '246801 is the code', status: 'delivered' })]);
  });

  it.each<[string, string, object, string | undefined, number]>([
    ['without the token', '13800138777', { from: 'bank', body: 'hello' }, 'guessed', 401], ['to what is no number', '12', { from: 'bank', body: 'hello' }, undefined, 422], ['that says nothing', '13800138777', { from: 'bank', body: '' }, undefined, 400], ['from nobody', '13800138777', { body: 'hello' }, undefined, 400],
  ])('%s is refused', async (_, number, body, bearer, status) => {
    expect((await text(number, body, bearer)).status).toBe(status);
  });
});
