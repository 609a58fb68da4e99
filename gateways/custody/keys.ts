/**
 * RSA keys by `keySerial`, several at once, so that a key is replaced without a pause: the new one is made known to the
 * other side, then signs; the old one goes on verifying what was signed before, until it is withdrawn. Wall clock.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';

const instant = z.iso.datetime().transform((text) => Date.parse(text));
const ringKey = z.object({ pem: z.string().min(1), from: instant.optional(), withdrawnAt: instant.optional() });
const ringSchema = z.record(z.string().min(1), z.union([z.string().min(1), ringKey]));

/** By serial, a PEM alone or with the instants (ISO) from which it signs and from which it counts no more. */
export type KeyRing = Record<string, string | { pem: string; from?: string; withdrawnAt?: string }>;

export interface KnownKey { key: KeyObject; withdrawnAtMs: number }
export type KnownKeys = Map<string, KnownKey>;

export interface Signer { keySerial: string; key: KeyObject }
/** The signer in force at a wall instant (ms). */
export type Signers = (nowMs: number) => Signer;

/** The other side's public keys. */
export function readKeys(ring: KeyRing): KnownKeys {
  return new Map(Object.entries(ringSchema.parse(ring)).map(([serial, given]) => {
    const { pem, withdrawnAt } = typeof given === 'string' ? { pem: given, withdrawnAt: undefined } : given;
    return [serial, { key: createPublicKey(pem), withdrawnAtMs: withdrawnAt ?? Infinity }];
  }));
}

/** A private key (PEM) under the serial by which the other side knows its public half. */
export function createSigner(keySerial: string, privateKeyPem: string): Signer {
  return { keySerial, key: createPrivateKey(privateKeyPem) };
}

/**
 * Our private keys: one PEM, known as `keySerial`, or a {@link KeyRing} as JSON, of which the newest in force signs.
 * @throws RangeError when none is in force at the moment of signing.
 */
export function createSigners(keySerial: string, privateKeys: string): Signers {
  if (!privateKeys.trimStart().startsWith('{')) {
    const only = createSigner(keySerial, privateKeys);
    return () => only;
  }
  const ring = Object.entries(ringSchema.parse(JSON.parse(privateKeys)))
    .map(([serial, given]) => ({ signer: createSigner(serial, typeof given === 'string' ? given : given.pem), fromMs: typeof given === 'string' ? 0 : given.from ?? 0, withdrawnAtMs: typeof given === 'string' ? Infinity : given.withdrawnAt ?? Infinity }))
    .sort((a, b) => b.fromMs - a.fromMs);
  return (nowMs) => {
    const newest = ring.find((one) => one.fromMs <= nowMs && nowMs < one.withdrawnAtMs);
    if (!newest) throw new RangeError(`none of the keys ${ring.map((one) => one.signer.keySerial).join(', ')} is in force: nothing can be signed`);
    return newest.signer;
  };
}
