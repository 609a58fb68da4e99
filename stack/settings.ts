/**
 * Every setting of the platform, in one place: what it is, what it is when nobody says, and which process needs it.
 * docs/settings.md is made from this table.
 */
import { z } from 'zod';

export const PROCESSES = ['web', 'worker', 'clock', 'people'] as const;
export type ProcessName = (typeof PROCESSES)[number];

const port = z.coerce.number().int().min(0).max(65_535);
const yesOrNo = z.enum(['true', 'false']).transform((text) => text === 'true');
const file = z.string().min(1);
const secret = z.string().min(16, 'must be at least 16 characters that nobody can guess');
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'must be postgres://user:password@host:port/database' });
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an address such as https://example.org' });

const define = <S extends z.ZodType, const P extends readonly ProcessName[]>(of: P, about: string, schema: S): { of: P; about: string; schema: S } => ({ of, about, schema });

export const SETTINGS = {
  DATABASE_URL: define(['web', 'worker', 'clock'], "The platform's PostgreSQL (15 or later).", postgresUrl),
  TEMPORAL_ADDRESS: define(['web', 'worker', 'clock'], 'The Temporal server, as host:port.', z.string().regex(/^[^\s/]+:\d+$/, 'must be host:port')),
  TEMPORAL_NAMESPACE: define(['web', 'worker', 'clock'], 'Its namespace.', z.string().min(1).default('default')),
  TEMPORAL_TLS: define(['web', 'worker', 'clock'], 'Whether it is reached by TLS.', yesOrNo.default(false)),
  TEMPORAL_API_KEY: define(['web', 'worker', 'clock'], 'Its API key, where it asks for one (Temporal Cloud).', z.string().min(1).optional()),
  TEMPORAL_UI_URL: define(['web'], "Temporal's web UI as a browser reaches it; loan pages link to it.", httpUrl.optional()),
  PUBLIC_URL: define(['web', 'worker', 'people'], 'The platform as browsers, the bank and the phone network reach it, without a slash at the end.', httpUrl.transform((url) => url.replace(/\/+$/, ''))),
  WEB_PORT: define(['web'], 'The port it listens on.', port.default(8080)),
  PROXIES: define(['web'], 'How many proxies stand in front of it whose X-Forwarded-For is believed.', z.coerce.number().int().min(0).max(10).default(0)),
  SESSION_SECRET: define(['web'], 'Signs session cookies and form tokens.', secret),
  DATA_KEYS_FILE: define(['web', 'worker'], 'Keys for personal data: JSON {"active": "k1", "keys": {"k1": base64 of 32 bytes}, "indexKey": base64 of 32 bytes}.', file),
  PLATFORM_NAME: define(['web', 'worker'], 'How the platform names itself on pages and in messages.', z.string().min(1).default('Tributary')),
  COMPLAINTS_CONTACT: define(['web', 'worker'], 'Where a person complains: a telephone number or an address, as it stands in messages.', z.string().min(3).default('complaints@tributary.example')),
  CUSTODY_URL: define(['web', 'worker', 'people'], 'The custody bank, as servers reach it.', httpUrl),
  CUSTODY_PUBLIC_URL: define(['web'], 'The custody bank as a browser reaches it; CUSTODY_URL when not given.', httpUrl.optional()),
  CUSTODY_PLATFORM_NO: define(['web', 'worker'], "The platform's number at the bank.", z.string().min(1)),
  CUSTODY_KEY_SERIAL: define(['web', 'worker'], "The serial under which the bank knows the platform's public key, where there is one key.", z.string().min(1)),
  CUSTODY_PRIVATE_KEY_FILE: define(['web', 'worker'], "The platform's RSA private key (PEM), or a ring of them while keys are rotated: JSON {keySerial: {pem, from?, withdrawnAt?}}; the newest in force signs.", file),
  CUSTODY_BANK_KEYS_FILE: define(['web', 'worker'], "The bank's public keys: JSON {keySerial: PEM or {pem, withdrawnAt?}}; several count at once, each until it is withdrawn.", file),
  BUREAUS_URL: define(['worker', 'people'], 'The identity and credit bureaus.', httpUrl),
  BUREAUS_SECRET: define(['worker'], 'The secret shared with them, which signs requests and answers.', secret),
  TWILIO_API_URL: define(['worker'], 'The phone network.', httpUrl.default('https://api.twilio.com')),
  TWILIO_ACCOUNT_SID: define(['web', 'worker'], "The platform's account there.", z.string().regex(/^AC[0-9a-zA-Z]{8,}$/, "must begin with AC, as Twilio's account numbers do")),
  TWILIO_AUTH_TOKEN: define(['web', 'worker'], 'Its secret; also verifies what the network sends back.', z.string().min(8)),
  TWILIO_FROM: define(['worker'], "The platform's own number, E.164.", z.string().regex(/^\+\d{6,15}$/, 'must be a number such as +8610123456')),
  SMTP_URL: define(['worker'], 'The mail server: smtp://user:password@host:port, or smtps:.', z.url({ protocol: /^smtps?$/, error: 'must be smtp://host:port' })),
  MAIL_FROM: define(['worker'], 'The sender of mails.', z.string().min(3).default('Tributary <no-reply@tributary.example>')),
  PHONE_URL: define(['people'], 'The sandbox phone network, where demo people read their messages and answer calls.', httpUrl.optional()),
  MAILBOX_URL: define(['people'], 'The sandbox mailbox, where they read their mail.', httpUrl.optional()),
  SANDBOX_TOKEN: define(['people'], "Opens the sandbox's control API: cards, identities, handsets.", z.string().min(8).optional()),
  CLOCK_URL: define(['web', 'worker', 'people'], 'The process that owns the business clock. Not in production: without it business time is wall time.', httpUrl.optional()),
  CLOCK_TOKEN: define(['web', 'worker', 'clock', 'people'], 'Lets one hold, step and set that clock.', z.string().min(8).optional()),
  CLOCK_PORT: define(['clock'], 'The port the clock listens on.', port.default(0)),
  CLOCK_SPEED: define(['clock'], 'Business seconds per wall second, when it starts for the first time.', z.coerce.number().min(0).max(1_000_000).default(1)),
  CLOCK_STEPPED: define(['clock'], 'Whether it moves only when told to (replay, tests).', yesOrNo.default(false)),
  CLOCK_START: define(['clock'], 'The business instant at which it starts for the first time (ISO 8601 with Z); the wall instant when not given.', z.iso.datetime().optional()),
  DEMO_PASSWORD: define(['people'], "The password of the demo's people; made up at the first start, and only where the sandbox's bank runs.", z.string().min(10).optional()),
  PROFILE: define(['web', 'worker', 'clock', 'people'], 'Whose law holds: cn (default), institutional, eu or us.', z.enum(['cn', 'institutional', 'eu', 'us']).default('cn')),
  ZONE: define(['web', 'worker', 'clock', 'people'], 'The time zone of business dates (IANA name).', z.string().min(1).default('Asia/Shanghai')),
  ZONE_OFFSET_MINUTES: define(['web', 'worker', 'clock', 'people'], "The zone's offset from UTC in minutes, for workflows, which know no time zones.", z.coerce.number().int().min(-840).max(840).default(480)),
  WRITE_OFF_AFTER_DAYS: define(['web', 'worker'], 'Days past due at which a loan is written off.', z.coerce.number().int().min(30).max(3650).default(180)),
  LOG_LEVEL: define(['web', 'worker', 'clock', 'people'], 'How much the processes say.', z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info')),
} as const;

export type SettingName = keyof typeof SETTINGS;
export type Settings = { [N in SettingName]: z.output<(typeof SETTINGS)[N]['schema']> };
/** The names of the settings that a process reads. */
export type SettingNameOf<P extends ProcessName> = { [N in SettingName]: P extends (typeof SETTINGS)[N]['of'][number] ? N : never }[SettingName];
/** The settings that a process reads. */
export type SettingsOf<P extends ProcessName> = Pick<Settings, SettingNameOf<P>>;

/** Settings that are missing or wrong, all of them at once; the message is for the person who starts the process. */
export class WrongSettings extends Error {
  override name = 'WrongSettings';
  constructor(
    readonly process: ProcessName,
    readonly lines: readonly string[],
  ) {
    super(`The ${process} process cannot start with these settings (docs/settings.md lists them all):\n${lines.map((line) => `  ${line}`).join('\n')}`);
  }
}

/** The names of the settings that a process reads. */
export function settingNamesOf(process: ProcessName): SettingName[] {
  return (Object.keys(SETTINGS) as SettingName[]).filter((name) => (SETTINGS[name].of as readonly ProcessName[]).includes(process));
}

function explain(name: SettingName, value: string | undefined, issue: string): string {
  const { about } = SETTINGS[name];
  return value === undefined ? `${name} is missing: ${about}` : `${name}: ${issue}. ${about}`;
}

/**
 * Reads the settings of one process from its environment; an empty value counts as none.
 * @throws WrongSettings naming everything that is missing or wrong.
 */
export function readSettings<P extends ProcessName>(env: NodeJS.ProcessEnv, process: P): SettingsOf<P> {
  const wrong: string[] = [];
  const read: Record<string, unknown> = {};
  for (const name of settingNamesOf(process)) {
    const value = env[name]?.trim() || undefined;
    const result = SETTINGS[name].schema.safeParse(value);
    if (result.success) read[name] = result.data;
    else wrong.push(explain(name, value, result.error.issues[0]?.message ?? 'is not understood'));
  }
  if (wrong.length) throw new WrongSettings(process, wrong);
  return read as SettingsOf<P>;
}
