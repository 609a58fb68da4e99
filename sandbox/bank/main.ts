/** The custody bank as a process. All settings come from the environment. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { runProcess } from '../frame/process.js';
import { frameSettings } from '../frame/settings.js';
import { createBank } from './bank.js';

const settings = frameSettings.extend({
  BANK_KEY_SERIAL: z.string().min(1),
  BANK_PRIVATE_KEY_FILE: z.string().min(1, 'must name a PEM file with the bank’s private key'),
  PLATFORM_KEYS_FILE: z.string().min(1, 'must name a JSON file: keySerial → the platform’s public key (PEM)'),
  PLATFORM_NO: z.string().min(1),
  PLATFORM_NOTIFY_URL: z.url(),
  BANK_BORROWER_CAP_FEN: z.coerce.number().int().positive().optional(),
  BANK_SEED: z.coerce.number().int().min(0).optional(),
});

await runProcess('bank', settings, async (env, log) => {
  const platformKeys = z.record(z.string(), z.string()).parse(JSON.parse(await readFile(env.PLATFORM_KEYS_FILE, 'utf8')));
  return createBank({
    port: env.PORT,
    databaseUrl: env.SANDBOX_DATABASE_URL,
    keys: { platformNo: env.PLATFORM_NO, serial: env.BANK_KEY_SERIAL, privateKeyPem: await readFile(env.BANK_PRIVATE_KEY_FILE, 'utf8'), platformKeys },
    notifyUrl: env.PLATFORM_NOTIFY_URL,
    sandboxToken: env.SANDBOX_TOKEN,
    clockUrl: env.CLOCK_URL,
    clockToken: env.CLOCK_TOKEN,
    seed: env.BANK_SEED,
    borrowerCapFen: env.BANK_BORROWER_CAP_FEN ?? null,
    log,
  });
});
