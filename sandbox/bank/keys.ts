/**
 * The bank's key rings: its own private keys, of which the newest in force signs, and the platform's public keys, each good
 * until it is withdrawn. Wall clock.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';

const instant = z.iso.datetime().transform((text) => Date.parse(text));
const ringSchema = z.record(z.string().min(1), z.union([
  z.string().min(1).transform((pem) => ({ pem, from: 0, withdrawnAt: Infinity })),
  z.object({ pem: z.string().min(1), from: instant.default(0), withdrawnAt: instant.default(Infinity) }),
]));

/** By serial: a PEM, or a PEM with the instants (ISO) from which it signs and from which it counts no more. */
export type KeyRing = Record<string, string | { pem: string; from?: string; withdrawnAt?: string }>;

export interface OwnKey { serial: string; key: KeyObject }

/** @param keys one PEM, known as `serial`, or a ring as JSON @returns which key signs at an instant (ms) */
export function readOwnKeys(serial: string, keys: string): (nowMs: number) => OwnKey {
  const ring = ringSchema.parse(keys.trimStart().startsWith('{') ? JSON.parse(keys) : { [serial]: keys });
  const own = Object.entries(ring).map(([name, one]) => ({ ...one, own: { serial: name, key: createPrivateKey(one.pem) } })).sort((a, b) => b.from - a.from);
  return (nowMs) => {
    const newest = own.find((one) => one.from <= nowMs && nowMs < one.withdrawnAt);
    if (!newest) throw new RangeError('the bank has no key in force');
    return newest.own;
  };
}

/** @returns the key of a serial at an instant (ms), or why there is none */
export function readPlatformKeys(given: KeyRing): (serial: string, nowMs: number) => KeyObject | 'unknown' | 'withdrawn' {
  const known = new Map(Object.entries(ringSchema.parse(given)).map(([serial, { pem, withdrawnAt }]) => [serial, { key: createPublicKey(pem), withdrawnAt }]));
  return (serial, nowMs) => {
    const found = known.get(serial);
    if (!found) return 'unknown';
    return nowMs < found.withdrawnAt ? found.key : 'withdrawn';
  };
}
