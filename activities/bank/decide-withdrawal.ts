/** A withdrawal that the bank holds for our second look: confirmed or cancelled, by a person or because nobody did in time. */
import { recordAct } from '../../db/acts.js';
import { intend, isTerminal, latestTry, lock, type Instruction } from '../../db/instructions.js';
import { inTransaction, type Db, type Transaction } from '../../db/pool.js';
import { decideLook, findLook, reasonOf, type WithdrawalLook } from '../../db/withdrawal-looks.js';
import type { BankActivities, MovementStep } from '../../workflows/contract.js';
import { NotInRecord } from '../failures.js';
import { carryOut, type BankDeps } from './carry-out.js';

type Decision = Parameters<BankActivities['decideWithdrawal']>[0];
type Refused = 'decided-already' | 'not-to-be-decided' | 'own-case' | 'no-reason';

/** Decision, act and instruction are one transaction; then the bank is told. What it answers is asked about until known. */
export function decideWithdrawalActivity(deps: BankDeps): BankActivities['decideWithdrawal'] {
  return async (decision) => {
    const refused = await inTransaction(deps.pool, (tx) => write(tx, decision));
    if (refused !== null) return { status: 'refused', code: refused };
    await carryOutDecision(deps, decision.requestNo, decision.asOf);
    return { status: 'decided' };
  };
}

async function write(tx: Transaction, decision: Decision): Promise<Refused | null> {
  const { requestNo, personId, asOf } = decision;
  const withdrawal = await lock(tx, requestNo);
  const look = await findLook(tx, requestNo);
  if (!withdrawal || !look) throw new NotInRecord('instruction', requestNo);
  const decidedBy = personId ?? nobody(requestNo);
  if (look.decision === decision.decision && look.decidedBy === decidedBy) return null;
  if (isTerminal(withdrawal) || withdrawal.stage !== 'confirming') return 'not-to-be-decided';
  if (!(await mayDecide(tx, look))) return 'decided-already';
  if (personId === look.personId) return 'own-case';
  const reason = await why(tx, decision, look);
  if (!reason) return 'no-reason';
  const verb = `${decision.decision}-withdrawal` as const;
  await decideLook(tx, { requestNo, decision: decision.decision, decidedBy, why: reason.why, at: asOf });
  await recordAct(tx, { actor: decidedBy, role: reason.role, verb, subject: requestNo, before: { stage: 'confirming', decision: look.decision }, after: { amountFen: look.amountFen }, why: reason.why, businessAt: asOf });
  await intend(tx, { businessKey: `${requestNo}:${decision.decision}`, verb, userNo: look.userNo, amountFen: 0, workflowId: requestNo, step: 'movement', asOf, details: { payoutNo: requestNo } });
  return null;
}

/** Nobody has; or it was confirmed and the bank would not, so that it can only be cancelled. */
async function mayDecide(tx: Transaction, look: WithdrawalLook): Promise<boolean> {
  return look.decision === null || (await decisionOf(tx, look))?.state === 'refused';
}

async function why(tx: Transaction, { personId, reasonKey }: Decision, look: WithdrawalLook): Promise<{ role: string; why: string } | null> {
  if (personId === null) return { role: 'platform', why: `nobody has confirmed it by ${look.dueAt}` };
  const reason = reasonKey === null ? null : await reasonOf(tx, reasonKey);
  return reason?.personId === personId && reason.requestNo === look.requestNo ? reason : null;
}

/** The latest try: where the bank was closed, the number that goes on when it opens. */
const decisionOf = (db: Db, { requestNo, decision }: Pick<WithdrawalLook, 'requestNo' | 'decision'>): Promise<Instruction | null> => latestTry(db, `${requestNo}:${decision ?? ''}`);

/** Brings a decision that the bank has not answered yet as far as it goes now; null when nobody has decided. */
export async function carryOutDecision(deps: BankDeps, payoutNo: string, at: string): Promise<Instruction | null> {
  const look = await findLook(deps.pool, payoutNo);
  const instruction = look?.decision ? await decisionOf(deps.pool, look) : null;
  if (!look || !instruction) return null;
  return carryOut(deps, instruction, ({ requestNo, asOf: businessTime }) => look.decision === 'confirm' ? deps.custody.confirmPayout({ requestNo, payoutNo, businessTime }) : deps.custody.recallPayout({ requestNo, payoutNo, until: 'handed-on', businessTime }), at);
}

/** How the second look at a withdrawal stands, as its workflow is told; null when there is none. */
export async function standingOf({ pool }: BankDeps, withdrawal: Instruction): Promise<MovementStep['look'] | null> {
  const look = await findLook(pool, withdrawal.requestNo);
  if (!look) return null;
  const open = look.decision === null || (await decisionOf(pool, look))?.state === 'refused';
  const held = !isTerminal(withdrawal) && withdrawal.stage === 'confirming';
  return { held, confirmBy: held && open ? look.dueAt : null, decision: look.decision, inTime: look.decidedBy !== nobody(look.requestNo) };
}

const nobody = (requestNo: string): string => `workflow:${requestNo}`;
