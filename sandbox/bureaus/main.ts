import { z } from 'zod';
import { createClockReader } from '../frame/clock.js';
import { runProcess } from '../frame/process.js';
import { frameSettings } from '../frame/settings.js';
import { createBureausServer } from './bureaus.js';

const settings = frameSettings.extend({
  BUREAUS_SECRET: z.string().min(16, 'must be at least 16 characters: it signs every question and answer'),
});

await runProcess('bureaus', settings, (env, log) => {
  const onTrouble = (why: unknown): void => log.warn({ err: why }, 'the bureaus had trouble');
  return createBureausServer({
    databaseUrl: env.SANDBOX_DATABASE_URL, port: env.PORT, secret: env.BUREAUS_SECRET, token: env.SANDBOX_TOKEN, onTrouble,
    clock: createClockReader({ url: env.CLOCK_URL, token: env.CLOCK_TOKEN, onTrouble }),
  });
});
