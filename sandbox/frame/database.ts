import pg from 'pg';

/** What a part of the sandbox needs of PostgreSQL: a pool, or one client inside a transaction. */
export interface Queryable {
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<R>>;
}

/** int8 as number: fen and milliseconds stay far below 2^53. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * Opens the part's own database, creating it and its tables where they are missing.
 *
 * @param schema SQL that may run at every start (`CREATE TABLE IF NOT EXISTS …`)
 */
export async function openDatabase(url: string, schema: string, options: { connections?: number } = {}): Promise<pg.Pool> {
  await createIfMissing(url);
  const pool = new pg.Pool({ connectionString: url, max: options.connections ?? 8, types });
  // An idle connection that the server drops is opened again at the next query; without a listener it would end the process.
  pool.on('error', () => undefined);
  // Several statements in one query are one transaction, so the lock ends with it: two processes may start at once.
  await pool.query(`SELECT pg_advisory_xact_lock(7203); ${schema}`);
  return pool;
}

/** Runs `work` in one transaction: all of it or nothing. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/** PostgreSQL's code for "this database does not exist". */
const noSuchDatabase = '3D000';
const alreadyThere = new Set(['42P04', '23505']);

async function createIfMissing(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    await client.end();
  } catch (error) {
    if (codeOf(error) !== noSuchDatabase) throw error;
    const maintenance = new URL(url);
    const name = decodeURIComponent(maintenance.pathname.slice(1));
    maintenance.pathname = '/postgres';
    const owner = new pg.Client({ connectionString: maintenance.href });
    await owner.connect();
    try {
      await owner.query(`CREATE DATABASE ${owner.escapeIdentifier(name)}`);
    } catch (creation) {
      if (!alreadyThere.has(codeOf(creation) ?? '')) throw creation;
    } finally {
      await owner.end();
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
