/** What a lender must have before any bid (cn Art. 25, 26), read from the record and judged by domain/lender-gate. */
import { lenderGate, type LenderGateRefusal } from '../domain/lender-gate.js';
import type { ProfileId } from '../domain/regulation.js';
import { isMoneyRestrained } from './court-order-lists.js';
import { row, type Db } from './pool.js';

export type LenderRefusal = LenderGateRefusal | 'not-identified' | 'no-account' | 'no-listing' | 'court-order';

/**
 * Whether a lender may bid so much on a loan now. `businessAt` is ISO business time; `by` says whether the bank's password
 * or the standing authorisation (TENDER, with its limit and expiry) carries the bid.
 */
export async function lenderMayBid(db: Db, input: { lenderId: string; loanNo: string; amountFen: number; by: 'password' | 'authorisation'; businessAt: string }): Promise<{ allowed: true; userNo: string } | { allowed: false; refused: LenderRefusal }> {
  const found = await row<{
    profile: ProfileId | null; identified: boolean; userNo: string | null; accountActive: boolean; noticeConfirmed: boolean; limitFen: number | null; lentFen: number; authorisedFen: number | null;
  }>(
    db, `SELECT l.profile, p.identification_state = 'verified' AS identified, a.user_no AS "userNo", coalesce(a.state = 'active', false) AS "accountActive",
                EXISTS (SELECT 1 FROM acceptance WHERE person_id = p.id AND document = 'lender-risk-notice') AS "noticeConfirmed",
                (SELECT limit_fen FROM lender_assessment WHERE person_id = p.id AND valid_until >= $3::timestamptz::date ORDER BY id DESC LIMIT 1) AS "limitFen",
                (SELECT coalesce(sum(amount_fen), 0)::bigint FROM bid WHERE lender_id = p.id AND state IN ('reserved', 'frozen'))
                  + (SELECT coalesce(sum(principal_fen - paid_principal_fen), 0)::bigint FROM holding h WHERE h.lender_id = p.id
                      AND EXISTS (SELECT 1 FROM bid b WHERE b.loan_no = h.loan_no AND b.lender_id = p.id AND b.state = 'lent')) AS "lentFen",
                (SELECT max_fen FROM authorisation t WHERE t.user_no = a.user_no AND t.type = 'TENDER' AND t.state = 'active' AND t.fail_time > $3) AS "authorisedFen"
           FROM person p LEFT JOIN loan l ON l.loan_no = $2 LEFT JOIN custody_account a ON a.person_id = p.id AND a.bank_role = 'INVESTOR' AND a.enterprise_no IS NULL WHERE p.id = $1`,
    [input.lenderId, input.loanNo, input.businessAt]);
  if (!found?.profile) return { allowed: false, refused: 'no-listing' };
  if (!found.identified) return { allowed: false, refused: 'not-identified' };
  if (!found.userNo || !found.accountActive) return { allowed: false, refused: 'no-account' };
  if (await isMoneyRestrained(db, found.userNo)) return { allowed: false, refused: 'court-order' };
  const gate = lenderGate({
    profile: found.profile,
    riskDisclosureConfirmed: found.noticeConfirmed,
    riskAssessmentDone: found.limitFen !== null,
    withinGradeLimit: found.lentFen + input.amountFen <= (found.limitFen ?? 0),
    instructionAuthorised: input.by === 'password' || (found.authorisedFen ?? 0) >= input.amountFen,
  });
  return gate.allowed ? { allowed: true, userNo: found.userNo } : { allowed: false, refused: gate.refused };
}
