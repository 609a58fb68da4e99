/** The custody bank as a process. All settings come from the environment. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { runProcess } from '../frame/process.js';
import { frameSettings } from '../frame/settings.js';
import { createBank } from './bank.js';
import type { KeyRing } from './keys.js';

const settings = frameSettings.extend({
  BANK_KEY_SERIAL: z.string().min(1),
  BANK_PRIVATE_KEY_FILE: z.string().min(1, 'must name a PEM file with the bank’s private key, or a JSON ring of them'),
  PLATFORM_KEYS_FILE: z.string().min(1, 'must name a JSON file: keySerial → the platform’s public key (PEM, or pem with withdrawnAt)'),
  PLATFORM_NO: z.string().min(1),
  PLATFORM_NOTIFY_URL: z.url(),
  PHONE_URL: z.url().optional(),
  BANK_BORROWER_CAP_FEN: z.coerce.number().int().positive().optional(),
  BANK_SEED: z.coerce.number().int().min(0).optional(),
});

await runProcess('bank', settings, async (env, log) => {
  const platformKeys = JSON.parse(await readFile(env.PLATFORM_KEYS_FILE, 'utf8')) as KeyRing;
  return createBank({
    port: env.PORT,
    databaseUrl: env.SANDBOX_DATABASE_URL,
    keys: { platformNo: env.PLATFORM_NO, serial: env.BANK_KEY_SERIAL, privateKeyPem: await readFile(env.BANK_PRIVATE_KEY_FILE, 'utf8'), platformKeys },
    notifyUrl: env.PLATFORM_NOTIFY_URL,
    sandboxToken: env.SANDBOX_TOKEN,
    phone: env.PHONE_URL ? { url: env.PHONE_URL, token: env.SANDBOX_TOKEN } : null,
    clockUrl: env.CLOCK_URL,
    clockToken: env.CLOCK_TOKEN,
    seed: env.BANK_SEED,
    borrowerCapFen: env.BANK_BORROWER_CAP_FEN ?? null,
    log,
  });
});
