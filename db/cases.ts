/** How a case ends: the bank is right and the ledger follows by a correcting journal, or the difference is explained and nothing is posted. */
import { recordAct } from './acts.js';
import { findAccountByUserNo } from './accounts.js';
import { outside, personal } from './chart.js';
import { intend, type Verb } from './instructions.js';
import { isShortOfMoney, moved, postJournal, reverseJournal } from './ledger.js';
import { recordReturnedPayout } from './outcomes/cash.js';
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
  /** No journal of ours can make this good: claims hang on it, or it is not about money. */
  | 'cannot-be-posted';

class Refused extends Error {
  constructor(readonly code: CaseRefusal) { super(code); }
}

export interface Decision { caseId: number; personId: string; resolution: 'accept-bank' | 'explained'; asOf: string }

/** Decides an open case; one that was decided keeps its first decision. The reason is the person's latest note. */
export async function resolveCase(pool: Pool, decision: Decision): Promise<{ status: 'resolved' } | { status: 'refused'; code: CaseRefusal }> {
  try {
    await inTransaction(pool, (tx) => decide(pool, tx, decision));
    return { status: 'resolved' };
  } catch (error) {
    if (error instanceof Refused) return { status: 'refused', code: error.code };
    if (isShortOfMoney(error) || error instanceof OutOfOrder) return { status: 'refused', code: 'short-of-money' };
    throw error;
  }
}

async function decide(pool: Pool, tx: Transaction, { caseId, personId, resolution, asOf }: Decision): Promise<void> {
  const found = await row<ReconciliationCase>(tx, `SELECT ${caseColumns} FROM reconciliation_case WHERE id = $1 FOR UPDATE`, [caseId]);
  if (!found) throw new Refused('no-such-case');
  if (found.state === 'resolved') return;
  const overdue = Date.parse(asOf) >= Date.parse(found.dueAt);
  const ownDecision = found.owner === personId && (overdue || resolution === 'accept-bank');
  if (ownDecision || (found.owner === null && resolution === 'accept-bank')) throw new Refused('second-person');
  const said = await row<{ note: string }>(tx, 'SELECT note FROM reconciliation_note WHERE case_id = $1 AND person_id = $2 ORDER BY id DESC LIMIT 1', [caseId, personId]);
  if (!said) throw new Refused('note-missing');
  if (resolution === 'accept-bank') await followBank(pool, tx, { ...found, why: said.note, by: found.owner ?? personId, secondPerson: personId, asOf });
  await tx.query(
    `UPDATE reconciliation_case SET state = 'resolved', resolution = $2, resolved_by = $3, reason = $4, resolved_at = $5 WHERE id = $1`, [caseId, resolution, personId, said.note, asOf]);
  const second = found.owner !== null && found.owner !== personId ? personId : null;
  await recordAct(tx, { actor: second ? found.owner! : personId, secondPerson: second, role: 'finance', verb: 'case-resolved', subject: `case:${caseId}`, after: { resolution, day: found.day, requestNo: found.requestNo, doubtFen: found.doubtFen }, businessAt: asOf });
}

/** A case with the people who have decided that the bank is right. */
interface Correction extends ReconciliationCase { why: string; by: string; secondPerson: string; asOf: string }

/** Only money between a card and its account can be corrected alone: on transfers and fees hang claims, so there the bank must correct itself. */
async function followBank(pool: Pool, tx: Transaction, found: Correction): Promise<void> {
  const { file, result, reasons } = found;
  if (file === 'transfers' || file === 'commissions') throw new Refused('cannot-be-posted');
  if (result === 'platform-only') return takeBack(tx, found);
  if (result === 'different' && reasons.join() === 'amount') return otherAmount(tx, found);
  if (result === 'bank-only' && reasons.join() === 'unknown') return file === 'returned-payouts' ? cameBack(pool, found) : unheardOf(tx, found);
  throw new Refused('cannot-be-posted');
}

/** Our instruction: a returned payout has one of its own. */
const instructionOf = ({ file, requestNo }: ReconciliationCase): string => (file === 'returned-payouts' ? `${requestNo}-returned` : requestNo);

/** What we have posted for a movement, undone; a payout was posted in two steps. */
async function takeBack(tx: Transaction, found: Correction): Promise<void> {
  const requestNo = instructionOf(found);
  const keys = found.ours?.kind === 'payout' ? [requestNo, `${requestNo}:accepted`] : [requestNo];
  const { why, by, secondPerson, asOf: businessAt } = found;
  for (const key of keys) {
    const reversed = await reverseJournal(tx, { key, why, by, secondPerson, role: 'finance', businessAt });
    if (reversed.status === 'refused') throw new Refused(reversed.code === 'short-of-money' ? reversed.code : 'cannot-be-posted');
  }
}

/** Money in: first what the bank says, then ours undone, so that the balance passes no lower than it must. Money out: the other way round. */
async function otherAmount(tx: Transaction, found: Correction): Promise<void> {
  const { bank, userNo, file, asOf: businessAt } = found;
  if (!bank || !userNo) throw new Refused('cannot-be-posted');
  const available = personal(userNo, 'available');
  const post = { key: `case-${found.id}:corrected`, requestNo: instructionOf(found), businessAt };
  if (file === 'payouts') {
    await takeBack(tx, found);
    await coverAvailable(tx, userNo, bank.amountFen, businessAt);
    await postJournal(tx, { ...post, kind: 'withdrawal', postings: moved(available, outside, bank.amountFen) });
    return;
  }
  await postJournal(tx, { ...post, kind: file === 'deposits' ? 'deposit' : 'payout-returned', postings: moved(outside, available, bank.amountFen) });
  await takeBack(tx, found);
}

/** The bank has moved money that we never asked for: it gets an instruction after the fact, so that its journal has one to name. */
async function unheardOf(tx: Transaction, found: ReconciliationCase): Promise<void> {
  const { bank, requestNo, id } = found;
  const account = bank?.userNo ? await findAccountByUserNo(tx, bank.userNo) : null;
  if (!bank?.at || !account) throw new Refused('cannot-be-posted');
  const { userNo } = account;
  await intend(tx, { requestNo, businessKey: requestNo, verb: bank.kind as Verb, userNo, amountFen: bank.amountFen, workflowId: `case:${id}`, step: 'case', asOf: bank.at });
  const into = found.file === 'deposits';
  if (!into) await coverAvailable(tx, userNo, bank.amountFen, bank.at);
  const available = personal(userNo, 'available');
  await postJournal(tx, { key: requestNo, kind: into ? 'deposit' : 'withdrawal', requestNo, businessAt: bank.at, postings: into ? moved(outside, available, bank.amountFen) : moved(available, outside, bank.amountFen) });
  await tx.query(`UPDATE instruction SET state = 'done', done_at = $2, sent_at = clock_timestamp(), ended_at = clock_timestamp() WHERE request_no = $1`, [requestNo, bank.at]);
}

/** A payout that came back without our hearing of it. */
async function cameBack(pool: Pool, { requestNo, bank }: ReconciliationCase): Promise<void> {
  const payout = await row(pool, `SELECT 1 FROM instruction WHERE request_no = $1 AND verb IN ('payout', 'withdraw') AND state = 'done'`, [requestNo]);
  if (!bank?.at || !payout) throw new Refused('cannot-be-posted');
  await recordReturnedPayout(pool, { requestNo, at: bank.at, bankNo: 'case' });
}
