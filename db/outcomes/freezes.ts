/** Freezes: a lender's bid, or the borrower's payment; and their release. */
import { personal } from '../chart.js';
import { lockBid, reservation, type Bid } from '../bids.js';
import { intend, type Instruction } from '../instructions.js';
import { moved, postJournal, type Journal } from '../ledger.js';
import { freeFen, lockListing, moveShares, type Listing } from '../listings.js';
import { row, type Transaction } from '../pool.js';
import { coverAvailable } from '../reservations.js';
import { purchaseFrozen, purchaseRefused } from './claims.js';
import { freedByMiscarriage } from './projects.js';
import type { Done, Refused } from './word.js';

export async function freezeDone(tx: Transaction, instruction: Instruction, outcome: Done): Promise<void> {
  if (instruction.bidId !== null) await bidFrozen(tx, instruction, outcome);
  else if (instruction.details['purpose'] === 'purchase') await purchaseFrozen(tx, instruction, outcome);
  else await paymentFrozen(tx, instruction, outcome);
}

export async function freezeRefused(tx: Transaction, instruction: Instruction, outcome: Refused, at: string): Promise<void> {
  if (instruction.bidId !== null) await bidRefused(tx, instruction, outcome, at);
  else if (instruction.details['purpose'] === 'purchase') await purchaseRefused(tx, instruction, outcome);
}

async function lockBoth(tx: Transaction, instruction: Instruction): Promise<{ bid: Bid; listing: Listing }> {
  const listing = await lockListing(tx, instruction.loanNo ?? '');
  const bid = await lockBid(tx, instruction.bidId ?? 0);
  if (!listing || !bid) throw new RangeError(`${instruction.requestNo} names a bid or listing that is not there`);
  return { bid, listing };
}

async function bidFrozen(tx: Transaction, instruction: Instruction, outcome: Done): Promise<void> {
  const { bid, listing } = await lockBoth(tx, instruction);
  const late = bid.state !== 'reserved';
  if (late) await coverAvailable(tx, bid.userNo, bid.amountFen, outcome.at);
  await postJournal(tx, freeze(late ? 'late-freeze' : 'bid-frozen', bid, outcome.at));
  const miscarriage = listing.state === 'failed' ? await miscarriageOf(tx, bid.loanNo) : null;
  if (miscarriage) {
    await postJournal(tx, freedByMiscarriage(bid, miscarriage, outcome.at));
    await setBid(tx, bid.id, 'released', null);
    await moveShares(tx, bid.loanNo, { reservedFen: late ? 0 : -bid.amountFen, frozenFen: 0 });
  } else if (!late) {
    await setBid(tx, bid.id, 'frozen', null);
    await moveShares(tx, bid.loanNo, { reservedFen: -bid.amountFen, frozenFen: bid.amountFen });
  } else if (listing.state === 'open' && freeFen(listing) >= bid.amountFen) {
    await setBid(tx, bid.id, 'frozen', null);
    await moveShares(tx, bid.loanNo, { reservedFen: 0, frozenFen: bid.amountFen });
  } else {
    await setBid(tx, bid.id, 'expired', 'too-late');
    await intendCancel(tx, instruction, bid, outcome.at);
  }
}

/** The project's end without funding, if the bank has done it: what was frozen until then it has given back already. */
async function miscarriageOf(tx: Transaction, loanNo: string): Promise<string | null> {
  const found = await row<{ requestNo: string }>(
    tx, `SELECT request_no AS "requestNo" FROM instruction WHERE loan_no = $1 AND verb = 'change-project' AND state = 'done' AND details ->> 'state' = 'MISCARRY'`, [loanNo]);
  return found?.requestNo ?? null;
}

/** The freeze came after the share had gone: it is cancelled at the bank at once (the activities of the funding send it). */
async function intendCancel(tx: Transaction, instruction: Instruction, bid: Bid, at: string): Promise<void> {
  const requestNo = `${bid.requestNo}-cancel`;
  await intend(tx, {
    requestNo, businessKey: requestNo, verb: 'release-hold', userNo: bid.userNo, loanNo: bid.loanNo, bidId: bid.id, amountFen: bid.amountFen,
    workflowId: instruction.workflowId, step: instruction.step, asOf: at, details: { holdRequestNo: bid.requestNo },
  });
}

async function bidRefused(tx: Transaction, instruction: Instruction, outcome: Refused, at: string): Promise<void> {
  const { bid } = await lockBoth(tx, instruction);
  if (bid.state !== 'reserved') return;
  await setBid(tx, bid.id, 'refused', outcome.code);
  await postJournal(tx, reservation('unreserve', bid, at));
  await moveShares(tx, bid.loanNo, { reservedFen: -bid.amountFen, frozenFen: 0 });
}

async function setBid(tx: Transaction, bidId: number, state: Bid['state'], reason: string | null): Promise<void> {
  await tx.query('UPDATE bid SET state = $2, reason = $3 WHERE id = $1', [bidId, state, reason]);
}

function freeze(kind: 'bid-frozen' | 'late-freeze', bid: Bid, businessAt: string): Journal {
  const from = personal(bid.userNo, kind === 'bid-frozen' ? 'reserved' : 'available');
  return { key: bid.requestNo, kind, requestNo: bid.requestNo, businessAt, postings: moved(from, personal(bid.userNo, 'frozen'), bid.amountFen) };
}

/** A payment counts from here, however long its distribution takes; the borrower's, or a guarantor's in the borrower's place. */
async function paymentFrozen(tx: Transaction, instruction: Instruction, outcome: Done): Promise<void> {
  const userNo = instruction.userNo ?? '';
  await coverAvailable(tx, userNo, outcome.amountFen, outcome.at);
  const postings = moved(personal(userNo, 'available'), personal(userNo, 'frozen'), outcome.amountFen);
  await postJournal(tx, { key: instruction.requestNo, kind: instruction.details['purpose'] === 'compensation' ? 'compensation-frozen' : 'repayment-frozen', requestNo: instruction.requestNo, businessAt: outcome.at, postings });
  await tx.query(`UPDATE payment SET state = 'frozen', frozen_fen = $2 WHERE payment_no = $1 AND state = 'asked'`, [instruction.paymentNo, outcome.amountFen]);
}

/** A freeze given back: of a bid that came too late, of a purchase that came to nothing, or the part of a payment that is not owed. */
export async function holdReleased(tx: Transaction, instruction: Instruction, outcome: Done): Promise<void> {
  const userNo = instruction.userNo ?? '';
  const kind = instruction.bidId === null ? unfrozen(instruction) : 'bid-released';
  const postings = moved(personal(userNo, 'frozen'), personal(userNo, 'available'), outcome.amountFen);
  await postJournal(tx, { key: instruction.requestNo, kind, requestNo: instruction.requestNo, businessAt: outcome.at, postings });
  if (instruction.paymentNo !== null) await tx.query('UPDATE payment SET frozen_fen = frozen_fen - $2 WHERE payment_no = $1', [instruction.paymentNo, outcome.amountFen]);
}

function unfrozen({ details }: Instruction): 'purchase-unfrozen' | 'compensation-unfrozen' | 'repayment-unfrozen' {
  if (details['purpose'] === 'purchase') return 'purchase-unfrozen';
  return details['purpose'] === 'compensation' ? 'compensation-unfrozen' : 'repayment-unfrozen';
}
