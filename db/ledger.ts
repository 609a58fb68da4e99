/** Posting to the ledger and reading it. The rules that hold whatever code does are in 0004-ledger.sql. */
import type { AccountName, Book, JournalKind } from './chart.js';
import { journalKinds } from './chart.js';
import { row, rows, type Db, type Transaction } from './pool.js';

/** `amountFen` above zero gives to the account, below zero takes from it. */
export interface Posting { account: AccountName; amountFen: number }

interface JournalFacts {
  /** The business key of the event; posting it again changes nothing. */
  key: string;
  kind: JournalKind;
  /** Business time, ISO. */
  businessAt: string;
  postings: Posting[];
}
/** A custody journal names its instruction; a claims journal its contract, payment or decision. */
export type Journal = JournalFacts & (
  | { requestNo: string }
  | { contractNo: string }
  | { paymentNo: string }
  | { actId: number }
);

/** What the database says when a user's account would fall below zero. */
const balanceConstraint = 'balance_on_its_side';

/** Posts one journal; false if its key is in the ledger already. See {@link postJournals}. */
export async function postJournal(tx: Transaction, journal: Journal): Promise<boolean> {
  return (await postJournals(tx, [journal])).has(journal.key);
}

/**
 * Posts journals in one round trip, in the caller's transaction, and answers the keys that were new.
 * @throws RangeError when one is not balanced or not whole fen; a database error when a balance would leave its side
 *   ({@link isShortOfMoney}) or the chart does not know the event.
 */
export async function postJournals(tx: Transaction, journals: readonly Journal[]): Promise<Set<string>> {
  if (journals.length === 0) return new Set();
  const accounts = new Map<string, AccountName>();
  const postings: { key: string; book: Book; code: string; fen: number }[] = [];
  for (const journal of journals) {
    for (const { account, amountFen } of merged(journal)) {
      accounts.set(`${account.book} ${account.code}`, account);
      postings.push({ key: journal.key, book: account.book, code: account.code, fen: amountFen });
    }
  }
  const heads = journals.map(({ postings: _, ...head }) => ({ ...head, book: journalKinds[head.kind].book }));
  const added = await rows<{ key: string }>(tx, 'SELECT post_journals($1, $2, $3) AS key', [JSON.stringify([...accounts.values()]), JSON.stringify(heads), JSON.stringify(postings)]);
  return new Set(added.map((each) => each.key));
}

/** One posting per account, none of zero, and their sum is zero: checked here for a readable error, at commit for certain. */
function merged(journal: Journal): Posting[] {
  const byCode = new Map<string, Posting>();
  let sum = 0;
  for (const { account, amountFen } of journal.postings) {
    if (!Number.isSafeInteger(amountFen)) throw new RangeError(`${journal.key}: ${amountFen} is not a whole number of fen`);
    sum += amountFen;
    byCode.set(account.code, { account, amountFen: (byCode.get(account.code)?.amountFen ?? 0) + amountFen });
  }
  const postings = [...byCode.values()].filter((posting) => posting.amountFen !== 0);
  if (sum !== 0 || postings.length < 2) throw new RangeError(`${journal.key}: ${postings.length} postings with the sum ${sum}`);
  return postings;
}

/** A movement from one account to another. */
export function moved(from: AccountName, to: AccountName, amountFen: number): Posting[] {
  return [{ account: from, amountFen: -amountFen }, { account: to, amountFen }];
}

/**
 * Posts the exact opposite of a journal (冲销). The decision or instruction behind the correction is named by the caller.
 * @throws Error when there is no such journal or it is a reversal itself.
 */
export async function reverseJournal(tx: Transaction, input: { key: string; reversesKey: string; businessAt: string; requestNo?: string; actId?: number }): Promise<boolean> {
  const original = await row<{ id: number; book: Book; kind: string; reverses: number | null }>(tx, 'SELECT id, book, kind, reverses FROM journal WHERE key = $1', [input.reversesKey]);
  if (!original || original.reverses !== null) throw new Error(`${input.reversesKey} is not a journal that can be reversed`);
  const postings = await rows<{ key: string; book: Book; code: string; fen: number }>(
    tx, 'SELECT $2::text AS key, a.book, a.code, -p.amount_fen AS fen FROM posting p JOIN account a ON a.id = p.account_id WHERE p.journal_id = $1', [original.id, input.key]);
  const head = { key: input.key, book: original.book, kind: original.kind, reverses: original.id, businessAt: input.businessAt, requestNo: input.requestNo, actId: input.actId };
  return (await rows(tx, 'SELECT post_journals($1, $2, $3)', ['[]', JSON.stringify([head]), JSON.stringify(postings)])).length > 0;
}

/** Whether an error is the database refusing to let a balance leave its side of zero. */
export function isShortOfMoney(error: unknown): boolean {
  return (error as { constraint?: string } | null)?.constraint === balanceConstraint;
}

/** The balance in fen; 0 for an account nothing was ever posted to. */
export async function balanceOf(db: Db, account: Pick<AccountName, 'book' | 'code'>): Promise<number> {
  return (await row<{ balance: number }>(db, 'SELECT balance FROM account WHERE book = $1 AND code = $2', [account.book, account.code]))?.balance ?? 0;
}

/** The balance as it was after everything with a business time up to `asOf` (ISO). */
export async function balanceAsOf(db: Db, account: Pick<AccountName, 'book' | 'code'>, asOf: string): Promise<number> {
  const found = await row<{ fen: number }>(
    db, `SELECT coalesce(sum(p.amount_fen), 0)::bigint AS fen FROM posting p JOIN journal j ON j.id = p.journal_id JOIN account a ON a.id = p.account_id
          WHERE a.book = $1 AND a.code = $2 AND j.business_at <= $3`, [account.book, account.code, asOf]);
  return found?.fen ?? 0;
}

export interface TrialBalance {
  /** Σ of all balances, both books: zero. */
  sumFen: number;
  byKind: { book: Book; kind: string; accounts: number; sumFen: number }[];
  /** Accounts whose balance is not the sum of their postings: none. */
  driftedAccounts: string[];
  /** Journals whose postings do not sum to zero: none. */
  unbalancedJournals: string[];
}

/** Adds everything up again from the postings, trusting neither triggers nor balances. */
export async function trialBalance(db: Db): Promise<TrialBalance> {
  const byKind = await rows<{ book: Book; kind: string; accounts: number; sumFen: number }>(
    db, 'SELECT book, kind, count(*)::int AS accounts, sum(balance)::bigint AS "sumFen" FROM account GROUP BY book, kind ORDER BY book, kind');
  const drifted = await rows<{ code: string }>(
    db, `SELECT a.code FROM account a LEFT JOIN (SELECT account_id, sum(amount_fen) AS fen FROM posting GROUP BY account_id) p ON p.account_id = a.id
          WHERE a.balance <> coalesce(p.fen, 0) ORDER BY a.code`);
  const unbalanced = await rows<{ key: string }>(
    db, `SELECT j.key FROM journal j LEFT JOIN (SELECT journal_id, sum(amount_fen) AS fen FROM posting GROUP BY journal_id) p ON p.journal_id = j.id
          WHERE p.fen IS DISTINCT FROM 0 ORDER BY j.id`);
  return {
    sumFen: byKind.reduce((sum, kind) => sum + kind.sumFen, 0),
    byKind,
    driftedAccounts: drifted.map((each) => each.code),
    unbalancedJournals: unbalanced.map((each) => each.key),
  };
}
