/** Sub-accounts at the custody bank (存管账户) and standing authorisations, as the bank last told us. */
import { row, rows, type Db } from './pool.js';

export type BankRole = 'BORROWERS' | 'INVESTOR' | 'GUARANTEECORP' | 'SUPPLIERS';
export type AuthorisationType = 'RECHARGE' | 'TENDER' | 'REPAYMENT' | 'WITHDRAW' | 'CREDIT_ASSIGNMENT' | 'COMPENSATORY';

export interface CustodyAccount {
  userNo: string;
  /** Whose it is; of an enterprise's account, who acts for it. */
  personId: string;
  enterpriseNo: string | null;
  bankRole: BankRole;
  state: 'opening' | 'active' | 'frozen' | 'closed';
  cardLast4: string | null;
  cardBank: string | null;
  cardBoundAt: string | null;
  /** Business time before which nothing is paid out, after a change of card or phone; null = no cooling period. */
  payoutsFrom: string | null;
  /** Business time of the last change of card, phone or trading password; null = none. */
  changedAt: string | null;
  openedAt: string | null;
}

export interface Authorisation { type: AuthorisationType; maxFen: number; failTime: string; state: 'active' | 'cancelled' }

const roleLetters: Record<BankRole, string> = { BORROWERS: 'B', INVESTOR: 'L', GUARANTEECORP: 'G', SUPPLIERS: 'S' };

/** The number by which the bank knows a person or an enterprise in a role: `B-P1001` borrows, `L-P1001` lends, `G-E1001` guarantees. */
export const bankUserNo = (ownerNo: string, bankRole: BankRole): string => `${roleLetters[bankRole]}-${ownerNo}`;

const columns = `user_no AS "userNo", person_id AS "personId", enterprise_no AS "enterpriseNo", bank_role AS "bankRole", state, card_last4 AS "cardLast4", card_bank AS "cardBank",
  card_bound_at AS "cardBoundAt", payouts_from AS "payoutsFrom", changed_at AS "changedAt", opened_at AS "openedAt"`;

export function findAccount(db: Db, personId: string, bankRole: BankRole): Promise<CustodyAccount | null> {
  return row<CustodyAccount>(db, `SELECT ${columns} FROM custody_account WHERE person_id = $1 AND bank_role = $2 AND enterprise_no IS NULL`, [personId, bankRole]);
}

/** All accounts of a person's own, the one for borrowing first. */
export function accountsOf(db: Db, personId: string): Promise<CustodyAccount[]> {
  return rows<CustodyAccount>(db, `SELECT ${columns} FROM custody_account WHERE person_id = $1 AND enterprise_no IS NULL ORDER BY user_no`, [personId]);
}

export function findAccountByUserNo(db: Db, userNo: string): Promise<CustodyAccount | null> {
  return row<CustodyAccount>(db, `SELECT ${columns} FROM custody_account WHERE user_no = $1`, [userNo]);
}

/** The account's row before the bank's word: `opening` until {@link mirrorBankUser} tells of it. Twice is once. */
export async function beginAccount(tx: Db, personId: string, bankRole: BankRole): Promise<string> {
  const userNo = bankUserNo(personId, bankRole);
  await tx.query(`INSERT INTO custody_account (user_no, person_id, bank_role, state) VALUES ($1, $2, $3, 'opening') ON CONFLICT DO NOTHING`, [userNo, personId, bankRole]);
  return userNo;
}

/** What the bank holds of a user, in the words of its port. */
export interface BankUserFacts {
  userNo: string;
  state: 'active' | 'frozen' | 'closed';
  card: { last4: string; bankName: string } | null;
  authorisations: { type: AuthorisationType; maxFen: number; failTime: string }[];
}

/**
 * Takes over the bank's word about a user: state, card, authorisations. `at` is business time. A card that replaces
 * another one starts the cooling period of `cardCoolingHours` before payouts.
 */
export async function mirrorBankUser(tx: Db, user: BankUserFacts, at: string, cardCoolingHours = 24): Promise<void> {
  const before = await row<CustodyAccount>(tx, `SELECT ${columns} FROM custody_account WHERE user_no = $1 FOR UPDATE`, [user.userNo]);
  if (!before) return;
  const newCard = user.card !== null && (user.card.last4 !== before.cardLast4 || user.card.bankName !== before.cardBank);
  const replaces = newCard && before.cardBoundAt !== null;
  await tx.query(
    `UPDATE custody_account SET state = $2, card_last4 = $3, card_bank = $4, opened_at = COALESCE(opened_at, $5::timestamptz),
       card_bound_at = CASE WHEN $6 THEN $5::timestamptz ELSE card_bound_at END,
       payouts_from = CASE WHEN $7 THEN $5::timestamptz + make_interval(hours => $8) ELSE payouts_from END,
       changed_at = CASE WHEN $7 THEN GREATEST(changed_at, $5::timestamptz) ELSE changed_at END
     WHERE user_no = $1`,
    [user.userNo, user.state, user.card?.last4 ?? null, user.card?.bankName ?? null, at, newCard, replaces, cardCoolingHours],
  );
  await mirrorAuthorisations(tx, user);
}

async function mirrorAuthorisations(tx: Db, user: BankUserFacts): Promise<void> {
  for (const each of user.authorisations) {
    await tx.query(
      `INSERT INTO authorisation (user_no, type, max_fen, fail_time, state) VALUES ($1, $2, $3, $4, 'active')
       ON CONFLICT (user_no, type) DO UPDATE SET max_fen = EXCLUDED.max_fen, fail_time = EXCLUDED.fail_time, state = 'active'`,
      [user.userNo, each.type, each.maxFen, each.failTime],
    );
  }
  await tx.query(`UPDATE authorisation SET state = 'cancelled' WHERE user_no = $1 AND state = 'active' AND NOT type = ANY($2)`, [user.userNo, user.authorisations.map((each) => each.type)]);
}

/** Starts a cooling period of `hours` on all accounts that a person uses (after a change of phone at `at`, business time); never shortens one. */
export async function coolPayouts(tx: Db, personId: string, at: string, hours: number): Promise<void> {
  await tx.query(
    `UPDATE custody_account SET payouts_from = GREATEST(payouts_from, $2::timestamptz + make_interval(hours => $3)), changed_at = GREATEST(changed_at, $2::timestamptz) WHERE person_id = $1`, [personId, at, hours]);
}

/** Card, phone or trading password was changed: withdrawals are looked at more closely for a while. `at` is business time. */
export async function noteChange(tx: Db, userNo: string, at: string): Promise<void> {
  await tx.query('UPDATE custody_account SET changed_at = GREATEST(changed_at, $2::timestamptz) WHERE user_no = $1', [userNo, at]);
}

export function authorisationsOf(db: Db, userNo: string): Promise<Authorisation[]> {
  return rows(db, 'SELECT type, max_fen AS "maxFen", fail_time AS "failTime", state FROM authorisation WHERE user_no = $1 ORDER BY type', [userNo]);
}

/** What the account still lacks for these purposes, in the order in which it is made good; empty = ready. `at` is business time. */
export function missingOf(account: CustodyAccount | null, authorisations: readonly Authorisation[], needed: readonly AuthorisationType[], at: string): ('account' | 'card' | AuthorisationType)[] {
  if (!account || account.state !== 'active') return ['account', 'card', ...needed];
  const given = new Set(authorisations.filter((each) => each.state === 'active' && each.failTime > at).map((each) => each.type));
  return [...(account.cardLast4 === null ? ['card' as const] : []), ...needed.filter((type) => !given.has(type))];
}
