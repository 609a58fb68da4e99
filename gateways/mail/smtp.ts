import { createTransport } from 'nodemailer';
import type { SendOutcome } from '../phone/port.js';
import type { Mail } from './port.js';

export interface MailOptions {
  /** `smtp://user:password@host:port`; `smtps:` for TLS from the first byte. */
  smtpUrl: string;
  /** `Tributary <no-reply@tributary.example>` */
  from: string;
  timeoutMs?: number;
}

const usualTimeoutMs = 15_000;

/** E-mail through the real `nodemailer` package. */
export function createMail(options: MailOptions): Mail & { close(): void } {
  const timeoutMs = options.timeoutMs ?? usualTimeoutMs;
  const transport = createTransport({
    ...connectionOf(options.smtpUrl), pool: true, maxConnections: 4,
    connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs,
  });
  const domain = /@([^>\s]+)/.exec(options.from)?.[1] ?? 'tributary.example';

  return {
    async send({ to, subject, text, html, reference }) {
      try {
        const sent = await transport.sendMail({
          from: options.from, to, subject, text, ...(html === undefined ? {} : { html }), messageId: messageIdOf(reference, domain),
          // What stands in a message is text, never a file or an address to fetch.
          disableFileAccess: true, disableUrlAccess: true,
        });
        return { status: 'sent', providerNo: sent.messageId };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    close: () => transport.close(),
  };
}

function connectionOf(smtpUrl: string): { host: string; port: number; secure: boolean; auth?: { user: string; pass: string } } {
  const url = new URL(smtpUrl);
  const secure = url.protocol === 'smtps:';
  return {
    host: url.hostname, port: Number(url.port) || (secure ? 465 : 587), secure,
    ...(url.username ? { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } } : {}),
  };
}

/** RFC 5322 allows few signs before the @; anything else in a reference is written as its percent code with `%` as `=`. */
function messageIdOf(reference: string, domain: string): string {
  return `<${encodeURIComponent(reference).replaceAll('%', '=')}@${domain}>`;
}

/** RFC 5321: 5yz is a permanent refusal of this mail; after 4yz, a broken line or a silence nobody knows. */
function outcomeOf(error: unknown): SendOutcome {
  const { responseCode, code, message } = error as { responseCode?: number; code?: string; message: string };
  if (responseCode !== undefined && responseCode >= 500) return { status: 'refused', code: String(responseCode), reason: message };
  if (code === 'EENVELOPE' && responseCode === undefined) return { status: 'refused', code, reason: message };
  return { status: 'unknown', why: message };
}
