/** What the pages are given; `stack/web.ts` makes it, tests make their own. */
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Pool } from '../db/pool.js';
import type { Vault } from '../db/vault.js';
import type { ProfileId } from '../domain/regulation.js';
import type { CustodyForms } from '../gateways/custody/forms.js';
import type { CustodyInbound } from '../gateways/custody/inbound.js';
import type { PhoneInbound } from '../gateways/phone/inbound.js';
import type { LimitPolicy } from './limits.js';

export interface WebSettings {
  platformName: string;
  /** Origin as browsers, bank and phone network reach it, without a slash at the end. `https:` makes cookies secure. */
  publicUrl: string;
  /** Origin of the bank's pages: the only other house to which our forms may post. */
  custodyOrigin: string;
  /** Signs session cookies, form tokens and hashes of one-time codes. */
  sessionSecret: string;
  /** Temporal's web UI and namespace, for staff; null: no links. */
  temporalUi: { url: string; namespace: string } | null;
  profile: ProfileId;
  /** IANA name and offset of the platform's zone: business dates are dates there. */
  zone: string;
  zoneOffsetMinutes: number;
  writeOffAfterDays: number;
  complaintsContact: string;
  /** How long a page waits for a workflow's word before it says "not confirmed yet" (5 s). */
  confirmWithinMs: number;
  limits: LimitPolicy;
  /** Number of proxies in front whose X-Forwarded-For is believed. */
  proxies: number;
}

/** The business clock as its owner reads it. */
export interface ClockReading {
  /** Business time, ms. */
  businessNow: number;
  /** Business seconds per wall second now: 0 while it stands. */
  speed: number;
  mode: 'running' | 'paused' | 'stepped';
  /** The speed that was asked for, while nothing holds it. */
  pace: number;
  waitingFor: string[];
}

/** Governs the business clock, where one process owns it (off production). Each answers the new reading, and throws when the clock does not answer. */
export interface ClockControl {
  get(): Promise<ClockReading>;
  pause(): Promise<ClockReading>;
  resume(): Promise<ClockReading>;
  speed(businessSecondsPerSecond: number): Promise<ClockReading>;
}

export interface WebDeps {
  pool: Pool;
  temporal: Client;
  custodyForms: CustodyForms;
  custodyInbound: CustodyInbound;
  phoneInbound: PhoneInbound;
  vault: Vault;
  settings: WebSettings;
  /** Wall clock, milliseconds. Business time comes from the record (`visit.now`). */
  clock: () => number;
  /** Left out or null where nobody governs business time. */
  clockControl?: ClockControl | null;
  log: Logger;
}
