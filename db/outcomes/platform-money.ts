/** Agreed fees that are taken at once, and rewards: the platform's own money, brought in by itself and given to people. */
import { ownFunds, personal, platformIncome, platformMarketing, platformMarketingUser } from '../chart.js';
import type { Instruction } from '../instructions.js';
import { balanceOf, moved, postJournal, postJournals } from '../ledger.js';
import type { Transaction } from '../pool.js';
import { coverAvailable, OutOfOrder } from '../reservations.js';
import { endTrade } from './trades.js';
import type { Done, Refused } from './word.js';

export async function feeTransferred(tx: Transaction, instruction: Instruction, { at }: Done): Promise<void> {
  for (const { requestNo: key, fromUserNo, amountFen } of await endTrade(tx, instruction, 'done')) {
    await coverAvailable(tx, fromUserNo, amountFen, at);
    await postJournal(tx, { key, kind: 'agreed-fee', requestNo: instruction.requestNo, businessAt: at, postings: moved(personal(fromUserNo, 'available'), platformIncome, amountFen) });
  }
}

export async function rewardPaid(tx: Transaction, instruction: Instruction, { at }: Done): Promise<void> {
  const details = await endTrade(tx, instruction, 'done');
  if ((await balanceOf(tx, platformMarketing)) < instruction.amountFen) throw new OutOfOrder(platformMarketingUser);
  await postJournals(tx, details.map(({ requestNo: key, toUserNo, amountFen }) => (
    { key, kind: 'reward' as const, requestNo: instruction.requestNo, businessAt: at, postings: moved(platformMarketing, personal(toUserNo, 'available'), amountFen) })));
}

export async function ownFundsIn(tx: Transaction, instruction: Instruction, { amountFen, at }: Done): Promise<void> {
  await postJournal(tx, { key: instruction.requestNo, kind: 'own-funds', requestNo: instruction.requestNo, businessAt: at, postings: moved(ownFunds, platformMarketing, amountFen) });
}

export async function tradeRefused(tx: Transaction, instruction: Instruction, { code }: Refused): Promise<void> {
  await endTrade(tx, instruction, 'refused', code);
}
