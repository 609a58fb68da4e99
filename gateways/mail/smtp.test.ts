import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { startSandboxPart } from '../../test/sandbox.js';
import type { SandboxPart } from '../../test/sandbox.js';
import { createMail } from './smtp.js';

const token = 'the-control-token';
const from = 'Tributary 平台 <no-reply@tributary.example>';
let store: TestDatabase;
let mailbox: SandboxPart;
let mail: ReturnType<typeof createMail>;

beforeAll(async () => {
  store = await createEmptyDatabase();
  mailbox = await startSandboxPart('mailbox', { SANDBOX_DATABASE_URL: store.url, SANDBOX_TOKEN: token });
  mail = createMail({ smtpUrl: `smtp://127.0.0.1:${mailbox.ready.smtpPort}`, from });
});
afterAll(async () => {
  mail.close();
  await mailbox.stop();
  await store.drop();
});

const received = async (to: string): Promise<object[]> => (await fetch(`${mailbox.url}/mail.json?to=${to}`)).json() as Promise<object[]>;
const refuse = (to: string, refuseWith: number): Promise<Response> => fetch(`${mailbox.url}/addresses/${to}`, {
  method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ refuseWith }),
});

/** A mail server that speaks only as far as the script goes, then falls silent or hangs up. */
async function faultyServer(lines: string[], then: 'silence' | 'hang up'): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    const rest = [...lines];
    const speak = (): void => {
      const line = rest.shift();
      if (line !== undefined) socket.write(`${line}\r\n`);
      else if (then === 'hang up') socket.destroy();
    };
    socket.on('data', speak).on('error', () => socket.destroy());
    speak();
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => { for (const socket of sockets) socket.destroy(); server.close(() => resolve()); }),
  };
}

describe('a mail', () => {
  it('arrives with its Chinese subject, both bodies and our reference as its Message-ID', async () => {
    const sent = await mail.send({ to: 'wang@example.com', subject: '还款提醒：2027年3月1日', text: '您好', html: '<p>您好</p>', reference: 'message:7/王' });
    expect(sent).toEqual({ status: 'sent', providerNo: '<message=3A7=2F=E7=8E=8B@tributary.example>' });
    expect(await received('wang@example.com')).toEqual([expect.objectContaining({
      subject: '还款提醒：2027年3月1日', text: expect.stringMatching(/^您好/), html: '<p>您好</p>', messageId: '<message=3A7=2F=E7=8E=8B@tributary.example>', from: '"Tributary 平台" <no-reply@tributary.example>',
    })]);
  });

  it('sent twice is recognised by its receiver', async () => {
    const message = { to: 'li@example.com', subject: 'once', text: 'once', reference: 'message:8' };
    await mail.send(message);
    await mail.send(message);
    expect(await received('li@example.com')).toEqual([expect.objectContaining({ copies: 2 })]);
  });

  it('goes out again after the mail server was restarted', async () => {
    const port = String(mailbox.ready.smtpPort);
    await mailbox.stop();
    const meanwhile = await mail.send({ to: 'zhao@example.com', subject: 'x', text: 'x', reference: 'message:9' });
    expect(meanwhile).toMatchObject({ status: 'unknown' });
    mailbox = await startSandboxPart('mailbox', { SANDBOX_DATABASE_URL: store.url, SANDBOX_TOKEN: token, SMTP_PORT: port });
    expect(await mail.send({ to: 'zhao@example.com', subject: 'x', text: 'x', reference: 'message:9' })).toMatchObject({ status: 'sent' });
    expect(await received('zhao@example.com')).toHaveLength(1);
  });

  it('to a person who does not exist is refused with the server’s code', async () => {
    await refuse('gone@example.com', 550);
    expect(await mail.send({ to: 'gone@example.com', subject: 'x', text: 'x', reference: 'r' })).toEqual({ status: 'refused', code: '550', reason: expect.stringContaining('No such person') });
  });

  it('to nobody is refused before it is sent', async () => {
    expect(await mail.send({ to: '', subject: 'x', text: 'x', reference: 'r' })).toMatchObject({ status: 'refused', code: 'EENVELOPE' });
  });

  it('that the server cannot take now is unknown, so that it is tried again', async () => {
    await refuse('full@example.com', 452);
    expect(await mail.send({ to: 'full@example.com', subject: 'x', text: 'x', reference: 'r' })).toEqual({ status: 'unknown', why: expect.stringContaining('full') });
  });

  it.each([
    ['nobody listens', null],
    ['the server is silent from the start', { lines: [], then: 'silence' as const }],
    ['the line breaks after the text was sent', { lines: ['220 hi', '250 hi', '250 ok', '250 ok', '354 go on'], then: 'hang up' as const }],
  ])('is unknown when %s', async (_what, fault) => {
    const server = fault ? await faultyServer(fault.lines, fault.then) : null;
    const faulty = createMail({ smtpUrl: server?.url ?? 'smtp://127.0.0.1:9', from, timeoutMs: 300 });
    expect(await faulty.send({ to: 'a@example.com', subject: 'x', text: 'x', reference: 'r' })).toEqual({ status: 'unknown', why: expect.any(String) });
    faulty.close();
    await server?.close();
  });
});
