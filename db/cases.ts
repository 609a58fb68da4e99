/** How a case ends: the bank is right and the ledger follows by correcting journals, or the difference is explained and nothing is posted. */
import { recordAct, recordDecision } from './acts.js';
import { planCorrection, type CorrectionPlan } from './case-plan.js';
import { intend, intendDetails, isTerminal, lock } from './instructions.js';
import { correct, isShortOfMoney, postJournal } from './ledger.js';
import { recordDelivered, recordMissing } from './outcomes/corrected-shares.js';
import { releaseSettled } from './outcomes/releases.js';
import { end } from './outcomes/word.js';
import { inTransaction, row, type Pool, type Transaction } from './pool.js';
import { caseColumns, type ReconciliationCase } from './reconciliation.js';
import { coverAvailable, OutOfOrder } from './reservations.js';

export type CaseRefusal =
  | 'no-such-case'
  /** Whoever decides has said why before, in a note. */
  | 'note-missing'
  /** Another log-in than the owner's decides: always when the ledger is to follow the bank, and after the deadline in any case. */
  | 'second-person'
  /** The money that would have to be taken back is not there. */
  | 'short-of-money'
  /** No journal of ours can make this good: it is about a whole file, an account that we do not know, or a movement that the chart forbids. */
  | 'cannot-be-posted'
  /** Our books hold already what the bank says. */
  | 'nothing-to-post';

class Refused extends Error {
  constructor(readonly code: CaseRefusal) { super(code); }
}

export interface Decision { caseId: number; personId: string; resolution: 'accept-bank' | 'explained'; asOf: string }

/** Decides an open case; one that was decided keeps its first decision. The reason is the person's latest note. */
export async function resolveCase(pool: Pool, decision: Decision): Promise<{ status: 'resolved'; undelivered?: string } | { status: 'refused'; code: CaseRefusal }> {
  try {
    await inTransaction(pool, (tx) => decide(tx, decision));
    const undelivered = decision.resolution === 'accept-bank' ? await loanWithUndelivered(pool, decision.caseId) : null;
    return { status: 'resolved', ...(undelivered ? { undelivered } : {}) };
  } catch (error) {
    if (error instanceof Refused) return { status: 'refused', code: error.code };
    if (isShortOfMoney(error) || error instanceof OutOfOrder) return { status: 'refused', code: 'short-of-money' };
    throw error;
  }
}

/** The loan of whose payment a share is to be sent again because of this case; null where none is. Asked of the record, so that a repeat answers the same. */
async function loanWithUndelivered(db: Pool, caseId: number): Promise<string | null> {
  const found = await row<{ loanNo: string }>(
    db, `SELECT i.loan_no AS "loanNo" FROM reconciliation_case c JOIN instruction_detail d ON d.request_no = c.request_no OR d.rest_of = c.request_no JOIN instruction i ON i.request_no = d.batch_no
          WHERE c.id = $1 AND d.state = 'refused' AND d.reason = 'not-delivered' AND i.loan_no IS NOT NULL LIMIT 1`, [caseId]);
  return found?.loanNo ?? null;
}

async function decide(tx: Transaction, { caseId, personId, resolution, asOf }: Decision): Promise<void> {
  const found = await row<ReconciliationCase>(tx, `SELECT ${caseColumns} FROM reconciliation_case WHERE id = $1 FOR UPDATE`, [caseId]);
  if (!found) throw new Refused('no-such-case');
  if (found.state === 'resolved') return;
  const overdue = Date.parse(asOf) >= Date.parse(found.dueAt);
  const ownDecision = found.owner === personId && (overdue || resolution === 'accept-bank');
  if (ownDecision || (found.owner === null && resolution === 'accept-bank')) throw new Refused('second-person');
  const said = await row<{ note: string }>(tx, 'SELECT note FROM reconciliation_note WHERE case_id = $1 AND person_id = $2 ORDER BY id DESC LIMIT 1', [caseId, personId]);
  if (!said) throw new Refused('note-missing');
  await tx.query(
    `UPDATE reconciliation_case SET state = 'resolved', resolution = $2, resolved_by = $3, reason = $4, resolved_at = $5 WHERE id = $1`, [caseId, resolution, personId, said.note, asOf]);
  const second = found.owner !== null && found.owner !== personId ? personId : null;
  const act = {
    actor: second ? found.owner! : personId, secondPerson: second, role: 'finance', verb: 'case-resolved', subject: `case:${caseId}`, why: said.note,
    after: { resolution, day: found.day, requestNo: found.requestNo, doubtFen: found.doubtFen }, businessAt: asOf,
  };
  if (resolution === 'explained') return recordAct(tx, act);
  const actId = await recordDecision(tx, act);
  await followBank(tx, found, { actId, why: said.note, by: act.actor, secondPerson: personId, asOf });
}

interface Agreed { actId: number; why: string; by: string; secondPerson: string; asOf: string }

async function followBank(tx: Transaction, found: ReconciliationCase, { actId, why, by, secondPerson, asOf }: Agreed): Promise<void> {
  await lockMovement(tx, found.requestNo);
  const plan = await planCorrection(tx, found, asOf);
  if ('refused' in plan) throw new Refused(plan.refused);
  await intendUnasked(tx, plan);
  if (plan.spent) await coverAvailable(tx, plan.spent.userNo, plan.spent.amountFen, asOf);
  await correct(tx, { reverse: plan.reverse, post: plan.post, decision: { why, by, secondPerson, role: 'finance', businessAt: asOf } });
  await followShare(tx, plan, found.bank?.at ?? asOf);
  if (plan.owedAgain.length > 0) await postJournal(tx, { key: `case-${found.id}:owed-again`, kind: 'delivery-corrected', actId, businessAt: asOf, postings: plan.owedAgain });
  if (found.bank?.at) await endMovement(tx, plan, found.bank.at);
}

/** Whoever hears of it or sends it again meanwhile waits: the rows that they lock are taken first, in their order. */
async function lockMovement(tx: Transaction, requestNo: string): Promise<void> {
  const batch = await row<{ batchNo: string }>(tx, 'SELECT batch_no AS "batchNo" FROM instruction_detail WHERE request_no = $1', [requestNo]);
  const instruction = await lock(tx, batch?.batchNo ?? requestNo);
  if (instruction?.paymentNo) await tx.query('SELECT 1 FROM payment WHERE payment_no = $1 FOR UPDATE', [instruction.paymentNo]);
}

/** The bank has moved money that we never asked for. */
async function intendUnasked(tx: Transaction, { unasked }: CorrectionPlan): Promise<void> {
  if (!unasked) return;
  const { requestNo } = await intend(tx, unasked.instruction);
  if (unasked.detail) await intendDetails(tx, requestNo, [unasked.detail]);
}

/** Holder, distribution and bid follow what the bank did with a detail that we know. */
async function followShare(tx: Transaction, { instruction, detail, missingFen, isDelivered }: CorrectionPlan, at: string): Promise<void> {
  if (!instruction || !detail) return;
  if (detail.purpose === 'release') {
    if (detail.state === 'done') return;
    await tx.query(`UPDATE instruction_detail SET state = 'done', reason = NULL WHERE request_no = $1`, [detail.requestNo]);
    return releaseSettled(tx, instruction, [{ ...detail, state: 'done', at }], [], at);
  }
  if (isDelivered) await recordDelivered(tx, instruction, detail, at);
  if (missingFen > 0) await recordMissing(tx, instruction, detail, missingFen);
}

/** What the bank calls done has ended with us too, however it looked before; whoever waits for it looks again. */
async function endMovement(tx: Transaction, { unasked, instruction, detail }: CorrectionPlan, at: string): Promise<void> {
  const requestNo = unasked?.instruction.requestNo ?? instruction?.requestNo ?? '';
  if (unasked?.detail) await tx.query(`UPDATE instruction_detail SET state = 'done' WHERE request_no = $1`, [unasked.detail.requestNo]);
  const open = await row<{ open: number }>(tx, `SELECT count(*)::int AS open FROM instruction_detail WHERE batch_no = $1 AND state = 'sent'`, [requestNo]);
  const current = await lock(tx, requestNo);
  if (!current || current.state === 'done' || (open?.open ?? 0) > 0) return;
  if (detail && isTerminal(current)) return;
  await end(tx, requestNo, { state: 'done', reason: null, at, bankNo: current.bankNo });
  await tx.query('UPDATE waiting SET pokes = pokes + 1, poked_at = clock_timestamp() WHERE workflow_id = $1', [current.workflowId]);
}
