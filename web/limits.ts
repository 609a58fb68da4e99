/** How often an address, a phone or a person may try something (wall clock), counted in PostgreSQL for all web processes together. */
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Pool } from '../db/pool.js';

export interface Limit { points: number; seconds: number }
/** What is limited: by the caller's address, or by whom it is about (e-mail, phone, person). */
export type LimitName = 'log-in-by-address' | 'log-in-by-email' | 'sign-up-by-address' | 'code-by-address' | 'code-by-phone' | 'code-check-by-address' | 'rules-by-address';
export type LimitPolicy = Record<LimitName, Limit>;

export const productionLimits: LimitPolicy = {
  'log-in-by-address': { points: 60, seconds: 900 },
  'log-in-by-email': { points: 15, seconds: 900 },
  'sign-up-by-address': { points: 20, seconds: 3600 },
  'code-by-address': { points: 20, seconds: 3600 },
  'code-by-phone': { points: 4, seconds: 600 },
  'code-check-by-address': { points: 60, seconds: 900 },
  'rules-by-address': { points: 600, seconds: 60 },
};

/** A demonstration's whole population comes from one address. */
export const demonstrationLimits: LimitPolicy = {
  ...productionLimits,
  'log-in-by-address': { points: 1_000_000, seconds: 900 },
  'sign-up-by-address': { points: 1_000_000, seconds: 3600 },
  'code-by-address': { points: 1_000_000, seconds: 3600 },
  'code-check-by-address': { points: 1_000_000, seconds: 900 },
  'rules-by-address': { points: 1_000_000, seconds: 60 },
};

export interface Limits {
  /** Uses up one try; answers the seconds to wait when there is none left, else null. `whose` is an address or a blind index, never an e-mail address or phone. */
  waitFor(name: LimitName, whose: string): Promise<number | null>;
}

export function createLimits(pool: Pool, policy: LimitPolicy): Limits {
  const limiters = new Map(
    (Object.keys(policy) as LimitName[]).map((name) => [
      name,
      new RateLimiterPostgres({ storeClient: pool, tableName: 'rate_limit', tableCreated: true, clearExpiredByTimeout: true, keyPrefix: name, points: policy[name].points, duration: policy[name].seconds }),
    ]),
  );
  return {
    async waitFor(name, whose) {
      try {
        await limiters.get(name)?.consume(whose);
        return null;
      } catch (error) {
        if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1000));
        throw error;
      }
    },
  };
}
