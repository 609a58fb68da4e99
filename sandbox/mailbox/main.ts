import { z } from 'zod';
import { createClockReader } from '../frame/clock.js';
import { runProcess } from '../frame/process.js';
import { frameSettings } from '../frame/settings.js';
import { createMailbox } from './mailbox.js';

const settings = frameSettings.extend({ SMTP_PORT: z.coerce.number().int().min(0).max(65_535).default(0) });

await runProcess('mailbox', settings, (env, log) => {
  const onTrouble = (why: unknown): void => log.warn({ err: why }, 'the mailbox had trouble');
  return createMailbox({
    databaseUrl: env.SANDBOX_DATABASE_URL, port: env.PORT, smtpPort: env.SMTP_PORT, token: env.SANDBOX_TOKEN, onTrouble,
    clock: createClockReader({ url: env.CLOCK_URL, token: env.CLOCK_TOKEN, onTrouble }),
  });
}, (mailbox) => ({ smtpPort: mailbox.smtpPort }));
