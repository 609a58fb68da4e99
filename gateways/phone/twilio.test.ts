import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { startSandboxPart } from '../../test/sandbox.js';
import type { SandboxPart } from '../../test/sandbox.js';
import { createPhoneInbound, InvalidPhoneMessage } from './inbound.js';
import type { PhoneMessage } from './inbound.js';
import type { Phone } from './port.js';
import { createPhone } from './twilio.js';

const account = { accountSid: 'AC00000000000000000000000000000001', authToken: 'the-auth-token' };
const token = 'the-control-token';
const from = '+861069000000';

let store: TestDatabase;
let network: SandboxPart;
/** The platform's side: verifies what the network posts, and answers a small menu. */
let platform: Server;
let publicUrl: string;
let heard: PhoneMessage[];
let invalid: string[];
/** Between platform and network: `swallow` lets a request through but loses its answer. */
let wire: Server;
let wireUrl: string;
let trouble: 'none' | 'swallow' | 'refuse';
let phone: Phone;

function serve(handle: (request: IncomingMessage, body: string, response: ServerResponse) => Promise<void> | void): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => void handle(request, Buffer.concat(chunks).toString(), response));
  });
  return new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server)); });
}
const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  store = await createEmptyDatabase();
  network = await startSandboxPart('phone', {
    SANDBOX_DATABASE_URL: store.url, SANDBOX_TOKEN: token, TWILIO_ACCOUNT_SID: account.accountSid, TWILIO_AUTH_TOKEN: account.authToken, RING_SECONDS: '0.05',
  });
  platform = await serve((request, body, response) => {
    const inbound = createPhoneInbound({ authToken: account.authToken, publicUrl });
    try {
      const message = inbound.verify({
        url: request.url ?? '', params: Object.fromEntries(new URLSearchParams(body)), signature: request.headers['x-twilio-signature'] as string | undefined,
      });
      heard.push(message);
      const menu = '<Response><Gather numDigits="1" action="menu"><Say>Press 1.</Say></Gather></Response>';
      response.end(message.kind === 'voice' && message.step === 'voice' ? menu : '<Response/>');
    } catch (error) {
      invalid.push(String(error));
      response.writeHead(403).end();
    }
  });
  publicUrl = urlOf(platform);
  wire = await serve(async (request, body, response) => {
    if (trouble === 'refuse') { response.writeHead(503).end('down'); return; }
    const passed = await fetch(`${network.url}${request.url}`, {
      method: request.method ?? 'GET', headers: { authorization: request.headers.authorization ?? '', 'content-type': request.headers['content-type'] ?? '' },
      ...(request.method === 'POST' ? { body } : {}),
    });
    const answer = await passed.text();
    if (trouble === 'swallow' && request.method === 'POST') request.socket.destroy();
    else response.writeHead(passed.status, { 'content-type': 'application/json' }).end(answer);
  });
  wireUrl = urlOf(wire);
});
beforeEach(() => {
  heard = [];
  invalid = [];
  trouble = 'none';
  phone = createPhone({ ...account, apiUrl: wireUrl, from, publicUrl, timeoutMs: 5_000 });
});
afterAll(async () => {
  for (const server of [platform, wire]) {
    server.closeAllConnections();
    await new Promise((resolve) => { server.close(resolve); });
  }
  await network.stop();
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
const freshMobile = (): string => `139${String(last += 1).padStart(8, '0')}`;
const read = async (mobile: string, what: 'messages' | 'calls'): Promise<{ body?: string; sid: string }[]> =>
  (await fetch(`${network.url}/numbers/${mobile}/${what}.json`)).json() as Promise<{ body?: string; sid: string }[]>;
const behave = (mobile: string, setting: object): Promise<Response> => fetch(`${network.url}/numbers/${mobile}`, {
  method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify(setting),
});

describe('an SMS', () => {
  it('goes to a number as people write it, and its way comes back under our reference', async () => {
    const mobile = freshMobile();
    const sent = await phone.sendSms({ to: mobile, body: '您的还款日是3月1日', reference: 'message:1/a b', repeat: false });
    expect(sent).toEqual({ status: 'sent', providerNo: expect.stringMatching(/^SM[0-9a-f]{32}$/) });
    expect(await read(mobile, 'messages')).toMatchObject([{ body: '您的还款日是3月1日' }]);
    await until('delivered', () => heard.at(-1), (one) => one?.kind === 'message-status' && one.status === 'delivered');
    expect(heard.map((one) => [one.reference, one.kind === 'message-status' && one.status])).toEqual([['message:1/a b', 'queued'], ['message:1/a b', 'sent'], ['message:1/a b', 'delivered']]);
    expect(invalid).toEqual([]);
  });

  it('to a number that does not exist is refused with the network’s code', async () => {
    const mobile = freshMobile();
    await behave(mobile, { behaviour: 'invalid' });
    expect(await phone.sendSms({ to: mobile, body: 'x', reference: 'r', repeat: false })).toEqual({ status: 'refused', code: '21211', reason: expect.stringContaining('not a valid phone number') });
  });

  it('whose answer was lost is unknown, and its repeat finds it instead of sending it again', async () => {
    const mobile = freshMobile();
    const message = { to: mobile, body: 'once', reference: 'message:2' };
    trouble = 'swallow';
    expect(await phone.sendSms({ ...message, repeat: false })).toEqual({ status: 'unknown', why: expect.any(String) });
    trouble = 'none';
    const found = await phone.sendSms({ ...message, repeat: true });
    expect(await read(mobile, 'messages')).toEqual([expect.objectContaining({ sid: (found as { providerNo: string }).providerNo, body: 'once' })]);
  });

  it('that never reached the network is sent by its repeat; an older or other message is not taken for it', async () => {
    const mobile = freshMobile();
    trouble = 'refuse';
    expect(await phone.sendSms({ to: mobile, body: 'again', reference: 'message:3', repeat: false })).toEqual({ status: 'unknown', why: 'the phone network answered 503: [HTTP 503] Failed to execute request' });
    trouble = 'none';
    await phone.sendSms({ to: mobile, body: 'other', reference: 'message:4', repeat: false });
    await phone.sendSms({ to: mobile, body: 'again', reference: 'message:3', repeat: true });
    const later = createPhone({ ...account, apiUrl: wireUrl, from, publicUrl, timeoutMs: 5_000, now: () => Date.now() + 2 * 60 * 60_000 });
    await later.sendSms({ to: mobile, body: 'again', reference: 'message:5', repeat: true });
    expect((await read(mobile, 'messages')).map((one) => one.body)).toEqual(['again', 'again', 'other']);
  });

  it('is unknown, not refused, when it is our own account that is not accepted', async () => {
    const stranger = createPhone({ ...account, authToken: 'wrong', apiUrl: wireUrl, from, publicUrl, timeoutMs: 5_000 });
    expect(await stranger.sendSms({ to: freshMobile(), body: 'x', reference: 'r', repeat: false })).toEqual({ status: 'unknown', why: expect.stringContaining('401') });
  });

  it('is unknown when nobody listens at the network’s address', async () => {
    const nowhere = createPhone({ ...account, apiUrl: 'http://127.0.0.1:9', from, publicUrl, timeoutMs: 5_000 });
    expect(await nowhere.sendSms({ to: freshMobile(), body: 'x', reference: 'r', repeat: true })).toEqual({ status: 'unknown', why: expect.any(String) });
  });
});

describe('a call', () => {
  it('asks us what to say, brings the keys, and tells its end with the seconds talked', async () => {
    const mobile = freshMobile();
    await behave(mobile, { behaviour: 'answers', digits: '1' });
    const placed = await phone.call({ to: mobile, reference: 'contact:9', repeat: false });
    const end = await until('the end', () => heard.find((one) => one.kind === 'call-status' && one.status === 'completed'), (one) => one !== undefined);
    const { providerNo } = placed as { providerNo: string };
    expect(end).toEqual({ kind: 'call-status', reference: 'contact:9', providerNo, status: 'completed', durationSeconds: expect.any(Number) });
    expect(heard.filter((one) => one.kind === 'voice')).toEqual([
      { kind: 'voice', reference: 'contact:9', providerNo, step: 'voice', digits: null },
      { kind: 'voice', reference: 'contact:9', providerNo, step: 'menu', digits: '1' },
    ]);
    expect(heard.flatMap((one) => (one.kind === 'call-status' ? [one.status] : []))).toEqual(['initiated', 'ringing', 'in-progress', 'completed']);
    expect(invalid).toEqual([]);
  });

  it('whose answer was lost is found by the addresses it asked, and does not ring twice', async () => {
    const mobile = freshMobile();
    trouble = 'swallow';
    expect(await phone.call({ to: mobile, reference: 'contact:10', repeat: false })).toMatchObject({ status: 'unknown' });
    trouble = 'none';
    await until('its end', () => heard.length, (count) => count === 3);
    const found = await until('the repeat', () => phone.call({ to: mobile, reference: 'contact:10', repeat: true }), (one) => one.status === 'sent');
    expect(await read(mobile, 'calls')).toEqual([expect.objectContaining({ sid: (found as { providerNo: string }).providerNo })]);
  });

  it('for another reason to the same number is not taken for it', async () => {
    const mobile = freshMobile();
    await phone.call({ to: mobile, reference: 'contact:11', repeat: false });
    await until('its end', () => heard.length, (count) => count === 3);
    await until('the repeat', () => phone.call({ to: mobile, reference: 'contact:12', repeat: true }), (one) => one.status === 'sent');
    expect(await read(mobile, 'calls')).toHaveLength(2);
  });
});

describe('what comes in', () => {
  const inbound = createPhoneInbound({ authToken: account.authToken, publicUrl: 'https://tributary.example' });

  it.each([
    ['a wrong signature', { url: '/phone/messages/1/status', params: { MessageSid: 'SM1', MessageStatus: 'sent' }, signature: 'bm90IGl0' }],
    ['no signature', { url: '/phone/messages/1/status', params: { MessageSid: 'SM1', MessageStatus: 'sent' }, signature: undefined }],
    ['nested fields', { url: '/phone/messages/1/status', params: { MessageSid: ['SM1'] }, signature: 'bm90IGl0' }],
    ['no address', { url: 'nowhere', params: {}, signature: 'bm90IGl0' }],
  ])('with %s is not believed', (_what, message) => {
    expect(() => inbound.verify(message)).toThrow(InvalidPhoneMessage);
  });
});
