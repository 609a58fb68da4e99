import type { PortName } from './ports.js';

/** Which parts this installation runs itself; the others are somebody's own services, named by their settings. */
export interface Embedded {
  postgres: boolean;
  temporal: boolean;
  bank: boolean;
  bureaus: boolean;
  phone: boolean;
  mailbox: boolean;
  sandboxPostgres: boolean;
  clock: boolean;
  people: boolean;
}

/** A part is embedded unless its setting names another. */
export function embeddedParts(env: NodeJS.ProcessEnv, options: { people: boolean; realTime: boolean }): Embedded {
  const none = (name: string): boolean => !env[name]?.trim();
  const bank = none('CUSTODY_URL');
  const bureaus = none('BUREAUS_URL');
  const phone = none('TWILIO_ACCOUNT_SID') && none('TWILIO_API_URL');
  const mailbox = none('SMTP_URL');
  return {
    postgres: none('DATABASE_URL'),
    temporal: none('TEMPORAL_ADDRESS'),
    bank,
    bureaus,
    phone,
    mailbox,
    sandboxPostgres: bank || bureaus || phone || mailbox,
    clock: none('CLOCK_URL') && !options.realTime,
    // Demo people live in the sandbox: without all of it they have neither card nor phone.
    people: options.people && bank && bureaus && phone && mailbox,
  };
}

/** The ports that an installation listens on. */
export function portsUsed(embedded: Embedded): PortName[] {
  return [
    'web',
    ...(embedded.temporal ? (['temporal', 'temporalUi'] as const) : []),
    ...(embedded.postgres ? (['postgres'] as const) : []),
    ...(embedded.sandboxPostgres ? (['sandboxPostgres'] as const) : []),
    ...(embedded.bank ? (['bank'] as const) : []),
    ...(embedded.bureaus ? (['bureaus'] as const) : []),
    ...(embedded.phone ? (['phone'] as const) : []),
    ...(embedded.mailbox ? (['mailbox', 'smtp'] as const) : []),
    ...(embedded.clock ? (['clock'] as const) : []),
  ];
}

/** What the data folder holds once everything has been started. */
export function filesKept(embedded: Embedded): string[] {
  return ['keys', ...(embedded.postgres ? ['postgres'] : []), ...(embedded.sandboxPostgres ? ['sandbox-postgres'] : []), ...(embedded.temporal ? ['temporal.db'] : [])];
}
