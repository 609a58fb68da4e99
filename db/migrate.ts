import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Umzug, type UmzugStorage } from 'umzug';
import { createPool, inTransaction, rows, type Pool } from './pool.js';

/** Several processes may start at once; the one that has this advisory lock migrates, the others wait. */
const migrationLock = 7_246_001;

/** Brings the database to the newest shape; each migration is one SQL file and one transaction. Safe to run at any time. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const pool = createPool(databaseUrl, { name: 'tributary-migrate', max: 2 });
  const lock = await pool.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const umzug = new Umzug({
      migrations: {
        glob: ['*.sql', { cwd: fileURLToPath(new URL('./migrations/', import.meta.url)) }],
        resolve: ({ name, path }) => ({ name, up: () => apply(pool, name, path!) }),
      },
      context: pool,
      storage: recorded(pool),
      logger: undefined,
    });
    return (await umzug.up()).map((migration) => migration.name);
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [migrationLock]);
    lock.release();
    await pool.end();
  }
}

/** The change and the note that it was made are one transaction, so a crash leaves neither. */
async function apply(pool: Pool, name: string, path: string): Promise<void> {
  const sql = await readFile(path, 'utf8');
  await inTransaction(pool, async (tx) => {
    await tx.query(sql);
    await tx.query('INSERT INTO migration (name) VALUES ($1)', [name]);
  });
}

function recorded(pool: Pool): UmzugStorage {
  return {
    // `apply` has noted it already.
    logMigration: () => Promise.resolve(),
    unlogMigration: () => Promise.reject(new Error('migrations are never undone: write a new one')),
    executed: async () => {
      await pool.query('CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())');
      return (await rows<{ name: string }>(pool, 'SELECT name FROM migration ORDER BY name')).map((each) => each.name);
    },
  };
}
