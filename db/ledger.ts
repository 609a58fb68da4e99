/** Posting to the ledger and reading it. The rules that hold whatever code does are in 0004-ledger.sql. */
import type { AccountName, Book, JournalKind } from './chart.js';
import { journalKinds } from './chart.js';
import { recordDecision } from './acts.js';
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

/** Posts one journal in one statement; false if its key is in the ledger already. Throws as {@link postJournals} does. */
export async function postJournal(tx: Transaction, journal: Journal): Promise<boolean> {
  const { key, kind, businessAt, requestNo = null, contractNo = null, paymentNo = null, actId = null } = { ...nothingNamed, ...journal };
  const postings = merged(journal).sort((a, b) => (a.account.code < b.account.code ? -1 : 1));
  const accounts = postings.map((posting) => posting.account);
  if (accounts.some(({ book }) => book !== journalKinds[kind].book)) throw new RangeError(`${key}: ${kind} is not of the book of its accounts`);
  const posted = await row<{ added: boolean }>(tx, 'SELECT post_journal($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS added', [
    key, journalKinds[kind].book, kind, requestNo, contractNo, paymentNo, actId, businessAt,
    accounts.map(({ code }) => code), accounts.map((account) => account.kind), accounts.map(({ owner }) => owner), accounts.map(({ loanNo }) => loanNo), postings.map(({ amountFen }) => amountFen),
  ]);
  return posted?.added ?? false;
}

const nothingNamed: { requestNo?: string; contractNo?: string; paymentNo?: string; actId?: number } = {};

/**
 * Posts journals in one round trip, in the caller's transaction, and answers the keys that were new.
 * @throws RangeError when one is not balanced or not whole fen; a database error when a balance would leave its side
 *   ({@link isShortOfMoney}) or the chart does not know the event.
 */
export async function postJournals(tx: Transaction, journals: readonly Journal[]): Promise<Set<string>> {
  const [only] = journals;
  if (!only) return new Set();
  if (journals.length === 1) return new Set((await postJournal(tx, only)) ? [only.key] : []);
  return post(tx, unpacked(journals));
}

/** Journals as `post_journals` takes them. */
interface Unpacked {
  accounts: AccountName[];
  heads: ({ key: string; book: Book; kind: JournalKind; businessAt: string } & Partial<Record<'requestNo' | 'contractNo' | 'paymentNo' | 'actId' | 'reverses', string | number | null>>)[];
  postings: { key: string; book: Book; code: string; fen: number }[];
}

async function post(tx: Transaction, { accounts, heads, postings }: Unpacked): Promise<Set<string>> {
  const added = await rows<{ key: string }>(tx, 'SELECT post_journals($1, $2, $3) AS key', [JSON.stringify(accounts), JSON.stringify(heads), JSON.stringify(postings)]);
  return new Set(added.map((each) => each.key));
}

function unpacked(journals: readonly Journal[]): Unpacked {
  const accounts = new Map<string, AccountName>();
  const postings: { key: string; book: Book; code: string; fen: number }[] = [];
  for (const journal of journals) {
    for (const { account, amountFen } of merged(journal)) {
      accounts.set(`${account.book} ${account.code}`, account);
      postings.push({ key: journal.key, book: account.book, code: account.code, fen: amountFen });
    }
  }
  const heads = journals.map(({ postings: _, ...head }) => ({ ...head, book: journalKinds[head.kind].book }));
  return { accounts: [...accounts.values()], heads, postings };
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

export interface Reversal {
  /** The business key of the journal that was wrong. */
  key: string;
  why: string;
  /** Who decided, in what role; `secondPerson` is another log-in. */
  by: string;
  role: string;
  secondPerson: string;
  /** Business time, ISO. */
  businessAt: string;
}
export type Reversed =
  /** `changed` is false when it had been reversed before; then no act is written either. */
  | { status: 'reversed'; key: string; changed: boolean }
  | { status: 'refused'; code: 'no-such-journal' | 'is-a-reversal' | 'no-reason' | 'needs-a-second-person' | 'short-of-money' };

/** The key of the journal that reverses another. */
export const reversalKey = (key: string): string => `${key}:reversed`;

/**
 * Corrects (冲销): posts the exact opposite of a journal, once, with the act of the two people who decided it. A custody
 * journal's reversal names the same instruction. Refused where it would take from an account what is not there any more.
 */
export async function reverseJournal(tx: Transaction, { key, why, by, role, secondPerson, businessAt }: Reversal): Promise<Reversed> {
  if (why.trim() === '') return { status: 'refused', code: 'no-reason' };
  if (secondPerson === by || secondPerson === '') return { status: 'refused', code: 'needs-a-second-person' };
  const original = await row<{ id: number; book: Book; kind: JournalKind; requestNo: string | null; reverses: number | null }>(
    tx, 'SELECT id, book, kind, request_no AS "requestNo", reverses FROM journal WHERE key = $1', [key]);
  if (!original) return { status: 'refused', code: 'no-such-journal' };
  if (original.reverses !== null) return { status: 'refused', code: 'is-a-reversal' };
  // The accounts' locks come first: of two who reverse the same journal at once, the second finds it done.
  const touched = await rows<{ book: Book; code: string; fen: number; fits: boolean }>(
    tx, `SELECT a.book, a.code, -p.amount_fen AS fen, (a.balance - p.amount_fen) * a.side >= 0 AS fits FROM posting p JOIN account a ON a.id = p.account_id
          WHERE p.journal_id = $1 ORDER BY a.id FOR NO KEY UPDATE OF a`, [original.id]);
  if (await row(tx, 'SELECT 1 AS found FROM journal WHERE reverses = $1', [original.id])) return { status: 'reversed', key: reversalKey(key), changed: false };
  if (touched.some((each) => !each.fits)) return { status: 'refused', code: 'short-of-money' };
  const actId = await recordReversal(tx, { key, why, by, role, secondPerson, businessAt });
  const head = { key: reversalKey(key), book: original.book, kind: original.kind, reverses: original.id, businessAt, requestNo: original.requestNo, actId };
  await post(tx, { accounts: [], heads: [head], postings: touched.map(({ book, code, fen }) => ({ key: head.key, book, code, fen })) });
  return { status: 'reversed', key: head.key, changed: true };
}

/** The decision that the database asks of every reversal. */
function recordReversal(tx: Transaction, { key, why, by, role, secondPerson, businessAt }: Reversal): Promise<number> {
  return recordDecision(tx, { actor: by, role, verb: 'reverse-journal', subject: key, after: { reversedBy: reversalKey(key) }, why, secondPerson, businessAt });
}

/** A journal with its postings, as a correction shows and undoes it. */
export interface PostedJournal { id: number; key: string; book: Book; kind: JournalKind; requestNo: string | null; reverses: number | null; postings: { code: string; fen: number }[] }

/** What was posted for one movement and not taken back: under its number, and under its number with an ending (`:accepted`, `:frozen`, `:case-…`). */
export function postedFor(db: Db, requestNo: string, movementNo: string): Promise<PostedJournal[]> {
  return rows<PostedJournal>(
    db, `SELECT j.id, j.key, j.book, j.kind, j.request_no AS "requestNo", j.reverses,
                (SELECT jsonb_agg(jsonb_build_object('code', a.code, 'fen', p.amount_fen) ORDER BY p.amount_fen, a.code) FROM posting p JOIN account a ON a.id = p.account_id WHERE p.journal_id = j.id) AS postings
           FROM journal j WHERE j.request_no = $1 AND j.book = 'custody' AND (j.key = $2 OR j.key IN ($2 || ':accepted', $2 || ':frozen') OR starts_with(j.key, $2 || ':case-'))
            AND j.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM journal r WHERE r.reverses = j.id) ORDER BY j.id`, [requestNo, movementNo]);
}

/**
 * Corrects by several journals at once: some are reversed, others posted, in one statement, so that only what it comes to
 * must be there: money that is taken and given back in the same breath is not missed in between.
 * @throws what {@link postJournals} throws; a database error when one was reversed before.
 */
export async function correct(tx: Transaction, input: { reverse: readonly PostedJournal[]; post: readonly Journal[]; decision: Omit<Reversal, 'key'> }): Promise<void> {
  const { reverse, decision } = input;
  const news = unpacked(input.post);
  for (const original of reverse) {
    const key = reversalKey(original.key);
    const actId = await recordReversal(tx, { ...decision, key: original.key });
    news.heads.push({ key, book: original.book, kind: original.kind, reverses: original.id, businessAt: decision.businessAt, requestNo: original.requestNo, actId });
    news.postings.push(...original.postings.map(({ code, fen }) => ({ key, book: original.book, code, fen: -fen })));
  }
  if (news.heads.length > 0) await post(tx, news);
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

/** All balances by kind as they were after everything with a business time up to `asOf` (ISO); `sumFen` is zero. */
export async function trialBalanceAsOf(db: Db, asOf: string): Promise<Pick<TrialBalance, 'sumFen' | 'byKind'>> {
  const byKind = await rows<KindSum>(
    db, `SELECT a.book, a.kind, count(DISTINCT a.id)::int AS accounts, sum(p.amount_fen)::bigint AS "sumFen"
           FROM journal j JOIN posting p ON p.journal_id = j.id JOIN account a ON a.id = p.account_id WHERE j.business_at <= $1 GROUP BY a.book, a.kind ORDER BY a.book, a.kind`, [asOf]);
  return { sumFen: sumOf(byKind), byKind };
}

interface KindSum { book: Book; kind: string; accounts: number; sumFen: number }
const sumOf = (byKind: readonly KindSum[]): number => byKind.reduce((sum, kind) => sum + kind.sumFen, 0);
const balancesByKind = (db: Db): Promise<KindSum[]> =>
  rows<KindSum>(db, 'SELECT book, kind, count(*)::int AS accounts, sum(balance)::bigint AS "sumFen" FROM account GROUP BY book, kind ORDER BY book, kind');

export interface TrialBalance {
  /** Σ of all balances, both books: zero. */
  sumFen: number;
  byKind: KindSum[];
  /** Accounts whose balance is not the sum of their postings: none. */
  driftedAccounts: string[];
  /** Journals whose postings do not sum to zero: none. */
  unbalancedJournals: string[];
}

/** Adds everything up again from the postings, trusting neither triggers nor balances nor earlier checks. */
export async function trialBalance(db: Db): Promise<TrialBalance> {
  const byKind = await balancesByKind(db);
  const drifted = await rows<{ code: string }>(
    db, `SELECT a.code FROM account a LEFT JOIN (SELECT account_id, sum(amount_fen) AS fen FROM posting GROUP BY account_id) p ON p.account_id = a.id
          WHERE a.balance <> coalesce(p.fen, 0) ORDER BY a.code`);
  const unbalanced = await rows<{ key: string }>(
    db, `SELECT j.key FROM journal j LEFT JOIN (SELECT journal_id, sum(amount_fen) AS fen FROM posting GROUP BY journal_id) p ON p.journal_id = j.id
          WHERE p.fen IS DISTINCT FROM 0 ORDER BY j.id`);
  return { sumFen: sumOf(byKind), byKind, driftedAccounts: drifted.map((each) => each.code), unbalancedJournals: unbalanced.map((each) => each.key) };
}

/** Only one adds up at a time. LOCK takes no snapshot, so the one who waited sees what the other wrote. */
const oneAtATime = 'LOCK TABLE books_mark IN SHARE ROW EXCLUSIVE MODE';

/**
 * The same from where the last check ended: new journals are added up, each account is compared with what the last check
 * found plus what is new. Its cost follows what is new and the number of accounts, not the age of the ledger. The mark
 * moves on only when all balances; until then the same is found again. Call it first in a transaction of REPEATABLE READ.
 */
export async function trialBalanceSinceLast(tx: Transaction): Promise<TrialBalance> {
  await tx.query(oneAtATime);
  const byKind = await balancesByKind(tx);
  const unbalanced = await rows<{ key: string }>(
    tx, `SELECT j.key FROM journal j LEFT JOIN posting p ON p.journal_id = j.id WHERE j.xid >= (SELECT xid FROM books_mark) GROUP BY j.id, j.key
         HAVING sum(p.amount_fen) IS DISTINCT FROM 0 ORDER BY j.id`);
  const drifted = await rows<{ code: string }>(
    tx, `SELECT a.code FROM account a LEFT JOIN checked_balance c ON c.account_id = a.id
           LEFT JOIN (SELECT p.account_id, sum(p.amount_fen) AS fen FROM journal j JOIN posting p ON p.journal_id = j.id WHERE j.xid >= (SELECT xid FROM books_mark) GROUP BY p.account_id) n ON n.account_id = a.id
          WHERE a.balance <> coalesce(c.fen, 0) + coalesce(n.fen, 0) ORDER BY a.code`);
  if (unbalanced.length === 0 && drifted.length === 0) await moveMark(tx);
  return { sumFen: sumOf(byKind), byKind, driftedAccounts: drifted.map((each) => each.code), unbalancedJournals: unbalanced.map((each) => each.key) };
}

/** To the oldest transaction that is still running: whatever is older is in, or will never be. */
async function moveMark(tx: Transaction): Promise<void> {
  await tx.query(
    `INSERT INTO checked_balance (account_id, fen)
     SELECT p.account_id, sum(p.amount_fen)::bigint FROM journal j JOIN posting p ON p.journal_id = j.id
      WHERE j.xid >= (SELECT xid FROM books_mark) AND j.xid < pg_snapshot_xmin(pg_current_snapshot()) GROUP BY p.account_id
         ON CONFLICT (account_id) DO UPDATE SET fen = checked_balance.fen + EXCLUDED.fen`);
  await tx.query('UPDATE books_mark SET xid = greatest(xid, pg_snapshot_xmin(pg_current_snapshot())), at = clock_timestamp()');
}
