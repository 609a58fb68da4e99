import { createConnection } from 'node:net';
import { createTransport } from 'nodemailer';
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { createMailbox } from './mailbox.js';
import type { Mailbox } from './mailbox.js';

const token = 'the-control-token';
let store: TestDatabase;
let mailbox: Mailbox;
let transport: ReturnType<typeof createTransport>;

async function start(): Promise<void> {
  mailbox = await createMailbox({
    databaseUrl: store.url, port: 0, smtpPort: 0, token,
    clock: { now: async () => Date.parse('2027-03-01T02:00:00Z'), hold: async () => undefined, release: async () => undefined },
  });
  transport = createTransport(mailbox.smtpUrl);
}

beforeAll(async () => {
  store = await createEmptyDatabase();
  await start();
});
afterAll(async () => {
  transport.close();
  await mailbox.close();
  await store.drop();
});

interface JsonMail { id: number; to: string; from: string; subject: string; text: string; html: string | null; messageId: string; copies: number; at: string }
const mailFor = async (address: string, words = ''): Promise<JsonMail[]> =>
  (await fetch(`${mailbox.url}/mail.json?${new URLSearchParams({ to: address, words })}`)).json() as Promise<JsonMail[]>;
const from = 'Tributary 平台 <no-reply@tributary.example>';

describe('the mailbox', () => {
  it('takes a mail by SMTP and shows it with its Chinese subject, text and HTML', async () => {
    await transport.sendMail({ from, to: 'Wang@Example.com', subject: '还款提醒：3月1日', text: '您好', html: '<p>您好 <b>王</b></p>', messageId: '<r1@tributary.example>' });
    expect(await mailFor('wang@example.com')).toEqual([{
      id: expect.any(Number), to: 'wang@example.com', from: '"Tributary 平台" <no-reply@tributary.example>', subject: '还款提醒：3月1日',
      text: '您好', html: '<p>您好 <b>王</b></p>', messageId: '<r1@tributary.example>', copies: 1, at: '2027-03-01T02:00:00.000Z',
    }]);
  });

  it('counts a repeated Message-ID instead of showing the mail twice', async () => {
    const mail = { from, to: 'li@example.com', subject: 'once', text: 'once', messageId: '<r2@tributary.example>' };
    await transport.sendMail(mail);
    await transport.sendMail(mail);
    expect(await mailFor('li@example.com')).toMatchObject([{ subject: 'once', copies: 2 }]);
  });

  it('keeps one mail for each of several receivers, blind copies too', async () => {
    await transport.sendMail({ from, to: 'a@example.com', bcc: 'b@example.com', subject: 'both', text: 'x' });
    expect(await mailFor('a@example.com')).toHaveLength(1);
    expect(await mailFor('b@example.com')).toHaveLength(1);
  });

  it('finds mails by words, newest first', async () => {
    for (const subject of ['first notice', 'second notice', 'other']) await transport.sendMail({ from, to: 'zhao@example.com', subject, text: 'x' });
    expect((await mailFor('zhao@example.com', 'NOTICE')).map((mail) => mail.subject)).toEqual(['second notice', 'first notice']);
    expect((await mailFor('zhao@example.com', '100% certain')).map((mail) => mail.subject)).toEqual([]);
  });

  it('refuses an address that was told to refuse, and takes its mail again afterwards', async () => {
    const refuse = (refuseWith: number | null, bearer = token): Promise<Response> => fetch(`${mailbox.url}/addresses/gone@example.com`, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` }, body: JSON.stringify({ refuseWith }),
    });
    expect((await refuse(550, 'wrong')).status).toBe(401);
    expect((await refuse(200)).status).toBe(422);
    await refuse(550);
    const send = (): Promise<unknown> => transport.sendMail({ from, to: 'gone@example.com', subject: 'x', text: 'x' });
    await expect(send()).rejects.toMatchObject({ responseCode: 550 });
    await refuse(null);
    await send();
    expect(await mailFor('gone@example.com')).toHaveLength(1);
  });

  it('shows the mail on a page and its HTML where it can do no harm', async () => {
    await transport.sendMail({ from, to: 'page@example.com', subject: '<i>not markup</i>', text: 'see https://tributary.example/reset?c=1', html: '<script>alert(1)</script><p>hi</p>' });
    const [mail] = await mailFor('page@example.com');
    const list = await (await fetch(`${mailbox.url}/?to=page@example.com`)).text();
    expect(list).toContain('&lt;i>not markup&lt;/i>');
    const page = await (await fetch(`${mailbox.url}/mails/${mail?.id}`)).text();
    expect(page).toContain('href="https://tributary.example/reset?c=1"');
    expect(page).not.toContain('alert(1)');
    const frame = await fetch(`${mailbox.url}/mails/${mail?.id}/html`);
    expect(frame.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox allow-popups/);
    expect(await (await fetch(`${mailbox.url}/mails/${mail?.id}/raw`)).text()).toContain('Message-ID:');
    expect((await fetch(`${mailbox.url}/mails/999999`)).status).toBe(404);
    expect((await fetch(`${mailbox.url}/mails/abc`)).status).toBe(404);
  });

  it('is not upset by a sender that breaks off in the middle of a mail', async () => {
    await new Promise<void>((resolve) => {
      const socket = createConnection(mailbox.smtpPort, '127.0.0.1');
      socket.once('data', () => { socket.write('EHLO x\r\nMAIL FROM:<a@b.cn>\r\nRCPT TO:<broken@example.com>\r\nDATA\r\nSubject: x\r\n'); });
      socket.on('data', (answer) => { if (answer.toString().includes('354 ')) socket.destroy(); });
      socket.once('close', () => resolve());
    });
    await transport.sendMail({ from, to: 'after@example.com', subject: 'still here', text: 'x' });
    expect(await mailFor('after@example.com')).toHaveLength(1);
    expect(await mailFor('broken@example.com')).toEqual([]);
  });

  it('remembers its mail after a restart', async () => {
    await transport.sendMail({ from, to: 'kept@example.com', subject: 'kept', text: 'x' });
    transport.close();
    await mailbox.close();
    await start();
    expect(await mailFor('kept@example.com')).toMatchObject([{ subject: 'kept' }]);
  });
});
