/** Money between a person's card and sub-account: deposits and pulls in, withdrawals and payouts out. */
import { outside, personal, platformMarketingUser } from '../chart.js';
import { intend, type Instruction } from '../instructions.js';
import { balanceOf, moved, postJournal, type Journal } from '../ledger.js';
import type { Done, Refused } from './word.js';
import { inTransaction, row, type Db, type Pool, type Transaction } from '../pool.js';
import { doubtedFen } from '../reconciliation.js';
import { ownFundsIn } from './platform-money.js';
import { coverAvailable } from '../reservations.js';

function userOf(instruction: Instruction): string {
  if (!instruction.userNo) throw new RangeError(`${instruction.requestNo} names no user`);
  return instruction.userNo;
}

export async function cashIn(tx: Transaction, instruction: Instruction, outcome: Done): Promise<void> {
  if (instruction.userNo === platformMarketingUser) return ownFundsIn(tx, instruction, outcome);
  const postings = moved(outside, personal(userOf(instruction), 'available'), outcome.amountFen);
  await postJournal(tx, { key: instruction.requestNo, kind: 'deposit', requestNo: instruction.requestNo, businessAt: outcome.at, postings });
}

export async function cashOut(tx: Transaction, instruction: Instruction, outcome: Done): Promise<void> {
  const userNo = userOf(instruction);
  await coverAvailable(tx, userNo, outcome.amountFen, outcome.at);
  const postings = moved(personal(userNo, 'available'), outside, outcome.amountFen);
  await postJournal(tx, { key: instruction.requestNo, kind: 'withdrawal', requestNo: instruction.requestNo, businessAt: outcome.at, postings });
}

/** The bank has taken the payout on and holds the money until it is on the card. */
export async function payoutAccepted(tx: Transaction, instruction: Instruction, at: string): Promise<void> {
  const userNo = userOf(instruction);
  if (await isAccepted(tx, instruction)) return;
  await coverAvailable(tx, userNo, instruction.amountFen, at);
  await postJournal(tx, transit(instruction, 'payout-accepted', at));
}

export async function payoutDone(tx: Transaction, instruction: Instruction, outcome: Done): Promise<void> {
  await payoutAccepted(tx, instruction, outcome.at);
  await postJournal(tx, transit(instruction, 'payout', outcome.at));
}

export async function payoutRefused(tx: Transaction, instruction: Instruction, _outcome: Refused, at: string): Promise<void> {
  if (await isAccepted(tx, instruction)) await postJournal(tx, transit(instruction, 'payout-refused', at));
}

async function isAccepted(tx: Transaction, instruction: Instruction): Promise<boolean> {
  return (await row(tx, 'SELECT 1 AS found FROM journal WHERE key = $1', [`${instruction.requestNo}:accepted`])) !== null;
}

function transit(instruction: Instruction, kind: 'payout-accepted' | 'payout' | 'payout-refused', businessAt: string): Journal {
  const userNo = userOf(instruction);
  const [available, inTransit] = [personal(userNo, 'available'), personal(userNo, 'in-transit')];
  const [from, to] = { 'payout-accepted': [available, inTransit] as const, payout: [inTransit, outside] as const, 'payout-refused': [inTransit, available] as const }[kind];
  const key = kind === 'payout-accepted' ? `${instruction.requestNo}:accepted` : instruction.requestNo;
  return { key, kind, requestNo: instruction.requestNo, businessAt, postings: moved(from, to, instruction.amountFen) };
}

/**
 * A payout that was done comes back days later (BACKROLL_RECHARGE): the money is available again. The return has an
 * instruction of its own, `<payout>-returned`, for the bank started it. False when it was recorded before.
 * @throws RangeError when no such payout was done.
 */
export async function recordReturnedPayout(pool: Pool, input: { requestNo: string; at: string; bankNo: string }): Promise<{ workflowId: string; changed: boolean }> {
  return inTransaction(pool, async (tx) => {
    const payout = await row<{ userNo: string; loanNo: string | null; amountFen: number; workflowId: string }>(
      tx, `SELECT user_no AS "userNo", loan_no AS "loanNo", amount_fen AS "amountFen", workflow_id AS "workflowId" FROM instruction
            WHERE request_no = $1 AND verb IN ('payout', 'withdraw') AND state = 'done' FOR UPDATE`, [input.requestNo]);
    if (!payout) throw new RangeError(`${input.requestNo} is not a payout that was done`);
    const requestNo = `${input.requestNo}-returned`;
    const back = await intend(tx, { ...payout, requestNo, businessKey: requestNo, verb: 'payout-returned', step: 'payOut', asOf: input.at });
    if (back.state === 'done') return { workflowId: payout.workflowId, changed: false };
    await postJournal(tx, { key: requestNo, kind: 'payout-returned', requestNo, businessAt: input.at, postings: moved(outside, personal(payout.userNo, 'available'), payout.amountFen) });
    await tx.query(`UPDATE instruction SET state = 'done', done_at = $2, bank_no = $3, sent_at = clock_timestamp(), ended_at = clock_timestamp() WHERE request_no = $1`, [requestNo, input.at, input.bankNo]);
    await tx.query('UPDATE waiting SET pokes = pokes + 1, poked_at = clock_timestamp() WHERE workflow_id = $1', [payout.workflowId]);
    return { workflowId: payout.workflowId, changed: true };
  });
}

/** What a person can spend by our ledger, less what an open case doubts; the bank may show more (reserved shares) or other (movements not heard of). */
export async function availableFen(tx: Db, userNo: string): Promise<number> {
  return Math.max(0, (await balanceOf(tx, personal(userNo, 'available'))) - (await doubtedFen(tx, userNo)));
}
