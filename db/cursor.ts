/** Results of any size, read in portions from one snapshot. */
import { rows, type Pool } from './pool.js';

const portion = 1_000;
/** A reader who takes nothing for so long (a download that hangs) is cut off, for it keeps a connection. */
const patienceSeconds = 60;

/** The rows of a query one by one; memory holds one portion. The connection goes back when the reader is done or gives up. */
export async function* eachRow<T>(pool: Pool, sql: string, values: readonly unknown[] = []): AsyncGenerator<T> {
  const tx = await pool.connect();
  let broken: Error | undefined;
  // Cut off by the server: the next FETCH says so.
  const ignore = (): void => undefined;
  tx.on('error', ignore);
  try {
    await tx.query('BEGIN READ ONLY');
    await tx.query(`SET LOCAL idle_in_transaction_session_timeout = '${patienceSeconds}s'`);
    await tx.query(`DECLARE found NO SCROLL CURSOR FOR ${sql}`, values as unknown[]);
    for (;;) {
      const next = await rows<T>(tx, `FETCH ${portion} FROM found`);
      yield* next;
      if (next.length < portion) break;
    }
  } finally {
    await tx.query('ROLLBACK').catch((error: Error) => { broken = error; });
    tx.off('error', ignore);
    tx.release(broken);
  }
}
