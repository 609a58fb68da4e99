/**
 * A court's freeze of a person's money (司法冻结): FREEZE takes what is available, up to the ordered sum or all of it, and from
 * then on what comes in (arrivals.ts); UNFREEZE gives back a part, or all and ends it. No password and no authorisation of the person.
 */
import type pg from 'pg';
import { lockAccounts, move } from './accounts.js';
import { refuse } from './errors.js';
import { done, failed } from './requests.js';
import type { Verdict } from './requests.js';

/** `amountFen` null: all that is there and comes in. */
export interface CourtFreeze { requestNo: string; userNo: string; amountFen: number | null; atMs: number }

/** Done whatever there is to freeze: the verdict's amount is what was frozen at once. */
export async function freezeByCourt(tx: pg.PoolClient, { requestNo, userNo, amountFen, atMs }: CourtFreeze): Promise<Verdict> {
  const account = (await lockAccounts(tx, [userNo])).get(userNo);
  if (!account || account.role.startsWith('PLATFORM')) return failed(refuse('noUser', '', `no user ${userNo}`));
  const takenFen = Math.min(account.available_fen, amountFen ?? account.available_fen);
  await tx.query('INSERT INTO court_freeze (request_no, user_no, ordered_fen, held_fen, taken_fen) VALUES ($1,$2,$3,$4,$4)', [requestNo, userNo, amountFen, takenFen]);
  if (takenFen > 0) await move(tx, atMs, [{ requestNo, accountNo: userNo, availableFen: -takenFen, frozenFen: takenFen }]);
  return done(takenFen);
}

/** `amountFen` null: the whole, and the freeze ends; otherwise the ordered sum is less by as much, so that it is not frozen again. */
export interface CourtRelease { requestNo: string; freezeNo: string; amountFen: number | null; atMs: number }

interface Row { user_no: string; ordered_fen: number | null; held_fen: number; open: boolean }

export async function releaseByCourt(tx: pg.PoolClient, { requestNo, freezeNo, amountFen, atMs }: CourtRelease): Promise<Verdict> {
  const found = await tx.query<Row>('SELECT user_no FROM court_freeze WHERE request_no = $1', [freezeNo]);
  const userNo = found.rows[0]?.user_no;
  if (userNo === undefined) return failed(refuse('notFound', 'HOLD_UNKNOWN', `no freeze ${freezeNo}`));
  await lockAccounts(tx, [userNo]);
  const { rows } = await tx.query<Row>('SELECT user_no, ordered_fen, held_fen, open FROM court_freeze WHERE request_no = $1 FOR UPDATE', [freezeNo]);
  const freeze = rows[0];
  if (!freeze?.open) return failed(refuse('refused', 'FREEZE_ENDED', `freeze ${freezeNo} has ended`));
  const releasedFen = amountFen ?? freeze.held_fen;
  if (releasedFen > freeze.held_fen) return failed(refuse('balance', '', `freeze ${freezeNo} holds less than that`));
  const orderedFen = freeze.ordered_fen === null ? null : freeze.ordered_fen - releasedFen;
  const goesOn = amountFen !== null && orderedFen !== 0;
  await tx.query('UPDATE court_freeze SET held_fen = held_fen - $2, ordered_fen = CASE WHEN $3 THEN $4 ELSE ordered_fen END, open = $3 WHERE request_no = $1', [freezeNo, releasedFen, goesOn, orderedFen]);
  if (releasedFen > 0) await move(tx, atMs, [{ requestNo, accountNo: userNo, availableFen: releasedFen, frozenFen: -releasedFen }], freezeNo);
  return done(releasedFen);
}
