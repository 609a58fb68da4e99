/** Standing authorisations: a maximum in all, used up by what they are used for, until their failTime. */
import type pg from 'pg';
import { endOf } from './calendar.js';
import { refuse } from './errors.js';
import type { Refusal } from './errors.js';
import { done, failed } from './requests.js';
import type { Verdict } from './requests.js';

interface Row { max_fen: number; used_fen: number; fail_time: string; request_no: string }

/** Uses a part of an authorisation at a business moment (ms). @returns the number of the authorisation used, or why not */
export async function spend(tx: pg.PoolClient, userNo: string, type: string, amountFen: number, atMs: number): Promise<{ authorisationNo: string } | Refusal> {
  const { rows } = await tx.query<Row>({ name: 'lock-authorisation', text: 'SELECT * FROM authorisation WHERE user_no = $1 AND type = $2 FOR UPDATE', values: [userNo, type] });
  const held = rows[0];
  if (!held) return refuse('notAuthorised', 'AUTHORISATION_MISSING', `${userNo} has not authorised ${type}`);
  if (atMs >= endOf(held.fail_time)) return refuse('notAuthorised', 'AUTHORISATION_EXPIRED', `the ${type} authorisation ended ${held.fail_time}`);
  if (held.max_fen - held.used_fen < amountFen) return refuse('notAuthorised', 'AUTHORISATION_AMOUNT', `the ${type} authorisation has less left than asked`);
  await tx.query({ name: 'spend-authorisation', text: 'UPDATE authorisation SET used_fen = used_fen + $3 WHERE user_no = $1 AND type = $2', values: [userNo, type, amountFen] });
  return { authorisationNo: held.request_no };
}

/** What was frozen by an authorisation and released again counts as not used, unless it was replaced meanwhile. */
export async function giveBack(tx: pg.PoolClient, authorisationNo: string, type: string, userNo: string, amountFen: number): Promise<void> {
  await tx.query('UPDATE authorisation SET used_fen = greatest(0, used_fen - $4) WHERE user_no = $1 AND type = $2 AND request_no = $3', [userNo, type, authorisationNo, amountFen]);
}

/** The same for everything still frozen under a project, at once. */
export async function giveBackAll(tx: pg.PoolClient, projectNo: string): Promise<void> {
  await tx.query(
    `UPDATE authorisation a SET used_fen = greatest(0, a.used_fen - h.fen)
     FROM (SELECT user_no, biz_type, authorisation_no, sum(remaining_fen)::bigint AS fen FROM hold WHERE project_no = $1 AND remaining_fen > 0 GROUP BY 1, 2, 3) h
     WHERE a.user_no = h.user_no AND a.type = h.biz_type AND a.request_no = h.authorisation_no`, [projectNo]);
}

/** A new authorisation replaces the old one of its type and starts unused. */
export async function grant(tx: pg.PoolClient, requestNo: string, userNo: string, types: string[], maxFen: number, failTime: string): Promise<void> {
  await tx.query(
    `INSERT INTO authorisation (user_no, type, max_fen, fail_time, request_no) SELECT $1, t, $3, $4, $5 FROM unnest($2::text[]) t
     ON CONFLICT (user_no, type) DO UPDATE SET max_fen = excluded.max_fen, used_fen = 0, fail_time = excluded.fail_time, request_no = excluded.request_no`,
    [userNo, types, maxFen, failTime, requestNo]);
}

/** CANCEL_USER_AUTHORIZATION. */
export async function revoke(tx: pg.PoolClient, userNo: string, type: string): Promise<Verdict> {
  const { rowCount } = await tx.query('DELETE FROM authorisation WHERE user_no = $1 AND type = $2', [userNo, type]);
  return rowCount === 1 ? done(0) : failed(refuse('notAuthorised', 'AUTHORISATION_MISSING', `${userNo} has no ${type} authorisation`));
}
