/** A project that changes its state at the bank. Only MISCARRY (流标) moves money: every freeze under it goes back. */
import { personal } from '../chart.js';
import { bidsOfLoan, type Bid } from '../bids.js';
import type { Instruction } from '../instructions.js';
import { moved, postJournals, type Journal } from '../ledger.js';
import { lockListing, moveShares } from '../listings.js';
import type { Transaction } from '../pool.js';
import type { Done } from './word.js';

export async function projectChanged(tx: Transaction, instruction: Instruction, outcome: Done): Promise<void> {
  if (instruction.details['state'] !== 'MISCARRY' || instruction.loanNo === null) return;
  if (!(await lockListing(tx, instruction.loanNo))) return;
  const frozen = await bidsOfLoan(tx, instruction.loanNo, ['frozen']);
  if (frozen.length === 0) return;
  await tx.query(`UPDATE bid SET state = 'released' WHERE id = ANY($1)`, [frozen.map((bid) => bid.id)]);
  await postJournals(tx, frozen.map((bid) => freedByMiscarriage(bid, instruction.requestNo, outcome.at)));
  await moveShares(tx, instruction.loanNo, { reservedFen: 0, frozenFen: -frozen.reduce((sum, bid) => sum + bid.amountFen, 0) });
}

/** A frozen bid that the end of its project has given back. */
export function freedByMiscarriage(bid: Pick<Bid, 'requestNo' | 'userNo' | 'amountFen'>, requestNo: string, businessAt: string): Journal {
  return {
    key: `${bid.requestNo}:released`, kind: 'bid-released', requestNo, businessAt,
    postings: moved(personal(bid.userNo, 'frozen'), personal(bid.userNo, 'available'), bid.amountFen),
  };
}
