/** Sub-accounts: locking them, moving money between them, and what the bank tells of a person. */
import type pg from 'pg';
import { freezeArrivals } from './arrivals.js';
import { refuse } from './errors.js';
import type { Refusal } from './errors.js';
import { writeYuan } from './money.js';

export interface Account {
  user_no: string; role: string; user_type: 'PERSONAL' | 'ENTERPRISE'; state: 'ACTIVE' | 'FROZEN' | 'CLOSED'; available_fen: number; frozen_fen: number;
  real_name: string | null; id_card_no: string | null; mobile: string | null;
  password_hash: string | null; failed_passwords: number; locked_until: Date | null;
}

/** The other side of every pull and payout: the outside world has no balance at this bank. */
export const outside = 'CARDS';
export const income = 'PLATFORM_INCOME';
/** The platform's own money for rewards. */
export const marketing = 'PLATFORM_MARKETING';

/** Locks accounts in the order of their numbers (two transactions never wait for each other) and returns those that exist. */
export async function lockAccounts(tx: pg.PoolClient, userNos: string[]): Promise<Map<string, Account>> {
  const { rows } = await tx.query<Account>({ name: 'lock-accounts', text: 'SELECT * FROM account WHERE user_no = ANY($1) ORDER BY user_no FOR NO KEY UPDATE', values: [userNos] });
  return new Map(rows.map((row) => [row.user_no, row]));
}

/** Locks one account; a refusal when it is unknown or may not act. */
export async function lockUsable(tx: pg.PoolClient, userNo: string): Promise<Account | Refusal> {
  const account = (await lockAccounts(tx, [userNo])).get(userNo);
  return account ? (unusable(account) ?? account) : refuse('noUser', '', `no user ${userNo}`);
}

export function isRefusal(value: object): value is Refusal {
  return 'errorCode' in value;
}

/** Why this account may neither pay nor receive, or null. */
export function unusable(account: Account): Refusal | null {
  return account.state === 'ACTIVE' ? null : refuse('unusable', '', `account ${account.user_no} is ${account.state.toLowerCase()}`);
}

/** One line of a movement: changes of an account's two buckets, in fen. */
export interface Leg { requestNo: string; accountNo: string; availableFen: number; frozenFen: number }

/**
 * Books legs and changes the balances. The accounts must be locked. Money is neither made nor lost: the legs of each
 * request sum to zero, the outside world's included. What becomes available under a court's freeze is frozen at once.
 * @param freezeNo the court's freeze that gives this back, and does not take it again
 */
export async function move(tx: pg.PoolClient, atMs: number, legs: Leg[], freezeNo: string | null = null): Promise<void> {
  assertBalanced(legs);
  await tx.query({
    name: 'move',
    text: `WITH leg AS (SELECT * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS l(request_no, account_no, available, frozen)),
             booked AS (INSERT INTO movement (request_no, at, account_no, available_fen, frozen_fen) SELECT request_no, $1, account_no, available, frozen FROM leg)
           UPDATE account SET available_fen = available_fen + s.available, frozen_fen = frozen_fen + s.frozen
           FROM (SELECT account_no, sum(available)::bigint AS available, sum(frozen)::bigint AS frozen FROM leg GROUP BY account_no) s WHERE user_no = s.account_no`,
    values: [new Date(atMs), legs.map((leg) => leg.requestNo), legs.map((leg) => leg.accountNo), legs.map((leg) => leg.availableFen), legs.map((leg) => leg.frozenFen)],
  });
  await freezeArrivals(tx, atMs, legs, freezeNo);
}

function assertBalanced(legs: Leg[]): void {
  const sums = new Map<string, number>();
  for (const leg of legs) sums.set(leg.requestNo, (sums.get(leg.requestNo) ?? 0) + leg.availableFen + leg.frozenFen);
  for (const [requestNo, sum] of sums) if (sum !== 0) throw new Error(`movement of ${requestNo} is out of balance by ${sum} fen`);
}

interface UserRow extends Account { card_number: string | null; bank_name: string | null }

/** What QUERY_USER_INFORMATION and the account verbs' notifications tell of a person; null when unknown. */
export async function describeUser(tx: pg.Pool | pg.PoolClient, userNo: string): Promise<Record<string, unknown> | null> {
  const { rows } = await tx.query<UserRow>(
    `SELECT a.*, b.card_number, c.bank_name FROM account a LEFT JOIN bound_card b USING (user_no) LEFT JOIN card c ON c.number = b.card_number
     WHERE a.user_no = $1 AND a.role NOT LIKE 'PLATFORM%'`, [userNo]);
  const user = rows[0];
  if (!user) return null;
  const authorisations = await tx.query<{ type: string; max_fen: number; used_fen: number; fail_time: string }>('SELECT * FROM authorisation WHERE user_no = $1 ORDER BY type', [userNo]);
  return {
    platformUserNo: user.user_no,
    userRole: user.role,
    userType: user.user_type,
    accountState: user.state,
    availableAmount: writeYuan(user.available_fen),
    freezeAmount: writeYuan(user.frozen_fen),
    bankcardLast4: user.card_number?.slice(-4) ?? null,
    bankName: user.bank_name,
    mobileLast4: user.mobile?.slice(-4) ?? null,
    authorizations: authorisations.rows.map((row) => ({ type: row.type, amount: writeYuan(row.max_fen), usedAmount: writeYuan(row.used_fen), failTime: row.fail_time })),
  };
}
