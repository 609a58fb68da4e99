/** Journals as finance looks them up, and one with its postings. Nothing here writes. */
import type { Book } from './chart.js';
import { eachRow } from './cursor.js';
import type { InstructionState } from './instructions.js';
import { row, rows, type Db, type Pool } from './pool.js';

export interface LedgerJournal {
  id: number; key: string; book: Book; kind: string; requestNo: string | null; contractNo: string | null; paymentNo: string | null; actId: number | null;
  /** The journal that it takes back, and the one that takes it back. */
  reverses: number | null; reversedBy: number | null;
  businessAt: string; postedAt: string;
  /** What it moves: the sum of what it gives. */
  movedFen: number;
  postings: number;
}

const columns = `j.id, j.key, j.book, j.kind, j.request_no AS "requestNo", j.contract_no AS "contractNo", j.payment_no AS "paymentNo", j.act_id AS "actId", j.reverses,
  (SELECT r.id FROM journal r WHERE r.reverses = j.id) AS "reversedBy", j.business_at AS "businessAt", j.posted_at AS "postedAt", m.moved AS "movedFen", m.n AS postings`;
const sums = `JOIN LATERAL (SELECT coalesce(sum(p.amount_fen) FILTER (WHERE p.amount_fen > 0), 0)::bigint AS moved, count(*)::int AS n FROM posting p WHERE p.journal_id = j.id) m ON true`;
const selectSql = `SELECT ${columns} FROM journal j ${sums}`;

export interface JournalQuery {
  /** The beginning of its key. */
  key?: string | undefined;
  requestNo?: string | undefined;
  paymentNo?: string | undefined;
  /** Everything that was posted for one loan, in both books. */
  loanNo?: string | undefined;
  book?: string | undefined;
  kind?: string | undefined;
  /** Reversals only. */
  reversals?: boolean | undefined;
  /** Business instants, from inclusive to exclusive. */
  from?: string | undefined;
  to?: string | undefined;
  /** One of {@link journalSorts}; the newest first when left out. */
  sort?: string;
  descending?: boolean;
}

export const journalSorts = ['-newest', 'key', 'kind', 'day', 'moved'] as const;
const sortColumns: Record<string, string> = { newest: 'j.id', key: 'j.key', kind: 'j.kind', day: 'j.business_at', moved: 'm.moved' };
const orderOf = ({ sort = 'newest', descending = true }: JournalQuery): string => ` ORDER BY ${sortColumns[sort] ?? 'j.id'} ${descending ? 'DESC' : 'ASC'}, j.id DESC`;

/** Only what is asked for becomes a condition, so that each search takes its own index. */
function whereOf(by: JournalQuery): { sql: string; values: unknown[] } {
  const values: unknown[] = [];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (by.key) conditions.push(`starts_with(j.key, ${given(by.key)})`);
  if (by.requestNo) conditions.push(`j.request_no = ${given(by.requestNo)}`);
  if (by.paymentNo) conditions.push(`j.payment_no = ${given(by.paymentNo)}`);
  if (by.loanNo) {
    const loan = given(by.loanNo);
    conditions.push(`(j.contract_no = ${loan} OR j.payment_no IN (SELECT payment_no FROM payment WHERE loan_no = ${loan})
      OR j.request_no IN (SELECT request_no FROM instruction WHERE loan_no = ${loan}) OR j.act_id IN (SELECT id FROM act WHERE subject = ${loan}))`);
  }
  if (by.book) conditions.push(`j.book = ${given(by.book)}`);
  if (by.kind) conditions.push(`j.kind = ${given(by.kind)}`);
  if (by.reversals) conditions.push('j.reverses IS NOT NULL');
  if (by.from) conditions.push(`j.business_at >= ${given(by.from)}`);
  if (by.to) conditions.push(`j.business_at < ${given(by.to)}`);
  return { sql: conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '', values };
}

/** One page; the newest first unless another sort is asked for. */
export function listJournals(db: Db, by: JournalQuery & { limit: number; offset: number }): Promise<LedgerJournal[]> {
  const { sql, values } = whereOf(by);
  return rows<LedgerJournal>(db, `${selectSql}${sql}${orderOf(by)} LIMIT $${values.length + 1} OFFSET $${values.length + 2}`, [...values, by.limit, by.offset]);
}

export interface JournalTotals { journals: number; postings: number; movedFen: number }

/** Of all that fit, not only of the page. */
export async function journalTotals(db: Db, by: JournalQuery): Promise<JournalTotals> {
  const { sql, values } = whereOf(by);
  const found = await row<JournalTotals>(
    db, `SELECT count(DISTINCT j.id)::int AS journals, count(p.journal_id)::int AS postings, coalesce(sum(p.amount_fen) FILTER (WHERE p.amount_fen > 0), 0)::bigint AS "movedFen"
           FROM journal j LEFT JOIN posting p ON p.journal_id = j.id${sql}`, values);
  return found ?? { journals: 0, postings: 0, movedFen: 0 };
}

/** All that fit, one by one. */
export function eachJournal(pool: Pool, by: JournalQuery): AsyncGenerator<LedgerJournal> {
  const { sql, values } = whereOf(by);
  return eachRow<LedgerJournal>(pool, `${selectSql}${sql}${orderOf(by)}`, values);
}

export function findJournal(db: Db, id: number): Promise<LedgerJournal | null> {
  return row<LedgerJournal>(db, `${selectSql} WHERE j.id = $1`, [id]);
}

export interface JournalPosting { accountId: number; code: string; kind: string; owner: string | null; amountFen: number }

const postingSql = `SELECT a.id AS "accountId", a.code, a.kind, a.owner, p.amount_fen AS "amountFen" FROM posting p JOIN account a ON a.id = p.account_id WHERE p.journal_id = $1 ORDER BY p.amount_fen, a.code`;

export function postingsOf(db: Db, journalId: number, limit: number, offset: number): Promise<JournalPosting[]> {
  return rows<JournalPosting>(db, `${postingSql} LIMIT $2 OFFSET $3`, [journalId, limit, offset]);
}

export function eachPosting(pool: Pool, journalId: number): AsyncGenerator<JournalPosting> {
  return eachRow<JournalPosting>(pool, postingSql, [journalId]);
}

/** What a journal stands on, in the words of the record. */
export interface Basis {
  instruction: { requestNo: string; verb: string; state: InstructionState; loanNo: string | null; userNo: string | null; bankNo: string | null; doneAt: string | null } | null;
  contract: { loanNo: string; concludedOn: string; sha256: string } | null;
  payment: { paymentNo: string; loanNo: string; source: string; asOf: string; state: string; frozenFen: number } | null;
  decision: { id: number; actor: string; role: string; verb: string; subject: string; why: string | null; secondPerson: string | null; at: string } | null;
}

export async function basisOf(db: Db, journal: LedgerJournal): Promise<Basis> {
  const one = async <T>(no: string | number | null, sql: string): Promise<T | null> => (no === null ? null : row<T>(db, sql, [no]));
  const [instruction, contract, payment, decision] = await Promise.all([
    one<NonNullable<Basis['instruction']>>(journal.requestNo, `SELECT request_no AS "requestNo", verb, state, loan_no AS "loanNo", user_no AS "userNo", bank_no AS "bankNo", done_at AS "doneAt" FROM instruction WHERE request_no = $1`),
    one<NonNullable<Basis['contract']>>(journal.contractNo, `SELECT loan_no AS "loanNo", concluded_on AS "concludedOn", sha256 FROM contract WHERE loan_no = $1`),
    one<NonNullable<Basis['payment']>>(journal.paymentNo, `SELECT payment_no AS "paymentNo", loan_no AS "loanNo", source, as_of AS "asOf", state, frozen_fen AS "frozenFen" FROM payment WHERE payment_no = $1`),
    one<NonNullable<Basis['decision']>>(journal.actId, `SELECT id, actor, role, verb, subject, why, second_person AS "secondPerson", at FROM act WHERE id = $1`),
  ]);
  return { instruction, contract, payment, decision };
}
