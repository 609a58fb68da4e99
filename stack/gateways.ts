/** The world outside, as the settings name it. */
import { readFileSync } from 'node:fs';
import { createVault } from '../db/vault.js';
import type { Vault, VaultSettings } from '../db/vault.js';
import { createBureaus } from '../gateways/bureaus/http.js';
import type { Bureaus } from '../gateways/bureaus/port.js';
import { createCustodyClient } from '../gateways/custody/client.js';
import type { KeyRing } from '../gateways/custody/keys.js';
import type { Custody } from '../gateways/custody/port.js';
import { createMail } from '../gateways/mail/smtp.js';
import type { Mail } from '../gateways/mail/port.js';
import type { Phone } from '../gateways/phone/port.js';
import { createPhone } from '../gateways/phone/twilio.js';
import type { SettingsOf } from './settings.js';

export interface Gateways {
  custody: Custody;
  bureaus: Bureaus;
  phone: Phone;
  mail: Mail & { close(): void };
}

/** After so long without an answer a request's outcome is unknown. */
const answerMs = 10_000;

type CustodySettings = Pick<SettingsOf<'worker'>, 'CUSTODY_URL' | 'CUSTODY_PLATFORM_NO' | 'CUSTODY_KEY_SERIAL' | 'CUSTODY_PRIVATE_KEY_FILE' | 'CUSTODY_BANK_KEYS_FILE'>;

/** The custody bank alone, for commands that need nothing else. */
export function openCustody(settings: CustodySettings): Custody {
  return createCustodyClient({
    url: settings.CUSTODY_URL, platformNo: settings.CUSTODY_PLATFORM_NO, keySerial: settings.CUSTODY_KEY_SERIAL,
    privateKeyPem: readFileSync(settings.CUSTODY_PRIVATE_KEY_FILE, 'utf8'),
    bankKeys: JSON.parse(readFileSync(settings.CUSTODY_BANK_KEYS_FILE, 'utf8')) as KeyRing,
    timeoutMs: answerMs, now: () => Date.now(),
  });
}

export function createGateways(settings: SettingsOf<'worker'>): Gateways {
  const now = (): number => Date.now();
  return {
    custody: openCustody(settings),
    bureaus: createBureaus({ url: settings.BUREAUS_URL, secret: settings.BUREAUS_SECRET, timeoutMs: answerMs, now }),
    phone: createPhone({
      accountSid: settings.TWILIO_ACCOUNT_SID, authToken: settings.TWILIO_AUTH_TOKEN, apiUrl: settings.TWILIO_API_URL, from: settings.TWILIO_FROM,
      publicUrl: settings.PUBLIC_URL, timeoutMs: answerMs,
    }),
    mail: createMail({ smtpUrl: settings.SMTP_URL, from: settings.MAIL_FROM, timeoutMs: answerMs }),
  };
}

/** The vault of personal data, with the keys of this file. */
export function openVault(keysFile: string): Vault {
  return createVault(JSON.parse(readFileSync(keysFile, 'utf8')) as VaultSettings);
}
