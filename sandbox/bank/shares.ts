/**
 * What each lender holds of each project (债权份额): principal that was released and neither repaid, sold nor taken over by a
 * guarantor. It is born with the release, and the bank itself lets nobody sell what is not there.
 */
import type pg from 'pg';
import { writeYuan } from './money.js';

export interface Share { user_no: string; fen: number }

/** The shares of these people in a project, locked; who has none is not in it. */
export async function lockShares(tx: pg.PoolClient, projectNo: string, userNos: string[]): Promise<Map<string, number>> {
  const { rows } = await tx.query<Share>({ name: 'lock-shares', text: 'SELECT user_no, fen FROM claim_share WHERE project_no = $1 AND user_no = ANY($2) ORDER BY user_no FOR UPDATE', values: [projectNo, userNos] });
  return new Map(rows.map((row) => [row.user_no, row.fen]));
}

/** Writes shares as they are now. They must have been locked, or the project. */
export async function writeShares(tx: pg.PoolClient, projectNo: string, shares: Map<string, number>): Promise<void> {
  if (shares.size === 0) return;
  await tx.query({
    name: 'write-shares',
    text: 'INSERT INTO claim_share (project_no, user_no, fen) SELECT $1, * FROM unnest($2::text[], $3::bigint[]) ON CONFLICT (project_no, user_no) DO UPDATE SET fen = excluded.fen',
    values: [projectNo, [...shares.keys()], [...shares.values()]],
  });
}

/** `[person, share, of which up for sale]` of everybody who holds something of a project. */
export async function describeShares(pool: pg.Pool, projectNo: string): Promise<[string, string, string][]> {
  const { rows } = await pool.query<Share & { on_sale: number }>(
    `SELECT s.user_no, s.fen, (SELECT coalesce(sum(c.remaining_fen), 0)::bigint FROM claim_sale c WHERE c.project_no = s.project_no AND c.user_no = s.user_no AND c.open) AS on_sale
     FROM claim_share s WHERE s.project_no = $1 AND s.fen > 0 ORDER BY s.user_no`, [projectNo]);
  return rows.map((row) => [row.user_no, writeYuan(row.fen), writeYuan(row.on_sale)]);
}
