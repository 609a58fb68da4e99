/** A court's freeze as the bank tells of it: how much it has frozen in all, and what was given back. */
import { personal } from '../chart.js';
import type { Instruction } from '../instructions.js';
import { balanceOf, moved, postJournal } from '../ledger.js';
import { row, type Transaction } from '../pool.js';
import { coverAvailable, OutOfOrder } from '../reservations.js';
import type { Done } from './word.js';

/**
 * What the bank has frozen more than we know of: at first, and whenever money came in. It tells the sum of all of it, so that
 * a message that is late, lost or repeated changes nothing.
 * @returns whether there was anything new
 * @throws OutOfOrder when what came in is not in the books yet
 */
export async function courtFrozen(tx: Transaction, { requestNo, userNo }: Instruction, outcome: Done): Promise<boolean> {
  const moreFen = outcome.amountFen - (await takenFen(tx, requestNo));
  if (moreFen <= 0) return false;
  const owner = userNo ?? '';
  await coverAvailable(tx, owner, moreFen, outcome.at);
  const postings = moved(personal(owner, 'available'), personal(owner, 'court-frozen'), moreFen);
  await postJournal(tx, { key: `${requestNo}:${outcome.amountFen}`, kind: 'court-frozen', requestNo, businessAt: outcome.at, postings });
  return true;
}

async function takenFen(tx: Transaction, requestNo: string): Promise<number> {
  const found = await row<{ fen: number }>(
    tx, `SELECT coalesce(sum(p.amount_fen), 0)::bigint AS fen FROM journal j JOIN posting p ON p.journal_id = j.id JOIN account a ON a.id = p.account_id
          WHERE j.request_no = $1 AND j.kind = 'court-frozen' AND a.kind = 'court-frozen'`, [requestNo]);
  return found?.fen ?? 0;
}

/** @throws OutOfOrder when the bank gives back what we have not heard of being frozen */
export async function courtReleased(tx: Transaction, { requestNo, userNo }: Instruction, outcome: Done): Promise<void> {
  if (outcome.amountFen === 0) return;
  const owner = userNo ?? '';
  const held = personal(owner, 'court-frozen');
  if ((await balanceOf(tx, held)) < outcome.amountFen) throw new OutOfOrder(owner);
  await postJournal(tx, { key: requestNo, kind: 'court-released', requestNo, businessAt: outcome.at, postings: moved(held, personal(owner, 'available'), outcome.amountFen) });
}
