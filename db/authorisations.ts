/** Standing authorisations as their person sees them: limit, what we have used of it, end, state. */
import type { AuthorisationType } from './accounts.js';
import { rows, type Db } from './pool.js';

export type AuthorisationState = 'valid' | 'used-up' | 'expired' | 'revoked';

export interface StandingAuthorisation { type: AuthorisationType; maxFen: number; usedFen: number; failTime: string; state: AuthorisationState }

/**
 * All authorisations ever given of each type, the latest of a type. `usedFen` is counted from our instructions since it was given: bids frozen
 * and not given back, payments frozen less what was not owed, card pulls, payouts. `at` is business time.
 */
export async function standingAuthorisations(db: Db, userNo: string, at: string): Promise<StandingAuthorisation[]> {
  const found = await rows<Omit<StandingAuthorisation, 'state'> & { active: boolean }>(
    db, `WITH given AS (
           SELECT a.*, coalesce((SELECT max(i.done_at) FROM instruction i WHERE i.user_no = $1 AND i.verb = 'authorise' AND i.state = 'done' AND i.details -> 'types' ? a.type), '-infinity') AS since
             FROM authorisation a WHERE a.user_no = $1
         )
         SELECT g.type, g.max_fen AS "maxFen", g.fail_time AS "failTime", g.state = 'active' AS active, greatest(0, coalesce((
                  SELECT sum(CASE i.verb WHEN 'release-hold' THEN -i.amount_fen ELSE i.amount_fen END) FROM instruction i LEFT JOIN bid b ON b.id = i.bid_id
                   WHERE i.user_no = $1 AND i.as_of >= g.since AND (i.state = 'done' OR (i.verb = 'payout' AND i.state = 'accepted'))
                     AND CASE g.type WHEN 'TENDER' THEN i.verb = 'hold' AND b.by <> 'password' AND b.state IN ('frozen', 'lent')
                                     WHEN 'REPAYMENT' THEN i.verb IN ('hold', 'release-hold') AND i.payment_no IS NOT NULL
                                     WHEN 'RECHARGE' THEN i.verb = 'pull' WHEN 'WITHDRAW' THEN i.verb = 'payout' ELSE false END), 0))::bigint AS "usedFen"
           FROM given g ORDER BY g.type`, [userNo]);
  return found.map(({ active, ...each }) => ({ ...each, state: stateOf(active, each, at) }));
}

function stateOf(active: boolean, { maxFen, usedFen, failTime }: { maxFen: number; usedFen: number; failTime: string }, at: string): AuthorisationState {
  if (!active) return 'revoked';
  if (failTime <= at) return 'expired';
  return usedFen >= maxFen ? 'used-up' : 'valid';
}

/** Loans of a borrower, or of which a lender holds claims, that have not ended. */
export async function runningLoans(db: Db, personId: string, side: 'borrower' | 'lender'): Promise<number> {
  const sql = side === 'borrower'
    ? `SELECT count(*)::int AS loans FROM loan WHERE borrower_id = $1 AND state IN ('preparing', 'fundraising', 'concluding', 'disbursing', 'payingOut', 'repaying', 'overdue', 'inLegal', 'writtenOff')`
    : `SELECT count(DISTINCT h.loan_no)::int AS loans FROM holding h JOIN loan l ON l.loan_no = h.loan_no WHERE h.lender_id = $1 AND l.state <> 'closed'`;
  return (await rows<{ loans: number }>(db, sql, [personId]))[0]?.loans ?? 0;
}
