/**
 * How an error of an activity looks to Temporal: one map for all activities. Whatever may pass (a lost connection, a bank
 * or network that does not answer, two transactions in each other's way) is retried; whatever cannot pass by itself
 * (a broken invariant, a row that does not exist, a rule of the database) is not, and becomes a task for operations.
 * Failures carry codes and ids only: messages of the database may quote personal data and stay in the log.
 */
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { Logger } from 'pino';

/** Something the record should have and does not; no retry brings it. */
export class NotInRecord extends Error {
  override name = 'NotInRecord';
  constructor(readonly what: string, readonly id: string) {
    super(`${what} ${id} is not in the record`);
  }
}

/** Somebody outside did not answer as it should; expected on a bad day, tried again. */
export class NotYet extends Error {
  override name = 'NotYet';
  constructor(readonly code: string, readonly retryAfterMs?: number) {
    super(code);
  }
}

/** PostgreSQL error classes that pass by themselves: connection, a database not there (being restored), rolled back by others, resources, operator, I/O. */
const passingClasses = new Set(['08', '3D', '40', '53', '55', '57', '58']);
const passingSystemCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_SOCKET']);
const expectedNames = new Set(['CustodyUnavailable', 'OutOfOrder', 'TimeoutError', 'AbortError']);

interface Judgement { type: string; message: string; retryable: boolean; expected: boolean; retryAfterMs?: number }

/** What kind of failure this is. `type` is stable and stands in the Temporal UI. */
export function judge(error: unknown): Judgement {
  if (error instanceof NotInRecord) return { type: 'not-in-record', message: error.message, retryable: false, expected: false };
  if (error instanceof NotYet) return { type: error.code, message: error.code, retryable: true, expected: true, retryAfterMs: error.retryAfterMs };
  const { name, code } = fieldsOf(error);
  if (expectedNames.has(name)) return { type: 'no-answer', message: name, retryable: true, expected: true };
  if (code && passingSystemCodes.has(code)) return { type: 'unreachable', message: code, retryable: true, expected: true };
  if (code && /^[0-9A-Z]{5}$/.test(code)) {
    const passing = passingClasses.has(code.slice(0, 2));
    return { type: passing ? 'database-busy' : 'database-refused', message: `PostgreSQL ${code}`, retryable: passing, expected: passing };
  }
  if (/connection terminated|timeout exceeded when trying to connect|client has encountered a connection error/i.test(messageOf(error))) {
    return { type: 'database-busy', message: 'the connection to PostgreSQL broke', retryable: true, expected: true };
  }
  if (error instanceof RangeError || error instanceof TypeError) {
    return { type: 'broken-invariant', message: name, retryable: false, expected: false };
  }
  // Unknown: tried again, because a repeat is harmless (business keys) and giving up is not.
  return { type: 'unexpected', message: name, retryable: true, expected: false };
}

/** The failure Temporal is told. An ApplicationFailure passes unchanged. */
export function toFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const found = judge(error);
  return ApplicationFailure.create({
    type: found.type,
    message: found.message,
    nonRetryable: !found.retryable,
    nextRetryDelay: found.retryAfterMs,
    category: found.expected ? ApplicationFailureCategory.BENIGN : undefined,
  });
}

type Activity = (...args: never[]) => Promise<unknown>;

/** The same activities with their errors mapped, and the unexpected ones logged with what the failure leaves out. */
export function withFailures<T extends object>(activities: T, log: Logger): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => [name, async (...args: never[]): Promise<unknown> => {
    try {
      return await (activity as Activity)(...args);
    } catch (error) {
      const failure = toFailure(error);
      if (failure.category !== ApplicationFailureCategory.BENIGN) log.error({ err: error, activity: name, type: failure.type }, 'an activity failed');
      throw failure;
    }
  }]);
  return Object.fromEntries(wrapped) as T;
}

function fieldsOf(error: unknown): { name: string; code: string | undefined } {
  if (!(error instanceof Error)) return { name: 'unknown', code: undefined };
  const cause = error.cause instanceof Error ? error.cause : undefined;
  const code = (error as { code?: unknown }).code ?? (cause as { code?: unknown } | undefined)?.code;
  return { name: error.name, code: typeof code === 'string' ? code : undefined };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
