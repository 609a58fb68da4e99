/** Money that comes in while a court's freeze stands (司法冻结): it is frozen on arrival, up to the ordered sum, the oldest order first. */
import type pg from 'pg';
import { notify } from './notifications.js';
import { describe } from './requests.js';
import type { RequestRow } from './requests.js';

interface Standing { request_no: string; user_no: string; ordered_fen: number | null; held_fen: number }

/**
 * Freezes what legs have just made available. The accounts must be locked and the legs booked.
 * @param except a freeze that has just given this money back itself
 */
export async function freezeArrivals(tx: pg.PoolClient, atMs: number, legs: readonly { accountNo: string; availableFen: number }[], except: string | null): Promise<void> {
  const arrived = new Map<string, number>();
  for (const { accountNo, availableFen } of legs) if (availableFen > 0) arrived.set(accountNo, (arrived.get(accountNo) ?? 0) + availableFen);
  if (arrived.size === 0) return;
  const { rows } = await tx.query<Standing>({
    name: 'standing-freezes', values: [[...arrived.keys()], except],
    text: 'SELECT request_no, user_no, ordered_fen, held_fen FROM court_freeze WHERE open AND user_no = ANY($1) AND request_no IS DISTINCT FROM $2 ORDER BY id FOR UPDATE',
  });
  for (const { request_no: freezeNo, user_no: userNo, ordered_fen: orderedFen, held_fen: heldFen } of rows) {
    const left = arrived.get(userNo) ?? 0;
    const fen = orderedFen === null ? left : Math.min(left, orderedFen - heldFen);
    if (fen <= 0) continue;
    arrived.set(userNo, left - fen);
    await hold(tx, freezeNo, fen, new Date(atMs));
  }
}

/** The freeze's own request goes on telling how much it has frozen in all, and when it last did; each time it is told anew. */
async function hold(tx: pg.PoolClient, freezeNo: string, fen: number, at: Date): Promise<void> {
  const { rows } = await tx.query<RequestRow>(
    `WITH court AS (UPDATE court_freeze SET held_fen = held_fen + $2, taken_fen = taken_fen + $2 WHERE request_no = $1 RETURNING user_no, taken_fen),
          booked AS (INSERT INTO movement (request_no, at, account_no, available_fen, frozen_fen) SELECT $1, $3, user_no, -$2::bigint, $2 FROM court),
          moved AS (UPDATE account SET available_fen = available_fen - $2, frozen_fen = frozen_fen + $2 FROM court WHERE account.user_no = court.user_no)
     UPDATE request SET amount_fen = court.taken_fen, finished_at = greatest(finished_at, $3) FROM court WHERE request.request_no = $1 RETURNING request.*`, [freezeNo, fen, at]);
  if (!rows[0]) throw new Error(`the freeze ${freezeNo} has no request`);
  await notify(tx, 'FREEZE', freezeNo, describe(rows[0]));
}
