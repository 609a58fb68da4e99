/**
 * Connections to PostgreSQL, and how its types look in code: int8 and numeric sums of fen are numbers (safe up to
 * 2^53 fen, ninety thousand milliard yuan), dates are `YYYY-MM-DD` strings, instants ISO strings in UTC.
 */
import pg from 'pg';

const safeInteger = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`the number ${text} from the database is not a safe integer`);
  return value;
};

const parsers: Record<number, (text: string) => unknown> = {
  [pg.types.builtins.INT8]: safeInteger,
  [pg.types.builtins.DATE]: (text) => text,
  [pg.types.builtins.TIMESTAMPTZ]: (text) => new Date(text).toISOString(),
};

/** Something that runs SQL: the pool, or one connection inside a transaction. */
export type Db = pg.Pool | pg.PoolClient;
export type Pool = pg.Pool;
/** A connection inside a transaction; functions that need one take this type. */
export type Transaction = pg.PoolClient;

/** Opens a pool. `name` is seen in pg_stat_activity; `max` connections (default 10). */
export function createPool(databaseUrl: string, options: { name: string; max?: number }): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: options.name,
    max: options.max ?? 10,
    types: { getTypeParser: ((oid: number, format?: 'text'): unknown => parsers[oid] ?? pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser },
  });
  // An idle connection that breaks (server restarted) is replaced at the next use; without a listener it ends the process.
  pool.on('error', () => undefined);
  return pool;
}

/** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
export async function inTransaction<T>(pool: pg.Pool, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const tx = await pool.connect();
  let broken: Error | undefined;
  try {
    await tx.query('BEGIN');
    const result = await work(tx);
    await tx.query('COMMIT');
    return result;
  } catch (error) {
    await tx.query('ROLLBACK').catch((rollbackError: Error) => { broken = rollbackError; });
    throw error;
  } finally {
    tx.release(broken);
  }
}

/** Rows of a query, typed by the caller. */
export async function rows<T>(db: Db, sql: string, values: readonly unknown[] = []): Promise<T[]> {
  return (await db.query(sql, values as unknown[])).rows as T[];
}

/** The first row, or null. */
export async function row<T>(db: Db, sql: string, values: readonly unknown[] = []): Promise<T | null> {
  return (await rows<T>(db, sql, values))[0] ?? null;
}
