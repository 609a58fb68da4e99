/** Shares of payments that the bank refused (未到账), as operations look them up. */
import { eachRow } from './cursor.js';
import { shareSql, type Share } from './finance.js';
import { row, rows, type Db, type Pool } from './pool.js';

export interface ShareQuery {
  loanNo?: string | undefined;
  personIds?: readonly string[] | undefined;
  userNo?: string | undefined;
  /** The bank's reason, a code. */
  reason?: string | undefined;
  /** Days of the payments, inclusive. */
  fromDay?: string | undefined;
  toDay?: string | undefined;
}

function sqlOf(by: ShareQuery): { sql: string; values: unknown[] } {
  const values: unknown[] = [];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [`state = 'undelivered'`];
  if (by.loanNo) conditions.push(`"loanNo" = ${given(by.loanNo)}`);
  if (by.personIds) conditions.push(`"lenderId" = ANY(${given(by.personIds)})`);
  if (by.userNo) conditions.push(`"userNo" = ${given(by.userNo)}`);
  if (by.reason) conditions.push(`reason = ${given(by.reason)}`);
  if (by.fromDay) conditions.push(`"asOf" >= ${given(by.fromDay)}::date`);
  if (by.toDay) conditions.push(`"asOf" <= ${given(by.toDay)}::date`);
  return { sql: `FROM (${shareSql} WHERE d.state = 'undelivered') s WHERE ${conditions.join(' AND ')}`, values };
}

const order = ' ORDER BY "asOf", "paymentNo", "holdingId"';

/** One page, the oldest first. */
export function searchUndelivered(db: Db, by: ShareQuery & { limit: number; offset: number }): Promise<Share[]> {
  const { sql, values } = sqlOf(by);
  return rows<Share>(db, `SELECT * ${sql}${order} LIMIT $${values.length + 1} OFFSET $${values.length + 2}`, [...values, by.limit, by.offset]);
}

export function eachUndelivered(pool: Pool, by: ShareQuery): AsyncGenerator<Share> {
  const { sql, values } = sqlOf(by);
  return eachRow<Share>(pool, `SELECT * ${sql}${order}`, values);
}

export interface UndeliveredTotals { shares: number; principalFen: number; interestFen: number; lateInterestFen: number; feeFen: number }

/** Of all that fit. */
export async function undeliveredTotals(db: Db, by: ShareQuery): Promise<UndeliveredTotals> {
  const { sql, values } = sqlOf(by);
  const sum = (column: string): string => `coalesce(sum("${column}"), 0)::bigint AS "${column}"`;
  const found = await row<UndeliveredTotals>(db, `SELECT count(*)::int AS shares, ${['principalFen', 'interestFen', 'lateInterestFen', 'feeFen'].map(sum).join(', ')} ${sql}`, values);
  return found ?? { shares: 0, principalFen: 0, interestFen: 0, lateInterestFen: 0, feeFen: 0 };
}

/** Loans with such shares, for the choice of which to send again; the oldest first. */
export function loansWithUndelivered(db: Db, limit: number): Promise<{ loanNo: string; shares: number }[]> {
  return rows(db, `SELECT p.loan_no AS "loanNo", count(*)::int AS shares FROM distribution d JOIN payment p USING (payment_no) WHERE d.state = 'undelivered' GROUP BY p.loan_no ORDER BY min(p.as_of), p.loan_no LIMIT $1`, [limit]);
}

/** The reasons that there are, for the filter. */
export async function undeliveredReasons(db: Db): Promise<string[]> {
  const found = await rows<{ reason: string }>(db, `SELECT DISTINCT reason FROM (${shareSql} WHERE d.state = 'undelivered') s WHERE reason IS NOT NULL ORDER BY reason`);
  return found.map(({ reason }) => reason);
}
