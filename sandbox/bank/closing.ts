/**
 * The bank's day-end. A day is closed when its check files are first asked for; from then on nothing is dated into it,
 * so its files never change. What comes for a closed day is done and dated at the beginning of the first open one.
 */
import type pg from 'pg';
import { inTransaction } from '../frame/database.js';
import { instantOf } from './calendar.js';
import { refuse } from './errors.js';
import { done, failed } from './requests.js';
import type { Verdict } from './requests.js';

/** The moment (ms) to which something done now for `atMs` belongs. First statement of every transaction that moves money: it holds back a day-end until the transaction is over. */
export async function openMoment(tx: pg.PoolClient, atMs: number): Promise<number> {
  const { rows } = await tx.query<{ open_from: Date | null }>({ name: 'open-moment', text: 'SELECT first_open_moment() AS open_from' });
  return Math.max(atMs, rows[0]?.open_from?.getTime() ?? atMs);
}

/**
 * Closes every day up to and including `day` (`YYYY-MM-DD`), which must be over, and founds the files of this one.
 * @returns false while a batch accepted by then has not been executed: its money belongs in these files
 */
export async function closeDay(pool: pg.Pool, day: string): Promise<boolean> {
  const end = new Date(instantOf(day, 24));
  return inTransaction(pool, async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(7204)');
    const { rows } = await tx.query<{ closed: boolean; waiting: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM closing WHERE open_from >= $1) AS closed,
         EXISTS (SELECT 1 FROM request WHERE status = 'ACCEPT' AND service_name = 'ASYNC_TRANSACTION' AND business_at < $1) AS waiting`, [end]);
    if (!rows[0]?.closed && rows[0]?.waiting) return false;
    await tx.query('INSERT INTO closing (one, open_from) VALUES (true, $1) ON CONFLICT (one) DO UPDATE SET open_from = greatest(closing.open_from, excluded.open_from)', [end]);
    await tx.query('INSERT INTO check_file (day, file_type) SELECT $1, t FROM unnest($2::text[]) t ON CONFLICT DO NOTHING', [day, fileTypes]);
    return true;
  });
}

export const fileTypes = ['RECHARGE', 'WITHDRAW', 'COMMISSION', 'TRANSACTION', 'BACKROLL_RECHARGE'] as const;
export type FileType = (typeof fileTypes)[number];

/** CONFIRM_CHECKFILE: the platform has explained every line. Once is enough; again changes nothing. */
export async function confirmDay(tx: pg.PoolClient, requestNo: string, day: string, types: FileType[]): Promise<Verdict> {
  const { rows } = await tx.query<{ n: number }>('SELECT count(*) AS n FROM check_file WHERE day = $1 AND file_type = ANY($2) AND sha256 IS NOT NULL', [day, types]);
  if (rows[0]?.n !== new Set(types).size) return failed(refuse('refused', 'FILE_MISSING', `the files of ${day} were not fetched yet`));
  await tx.query('UPDATE check_file SET confirmed_by = $3 WHERE day = $1 AND file_type = ANY($2) AND confirmed_by IS NULL', [day, types, requestNo]);
  return done(0);
}
