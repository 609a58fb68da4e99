import { isSilentFor, openHoldsByHand, openReleases, type Instruction } from '../../db/instructions.js';
import { recordOutcome } from '../../db/outcomes.js';
import { askAndRecord, carryOut, eachOf, type BankDeps } from './carry-out.js';

/** Seconds (wall clock) of silence after which a freeze by hand is asked about. */
const silenceSeconds = 20;
/** The bank refuses messages older than this: what it has not seen by then it will never see. */
export const timestampWindowSeconds = 600;
const inFlight = 8;

/**
 * Looks after freezes that do not run by themselves: asks about those by hand whose notification does not come, and
 * cancels at the bank those that came after their share had gone.
 */
export async function tendFreezes(deps: BankDeps, loanNo: string, at: string): Promise<void> {
  await eachOf(await openHoldsByHand(deps.pool, loanNo, silenceSeconds), inFlight, (hold) => askByHand(deps, hold, at));
  await eachOf(await openReleases(deps.pool, loanNo), inFlight, (release) => cancelFreeze(deps, release, at));
}

/** Only the person's browser could have brought it to the bank; not seen within the window, it never happened. */
export async function askByHand(deps: BankDeps, instruction: Instruction, at: string): Promise<Instruction> {
  const { instruction: after, word } = await askAndRecord(deps, instruction, at);
  if (word.status !== 'notFound' || !(await isSilentFor(deps.pool, after.requestNo, timestampWindowSeconds))) return after;
  await recordOutcome(deps.pool, { requestNo: after.requestNo, at, outcome: { status: 'refused', code: 'never-arrived', reason: 'the bank never saw it' } });
  return { ...after, state: 'refused', reason: 'never-arrived' };
}

/** Gives a freeze back, or the part of it that the instruction names. */
export function cancelFreeze(deps: BankDeps, release: Instruction, at: string): Promise<Instruction> {
  return carryOut(deps, release, ({ requestNo, amountFen, asOf, details }) =>
    deps.custody.releaseHold({ requestNo, holdRequestNo: String(details['holdRequestNo']), amountFen, businessTime: asOf }), at);
}
