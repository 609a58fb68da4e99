/** What of people's own money can be used now, and what waits because our books and the bank's differ on it. */
import { availableFen } from './outcomes/cash.js';
import type { Db } from './pool.js';
import { doubtsOf } from './reconciliation.js';

export interface Purse {
  /** Without what is in doubt; fen. */
  availableFen: number;
  /** Part of the ledger's balance that an open case doubts; fen. */
  doubtedFen: number;
}

/** The sum over these accounts at the bank, each by itself: a doubt about one takes nothing from another. */
export async function purseOf(db: Db, userNos: readonly string[]): Promise<Purse> {
  const [available, doubts] = await Promise.all([Promise.all(userNos.map((userNo) => availableFen(db, userNo))), doubtsOf(db, userNos)]);
  return { availableFen: available.reduce((sum, fen) => sum + fen, 0), doubtedFen: [...doubts.values()].reduce((sum, fen) => sum + fen, 0) };
}
