/** Keys and secrets as files of settings, for processes that are started one by one: `node --env-file=FILE …`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BANK_KEY_SERIAL, PLATFORM_KEY_SERIAL } from './keys.js';
import type { KeyFiles, Secrets } from './keys.js';
import { PLATFORM_NO } from './platform-number.js';

interface Keys {
  secrets: Secrets;
  files: KeyFiles;
}

function platformSettings({ secrets, files }: Keys): Record<string, string> {
  return {
    SESSION_SECRET: secrets.sessionSecret,
    DATA_KEYS_FILE: files.dataKeys,
    CUSTODY_PLATFORM_NO: PLATFORM_NO,
    CUSTODY_KEY_SERIAL: PLATFORM_KEY_SERIAL,
    CUSTODY_PRIVATE_KEY_FILE: files.platformPrivateKey,
    CUSTODY_BANK_KEYS_FILE: files.bankKeys,
    BUREAUS_SECRET: secrets.bureausSecret,
    TWILIO_ACCOUNT_SID: secrets.twilioAccountSid,
    TWILIO_AUTH_TOKEN: secrets.twilioAuthToken,
    CLOCK_TOKEN: secrets.clockToken,
    SANDBOX_TOKEN: secrets.sandboxToken,
  };
}

function sandboxSettings({ secrets, files }: Keys): Record<string, string> {
  return {
    SANDBOX_TOKEN: secrets.sandboxToken,
    CLOCK_TOKEN: secrets.clockToken,
    PLATFORM_NO,
    PLATFORM_KEYS_FILE: files.platformKeys,
    BANK_KEY_SERIAL,
    BANK_PRIVATE_KEY_FILE: files.bankPrivateKey,
    BUREAUS_SECRET: secrets.bureausSecret,
    TWILIO_ACCOUNT_SID: secrets.twilioAccountSid,
    TWILIO_AUTH_TOKEN: secrets.twilioAuthToken,
  };
}

/**
 * Writes `platform.env` and `sandbox.env` beside the keys, readable by their owner only. A variable that the process already
 * has in its environment comes first.
 * @returns the files' paths.
 */
export function writeSettingFiles(folder: string, keys: Keys): string[] {
  const write = (name: string, settings: Record<string, string>): string => {
    const file = join(folder, name);
    writeFileSync(file, Object.entries(settings).map(([key, value]) => `${key}=${value}\n`).join(''), { mode: 0o600 });
    return file;
  };
  return [write('platform.env', platformSettings(keys)), write('sandbox.env', sandboxSettings(keys))];
}
