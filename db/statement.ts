/**
 * A person's statement (账户流水): every movement of one account at the custody bank from our ledger, between two moments, with the
 * balances before, after and beside each line. What many lenders give or get at one moment is one line for a borrower.
 */
import { inTransaction, row, rows, type Pool, type Transaction } from './pool.js';

/** Whose account, and the period: from `fromAt` on, before `untilAt` (business time, ISO). */
export interface StatementPeriod { userNo: string; fromAt: string; untilAt: string }

/** `reservedFen`: bids being paid; `inTransitFen`: on the way to the card. */
export interface StatementBalances { availableFen: number; reservedFen: number; frozenFen: number; inTransitFen: number }

export interface StatementLine {
  at: string;
  /** The event, as in the chart of accounts. */
  kind: string;
  /** What a share of a payment is for; null where the event says it all. */
  purpose: string | null;
  /** The opposite of an entry that was wrong. */
  correction: boolean;
  loanNo: string | null;
  bidId: number | null;
  paymentNo: string | null;
  requestNo: string;
  /** The request is the person's own, not somebody else's payment. */
  own: boolean;
  /** How many entries of the ledger the line stands for. */
  entries: number;
  /** What moved, also when it only changed its state within the account. */
  movedFen: number;
  availableFen: number;
  /** Reserved, frozen and in transit together. */
  boundFen: number;
  availableAfterFen: number;
  boundAfterFen: number;
  /** Of interest that was received: what it consists of, and the fee kept back before it came. */
  interestFen: number;
  lateInterestFen: number;
  feeFen: number;
}

/** `inFen` and `outFen`: what came into the account from elsewhere and left it. */
export interface StatementTotals { lines: number; inFen: number; outFen: number }

export interface Statement { opening: StatementBalances; closing: StatementBalances; totals: StatementTotals; lines: StatementLine[] }

/** Reads one page of the statement, the oldest line first; balances, totals and lines are of one moment. */
export function readStatement(pool: Pool, period: StatementPeriod, page: { limit: number; offset: number }): Promise<Statement> {
  return inTransaction(pool, async (tx) => {
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    const opening = await balancesBefore(tx, period.userNo, period.fromAt);
    return { opening, closing: await balancesBefore(tx, period.userNo, period.untilAt), totals: await totalsOf(tx, period), lines: await linesOf(tx, period, opening, page) };
  });
}

async function balancesBefore(tx: Transaction, userNo: string, at: string): Promise<StatementBalances> {
  const found = await row<StatementBalances>(
    tx, `SELECT coalesce(sum(p.amount_fen) FILTER (WHERE a.kind LIKE '%-available'), 0)::bigint AS "availableFen", coalesce(sum(p.amount_fen) FILTER (WHERE a.kind LIKE '%-reserved'), 0)::bigint AS "reservedFen",
                coalesce(sum(p.amount_fen) FILTER (WHERE a.kind NOT LIKE '%-available' AND a.kind NOT LIKE '%-reserved' AND a.kind <> 'in-transit'), 0)::bigint AS "frozenFen",
                coalesce(sum(p.amount_fen) FILTER (WHERE a.kind = 'in-transit'), 0)::bigint AS "inTransitFen"
           FROM account a JOIN posting p ON p.account_id = a.id JOIN journal j ON j.id = p.journal_id
          WHERE a.book = 'custody' AND a.owner = $1 AND j.business_at < $2`, [userNo, at]);
  return found ?? { availableFen: 0, reservedFen: 0, frozenFen: 0, inTransitFen: 0 };
}

/** Entries of the account in the period ($1 userNo, $2, $3), and the lines they make. */
const linesSql = `
  WITH entry AS (
    SELECT j.id, j.key, j.kind, j.request_no, j.reverses IS NOT NULL AS correction, j.business_at,
           coalesce(sum(p.amount_fen) FILTER (WHERE a.kind LIKE '%-available'), 0) AS available, coalesce(sum(p.amount_fen) FILTER (WHERE a.kind NOT LIKE '%-available'), 0) AS bound,
           greatest(sum(p.amount_fen) FILTER (WHERE p.amount_fen > 0), -sum(p.amount_fen) FILTER (WHERE p.amount_fen < 0)) AS moved
      FROM account a JOIN posting p ON p.account_id = a.id JOIN journal j ON j.id = p.journal_id
     WHERE a.book = 'custody' AND a.owner = $1 AND j.business_at >= $2 AND j.business_at < $3 GROUP BY j.id
  ), line AS (
    SELECT min(e.id) AS id, e.business_at, e.kind, d.purpose, e.correction, e.request_no, CASE WHEN count(*) = 1 AND min(d.request_no) IS NOT NULL THEN min(d.request_no) ELSE e.request_no END AS number,
           CASE WHEN count(*) = 1 THEN min(d.bid_id) END AS bid_id, count(*)::int AS entries, sum(e.available)::bigint AS available, sum(e.bound)::bigint AS bound, sum(e.moved)::bigint AS moved,
           coalesce(sum(s.interest_fen), 0)::bigint AS interest, coalesce(sum(s.late_interest_fen), 0)::bigint AS late_interest, coalesce(sum(s.fee_fen), 0)::bigint AS fee
      FROM entry e JOIN instruction i ON i.request_no = e.request_no LEFT JOIN instruction_detail d ON d.request_no = e.key
      LEFT JOIN distribution s ON s.payment_no = i.payment_no AND s.holding_id = d.holding_id AND d.purpose = 'interest' AND d.to_user_no = $1
     GROUP BY e.business_at, e.kind, d.purpose, e.correction, e.request_no
  )`;

async function totalsOf(tx: Transaction, { userNo, fromAt, untilAt }: StatementPeriod): Promise<StatementTotals> {
  const found = await row<StatementTotals>(
    tx, `${linesSql} SELECT count(*)::int AS lines, coalesce(sum(available + bound) FILTER (WHERE available + bound > 0), 0)::bigint AS "inFen",
                           coalesce(-sum(available + bound) FILTER (WHERE available + bound < 0), 0)::bigint AS "outFen" FROM line`, [userNo, fromAt, untilAt]);
  return found ?? { lines: 0, inFen: 0, outFen: 0 };
}

function linesOf(tx: Transaction, { userNo, fromAt, untilAt }: StatementPeriod, opening: StatementBalances, { limit, offset }: { limit: number; offset: number }): Promise<StatementLine[]> {
  const bound = opening.reservedFen + opening.frozenFen + opening.inTransitFen;
  return rows<StatementLine>(
    tx, `${linesSql}
     SELECT l.business_at AS at, l.kind, l.purpose, l.correction, i.loan_no AS "loanNo", coalesce(l.bid_id, i.bid_id) AS "bidId", i.payment_no AS "paymentNo", l.number AS "requestNo", coalesce(i.user_no = $1 AND l.number = l.request_no, false) AS own, l.entries, l.moved AS "movedFen",
            l.available AS "availableFen", l.bound AS "boundFen", ($4 + sum(l.available) OVER until_here)::bigint AS "availableAfterFen", ($5 + sum(l.bound) OVER until_here)::bigint AS "boundAfterFen",
            l.interest AS "interestFen", l.late_interest AS "lateInterestFen", l.fee AS "feeFen"
       FROM line l JOIN instruction i ON i.request_no = l.request_no
     WINDOW until_here AS (ORDER BY l.business_at, l.id) ORDER BY l.business_at, l.id LIMIT $6 OFFSET $7`, [userNo, fromAt, untilAt, opening.availableFen, bound, limit, offset]);
}
