/** What each process of an embedded installation is told: one place where its settings come from. */
import type { DataFolder } from './data-folder.js';
import { BANK_KEY_SERIAL, ensureKeys, PLATFORM_KEY_SERIAL } from './keys.js';
import type { KeyFiles, Secrets } from './keys.js';
import type { Ports } from './ports.js';
import { SETTINGS } from './settings.js';
import type { SettingName } from './settings.js';
import { PLATFORM_NO } from './platform-number.js';
import type { Embedded } from './embedded.js';

export interface EnvironmentOptions {
  /** The starter's own environment: a setting that stands there comes first. */
  env: NodeJS.ProcessEnv;
  embedded: Embedded;
  ports: Ports;
  /** Host name in addresses that people open. */
  host: string;
  profile?: string;
  speed: number;
  stepped: boolean;
  /** Business instant of the very first start (ISO 8601 with Z). */
  startAt?: string;
  logLevel?: string;
  /** Connection strings of the two clusters' databases. */
  databaseUrl(name: string): string;
  sandboxDatabaseUrl(name: string): string;
}

export type Environment = Record<string, string>;

export interface Environments {
  /** For web, worker, clock and people. */
  platform: Environment;
  bank: Environment;
  bureaus: Environment;
  phone: Environment;
  mailbox: Environment;
}

const local = (port: number): string => `http://127.0.0.1:${port}`;

function platformDefaults(options: EnvironmentOptions, secrets: Secrets, files: KeyFiles): Partial<Record<SettingName, string>> {
  const { ports, embedded } = options;
  const open = (port: number): string => `http://${options.host}:${port}`;
  return {
    PUBLIC_URL: open(ports.web),
    WEB_PORT: String(ports.web),
    SESSION_SECRET: secrets.sessionSecret,
    DATA_KEYS_FILE: files.dataKeys,
    CLOCK_SPEED: String(options.speed),
    CLOCK_STEPPED: String(options.stepped),
    CUSTODY_PLATFORM_NO: PLATFORM_NO,
    CUSTODY_KEY_SERIAL: PLATFORM_KEY_SERIAL,
    CUSTODY_PRIVATE_KEY_FILE: files.platformPrivateKey,
    CUSTODY_BANK_KEYS_FILE: files.bankKeys,
    BUREAUS_SECRET: secrets.bureausSecret,
    ...(options.profile ? { PROFILE: options.profile } : {}),
    ...(options.startAt ? { CLOCK_START: options.startAt } : {}),
    ...(options.logLevel ? { LOG_LEVEL: options.logLevel } : {}),
    ...(embedded.postgres ? { DATABASE_URL: options.databaseUrl('tributary') } : {}),
    ...(embedded.temporal ? { TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`, TEMPORAL_UI_URL: open(ports.temporalUi) } : {}),
    ...(embedded.bank ? { CUSTODY_URL: local(ports.bank), CUSTODY_PUBLIC_URL: open(ports.bank), DEMO_PASSWORD: secrets.demoPassword } : {}),
    ...(embedded.bureaus ? { BUREAUS_URL: local(ports.bureaus) } : {}),
    ...(embedded.phone
      ? { TWILIO_API_URL: local(ports.phone), PHONE_URL: open(ports.phone), TWILIO_ACCOUNT_SID: secrets.twilioAccountSid, TWILIO_AUTH_TOKEN: secrets.twilioAuthToken, TWILIO_FROM: '+861064000000' }
      : {}),
    ...(embedded.mailbox ? { SMTP_URL: `smtp://127.0.0.1:${ports.smtp}`, MAILBOX_URL: open(ports.mailbox) } : {}),
    ...(embedded.clock ? { CLOCK_URL: local(ports.clock), CLOCK_PORT: String(ports.clock), CLOCK_TOKEN: secrets.clockToken } : {}),
    ...(embedded.sandboxPostgres ? { SANDBOX_TOKEN: secrets.sandboxToken } : {}),
  };
}

/** Settings that the starter's own environment names come first. */
function overlay(defaults: Environment, env: NodeJS.ProcessEnv): Environment {
  const own = (Object.keys(SETTINGS) as SettingName[]).flatMap((name) => (env[name]?.trim() ? [[name, env[name]] as const] : []));
  return { ...defaults, ...Object.fromEntries(own) };
}

/** Makes keys and secrets where there are none, and says what each process is to be told. */
export function describeEnvironments(folder: DataFolder, options: EnvironmentOptions, keys = ensureKeys(folder.at('keys'))): Environments {
  const { secrets, files } = keys;
  const platform = overlay(platformDefaults(options, secrets, files), options.env);
  const sandbox = (database: string, port: number): Environment => ({
    PORT: String(port),
    SANDBOX_DATABASE_URL: options.sandboxDatabaseUrl(database),
    SANDBOX_TOKEN: secrets.sandboxToken,
    ...(platform.CLOCK_URL ? { CLOCK_URL: platform.CLOCK_URL, CLOCK_TOKEN: platform.CLOCK_TOKEN ?? '' } : {}),
  });
  const { ports, embedded } = options;
  return {
    platform,
    bank: {
      ...sandbox('bank', ports.bank),
      PLATFORM_NO: platform.CUSTODY_PLATFORM_NO ?? PLATFORM_NO,
      PLATFORM_KEYS_FILE: files.platformKeys,
      PLATFORM_NOTIFY_URL: `${platform.PUBLIC_URL ?? ''}/bank/notify`,
      BANK_KEY_SERIAL,
      BANK_PRIVATE_KEY_FILE: files.bankPrivateKey,
      ...(embedded.phone ? { PHONE_URL: local(ports.phone) } : {}),
    },
    bureaus: { ...sandbox('bureaus', ports.bureaus), BUREAUS_SECRET: platform.BUREAUS_SECRET ?? secrets.bureausSecret },
    phone: {
      ...sandbox('phone', ports.phone), TWILIO_ACCOUNT_SID: secrets.twilioAccountSid, TWILIO_AUTH_TOKEN: secrets.twilioAuthToken,
      // Where the clock is stepped nobody stands by to pick up, and everything waits while a phone rings.
      ...(options.stepped ? { RING_SECONDS: '0.2' } : {}),
    },
    mailbox: { ...sandbox('mailbox', ports.mailbox), SMTP_PORT: String(ports.smtp) },
  };
}
