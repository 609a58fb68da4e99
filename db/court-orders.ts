/** Orders of courts (司法冻结): entered by one person, approved by another, carried out and ended by their workflow. What pages list is in court-order-lists.ts. */
import { recordAct } from './acts.js';
import type { Covers } from '../domain/court-order.js';
import { claimsToHold } from '../domain/court-order.js';
import type { IsoDate } from '../domain/dates.js';
import { inTransaction, row, rows, type Db, type Pool, type Transaction } from './pool.js';
import { dropTasksOf } from './tasks.js';

export type OrderState = 'entered' | 'refused' | 'approved' | 'placing' | 'standing' | 'lifting' | 'ended';
/** From approval on nothing of what the order covers leaves the person. */
export const restrainingStates: readonly OrderState[] = ['placing', 'standing', 'lifting'];

export interface CourtOrder {
  orderNo: string;
  personId: string;
  court: string;
  caseNumber: string;
  covers: Covers;
  /** The account of which a sum is taken; null: all of the person's. */
  userNo: string | null;
  /** Null: all that is there and comes in. */
  sumFen: number | null;
  fromDate: IsoDate;
  expiresOn: IsoDate;
  state: OrderState;
  endedBy: 'refused' | 'expired' | 'released' | null;
  /** Business time. */
  enteredAt: string;
  placedAt: string | null;
  endedAt: string | null;
  /** What is frozen by it at the bank now, by our books. */
  heldFen: number;
}

export interface CourtPaper {
  id: number;
  orderNo: string;
  kind: 'freeze' | 'renewal' | 'release';
  documentId: number;
  /** A renewal's new end. */
  expiresOn: IsoDate | null;
  /** A release of a part; null: of the whole. */
  amountFen: number | null;
  enteredBy: string;
  enteredRole: string;
  enteredAt: string;
  /** After it (business time) a supervisor is asked. */
  dueAt: string;
  decision: 'approved' | 'refused' | null;
  decidedBy: string | null;
  decidedAt: string | null;
  why: string | null;
  executedAt: string | null;
}

/** Net of everything that the order's instructions have posted. `o` is the order. */
const heldSql = `(SELECT coalesce(sum(p.amount_fen), 0)::bigint FROM instruction i JOIN journal j ON j.request_no = i.request_no JOIN posting p ON p.journal_id = j.id JOIN account a ON a.id = p.account_id AND a.kind = 'court-frozen'
  WHERE i.workflow_id = 'order:' || o.order_no AND i.verb IN ('court-freeze', 'court-release'))`;
/** Selects {@link CourtOrder} from `court_order o`. */
export const orderColumns = `o.order_no AS "orderNo", o.person_id AS "personId", o.court, o.case_number AS "caseNumber", o.covers, o.user_no AS "userNo", o.sum_fen AS "sumFen", o.from_date AS "fromDate",
  o.expires_on AS "expiresOn", o.state, o.ended_by AS "endedBy", o.entered_at AS "enteredAt", o.placed_at AS "placedAt", o.ended_at AS "endedAt", ${heldSql} AS "heldFen"`;
const paperColumns = `id, order_no AS "orderNo", kind, document_id AS "documentId", expires_on AS "expiresOn", amount_fen AS "amountFen", entered_by AS "enteredBy", entered_role AS "enteredRole", entered_at AS "enteredAt",
  due_at AS "dueAt", decision, decided_by AS "decidedBy", decided_at AS "decidedAt", why, executed_at AS "executedAt"`;

export type NewOrder = Pick<CourtOrder, 'personId' | 'court' | 'caseNumber' | 'covers' | 'userNo' | 'sumFen' | 'fromDate' | 'expiresOn'> & NewPaper;
export interface NewPaper { key: string; documentId: number; enteredBy: string; enteredRole: string; enteredAt: string; dueAt: string }

/** Writes an order with its first paper, and who entered it. */
export async function enterOrder(tx: Transaction, order: NewOrder): Promise<{ orderNo: string; paperId: number }> {
  const written = await row<{ orderNo: string }>(
    tx, `INSERT INTO court_order (order_no, person_id, court, case_number, covers, user_no, sum_fen, from_date, expires_on, state, entered_at)
         VALUES ('CO' || nextval('court_order_no'), $1, $2, $3, $4, $5, $6, $7, $8, 'entered', $9) RETURNING order_no AS "orderNo"`,
    [order.personId, order.court, order.caseNumber, order.covers, order.userNo, order.sumFen, order.fromDate, order.expiresOn, order.enteredAt]);
  const orderNo = written?.orderNo ?? '';
  const { covers, sumFen, userNo, fromDate, expiresOn } = order;
  return { orderNo, paperId: await enterPaper(tx, { ...order, orderNo, kind: 'freeze', expiresOn: null, amountFen: null }, { personId: order.personId, covers, sumFen, userNo, fromDate, expiresOn }) };
}

/** Writes a paper about an order. The caller has checked that none is undecided; the database refuses a second one. */
export async function enterPaper(tx: Transaction, paper: NewPaper & Pick<CourtPaper, 'orderNo' | 'kind' | 'expiresOn' | 'amountFen'>, says: Record<string, unknown> = {}): Promise<number> {
  const written = await row<{ id: number }>(
    tx, `INSERT INTO court_paper (order_no, kind, key, document_id, expires_on, amount_fen, entered_by, entered_role, entered_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
    [paper.orderNo, paper.kind, paper.key, paper.documentId, paper.expiresOn, paper.amountFen, paper.enteredBy, paper.enteredRole, paper.enteredAt, paper.dueAt]);
  const after = { documentId: paper.documentId, ...says, ...(paper.expiresOn ? { expiresOn: paper.expiresOn } : {}), ...(paper.amountFen ? { amountFen: paper.amountFen } : {}) };
  await recordAct(tx, { actor: paper.enteredBy, role: paper.enteredRole, verb: `enter-court-${paper.kind}`, subject: paper.orderNo, after, businessAt: paper.enteredAt });
  return written?.id ?? 0;
}

export function findOrder(db: Db, orderNo: string): Promise<CourtOrder | null> {
  return row<CourtOrder>(db, `SELECT ${orderColumns} FROM court_order o WHERE o.order_no = $1`, [orderNo]);
}

export function findPaper(db: Db, paperId: number): Promise<CourtPaper | null> {
  return row<CourtPaper>(db, `SELECT ${paperColumns} FROM court_paper WHERE id = $1`, [paperId]);
}

/** The paper that a form has written, if it came before. */
export function paperOfForm(db: Db, key: string): Promise<CourtPaper | null> {
  return row<CourtPaper>(db, `SELECT ${paperColumns} FROM court_paper WHERE key = $1`, [key]);
}

/** Oldest first. */
export function papersOf(db: Db, orderNo: string): Promise<CourtPaper[]> {
  return rows<CourtPaper>(db, `SELECT ${paperColumns} FROM court_paper WHERE order_no = $1 ORDER BY id`, [orderNo]);
}

/** Keeps a person's reason; the same form twice is one reason. */
export async function keepReason(db: Db, reason: { key: string; paperId: number; personId: string; why: string }): Promise<void> {
  await db.query('INSERT INTO court_reason (key, paper_id, person_id, why) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING', [reason.key, reason.paperId, reason.personId, reason.why]);
}

export interface PaperDecision { paperId: number; personId: string; approve: boolean; reasonKey: string; asOf: string }
export interface DecidedPaper { paperId: number; kind: CourtPaper['kind']; approved: boolean; amountFen: number | null; fromDate: IsoDate; expiresOn: IsoDate }
export type PaperRefusal = 'no-such-paper' | 'paper-decided' | 'own-case' | 'second-person' | 'reason-missing' | 'order-ended';

/** Decides a paper, by another log-in than the one that entered it, and not by the person it is about. The same decision again answers the same. */
export function decidePaper(pool: Pool, decision: PaperDecision): Promise<{ decided: DecidedPaper } | { refused: PaperRefusal }> {
  return inTransaction(pool, async (tx) => {
    const { paperId, personId, approve, asOf } = decision;
    const named = await findPaper(tx, paperId);
    if (!named) return { refused: 'no-such-paper' };
    // Always the order first: so two papers of one order are decided one after the other.
    await tx.query('SELECT 1 FROM court_order WHERE order_no = $1 FOR UPDATE', [named.orderNo]);
    const [paper, order] = [await findPaper(tx, paperId), await findOrder(tx, named.orderNo)];
    if (!paper || !order) return { refused: 'no-such-paper' };
    const expiresOn = paper.expiresOn ?? order.expiresOn;
    const decided: DecidedPaper = { paperId, kind: paper.kind, approved: approve, amountFen: paper.amountFen, fromDate: order.fromDate, expiresOn: approve ? expiresOn : order.expiresOn };
    if (paper.decision !== null) return paper.decidedBy === personId && (paper.decision === 'approved') === approve ? { decided } : { refused: 'paper-decided' };
    const refused = await whyNot(tx, order, paper, decision);
    if (refused) return { refused };
    const why = await reasonOf(tx, decision);
    await tx.query('UPDATE court_paper SET decision = $2, decided_by = $3, decided_at = $4, why = $5 WHERE id = $1', [paperId, approve ? 'approved' : 'refused', personId, asOf, why]);
    await applyDecision(tx, order, paper, approve, asOf);
    await recordAct(tx, {
      actor: paper.enteredBy, secondPerson: personId, role: paper.enteredRole, verb: `${approve ? 'approve' : 'refuse'}-court-${paper.kind}`, subject: order.orderNo, why,
      before: { state: order.state, expiresOn: order.expiresOn }, after: { expiresOn: decided.expiresOn, ...(paper.amountFen ? { amountFen: paper.amountFen } : {}) }, businessAt: asOf,
    });
    return { decided };
  });
}

async function whyNot(tx: Transaction, order: CourtOrder, paper: CourtPaper, { personId, approve, ...decision }: PaperDecision): Promise<PaperRefusal | null> {
  if (personId === order.personId) return 'own-case';
  if (personId === paper.enteredBy) return 'second-person';
  if (order.state === 'refused' || order.state === 'ended' || (approve && paper.kind !== 'freeze' && order.state === 'lifting')) return 'order-ended';
  return !approve && (await reasonOf(tx, { personId, approve, ...decision })) === null ? 'reason-missing' : null;
}

async function reasonOf(tx: Transaction, { reasonKey, paperId, personId }: PaperDecision): Promise<string | null> {
  return (await row<{ why: string }>(tx, 'SELECT why FROM court_reason WHERE key = $1 AND paper_id = $2 AND person_id = $3', [reasonKey, paperId, personId]))?.why ?? null;
}

async function applyDecision(tx: Transaction, { orderNo }: CourtOrder, paper: CourtPaper, approve: boolean, at: string): Promise<void> {
  if (paper.kind === 'freeze' && approve) await setOrderState(tx, orderNo, 'approved');
  if (paper.kind === 'freeze' && !approve) await tx.query(`UPDATE court_order SET state = 'refused', ended_by = 'refused', ended_at = $2 WHERE order_no = $1`, [orderNo, at]);
  if (paper.kind === 'renewal' && approve) await tx.query('UPDATE court_order SET expires_on = $2 WHERE order_no = $1', [orderNo, paper.expiresOn]);
}

/** Only forwards; one that has ended stays so. */
export async function setOrderState(db: Db, orderNo: string, state: 'approved' | 'placing' | 'lifting'): Promise<void> {
  await db.query(`UPDATE court_order SET state = $2 WHERE order_no = $1 AND state NOT IN ('refused', 'ended') AND NOT (state = 'standing' AND $2 <> 'lifting')`, [orderNo, state]);
}

/** The freeze is in force: claims are marked, and it is written down. A repeat changes nothing. */
export async function markStanding(tx: Transaction, orderNo: string, at: string): Promise<void> {
  const placed = await tx.query(`UPDATE court_order SET state = 'standing', placed_at = $2 WHERE order_no = $1 AND state = 'placing'`, [orderNo, at]);
  if (placed.rowCount === 0) return;
  const order = await findOrder(tx, orderNo);
  if (!order) return;
  const claims = await holdClaims(tx, order, at);
  await recordAct(tx, { actor: `workflow:order:${orderNo}`, role: 'platform', verb: 'court-freeze', subject: order.personId, after: { orderNo, heldFen: order.heldFen, claims, expiresOn: order.expiresOn }, businessAt: at });
}

async function holdClaims(tx: Transaction, { orderNo, personId, covers, sumFen }: CourtOrder, at: string): Promise<number> {
  if (covers === 'money') return 0;
  const open = await rows<{ holdingId: number; outstandingFen: number }>(
    tx, 'SELECT id AS "holdingId", principal_fen - paid_principal_fen AS "outstandingFen" FROM holding WHERE lender_id = $1 ORDER BY id', [personId]);
  const held = claimsToHold(open, sumFen);
  await tx.query('INSERT INTO held_claim (order_no, holding_id, held_at) SELECT $1, id, $3 FROM unnest($2::bigint[]) AS id ON CONFLICT DO NOTHING', [orderNo, held, at]);
  return held.length;
}

/** Claims that are born while an order for all claims stands: bids that were frozen before it are lent after it. */
export async function holdNewClaims(tx: Transaction, loanNo: string, at: string): Promise<void> {
  await tx.query(
    `INSERT INTO held_claim (order_no, holding_id, held_at) SELECT o.order_no, h.id, $2 FROM holding h JOIN court_order o ON o.person_id = h.lender_id AND o.covers <> 'money' AND o.sum_fen IS NULL AND o.state = 'standing'
      WHERE h.loan_no = $1 ON CONFLICT DO NOTHING`, [loanNo, at]);
}

/** The order is over: its claims are free. A repeat changes nothing. */
export async function markEnded(tx: Transaction, orderNo: string, endedBy: 'expired' | 'released', at: string): Promise<void> {
  const ended = await row<{ personId: string }>(
    tx, `UPDATE court_order SET state = 'ended', ended_by = $2, ended_at = $3 WHERE order_no = $1 AND state NOT IN ('refused', 'ended') RETURNING person_id AS "personId"`, [orderNo, endedBy, at]);
  if (!ended) return;
  await dropTasksOf(tx, `order:${orderNo}`, endedBy);
  const freed = await tx.query('UPDATE held_claim SET released_at = $2 WHERE order_no = $1 AND released_at IS NULL', [orderNo, at]);
  await recordAct(tx, { actor: `workflow:order:${orderNo}`, role: 'platform', verb: 'court-release', subject: ended.personId, after: { orderNo, endedBy, claims: freed.rowCount }, businessAt: at });
}

/** A part was given back at the bank: the order is for less. A repeat changes nothing. */
export async function markPartReleased(tx: Transaction, paperId: number, at: string): Promise<void> {
  const paper = await row<{ orderNo: string; amountFen: number }>(
    tx, `UPDATE court_paper SET executed_at = $2 WHERE id = $1 AND executed_at IS NULL AND decision = 'approved' RETURNING order_no AS "orderNo", amount_fen AS "amountFen"`, [paperId, at]);
  if (!paper) return;
  const order = await row<{ personId: string }>(tx, 'UPDATE court_order SET sum_fen = sum_fen - $2 WHERE order_no = $1 RETURNING person_id AS "personId"', [paper.orderNo, paper.amountFen]);
  await recordAct(tx, { actor: `workflow:order:${paper.orderNo}`, role: 'platform', verb: 'court-release', subject: order?.personId ?? paper.orderNo, after: { orderNo: paper.orderNo, amountFen: paper.amountFen }, businessAt: at });
}
