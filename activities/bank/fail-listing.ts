import { inTransaction } from '../../db/pool.js';
import { latestTry } from '../../db/instructions.js';
import { bidsToFreeze } from '../../db/bids.js';
import { lockListing, setListingState } from '../../db/listings.js';
import { dropReservations } from '../../db/reservations.js';
import type { BankActivities } from '../../workflows/contract.js';
import { eachOf, pendingOf, unlessDone, type BankDeps } from './carry-out.js';
import { freeze } from './freeze-bids.js';
import { changeProject } from './projects.js';
import { tendFreezes } from './tend-freezes.js';

const everyBid = 100_000;

/**
 * 流标: first nobody can bid any more, then every freeze in flight is known, then the bank gives all of them back with
 * the project's end. A freeze by hand that the bank did in between is given back with it and recorded when heard of.
 */
export function failListingActivity(deps: BankDeps): BankActivities['failListing'] {
  return async ({ loanNo, code, asOf }) => {
    await closeForBids(deps, loanNo, code, asOf);
    const project = await latestTry(deps.pool, `${loanNo}:project`);
    if (!project || project.state === 'refused') return { status: 'done' };
    const inFlight = await bidsToFreeze(deps.pool, loanNo, everyBid);
    await eachOf(inFlight, 16, (bid) => freeze(deps, bid, asOf));
    await tendFreezes(deps, loanNo, asOf);
    const still = pendingOf(...(await bidsToFreeze(deps.pool, loanNo, 1)).map((bid) => bid.instruction));
    if (still) return still;
    const ended = await changeProject(deps, { loanNo, state: 'MISCARRY', step: 'fund', asOf });
    return unlessDone(ended) ?? { status: 'done' };
  };
}

async function closeForBids({ pool }: BankDeps, loanNo: string, code: string, asOf: string): Promise<void> {
  await inTransaction(pool, async (tx) => {
    const listing = await lockListing(tx, loanNo);
    if (!listing) return;
    if (listing.state === 'concluded') throw new RangeError(`${loanNo} is concluded: its bids are a contract`);
    await setListingState(tx, loanNo, 'failed');
    await dropReservations(tx, loanNo, code, asOf);
  });
}
