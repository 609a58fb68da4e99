/** Withdrawals that are looked at once more before they leave the bank: why, until when, and how each was decided. */
import { row, rows, type Db } from './pool.js';

export interface WithdrawalLook {
  requestNo: string;
  userNo: string;
  personId: string;
  amountFen: number;
  /** How the withdrawal itself stands. */
  state: string;
  stage: string | null;
  /** Business time of the change of card, phone or trading password after which it came. */
  changedAt: string;
  askedAt: string;
  /** Business time at which it is cancelled if nobody has decided. */
  dueAt: string;
  decision: 'confirm' | 'cancel' | null;
  decidedBy: string | null;
  why: string | null;
  decidedAt: string | null;
}

const select = `SELECT l.request_no AS "requestNo", i.user_no AS "userNo", a.person_id AS "personId", i.amount_fen AS "amountFen", i.state, i.stage, l.changed_at AS "changedAt", i.as_of AS "askedAt",
  l.due_at AS "dueAt", l.decision, l.decided_by AS "decidedBy", l.why, l.decided_at AS "decidedAt"
  FROM withdrawal_look l JOIN instruction i USING (request_no) JOIN custody_account a USING (user_no)`;

/** Written with the wish, before the person is sent to the bank. */
export async function openLook(tx: Db, look: { requestNo: string; changedAt: string; dueAt: string }): Promise<void> {
  await tx.query('INSERT INTO withdrawal_look (request_no, changed_at, due_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [look.requestNo, look.changedAt, look.dueAt]);
}

export function findLook(db: Db, requestNo: string): Promise<WithdrawalLook | null> {
  return row<WithdrawalLook>(db, `${select} WHERE l.request_no = $1`, [requestNo]);
}

/** `waiting`: at the bank, to be decided, the most urgent first. `all`: every one, the newest first. */
export function listLooks(db: Db, which: 'waiting' | 'all', page: { limit: number; offset: number }): Promise<WithdrawalLook[]> {
  const [where, order] = which === 'waiting' ? [`WHERE l.decision IS NULL AND i.stage = 'confirming' AND i.state = 'accepted'`, 'l.due_at, l.request_no'] : ['', 'i.as_of DESC, l.request_no DESC'];
  return rows<WithdrawalLook>(db, `${select} ${where} ORDER BY ${order} LIMIT $1 OFFSET $2`, [page.limit, page.offset]);
}

/** What a person gives as reason, under the form's key; the same key keeps the first. */
export async function giveReason(db: Db, reason: { key: string; requestNo: string; personId: string; role: string; why: string }): Promise<void> {
  await db.query('INSERT INTO withdrawal_reason (key, request_no, person_id, role, why) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key) DO NOTHING', [reason.key, reason.requestNo, reason.personId, reason.role, reason.why]);
}

export function reasonOf(db: Db, key: string): Promise<{ requestNo: string; personId: string; role: string; why: string } | null> {
  return row(db, 'SELECT request_no AS "requestNo", person_id AS "personId", role, why FROM withdrawal_reason WHERE key = $1', [key]);
}

/** Writes the decision. Whoever calls it has locked the withdrawal and seen that it may be decided. */
export async function decideLook(tx: Db, decision: { requestNo: string; decision: 'confirm' | 'cancel'; decidedBy: string; why: string; at: string }): Promise<void> {
  await tx.query('UPDATE withdrawal_look SET decision = $2, decided_by = $3, why = $4, decided_at = $5 WHERE request_no = $1', [decision.requestNo, decision.decision, decision.decidedBy, decision.why, decision.at]);
}
