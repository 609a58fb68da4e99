import { fundingSums } from '../../db/listings.js';
import { bidsToFreeze, type BidToFreeze } from '../../db/bids.js';
import { expireReservations } from '../../db/reservations.js';
import type { BankActivities, FundingSums } from '../../workflows/contract.js';
import { isPutOff, type Instruction } from '../../db/instructions.js';
import { NotInRecord, NotYet } from '../failures.js';
import { carryOut, eachOf, isOpen, type BankDeps } from './carry-out.js';
import { tendFreezes } from './tend-freezes.js';

const bidsPerCall = 200;
const inFlight = 16;

/** Freezes reserved bids by standing authorisation, many in flight, the oldest first. */
export function freezeBidsActivity(deps: BankDeps): BankActivities['freezeBids'] {
  return async ({ loanNo, asOf }) => {
    await expireReservations(deps.pool, loanNo, asOf);
    const waiting = (await bidsToFreeze(deps.pool, loanNo, bidsPerCall)).filter(({ instruction }) => !isPutOff(instruction, asOf));
    let ended = 0;
    await eachOf(waiting, inFlight, async (bid) => {
      const after = await freeze(deps, bid, asOf);
      if (!isOpen(after) || isPutOff(after, asOf)) ended += 1;
    });
    // A bank that answers nothing is left alone for a while, as the retry policy says, instead of being asked without end.
    if (waiting.length > 0 && ended === 0) throw new NotYet('no-answer');
    await tendFreezes(deps, loanNo, asOf);
    return sumsOf(deps, loanNo, asOf);
  };
}

/** Looks at the sums; what is over is ended and what is silent is asked about. */
export function fundingSumsActivity(deps: BankDeps): BankActivities['fundingSums'] {
  return async ({ loanNo, asOf }) => {
    await expireReservations(deps.pool, loanNo, asOf);
    await tendFreezes(deps, loanNo, asOf);
    return sumsOf(deps, loanNo, asOf);
  };
}

export function freeze(deps: BankDeps, { instruction, projectNo }: BidToFreeze, at: string): Promise<Instruction> {
  return carryOut(deps, instruction, ({ requestNo, userNo, amountFen, asOf }) => deps.custody.hold({ requestNo, projectNo, userNo: userNo ?? '', purpose: 'bid', amountFen, businessTime: asOf }), at);
}

async function sumsOf({ pool }: BankDeps, loanNo: string, asOf: string): Promise<FundingSums> {
  const sums = await fundingSums(pool, loanNo, asOf);
  if (!sums) throw new NotInRecord('listing', loanNo);
  return sums;
}
