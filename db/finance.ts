/** What finance reads: accounts, day closes, and shares that the bank refused. Nothing here writes. */
import type { Book } from './chart.js';
import { row, rows, type Db } from './pool.js';

export interface LedgerAccount { id: number; book: Book; code: string; kind: string; owner: string | null; loanNo: string | null; balanceFen: number; postings: number }

const accountColumns = `a.id, a.book, a.code, a.kind, a.owner, a.loan_no AS "loanNo", a.balance AS "balanceFen", (SELECT count(*)::int FROM posting p WHERE p.account_id = a.id) AS postings`;

export interface AccountQuery { search: string | null; book: string | null; kind: string | null; limit: number; offset: number }

/** Accounts whose code, owner or loan begins with the search; an owner may be given by the person's number. */
export function listAccounts(db: Db, query: AccountQuery): Promise<LedgerAccount[]> {
  return rows<LedgerAccount>(db,
    `SELECT ${accountColumns} FROM account a
      WHERE ($1::text IS NULL OR starts_with(a.code, $1) OR a.owner IN ($1, 'B-' || $1, 'L-' || $1) OR a.loan_no = $1) AND ($2::text IS NULL OR a.book = $2) AND ($3::text IS NULL OR a.kind = $3)
      ORDER BY a.book DESC, a.kind, a.code LIMIT $4 OFFSET $5`, [query.search, query.book, query.kind, query.limit, query.offset]);
}

export function findAccount(db: Db, id: number): Promise<LedgerAccount | null> {
  return row<LedgerAccount>(db, `SELECT ${accountColumns} FROM account a WHERE a.id = $1`, [id]);
}

export interface AccountEntry { journalId: number; key: string; kind: string; businessAt: string; requestNo: string | null; amountFen: number; balanceFen: number }

/** An account's entries, the newest first, each with the balance after it. */
export function entriesOf(db: Db, accountId: number, limit: number, offset: number): Promise<AccountEntry[]> {
  return rows<AccountEntry>(db,
    `SELECT j.id AS "journalId", j.key, j.kind, j.business_at AS "businessAt", j.request_no AS "requestNo", p.amount_fen AS "amountFen",
       (sum(p.amount_fen) OVER (ORDER BY p.journal_id))::bigint AS "balanceFen"
     FROM posting p JOIN journal j ON j.id = p.journal_id WHERE p.account_id = $1 ORDER BY p.journal_id DESC LIMIT $2 OFFSET $3`, [accountId, limit, offset]);
}

export interface DayClose { day: string; trialBalanceFen: number; accountsCompared: number; differences: unknown[]; openInstructions: number; closedAt: string }

/** How the latest business days closed. */
export function dayCloses(db: Db, limit: number): Promise<DayClose[]> {
  return rows<DayClose>(db,
    `SELECT day, trial_balance_fen AS "trialBalanceFen", accounts_compared AS "accountsCompared", differences, open_instructions AS "openInstructions", closed_at AS "closedAt" FROM day_close ORDER BY day DESC LIMIT $1`, [limit]);
}

export interface Share {
  paymentNo: string; loanNo: string; holdingId: number; lenderId: string; userNo: string; principalFen: number; interestFen: number; lateInterestFen: number; feeFen: number;
  state: 'sending' | 'delivered' | 'undelivered';
  asOf: string;
  /** The bank's reason for refusing, of the newest refused detail. */
  reason: string | null;
}

const shareSql = `SELECT d.payment_no AS "paymentNo", p.loan_no AS "loanNo", d.holding_id AS "holdingId", h.lender_id AS "lenderId", h.user_no AS "userNo", d.principal_fen AS "principalFen", d.interest_fen AS "interestFen",
    d.late_interest_fen AS "lateInterestFen", d.fee_fen AS "feeFen", d.state, p.as_of AS "asOf",
    (SELECT x.reason FROM instruction_detail x JOIN instruction i ON i.request_no = x.batch_no WHERE i.payment_no = d.payment_no AND x.holding_id = d.holding_id AND x.state = 'refused' ORDER BY i.intended_at DESC LIMIT 1) AS reason
  FROM distribution d JOIN payment p ON p.payment_no = d.payment_no JOIN holding h ON h.id = d.holding_id`;

/** Lenders' shares that the bank refused and that stay frozen under their loan (未到账); the oldest first. */
export function undeliveredShares(db: Db, limit: number, offset: number): Promise<Share[]> {
  return rows<Share>(db, `${shareSql} WHERE d.state = 'undelivered' ORDER BY p.as_of, d.payment_no, d.holding_id LIMIT $1 OFFSET $2`, [limit, offset]);
}

/** How one payment was shared. */
export function sharesOf(db: Db, paymentNo: string, limit: number, offset: number): Promise<Share[]> {
  return rows<Share>(db, `${shareSql} WHERE d.payment_no = $1 ORDER BY d.holding_id LIMIT $2 OFFSET $3`, [paymentNo, limit, offset]);
}

/** Sums of a loan's distributions by payment and state. */
export function distributionSums(db: Db, loanNo: string): Promise<{ paymentNo: string; state: Share['state']; shares: number; fen: number }[]> {
  return rows(db,
    `SELECT d.payment_no AS "paymentNo", d.state, count(*)::int AS shares, sum(d.principal_fen + d.interest_fen + d.late_interest_fen - d.fee_fen)::bigint AS fen
       FROM distribution d JOIN payment p ON p.payment_no = d.payment_no WHERE p.loan_no = $1 GROUP BY d.payment_no, d.state`, [loanNo]);
}

/** A loan's episodes of collection and law, oldest first. */
export function episodesOf(db: Db, loanNo: string): Promise<{ workflowId: string; kind: 'collection' | 'legal'; state: string; openedOn: string; closedOn: string | null }[]> {
  return rows(db,
    `SELECT workflow_id AS "workflowId", 'collection' AS kind, state, opened_on AS "openedOn", closed_on AS "closedOn" FROM collection WHERE loan_no = $1
     UNION ALL SELECT workflow_id, 'legal', state, opened_on, closed_on FROM legal_case WHERE loan_no = $1 ORDER BY 4, 1`, [loanNo]);
}
