/** Everything that is held at the custody bank, one row for each account there, as our custody book has it. */
import { eachRow } from './cursor.js';
import { row, rows, type Db, type Pool } from './pool.js';

export interface HeldAccount {
  userNo: string;
  personId: string | null;
  bankRole: string;
  state: string;
  cardLast4: string | null;
  availableFen: number;
  /** Promised to bids by us; the bank still shows it as available. */
  reservedFen: number;
  frozenFen: number;
  inTransitFen: number;
  /** The latest close of a day found another balance at the bank. */
  differs: boolean;
  openInstructions: number;
}

export interface HeldQuery {
  userNo?: string | undefined;
  personIds?: readonly string[] | undefined;
  bankRole?: string | undefined;
  state?: string | undefined;
  differs?: boolean | undefined;
  /** Business instant up to which (exclusive) postings count. */
  before?: string | undefined;
  /** One of {@link heldSorts}; by account when left out. */
  sort?: string;
  descending?: boolean;
}

export const heldSorts = ['account', 'available', 'reserved', 'frozen', 'transit', 'open'] as const;
const sortColumns: Record<string, string> = { account: '"userNo"', available: '"availableFen"', reserved: '"reservedFen"', frozen: '"frozenFen"', transit: '"inTransitFen"', open: '"openInstructions"' };
const orderOf = ({ sort = 'account', descending = false }: HeldQuery): string => `ORDER BY ${sortColumns[sort] ?? '"userNo"'} ${descending ? 'DESC' : 'ASC'}, h.user_no`;

export const bankRoles = ['BORROWERS', 'INVESTOR', 'GUARANTEECORP', 'SUPPLIERS', 'PLATFORM'] as const;

/** Accounts at the bank with their sums by state of the money. $1 account, $2 people, $3 role, $4 state, $5 only those that differ, $6 instant. */
const heldSql = `WITH held AS (
    SELECT user_no, person_id, bank_role, state, card_last4 FROM custody_account
    UNION ALL SELECT DISTINCT owner, NULL, 'PLATFORM', 'active', NULL FROM account WHERE book = 'custody' AND owner LIKE 'PLATFORM%'
  ), compared AS (
    SELECT d ->> 'userNo' AS user_no FROM (SELECT differences FROM day_close ORDER BY day DESC LIMIT 1) last, jsonb_array_elements(last.differences) d
  )
  SELECT h.user_no AS "userNo", h.person_id AS "personId", h.bank_role AS "bankRole", h.state, h.card_last4 AS "cardLast4",
    s.available AS "availableFen", s.reserved AS "reservedFen", s.frozen AS "frozenFen", s.in_transit AS "inTransitFen", h.user_no IN (SELECT user_no FROM compared) AS differs,
    (SELECT count(*)::int FROM instruction i WHERE i.user_no = h.user_no AND i.state NOT IN ('done', 'refused')) AS "openInstructions"
  FROM held h
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(fen) FILTER (WHERE kind !~ '(-reserved|-frozen|in-transit)$'), 0)::bigint AS available, coalesce(sum(fen) FILTER (WHERE kind ~ '-reserved$'), 0)::bigint AS reserved,
           coalesce(sum(fen) FILTER (WHERE kind ~ '-frozen$'), 0)::bigint AS frozen, coalesce(sum(fen) FILTER (WHERE kind = 'in-transit'), 0)::bigint AS in_transit
      FROM (SELECT a.kind, CASE WHEN $6::timestamptz IS NULL THEN a.balance
                     ELSE (SELECT coalesce(sum(p.amount_fen), 0) FROM posting p JOIN journal j ON j.id = p.journal_id WHERE p.account_id = a.id AND j.business_at < $6) END AS fen
              FROM account a WHERE a.book = 'custody' AND a.owner = h.user_no) each
  ) s
  WHERE ($1::text IS NULL OR starts_with(h.user_no, $1)) AND ($2::text[] IS NULL OR h.person_id = ANY($2)) AND ($3::text IS NULL OR h.bank_role = $3) AND ($4::text IS NULL OR h.state = $4)
    AND (NOT $5::boolean OR h.user_no IN (SELECT user_no FROM compared))`;

const valuesOf = (by: HeldQuery): unknown[] => [by.userNo ?? null, by.personIds ?? null, by.bankRole ?? null, by.state ?? null, by.differs ?? false, by.before ?? null];

export function listHeld(db: Db, by: HeldQuery & { limit: number; offset: number }): Promise<HeldAccount[]> {
  return rows<HeldAccount>(db, `${heldSql} ${orderOf(by)} LIMIT $7 OFFSET $8`, [...valuesOf(by), by.limit, by.offset]);
}

export function eachHeld(pool: Pool, by: HeldQuery): AsyncGenerator<HeldAccount> {
  return eachRow<HeldAccount>(pool, `${heldSql} ${orderOf(by)}`, valuesOf(by));
}

export interface HeldTotals { accounts: number; availableFen: number; reservedFen: number; frozenFen: number; inTransitFen: number }

/** Of all that fit, not only of the page. */
export async function heldTotals(db: Db, by: HeldQuery): Promise<HeldTotals> {
  const found = await row<HeldTotals>(
    db, `SELECT count(*)::int AS accounts, coalesce(sum("availableFen"), 0)::bigint AS "availableFen", coalesce(sum("reservedFen"), 0)::bigint AS "reservedFen",
                coalesce(sum("frozenFen"), 0)::bigint AS "frozenFen", coalesce(sum("inTransitFen"), 0)::bigint AS "inTransitFen" FROM (${heldSql}) each`, valuesOf(by));
  return found ?? { accounts: 0, availableFen: 0, reservedFen: 0, frozenFen: 0, inTransitFen: 0 };
}
