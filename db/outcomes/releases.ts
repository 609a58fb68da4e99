/** Release (放款): lenders' freezes become the borrower's money, bid by bid. When the last one has, the claims are born. */
import { claim, debt, personal } from '../chart.js';
import { holdingsOf } from '../holdings.js';
import type { Instruction } from '../instructions.js';
import { moved, postJournal, postJournals } from '../ledger.js';
import { row, type Transaction } from '../pool.js';
import type { EndedDetail } from './word.js';

export async function releaseSettled(tx: Transaction, batch: Instruction, done: readonly EndedDetail[], _refused: readonly EndedDetail[], at: string): Promise<void> {
  if (batch.loanNo === null || done.length === 0) return;
  await tx.query('SELECT 1 FROM listing WHERE loan_no = $1 FOR UPDATE', [batch.loanNo]);
  await postJournals(tx, done.map((detail) => ({
    key: detail.requestNo, kind: 'release' as const, requestNo: batch.requestNo, businessAt: detail.at,
    postings: moved(personal(detail.fromUserNo, 'frozen'), personal(detail.toUserNo, 'available'), detail.amountFen),
  })));
  await tx.query(`UPDATE bid SET state = 'lent' WHERE id = ANY($1)`, [done.map((detail) => detail.bidId)]);
  const left = await row<{ bids: number }>(tx, `SELECT count(*)::int AS bids FROM bid WHERE loan_no = $1 AND state = 'frozen'`, [batch.loanNo]);
  if (left?.bids === 0) await postLent(tx, batch.loanNo, at);
}

/** Everybody's money has arrived: each lender is owed the principal of the contract, the borrower owes it. */
async function postLent(tx: Transaction, loanNo: string, businessAt: string): Promise<void> {
  const holdings = await holdingsOf(tx, loanNo);
  const total = holdings.reduce((sum, holding) => sum + holding.principalFen, 0);
  await postJournal(tx, {
    key: `${loanNo}:lent`, kind: 'lent', contractNo: loanNo, businessAt,
    postings: [{ account: debt(loanNo, 'principal'), amountFen: -total }, ...holdings.map((holding) => ({ account: claim(loanNo, holding.id, 'principal'), amountFen: holding.principalFen }))],
  });
}
