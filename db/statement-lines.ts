/** Lines of a check file on their way into the record: some thousand at a time, all of a file or nothing of it. */
import { inTransaction, row, type Db, type Pool, type Transaction } from './pool.js';
import type { StatementFile } from './reconciliation.js';

/** One line, as the custody port reads it. */
export interface StatedMovement { requestNo: string; kind: string; amountFen: number; userNo: string; toUserNo: string | null; at: string }

/** How many lines are in memory at any time. */
const linesAtOnce = 5_000;

/** A file that was accepted for the day; `staged`: its lines are here. */
export async function acceptedFile(db: Db, day: string, file: StatementFile): Promise<{ sha256: string; staged: boolean } | null> {
  return row(db,
    `SELECT sha256, lines = (SELECT count(*) FROM statement_line l WHERE l.day = f.day AND l.file = f.file) AS staged FROM reconciliation_file f WHERE day = $1 AND file = $2`, [day, file]);
}

/**
 * Takes a file in. Should `lines` throw, nothing of it counts. The lines of an accepted file may be taken in again (they
 * are not kept for ever); another file for the same day must have been turned away by the caller.
 */
export async function takeInFile(pool: Pool, input: { day: string; file: StatementFile; sha256: string; lines: AsyncIterable<StatedMovement> }): Promise<{ lines: number }> {
  const { day, file, sha256 } = input;
  return inTransaction(pool, async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`statement:${day}:${file}`]);
    await tx.query('DELETE FROM statement_line WHERE day = $1 AND file = $2', [day, file]);
    let [count, sumFen] = [0, 0];
    let chunk: StatedMovement[] = [];
    const flush = async (): Promise<void> => {
      await insertLines(tx, day, file, count, chunk);
      count += chunk.length;
      sumFen += chunk.reduce((sum, line) => sum + line.amountFen, 0);
      chunk = [];
    };
    for await (const line of input.lines) if (chunk.push(line) === linesAtOnce) await flush();
    await flush();
    await tx.query(
      `INSERT INTO reconciliation_file (day, file, sha256, lines, amount_fen) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (day, file) DO NOTHING`, [day, file, sha256, count, sumFen]);
    return { lines: count };
  });
}

async function insertLines(tx: Transaction, day: string, file: StatementFile, before: number, lines: readonly StatedMovement[]): Promise<void> {
  if (lines.length === 0) return;
  await tx.query(
    `INSERT INTO statement_line (day, file, line_no, request_no, kind, amount_fen, user_no, to_user_no, at)
     SELECT $1, $2, $3 + n, request_no, kind, amount_fen, user_no, to_user_no, at
       FROM unnest($4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::timestamptz[]) WITH ORDINALITY AS l(request_no, kind, amount_fen, user_no, to_user_no, at, n)`,
    [day, file, before, lines.map((each) => each.requestNo), lines.map((each) => each.kind), lines.map((each) => each.amountFen), lines.map((each) => each.userNo), lines.map((each) => each.toUserNo), lines.map((each) => each.at)]);
}

/** The day is explained: its lines have done their work. */
export async function forgetLines(db: Db, day: string): Promise<void> {
  await db.query('DELETE FROM statement_line WHERE day = $1', [day]);
}
