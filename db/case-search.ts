/** Cases of reconciliation as finance looks them up, open and decided. */
import { eachRow } from './cursor.js';
import { accountsOfPeople } from './person-search.js';
import { row, rows, type Db, type Pool } from './pool.js';
import { caseColumns, type ReconciliationCase } from './reconciliation.js';

export interface CaseQuery {
  /** The beginning of the movement's number. */
  requestNo?: string | undefined;
  personIds?: readonly string[] | undefined;
  userNo?: string | undefined;
  file?: string | undefined;
  result?: string | undefined;
  state?: string | undefined;
  /** Who has taken it. */
  owner?: string | undefined;
  /** Business days of the file, inclusive. */
  fromDay?: string | undefined;
  toDay?: string | undefined;
}

async function whereOf(db: Db, by: CaseQuery): Promise<{ sql: string; values: unknown[] }> {
  const values: unknown[] = [];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (by.requestNo) conditions.push(`starts_with(request_no, ${given(by.requestNo)})`);
  if (by.personIds || by.userNo) conditions.push(`user_no = ANY(${given([...(by.userNo ? [by.userNo] : []), ...(by.personIds ? await accountsOfPeople(db, by.personIds) : [])])})`);
  if (by.file) conditions.push(`file = ${given(by.file)}`);
  if (by.result) conditions.push(`result = ${given(by.result)}`);
  if (by.state) conditions.push(`state = ${given(by.state)}`);
  if (by.owner) conditions.push(`owner = ${given(by.owner)}`);
  if (by.fromDay) conditions.push(`day >= ${given(by.fromDay)}::date`);
  if (by.toDay) conditions.push(`day <= ${given(by.toDay)}::date`);
  return { sql: conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '', values };
}

const order = ` ORDER BY state, CASE WHEN state = 'open' THEN due_at END, id DESC`;

/** Open ones first, the most urgent at the top. */
export async function searchCases(db: Db, by: CaseQuery & { limit: number; offset: number }): Promise<ReconciliationCase[]> {
  const { sql, values } = await whereOf(db, by);
  return rows<ReconciliationCase>(db, `SELECT ${caseColumns} FROM reconciliation_case${sql}${order} LIMIT $${values.length + 1} OFFSET $${values.length + 2}`, [...values, by.limit, by.offset]);
}

export async function* eachCase(pool: Pool, by: CaseQuery): AsyncGenerator<ReconciliationCase> {
  const { sql, values } = await whereOf(pool, by);
  yield* eachRow<ReconciliationCase>(pool, `SELECT ${caseColumns} FROM reconciliation_case${sql}${order}`, values);
}

export interface CaseTotals { cases: number; open: number; doubtFen: number }

/** Of all that fit; the amount is what waits because of those that are open. */
export async function caseTotals(db: Db, by: CaseQuery): Promise<CaseTotals> {
  const { sql, values } = await whereOf(db, by);
  const found = await row<CaseTotals>(
    db, `SELECT count(*)::int AS cases, count(*) FILTER (WHERE state = 'open')::int AS open, coalesce(sum(doubt_fen) FILTER (WHERE state = 'open'), 0)::bigint AS "doubtFen" FROM reconciliation_case${sql}`, values);
  return found ?? { cases: 0, open: 0, doubtFen: 0 };
}
