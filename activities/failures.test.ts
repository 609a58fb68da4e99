import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import pino from 'pino';
import { createPool, row } from '../db/pool.js';
import { CustodyUnavailable } from '../gateways/custody/port.js';
import { createTestDatabase } from '../test/database.js';
import { judge, NotInRecord, NotYet, toFailure, withFailures } from './failures.js';

const errorWith = (code: string): Error => Object.assign(new Error('secret of a person'), { code });

describe('how errors of activities look to Temporal', () => {
  it.each([
    ['a row that is not there', new NotInRecord('loan', 'LN1'), { type: 'not-in-record', retryable: false, expected: false }],
    ['a silent network', new NotYet('network-silent', 2_000), { type: 'network-silent', retryable: true, expected: true, retryAfterMs: 2_000 }],
    ['a bank without a trustworthy answer', new CustodyUnavailable('x'), { type: 'no-answer', retryable: true, expected: true }],
    ['a refused connection', errorWith('ECONNREFUSED'), { type: 'unreachable', retryable: true, expected: true }],
    ['a connection refused under a fetch', new TypeError('fetch failed', { cause: errorWith('ECONNRESET') }), { type: 'unreachable', retryable: true, expected: true }],
    ['two transactions in each other’s way', errorWith('40P01'), { type: 'database-busy', retryable: true, expected: true }],
    ['a server that is being shut down', errorWith('57P01'), { type: 'database-busy', retryable: true, expected: true }],
    ['a rule of the database', errorWith('23514'), { type: 'database-refused', retryable: false, expected: false }],
    ['a broken invariant', new RangeError('not a whole number of fen: 0.5'), { type: 'broken-invariant', retryable: false, expected: false }],
    ['anything else', new Error('?'), { type: 'unexpected', retryable: true, expected: false }],
    ['what is no error at all', 'text', { type: 'unexpected', retryable: true, expected: false }],
  ])('knows %s', (_what, error, verdict) => {
    expect(judge(error)).toMatchObject(verdict);
  });

  it('makes expected ones benign, tells Temporal whether and when to try again, and repeats no message of the database', () => {
    const silent = toFailure(new NotYet('network-silent', 2_000));
    expect(silent).toMatchObject({ type: 'network-silent', nonRetryable: false, category: ApplicationFailureCategory.BENIGN, nextRetryDelay: 2_000 });
    const refused = toFailure(errorWith('23505'));
    expect(refused).toMatchObject({ type: 'database-refused', nonRetryable: true, message: 'PostgreSQL 23505' });
    expect(refused.category).not.toBe(ApplicationFailureCategory.BENIGN);
    expect(JSON.stringify([silent.message, refused.message])).not.toContain('secret');
    const own = ApplicationFailure.nonRetryable('mine', 'own-code');
    expect(toFailure(own)).toBe(own);
  });

  it('wraps every activity, and logs only what nobody expected', async () => {
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    const wrapped = withFailures({ fine: async (n: number) => n + 1, silent: async () => { throw new NotYet('network-silent'); }, broken: async () => { throw new RangeError('x'); } }, log);
    expect(await wrapped.fine(1)).toBe(2);
    await expect(wrapped.silent()).rejects.toMatchObject({ type: 'network-silent' });
    await expect(wrapped.broken()).rejects.toMatchObject({ type: 'broken-invariant', nonRetryable: true });
    expect(lines.map((line) => (JSON.parse(line) as { activity: string }).activity)).toEqual(['broken']);
  });

  it('takes a database that went away as passing', async () => {
    const database = await createTestDatabase();
    const pool = createPool(database.url, { name: 'failures test', max: 1 });
    const fails = (): Promise<unknown> => row(pool, 'SELECT pg_terminate_backend(pg_backend_pid())').then(() => null, (thrown: unknown) => thrown);
    expect(judge(await fails())).toMatchObject({ retryable: true, expected: true });
    await database.drop();
    expect(judge(await fails())).toMatchObject({ retryable: true, expected: true });
    await pool.end();
  });
});
