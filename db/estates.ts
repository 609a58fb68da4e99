/**
 * Estates (继承): the claims of somebody who has died pass to the heirs of a notarised certificate, entered by one person and approved by
 * another. The money goes to the deceased's own bound card: no verb of the bank moves money between two persons without a trade
 * behind it, the platform must not be able to, and the card's bank hands over what is on it by the same certificate.
 */
import { splitFen, type HeirShare } from '../domain/inheritance.js';
import { recordAct, recordDecision } from './acts.js';
import { bankUserNo } from './accounts.js';
import { claim } from './chart.js';
import { isClaimRestrained } from './court-order-lists.js';
import { eachRow } from './cursor.js';
import { restartSharing } from './holdings.js';
import { postJournal } from './ledger.js';
import { inTransaction, row, rows, type Db, type Pool, type Transaction } from './pool.js';
import { dropTasksOf } from './tasks.js';

export interface Estate {
  estateNo: string;
  /** Who has died. */
  personId: string;
  notary: string;
  certificate: string;
  documentId: number;
  state: 'entered' | 'refused' | 'passing' | 'ended';
  enteredBy: string;
  enteredRole: string;
  /** Business time. */
  enteredAt: string;
  dueAt: string;
  decision: 'approved' | 'refused' | null;
  decidedBy: string | null;
  decidedAt: string | null;
  why: string | null;
  /** A code: why not all of it has passed on yet. */
  waitsFor: string | null;
  endedAt: string | null;
  heirs: HeirShare[];
}

const columns = `e.estate_no AS "estateNo", e.person_id AS "personId", e.notary, e.certificate, e.document_id AS "documentId", e.state, e.entered_by AS "enteredBy", e.entered_role AS "enteredRole", e.entered_at AS "enteredAt", e.due_at AS "dueAt",
  e.decision, e.decided_by AS "decidedBy", e.decided_at AS "decidedAt", e.why, e.waits_for AS "waitsFor", e.ended_at AS "endedAt",
  (SELECT json_agg(json_build_object('personId', h.heir_id, 'numerator', h.numerator, 'denominator', h.denominator) ORDER BY h.place) FROM estate_heir h WHERE h.estate_no = e.estate_no) AS heirs`;

export type NewEstate = Pick<Estate, 'personId' | 'notary' | 'certificate' | 'documentId' | 'enteredBy' | 'enteredRole' | 'enteredAt' | 'dueAt' | 'heirs'> & { key: string };

export async function enterEstate(tx: Transaction, estate: NewEstate): Promise<string> {
  const written = await row<{ estateNo: string }>(
    tx, `INSERT INTO estate (estate_no, person_id, notary, certificate, key, document_id, state, entered_by, entered_role, entered_at, due_at)
         VALUES ('ES' || nextval('estate_no'), $1, $2, $3, $4, $5, 'entered', $6, $7, $8, $9) RETURNING estate_no AS "estateNo"`,
    [estate.personId, estate.notary, estate.certificate, estate.key, estate.documentId, estate.enteredBy, estate.enteredRole, estate.enteredAt, estate.dueAt]);
  const estateNo = written?.estateNo ?? '';
  await tx.query(
    `INSERT INTO estate_heir (estate_no, place, heir_id, numerator, denominator) SELECT $1, place, "personId", numerator, denominator
       FROM jsonb_to_recordset($2) AS h(place int, "personId" text, numerator int, denominator int)`, [estateNo, JSON.stringify(estate.heirs.map((heir, place) => ({ ...heir, place })))]);
  await recordAct(tx, { actor: estate.enteredBy, role: estate.enteredRole, verb: 'enter-estate', subject: estateNo, after: { personId: estate.personId, heirs: estate.heirs, documentId: estate.documentId }, businessAt: estate.enteredAt });
  return estateNo;
}

export function findEstate(db: Db, estateNo: string): Promise<Estate | null> {
  return row<Estate>(db, `SELECT ${columns} FROM estate e WHERE e.estate_no = $1`, [estateNo]);
}

/** The estate that a form has written, or that this person has already. */
export function knownEstate(db: Db, by: { key: string } | { personId: string }): Promise<Estate | null> {
  return 'key' in by ? row<Estate>(db, `SELECT ${columns} FROM estate e WHERE e.key = $1`, [by.key]) : row<Estate>(db, `SELECT ${columns} FROM estate e WHERE e.person_id = $1 AND e.state <> 'refused'`, [by.personId]);
}

export interface EstateQuery { search?: string | undefined; state?: string | undefined }

/** $1: the beginning of a number, of the estate or of its person; $2: state. */
const found = 'FROM estate e WHERE ($1::text IS NULL OR starts_with(e.estate_no, $1) OR starts_with(e.person_id, $1)) AND ($2::text IS NULL OR e.state = $2)';
const newestFirst = 'ORDER BY e.entered_at DESC, e.estate_no DESC';

export function listEstates(db: Db, { search, state, limit, offset }: EstateQuery & { limit: number; offset: number }): Promise<Estate[]> {
  return rows<Estate>(db, `SELECT ${columns} ${found} ${newestFirst} LIMIT $3 OFFSET $4`, [search ?? null, state ?? null, limit, offset]);
}

export async function countEstates(db: Db, { search, state }: EstateQuery): Promise<number> {
  return (await row<{ estates: number }>(db, `SELECT count(*)::int AS estates ${found}`, [search ?? null, state ?? null]))?.estates ?? 0;
}

export function eachEstate(pool: Pool, { search, state }: EstateQuery): AsyncGenerator<Estate> {
  return eachRow<Estate>(pool, `SELECT ${columns} ${found} ${newestFirst}`, [search ?? null, state ?? null]);
}

export async function keepEstateReason(db: Db, reason: { key: string; estateNo: string; personId: string; why: string }): Promise<void> {
  await db.query('INSERT INTO estate_reason (key, estate_no, person_id, why) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING', [reason.key, reason.estateNo, reason.personId, reason.why]);
}

export type EstateRefusal = 'no-such-paper' | 'paper-decided' | 'own-case' | 'second-person' | 'reason-missing';
export interface EstateDecision { estateNo: string; personId: string; approve: boolean; reasonKey: string; asOf: string }

/** By another log-in than the one that entered it, and by nobody who inherits. The same decision again answers the same. */
export function decideEstate(pool: Pool, { estateNo, personId, approve, reasonKey, asOf }: EstateDecision): Promise<{ approved: boolean } | { refused: EstateRefusal }> {
  return inTransaction(pool, async (tx) => {
    await tx.query('SELECT 1 FROM estate WHERE estate_no = $1 FOR UPDATE', [estateNo]);
    const estate = await findEstate(tx, estateNo);
    if (!estate) return { refused: 'no-such-paper' };
    if (estate.decision !== null) return estate.decidedBy === personId && (estate.decision === 'approved') === approve ? { approved: approve } : { refused: 'paper-decided' };
    if (personId === estate.personId || estate.heirs.some((heir) => heir.personId === personId)) return { refused: 'own-case' };
    if (personId === estate.enteredBy) return { refused: 'second-person' };
    const why = (await row<{ why: string }>(tx, 'SELECT why FROM estate_reason WHERE key = $1 AND estate_no = $2 AND person_id = $3', [reasonKey, estateNo, personId]))?.why ?? null;
    if (!approve && why === null) return { refused: 'reason-missing' };
    await tx.query(
      `UPDATE estate SET state = $2, decision = $3, decided_by = $4, decided_at = $5, why = $6, ended_at = CASE WHEN $2 = 'refused' THEN $5::timestamptz END WHERE estate_no = $1`,
      [estateNo, approve ? 'passing' : 'refused', approve ? 'approved' : 'refused', personId, asOf, why]);
    await recordAct(tx, { actor: estate.enteredBy, secondPerson: personId, role: estate.enteredRole, verb: `${approve ? 'approve' : 'refuse'}-estate`, subject: estateNo, after: { personId: estate.personId, heirs: estate.heirs }, why, businessAt: asOf });
    return { approved: approve };
  });
}

/** Why a claim stays for now; it is tried again. */
export type StaysCode = 'court-order' | 'for-sale' | 'payment-under-way' | 'not-released-yet' | 'heir-is-borrower';

/** Passes on every claim that can be, each in a transaction of its own. @returns why the first of the others stays, or null */
export async function passOnClaims(pool: Pool, estate: Estate, at: string): Promise<StaysCode | null> {
  const held = await rows<{ id: number; loanNo: string }>(
    pool, `SELECT h.id, h.loan_no AS "loanNo" FROM holding h WHERE h.lender_id = $1 AND h.principal_fen > (SELECT coalesce(sum(d.principal_fen), 0) FROM distribution d WHERE d.holding_id = h.id) ORDER BY h.id`, [estate.personId]);
  let stays: StaysCode | null = null;
  for (const holding of held) stays ??= await inTransaction(pool, (tx) => passOn(tx, estate, holding, at));
  return stays;
}

async function passOn(tx: Transaction, estate: Estate, { id, loanNo }: { id: number; loanNo: string }, at: string): Promise<StaysCode | null> {
  // A payment that is being planned holds its row; who is owed it is decided by then.
  const payments = await rows<{ state: string }>(tx, 'SELECT state FROM payment WHERE loan_no = $1 ORDER BY n FOR UPDATE', [loanNo]);
  if (payments.some(({ state }) => state === 'asked' || state === 'frozen')) return 'payment-under-way';
  const loan = await row<{ borrowerId: string; lent: boolean }>(tx, `SELECT borrower_id AS "borrowerId", EXISTS (SELECT 1 FROM journal WHERE key = $1 || ':lent') AS lent FROM loan WHERE loan_no = $1`, [loanNo]);
  if (!loan?.lent) return 'not-released-yet';
  if (estate.heirs.some((heir) => heir.personId === loan.borrowerId)) return 'heir-is-borrower';
  if (await isClaimRestrained(tx, id)) return 'court-order';
  if (await row(tx, `SELECT 1 FROM claim_sale WHERE holding_id = $1 AND state IN ('asked', 'open')`, [id])) return 'for-sale';
  await tx.query('SELECT 1 FROM holding WHERE loan_no = $1 ORDER BY id FOR UPDATE', [loanNo]);
  const left = await row<{ fen: number }>(tx, 'SELECT principal_fen - (SELECT coalesce(sum(d.principal_fen), 0) FROM distribution d WHERE d.holding_id = $1)::bigint AS fen FROM holding WHERE id = $1', [id]);
  if (left && left.fen > 0) await split(tx, estate, { id, loanNo, fen: left.fen }, at);
  return null;
}

async function split(tx: Transaction, { estateNo, personId, heirs }: Estate, { id, loanNo, fen }: { id: number; loanNo: string; fen: number }, at: string): Promise<void> {
  const parts = splitFen(fen, heirs);
  await tx.query('UPDATE holding SET principal_fen = principal_fen - $2 WHERE id = $1', [id, fen]);
  const postings = [{ account: claim(loanNo, id, 'principal'), amountFen: -fen }];
  const shares: { heirId: string; holdingId: number; fen: number }[] = [];
  for (const [index, heir] of heirs.entries()) {
    const partFen = parts[index] ?? 0;
    if (partFen === 0) continue;
    const inherited = await row<{ id: number }>(
      tx, `INSERT INTO holding AS h (loan_no, lender_id, user_no, principal_fen) VALUES ($1, $2, $3, $4)
             ON CONFLICT (loan_no, lender_id) DO UPDATE SET principal_fen = h.principal_fen + EXCLUDED.principal_fen RETURNING id`, [loanNo, heir.personId, bankUserNo(heir.personId, 'INVESTOR'), partFen]);
    if (!inherited) throw new RangeError('an upsert answers its row');
    postings.push({ account: claim(loanNo, inherited.id, 'principal'), amountFen: partFen });
    shares.push({ heirId: heir.personId, holdingId: inherited.id, fen: partFen });
  }
  const actId = await recordDecision(tx, { actor: `workflow:estate:${estateNo}`, role: 'platform', verb: 'inherit-claim', subject: loanNo, before: { personId, holdingId: id, fen }, after: { estateNo, shares }, businessAt: at });
  await postJournal(tx, { key: `estate:${estateNo}:h${id}:${actId}`, kind: 'inherited', actId, businessAt: at, postings });
  await restartSharing(tx, loanNo);
}

/** What else of the person's is still at the bank or under way; null when nothing is. */
export async function estateRest(db: Db, personId: string): Promise<'bids-under-way' | 'shares-undelivered' | 'money-left' | null> {
  const found = await row<{ bids: boolean; undelivered: boolean; fen: number }>(
    db, `SELECT EXISTS (SELECT 1 FROM bid WHERE lender_id = $1 AND state IN ('reserved', 'frozen')) AS bids,
                EXISTS (SELECT 1 FROM distribution d JOIN holding h ON h.id = d.holding_id WHERE h.lender_id = $1 AND d.state <> 'delivered') AS undelivered,
                (SELECT coalesce(sum(balance), 0)::bigint FROM account WHERE book = 'custody' AND owner = $2) AS fen`, [personId, bankUserNo(personId, 'INVESTOR')]);
  if (found?.bids) return 'bids-under-way';
  if (found?.undelivered) return 'shares-undelivered';
  return (found?.fen ?? 0) > 0 ? 'money-left' : null;
}

export async function noteWaiting(db: Db, estateNo: string, code: string | null): Promise<void> {
  await db.query(`UPDATE estate SET waits_for = $2 WHERE estate_no = $1 AND state = 'passing'`, [estateNo, code]);
}

/** Nothing is left. A repeat changes nothing. */
export async function endEstate(tx: Transaction, estateNo: string, at: string): Promise<void> {
  const ended = await tx.query(`UPDATE estate SET state = 'ended', waits_for = NULL, ended_at = $2 WHERE estate_no = $1 AND state = 'passing'`, [estateNo, at]);
  if (ended.rowCount === 0) return;
  await dropTasksOf(tx, `estate:${estateNo}`, 'ended');
  await recordAct(tx, { actor: `workflow:estate:${estateNo}`, role: 'platform', verb: 'end-estate', subject: estateNo, businessAt: at });
}
