/** What one act on the bank's own pages is: shown, asked, begun and done. Each verb is read from its signed form, and again from the record when the page comes back. */
import type pg from 'pg';
import { z } from 'zod';
import { unusable } from './accounts.js';
import type { Account } from './accounts.js';
import { DoorError, refuse } from './errors.js';
import type { Refusal } from './errors.js';
import { number, order } from './fields.js';
import type { Verdict } from './requests.js';

/** What the person typed. */
export interface Typed { password: string; passwordAgain: string; cardNumber: string; bankName: string; code: string }

export type Ask = 'password' | 'new-password' | 'card' | 'code';

export interface PersonalOrder {
  requestNo: string; userNo: string; amountFen: number | null; atMs: number; redirectUrl: string;
  /** Wall-clock end (ms) given by the platform; null = the bank's own page lifetime only. */
  expiresMs: number | null;
  title: string;
  /** The button, named by what it does. */
  action: string;
  facts: [string, string][];
  asks: Ask[];
  /** Notification and callback tell what the bank now holds of the person. */
  tellsUser: boolean;
  /** Why this cannot begin at all. `account` is locked, null when there is none yet. */
  opening(tx: pg.PoolClient, account: Account | null): Promise<Refusal | null>;
  /** Does it; `stay` = nothing happened, the person corrects something. */
  apply(tx: pg.PoolClient, typed: Typed, atMs: number): Promise<Verdict | { stay: string }>;
}

export const personalFields = order.extend({
  platformUserNo: number,
  redirectUrl: z.url({ protocol: /^https?$/ }).max(2_000),
});
type PersonalFields = z.infer<typeof personalFields>;
type Special = Pick<PersonalOrder, 'title' | 'action' | 'facts' | 'asks' | 'apply'> & Partial<Pick<PersonalOrder, 'opening' | 'tellsUser' | 'expiresMs' | 'amountFen'>>;

export async function mustExist(_tx: pg.PoolClient, account: Account | null): Promise<Refusal | null> {
  return account ? unusable(account) : refuse('noUser');
}

export type ReadPersonal = (data: Record<string, unknown>) => PersonalOrder;

export function personal<T extends PersonalFields>(schema: z.ZodType<T>, special: (input: T) => Special): ReadPersonal {
  return (data) => {
    const parsed = schema.safeParse(data);
    if (!parsed.success) throw new DoorError('json', z.prettifyError(parsed.error).slice(0, 500));
    const input = parsed.data;
    return {
      requestNo: input.requestNo, userNo: input.platformUserNo, atMs: input.businessTime, redirectUrl: input.redirectUrl,
      amountFen: null, expiresMs: null, tellsUser: false, opening: mustExist, ...special(input),
    };
  };
}

export const mobile = z.string().regex(/^\+?\d{6,15}$/);
export const idCardNo = z.string().regex(/^\d{17}[\dX]$/);

export function maskName(name: string): string {
  return `${name.slice(0, 1)}${'*'.repeat(Math.max(1, Math.min(4, name.length - 1)))}`;
}

export function maskMiddle(value: string, shown: number): string {
  return `${value.slice(0, shown)}${'*'.repeat(Math.max(0, value.length - 2 * shown))}${value.slice(-shown)}`;
}
