import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server';
import type { Pool } from 'pg';
import { refusalOf, storeMail } from './mails.js';

export interface SmtpParts { database: Pool; businessNow: () => Promise<number>; onTrouble: (why: unknown) => void }

const maxBytes = 10 * 1_024 * 1_024;

/** Takes mail for everybody. A mail is acknowledged when it is committed, not before. */
export async function listenSmtp(parts: SmtpParts, port: number): Promise<{ port: number; close(): Promise<void> }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    size: maxBytes,
    // A sender keeps its connection open for the next mail; it is told to go (421) soon enough for the process to end in time.
    closeTimeout: 1_000,
    logger: false,
    onAuth: (_auth, _session, done) => done(null, { user: 'anybody' }),
    onRcptTo(address, _session, done) {
      refusalOf(parts.database, address.address).then((code) => done(code === null ? null : refusal(code)), (error: Error) => done(trouble(parts, error)));
    },
    onData(stream, session, done) {
      take(parts, stream, session).then(() => done(), (error: Error) => done(trouble(parts, error)));
    },
  });
  // A sender that breaks off in the middle must not end the process.
  server.on('error', parts.onTrouble);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, undefined, resolve);
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => { server.close(() => resolve()); }),
  };
}

async function take(parts: SmtpParts, stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  if (stream.sizeExceeded) throw Object.assign(new Error('The mail is larger than 10 MB'), { responseCode: 552 });
  const raw = Buffer.concat(chunks);
  const mail = await simpleParser(raw);
  await storeMail(parts.database, session.envelope.rcptTo.map((receiver) => receiver.address), {
    message_id: mail.messageId ?? `<${session.id}@sandbox.invalid>`,
    sender: mail.from?.text ?? senderOf(session),
    subject: withoutNul(mail.subject ?? ''),
    text: withoutNul(mail.text ?? ''),
    html: mail.html ? withoutNul(mail.html) : null,
    raw: withoutNul(raw.toString('utf8')),
    business_at: await parts.businessNow(),
  });
}

/** PostgreSQL's text holds no NUL. */
function withoutNul(text: string): string {
  return text.replaceAll('\u0000', '');
}

function senderOf(session: SMTPServerSession): string {
  return session.envelope.mailFrom ? session.envelope.mailFrom.address : '';
}

function refusal(code: number): Error {
  const words = code >= 500 ? 'No such person here' : 'The mailbox is full, try again later';
  return Object.assign(new Error(words), { responseCode: code });
}

/** 451: local error, try again. An error that names its own code keeps it. */
function trouble(parts: SmtpParts, error: Error): Error {
  if ('responseCode' in error) return error;
  parts.onTrouble(error);
  return Object.assign(new Error('The mailbox has trouble, try again later'), { responseCode: 451 });
}
