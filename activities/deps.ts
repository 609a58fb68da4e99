/** What activities are given: the record, the world outside, and how the platform presents itself. No activity makes its own. */
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Pool } from '../db/pool.js';
import type { Vault } from '../db/vault.js';
import type { Bureaus } from '../gateways/bureaus/port.js';
import type { Custody } from '../gateways/custody/port.js';
import type { Mail } from '../gateways/mail/port.js';
import type { Phone } from '../gateways/phone/port.js';

/** How the platform names itself in messages, and where people reach it. */
export interface ActivitySettings {
  platformName: string;
  /** Origin of the pages, without a slash at the end. */
  publicUrl: string;
  /** Where a person complains: a telephone number or an address, as it stands in messages. */
  complaintsContact: string;
  /** The platform's zone, minutes ahead of UTC. */
  zoneOffsetMinutes: number;
  /** Pause before a silent bureau is asked again (wall time). */
  bureauPauseMs: number;
}

export interface ActivityDeps {
  pool: Pool;
  custody: Custody;
  phone: Phone;
  mail: Mail;
  bureaus: Bureaus;
  /** For Signals to workflows whose instruction ended. */
  temporal: Client;
  vault: Vault;
  settings: ActivitySettings;
  log: Logger;
}
