import { z } from 'zod';
import { createClockReader } from '../frame/clock.js';
import { runProcess } from '../frame/process.js';
import { frameSettings } from '../frame/settings.js';
import { createPhoneNetwork } from './network.js';

const settings = frameSettings.extend({
  TWILIO_ACCOUNT_SID: z.string().regex(/^AC[0-9a-zA-Z]{8,}$/, 'starts with AC, as Twilio’s account numbers do'),
  TWILIO_AUTH_TOKEN: z.string().min(8),
  RING_SECONDS: z.coerce.number().min(0).max(60).default(1.5),
});

await runProcess('phone', settings, (env, log) => {
  const onTrouble = (why: unknown): void => log.warn({ err: why }, 'the phone network had trouble');
  return createPhoneNetwork({
    databaseUrl: env.SANDBOX_DATABASE_URL, port: env.PORT, accountSid: env.TWILIO_ACCOUNT_SID, authToken: env.TWILIO_AUTH_TOKEN,
    token: env.SANDBOX_TOKEN, ringSeconds: env.RING_SECONDS, onTrouble,
    clock: createClockReader({ url: env.CLOCK_URL, token: env.CLOCK_TOKEN, onTrouble }),
  });
});
