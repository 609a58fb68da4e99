import { isMoneyRestrained } from '../../db/court-order-lists.js';
import { bankUserNo, findAccountByUserNo } from '../../db/accounts.js';
import { decideEstate, endEstate, estateRest, findEstate, noteWaiting, passOnClaims } from '../../db/estates.js';
import { intend, latestTry, type Instruction } from '../../db/instructions.js';
import { availableFen } from '../../db/outcomes/cash.js';
import { inTransaction, row } from '../../db/pool.js';
import { estateWorkflowId, type BankActivities, type BankStep } from '../../workflows/contract.js';
import { NotInRecord } from '../failures.js';
import { carryOut, unlessDone, type BankDeps } from './carry-out.js';
import { newTryAfterRefusal } from './projects.js';

/** A person decides whether an estate passes on; see `db/estates.ts`. */
export function decideEstateActivity({ pool }: BankDeps): BankActivities['decideEstate'] {
  return async (decision) => {
    const answer = await decideEstate(pool, decision);
    return 'refused' in answer ? { status: 'refused', code: answer.refused } : { status: 'decided', approved: answer.approved };
  };
}

/** Claims first: what is repaid from then on is the heirs'. Then the money that is there; what comes in later is paid out by a later call. */
export function settleEstateActivity(deps: BankDeps): BankActivities['settleEstate'] {
  return async ({ estateNo, asOf }) => {
    const { pool } = deps;
    const estate = await findEstate(pool, estateNo);
    if (!estate) throw new NotInRecord('estate', estateNo);
    if (estate.state === 'ended') return { status: 'done' };
    const stays = await passOnClaims(pool, estate, asOf);
    const userNo = bankUserNo(estate.personId, 'INVESTOR');
    const notYet = (await isMoneyRestrained(pool, userNo)) ? null : await payOutRest(deps, { estateNo, userNo, asOf });
    const code = stays ?? (notYet?.status === 'refused' ? notYet.code : await estateRest(pool, estate.personId));
    await noteWaiting(pool, estateNo, code);
    if (notYet) return notYet;
    if (code !== null) return { status: 'waiting', code };
    await inTransaction(pool, (tx) => endEstate(tx, estateNo, asOf));
    return { status: 'done' };
  };
}

/** Goes on with the payout that is under way, or begins the next one with what is available. */
async function payOutRest(deps: BankDeps, { estateNo, userNo, asOf }: { estateNo: string; userNo: string; asOf: string }): Promise<Exclude<BankStep, { status: 'done' }> | null> {
  const { pool, custody } = deps;
  const account = await findAccountByUserNo(pool, userNo);
  const before = await row<{ done: number }>(pool, `SELECT count(*)::int AS done FROM instruction WHERE workflow_id = $1 AND verb = 'payout' AND state = 'done'`, [estateWorkflowId(estateNo)]);
  const businessKey = `estate:${estateNo}:payout:${before?.done ?? 0}`;
  const payout = await currentPayout(deps, { businessKey, userNo, workflowId: estateWorkflowId(estateNo), asOf });
  if (!payout) return null;
  // After a change of the card nothing is paid out for a while.
  if (payout.state === 'intended' && account?.payoutsFrom && account.payoutsFrom > asOf) return { status: 'pending', requestNo: payout.requestNo, expectedAt: account.payoutsFrom };
  const after = await carryOut(deps, payout, ({ requestNo, amountFen, asOf: businessTime }) => custody.payOut({ requestNo, userNo, amountFen, urgency: 'normal', businessTime }), asOf);
  return unlessDone(after);
}

/** The one under way, or a new one of what is there now; null when there is nothing to pay. */
async function currentPayout(deps: BankDeps, { businessKey, userNo, workflowId, asOf }: { businessKey: string; userNo: string; workflowId: string; asOf: string }): Promise<Instruction | null> {
  const last = await latestTry(deps.pool, businessKey);
  if (last && last.state !== 'refused') return last;
  const amountFen = await availableFen(deps.pool, userNo);
  if (amountFen === 0) return null;
  const wish = { businessKey, verb: 'payout' as const, userNo, amountFen, workflowId, step: 'payout', asOf };
  return last ? newTryAfterRefusal(deps, wish) : intend(deps.pool, wish);
}
