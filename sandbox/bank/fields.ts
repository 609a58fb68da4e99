/** The protocol's field types: what a value must look like before anything is done with it. */
import { z } from 'zod';
import { DoorError } from './errors.js';
import { readYuan } from './money.js';

/** Numbers given by the platform: requests, batches, users, projects. */
export const number = z.string().regex(/^[A-Za-z0-9:_./-]{1,80}$/);

/** Text for people, without control characters. */
export const text = (max: number) => z.string().min(1).max(max).refine((value) => !/\p{Cc}/u.test(value), 'control characters');

/** Positive yuan with exactly two places, read as fen. */
export const amount = z.string().transform((yuan, context) => {
  const fen = readYuan(yuan);
  if (fen !== null && fen > 0) return fen;
  context.addIssue({ code: 'custom', message: 'amounts are positive yuan with exactly two places, like 1234.50' });
  return z.NEVER;
});

/** An ISO instant in UTC of this century, read as milliseconds. */
export const instant = z.string().regex(/^20\d{2}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/).transform((value, context) => {
  const ms = Date.parse(value);
  if (!Number.isNaN(ms)) return ms;
  context.addIssue({ code: 'custom', message: 'no such instant' });
  return z.NEVER;
});

/** A date (valid through its end) or an instant, kept as written. */
export const failTime = z.string().regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z)?$/).refine((value) => !Number.isNaN(Date.parse(value)), 'no such date');

/** A day as check files name it, `yyyyMMdd`, read as `YYYY-MM-DD`. */
export const fileDate = z.string().regex(/^20\d{6}$/).transform((value, context) => {
  const day = `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6)}`;
  const ms = Date.parse(`${day}T00:00:00Z`);
  if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day)) return day;
  context.addIssue({ code: 'custom', message: 'no such day' });
  return z.NEVER;
});

export const authorisationType = z.enum(['RECHARGE', 'TENDER', 'REPAYMENT', 'WITHDRAW', 'CREDIT_ASSIGNMENT', 'COMPENSATORY']);
/** For what money is frozen. */
export const freezeType = z.enum(['TENDER', 'REPAYMENT', 'CREDIT_ASSIGNMENT', 'COMPENSATORY']);
export const batchType = z.enum(['TENDER', 'REPAYMENT', 'COMPENSATORY']);
/** What is answered at once. */
export const syncType = z.enum(['TENDER', 'REPAYMENT', 'COMPENSATORY', 'CREDIT_ASSIGNMENT', 'MARKETING', 'PLATFORM_SERVICE_DEDUCT']);
export const withdrawType = z.enum(['NORMAL', 'URGENT']);
/** CONFIRMED: the money is frozen, and waits until the platform confirms or cancels. */
export const withdrawForm = z.enum(['IMMEDIATE', 'CONFIRMED']).default('IMMEDIATE');

/** Every order carries its number and the business moment it belongs to. */
export const order = z.object({ requestNo: number, businessTime: instant });

/** @throws DoorError when the data are not the schema's */
export function readAs<T>(schema: z.ZodType<T>, data: Record<string, unknown>): T {
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw new DoorError('json', z.prettifyError(parsed.error).slice(0, 500));
  return parsed.data;
}
