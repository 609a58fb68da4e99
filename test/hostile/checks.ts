/** What must be true when the weather has cleared, whatever it was: each check answers what is wrong, in a sentence. */
import { compareBooks } from '../../db/books.js';
import { findLife } from '../../db/instruction-life.js';
import type { Scene } from './verb.js';
import type { Stage } from './stage.js';

/** Available and frozen by account, as the bank has them. */
export type Balances = Map<string, { availableFen: number; frozenFen: number }>;

export async function balancesAtBank(stage: Stage): Promise<Balances> {
  const { balances } = await stage.persist(() => stage.custody.downloadBalances());
  return new Map(balances.map(({ userNo, ...balance }) => [userNo, balance]));
}

/** The last request number that the bank has given out: what is counted begins after it. */
export async function markAtBank({ bankRecord }: Stage): Promise<string> {
  const { rows } = await bankRecord.query<{ mark: string }>('SELECT coalesce(max(id), 0)::text AS mark FROM request');
  return rows[0]?.mark ?? '0';
}

/** Nothing lost, nothing doubled: the money is where one execution puts it. */
export function moneyMoved(moves: Scene['moves'], before: Balances, after: Balances): string[] {
  return moves.flatMap(({ accounts, availableFen, frozenFen }) => {
    const sum = (balances: Balances, side: 'availableFen' | 'frozenFen'): number => accounts.reduce((total, userNo) => total + (balances.get(userNo)?.[side] ?? 0), 0);
    const [available, frozen] = (['availableFen', 'frozenFen'] as const).map((side) => sum(after, side) - sum(before, side));
    return available === availableFen && frozen === frozenFen ? [] : [`${accounts.join('+')} moved by ${available} available and ${frozen} frozen fen at the bank instead of ${availableFen} and ${frozenFen}`];
  });
}

/** All others have what they had. */
export function othersUntouched(moves: Scene['moves'], before: Balances, after: Balances): string[] {
  const moved = new Set(moves.flatMap((move) => move.accounts));
  return [...after].flatMap(([userNo, now]) => {
    const then = before.get(userNo) ?? { availableFen: 0, frozenFen: 0 };
    return moved.has(userNo) || (then.availableFen === now.availableFen && then.frozenFen === now.frozenFen) ? [] : [`${userNo} has no part in it and was moved`];
  });
}

export async function executedOnce({ bankRecord }: Stage, service: string, mark: string, times: number): Promise<string[]> {
  const { rows } = await bankRecord.query<{ n: number }>(`SELECT count(*)::int AS n FROM request WHERE service_name = $1 AND status = 'SUCCESS' AND id > $2::bigint`, [service, mark]);
  return rows[0]?.n === times ? [] : [`the bank has executed ${service} ${rows[0]?.n} times instead of ${times}`];
}

/** The bank's own books: what its accounts hold is what came from cards less what went to them. */
export async function bankConserves({ bankRecord }: Stage): Promise<string[]> {
  const { rows } = await bankRecord.query<{ what: string }>(
    `SELECT 'the bank''s movements do not add up to zero' AS what FROM movement HAVING coalesce(sum(available_fen + frozen_fen), 0) <> 0
     UNION ALL SELECT 'account ' || a.user_no || ' is not what its movements say' FROM account a LEFT JOIN (SELECT account_no, sum(available_fen) AS available, sum(frozen_fen) AS frozen FROM movement GROUP BY 1) m ON m.account_no = a.user_no
      WHERE (a.available_fen, a.frozen_fen) <> (coalesce(m.available, 0), coalesce(m.frozen, 0))`);
  return rows.map(({ what }) => what);
}

/** Ledger = bank on every account, and the ledger balances. */
export async function booksAgree(stage: Stage): Promise<string[]> {
  const books = await compareBooks(stage.pool, () => stage.persist(() => stage.custody.downloadBalances()));
  return [
    ...(books.trialBalanceFen === 0 ? [] : [`the trial balance is ${books.trialBalanceFen} fen`]),
    ...books.unbalancedJournals.map((key) => `journal ${key} is not balanced`),
    ...books.bankDifferences.map(({ userNo, ours, bank }) => `${userNo}: ${bank.availableFen}/${bank.frozenFen} fen at the bank, ${ours.availableFen}/${ours.frozenFen} in our books`),
  ];
}

export async function allTerminal({ pool }: Stage): Promise<string[]> {
  const { rows } = await pool.query<{ what: string }>(
    `SELECT request_no || ' is ' || state AS what FROM instruction WHERE state NOT IN ('done', 'refused')
     UNION ALL SELECT 'detail ' || request_no || ' is ' || state FROM instruction_detail WHERE state = 'sent'`);
  return rows.map(({ what }) => what);
}

/** No act was done under two numbers. (A batch may be done in part and tried again: its details are counted at the bank.) */
export async function doneOnce({ pool }: Stage): Promise<string[]> {
  const { rows } = await pool.query<{ key: string }>(`SELECT business_key AS key FROM instruction WHERE state = 'done' AND verb NOT LIKE 'batch-%' GROUP BY 1 HAVING count(*) > 1`);
  return rows.map(({ key }) => `${key} was done under two numbers`);
}

/** What was unknown for a while is resolved, and its life says both. */
export async function unknownIsResolved({ pool }: Stage, requestNos: Iterable<string>): Promise<string[]> {
  const wrong: string[] = [];
  for (const requestNo of requestNos) {
    const life = await findLife(pool, requestNo);
    if (life?.unknownAt == null || life.endedAt === null || (life.standing !== 'done' && life.standing !== 'refused')) wrong.push(`${requestNo} was unknown, and its life does not show it resolved`);
  }
  return wrong;
}
