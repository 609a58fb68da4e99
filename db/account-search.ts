/** Accounts as finance looks them up: those of the ledger, and people's accounts at the bank; now, or as they were at the end of a day. */
import type { BankDifference } from './books.js';
import type { Book } from './chart.js';
import { eachRow } from './cursor.js';
import { accountsOfPeople } from './person-search.js';
import { row, rows, type Db, type Pool } from './pool.js';

export interface LedgerAccount { id: number; book: Book; code: string; kind: string; owner: string | null; loanNo: string | null; balanceFen: number; postings: number }

export interface AccountQuery {
  /** The beginning of its code; or whose it is, or its loan, in full. */
  code?: string | undefined;
  personIds?: readonly string[] | undefined;
  userNo?: string | undefined;
  loanNo?: string | undefined;
  book?: string | undefined;
  kind?: string | undefined;
  /** Leave out those with a balance of zero. */
  filled?: boolean | undefined;
  /** Business instant up to which (exclusive) postings count; absent: all, as kept beside the postings. */
  before?: string | undefined;
  /** One of {@link accountSorts}; by book, kind and code when left out. */
  sort?: string;
  descending?: boolean;
}

export const accountSorts = ['kind', 'code', 'loan', 'balance', 'postings'] as const;
const sortColumns: Record<string, string> = { code: 'a.code', loan: 'a.loan_no', balance: '"balanceFen"', postings: 'postings' };

function accountOrder({ sort, descending }: AccountQuery): string {
  const direction = descending ? 'DESC' : 'ASC';
  const column = sortColumns[sort ?? ''];
  return `ORDER BY ${column ? `${column} ${direction} NULLS LAST, ` : ''}a.book DESC, a.kind ${column ? '' : direction}, a.code`;
}

interface Parts { source: string; balance: string; values: unknown[] }

const balanceBefore = (instant: string): string =>
  `(SELECT coalesce(sum(p.amount_fen), 0)::bigint FROM posting p JOIN journal j ON j.id = p.journal_id WHERE p.account_id = a.id AND j.business_at < ${instant})`;

async function partsOf(db: Db, by: AccountQuery): Promise<Parts> {
  const values: unknown[] = [];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const balance = by.before ? balanceBefore(`${given(by.before)}::timestamptz`) : 'a.balance';
  const conditions: string[] = [];
  if (by.code) {
    const code = given(by.code);
    conditions.push(`(starts_with(a.code, ${code}) OR a.owner IN (${code}, 'B-' || ${code}, 'L-' || ${code}) OR a.loan_no = ${code})`);
  }
  if (by.personIds || by.userNo) conditions.push(`a.owner = ANY(${given([...(by.userNo ? [by.userNo] : []), ...(by.personIds ? await accountsOfPeople(db, by.personIds) : [])])})`);
  if (by.loanNo) conditions.push(`a.loan_no = ${given(by.loanNo)}`);
  if (by.book) conditions.push(`a.book = ${given(by.book)}`);
  if (by.kind) conditions.push(`a.kind = ${given(by.kind)}`);
  if (by.filled) conditions.push(`${balance} <> 0`);
  return { source: `FROM account a${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''}`, balance, values };
}

const accountSql = ({ source, balance }: Parts, by: AccountQuery): string =>
  `SELECT a.id, a.book, a.code, a.kind, a.owner, a.loan_no AS "loanNo", ${balance} AS "balanceFen", (SELECT count(*)::int FROM posting p WHERE p.account_id = a.id) AS postings ${source} ${accountOrder(by)}`;

export async function listAccounts(db: Db, by: AccountQuery & { limit: number; offset: number }): Promise<LedgerAccount[]> {
  const parts = await partsOf(db, by);
  return rows<LedgerAccount>(db, `${accountSql(parts, by)} LIMIT $${parts.values.length + 1} OFFSET $${parts.values.length + 2}`, [...parts.values, by.limit, by.offset]);
}

export async function* eachAccount(pool: Pool, by: AccountQuery): AsyncGenerator<LedgerAccount> {
  const parts = await partsOf(pool, by);
  yield* eachRow<LedgerAccount>(pool, accountSql(parts, by), parts.values);
}

export interface AccountTotals { accounts: number; balanceFen: number }

/** Of all that fit, not only of the page. */
export async function accountTotals(db: Db, by: AccountQuery): Promise<AccountTotals> {
  const { source, balance, values } = await partsOf(db, by);
  return (await row<AccountTotals>(db, `SELECT count(*)::int AS accounts, coalesce(sum(${balance}), 0)::bigint AS "balanceFen" ${source}`, values)) ?? { accounts: 0, balanceFen: 0 };
}

export function findLedgerAccount(db: Db, id: number): Promise<LedgerAccount | null> {
  return row<LedgerAccount>(db, `SELECT a.id, a.book, a.code, a.kind, a.owner, a.loan_no AS "loanNo", a.balance AS "balanceFen", (SELECT count(*)::int FROM posting p WHERE p.account_id = a.id) AS postings FROM account a WHERE a.id = $1`, [id]);
}

/** What one account held before a business instant. */
export async function balanceOfAccountBefore(db: Db, id: number, before: string): Promise<number> {
  return (await row<{ fen: number }>(db, `SELECT ${balanceBefore('$2::timestamptz')} AS fen FROM account a WHERE a.id = $1`, [id, before]))?.fen ?? 0;
}

export interface AccountEntry { journalId: number; key: string; kind: string; businessAt: string; requestNo: string | null; amountFen: number; balanceFen: number }

/** Each entry with the balance after it, the newest first: counted back from the balance, so that a page reads no older ones. */
const entrySql = `SELECT e.journal_id AS "journalId", j.key, j.kind, j.business_at AS "businessAt", j.request_no AS "requestNo", e.amount_fen AS "amountFen", e.balance AS "balanceFen"
  FROM (SELECT p.journal_id, p.amount_fen, (a.balance - coalesce(sum(p.amount_fen) OVER (ORDER BY p.journal_id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::bigint AS balance
          FROM posting p JOIN account a ON a.id = p.account_id WHERE p.account_id = $1) e
  JOIN journal j ON j.id = e.journal_id
  WHERE ($2::timestamptz IS NULL OR j.business_at >= $2) AND ($3::timestamptz IS NULL OR j.business_at < $3) ORDER BY e.journal_id DESC`;

export interface Period { from?: string; to?: string }

export function entriesOf(db: Db, accountId: number, { from, to }: Period, limit: number, offset: number): Promise<AccountEntry[]> {
  return rows<AccountEntry>(db, `${entrySql} LIMIT $4 OFFSET $5`, [accountId, from ?? null, to ?? null, limit, offset]);
}

export function eachEntry(pool: Pool, accountId: number, { from, to }: Period): AsyncGenerator<AccountEntry> {
  return eachRow<AccountEntry>(pool, entrySql, [accountId, from ?? null, to ?? null]);
}

/** What went in and out of the account in the period. */
export async function turnoverOf(db: Db, accountId: number, { from, to }: Period): Promise<{ entries: number; inFen: number; outFen: number }> {
  const found = await row<{ entries: number; inFen: number; outFen: number }>(
    db, `SELECT count(*)::int AS entries, coalesce(sum(p.amount_fen) FILTER (WHERE p.amount_fen > 0), 0)::bigint AS "inFen", coalesce(sum(p.amount_fen) FILTER (WHERE p.amount_fen < 0), 0)::bigint AS "outFen"
           FROM posting p JOIN journal j ON j.id = p.journal_id WHERE p.account_id = $1 AND ($2::timestamptz IS NULL OR j.business_at >= $2) AND ($3::timestamptz IS NULL OR j.business_at < $3)`, [accountId, from ?? null, to ?? null]);
  return found ?? { entries: 0, inFen: 0, outFen: 0 };
}

export interface ComparedWithBank { day: string; closedAt: string; difference: BankDifference | null }

/** What the latest close of a day found between this account and the bank's; null while no day has closed. */
export function comparedWithBank(db: Db, userNo: string): Promise<ComparedWithBank | null> {
  return row<ComparedWithBank>(
    db, `SELECT day, closed_at AS "closedAt", (SELECT d FROM jsonb_array_elements(differences) d WHERE d ->> 'userNo' = $1 LIMIT 1) AS difference FROM day_close ORDER BY day DESC LIMIT 1`, [userNo]);
}
