import { find, isTerminal, type Instruction } from '../../db/instructions.js';
import type { AuthorisationType } from '../../gateways/custody/port.js';
import type { BankActivities } from '../../workflows/contract.js';
import { NotInRecord } from '../failures.js';
import { carryOut, type BankDeps } from './carry-out.js';
import { carryOutDecision, standingOf } from './decide-withdrawal.js';
import { askByHand } from './tend-freezes.js';

/**
 * A person's own act at the bank. Its form went from the person's browser, so we can only ask; what the bank has not seen
 * within its timestamp window (10 minutes, wall clock) it never will. Only an authorisation's end is ours to send.
 */
export function followMovementActivity(deps: BankDeps): BankActivities['followMovement'] {
  return async ({ requestNo, asOf }) => {
    const movement = await find(deps.pool, requestNo);
    if (!movement) throw new NotInRecord('instruction', requestNo);
    const decision = movement.verb === 'withdraw' ? await carryOutDecision(deps, requestNo, asOf) : null;
    const after = movement.verb === 'cancel-authorisation' ? await cancelAuthorisation(deps, movement, asOf) : await askByHand(deps, movement, asOf);
    // The withdrawal's end may be told before the bank's answer to our decision is: that is asked about, too.
    const status = (after.state === 'done' || after.state === 'refused') && (decision === null || isTerminal(decision)) ? after.state : 'pending';
    const look = movement.verb === 'withdraw' ? await standingOf(deps, after) : null;
    return { status, expectedAt: after.waitsUntil ?? (decision && !isTerminal(decision) ? decision.waitsUntil : null), ...(look ? { look } : {}) };
  };
}

function cancelAuthorisation(deps: BankDeps, instruction: Instruction, at: string): Promise<Instruction> {
  return carryOut(deps, instruction, ({ requestNo, userNo, asOf, details }) =>
    deps.custody.cancelAuthorisation({ requestNo, userNo: userNo ?? '', type: details['type'] as AuthorisationType, businessTime: asOf }), at);
}
