/** What the platform has taken in fees and costs, from the ledger alone: every posting to one of its accounts, by month and kind. */
import { eachRow } from './cursor.js';
import { rows, type Db, type Pool } from './pool.js';

/** The platform's accounts of the custody book: income, costs it owes on to third parties, its own money for rewards. */
const platformSql = `a.book = 'custody' AND a.kind LIKE 'platform-%'`;

export interface FeeSum {
  /** `YYYY-MM`, of business days in the platform's zone. */
  month: string;
  /** The journal's kind: which agreed fee, or costs. */
  kind: string;
  /** The platform's account. */
  account: string;
  entries: number;
  inFen: number;
  /** What reversals took back: zero or below. */
  outFen: number;
}

export interface FeeQuery {
  kind?: string | undefined;
  /** Business instants, from inclusive to exclusive. */
  from?: string | undefined;
  to?: string | undefined;
}

/** By month, kind and account, the newest month first. `zoneOffsetMinutes`: whose midnight ends a month. */
export function feesByMonth(db: Db, { kind, from, to }: FeeQuery, zoneOffsetMinutes: number): Promise<FeeSum[]> {
  return rows<FeeSum>(
    db, `SELECT to_char((j.business_at AT TIME ZONE 'UTC') + make_interval(mins => $1), 'YYYY-MM') AS month, j.kind, a.code AS account, count(*)::int AS entries,
                coalesce(sum(p.amount_fen) FILTER (WHERE p.amount_fen > 0), 0)::bigint AS "inFen", coalesce(sum(p.amount_fen) FILTER (WHERE p.amount_fen < 0), 0)::bigint AS "outFen"
           FROM account a JOIN posting p ON p.account_id = a.id JOIN journal j ON j.id = p.journal_id
          WHERE ${platformSql} AND ($2::text IS NULL OR j.kind = $2) AND ($3::timestamptz IS NULL OR j.business_at >= $3) AND ($4::timestamptz IS NULL OR j.business_at < $4)
          GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3`, [zoneOffsetMinutes, kind ?? null, from ?? null, to ?? null]);
}

export interface FeeEntry { journalId: number; key: string; kind: string; account: string; businessAt: string; requestNo: string | null; loanNo: string | null; paymentNo: string | null; amountFen: number }

/** Each single fee with the instruction, loan and payment it came from. */
export function eachFee(pool: Pool, { kind, from, to }: FeeQuery): AsyncGenerator<FeeEntry> {
  return eachRow<FeeEntry>(
    pool, `SELECT j.id AS "journalId", j.key, j.kind, a.code AS account, j.business_at AS "businessAt", j.request_no AS "requestNo", i.loan_no AS "loanNo", i.payment_no AS "paymentNo", p.amount_fen AS "amountFen"
             FROM account a JOIN posting p ON p.account_id = a.id JOIN journal j ON j.id = p.journal_id LEFT JOIN instruction i ON i.request_no = j.request_no
            WHERE ${platformSql} AND ($1::text IS NULL OR j.kind = $1) AND ($2::timestamptz IS NULL OR j.business_at >= $2) AND ($3::timestamptz IS NULL OR j.business_at < $3) ORDER BY j.id`,
    [kind ?? null, from ?? null, to ?? null]);
}

export interface PlatformAccount { id: number; code: string; kind: string; balanceFen: number }

/** The balances against which the sums stand: without a filter, all fees less all reversals are what the accounts hold. */
export function platformAccounts(db: Db): Promise<PlatformAccount[]> {
  return rows<PlatformAccount>(db, `SELECT a.id, a.code, a.kind, a.balance AS "balanceFen" FROM account a WHERE ${platformSql} ORDER BY a.code`);
}
