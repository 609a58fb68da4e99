/** What became of the replayed loans, read from the platform's record; nothing is written. */
import { rows, type Pool } from '../../db/pool.js';
import type { LivedLoan } from './compare.js';

/** `loans`: the file's line of each loan number. */
export async function livedLoans(pool: Pool, loans: ReadonlyMap<string, number>): Promise<LivedLoan[]> {
  const found = await rows<Omit<LivedLoan, 'line'>>(
    pool,
    `SELECT l.loan_no AS "loanNo", l.state,
            CASE WHEN l.value_date IS NULL THEN 0 ELSE l.amount_fen END AS "lentFen",
            coalesce(p.principal, 0)::bigint AS "principalFen", coalesce(p.interest, 0)::bigint AS "interestFen", coalesce(p.late, 0)::bigint AS "lateInterestFen",
            w.principal_fen AS "writtenOffFen", coalesce(p.recovered, 0)::bigint AS "recoveredFen"
       FROM loan l LEFT JOIN write_off w ON w.loan_no = l.loan_no
       LEFT JOIN LATERAL (
         SELECT sum(principal_fen) FILTER (WHERE NOT after_write_off) AS principal, sum(interest_fen) FILTER (WHERE NOT after_write_off) AS interest,
                sum(late_interest_fen) FILTER (WHERE NOT after_write_off) AS late, sum(frozen_fen) FILTER (WHERE after_write_off) AS recovered
           FROM payment WHERE loan_no = l.loan_no AND state IN ('frozen', 'distributing', 'distributed')) p ON true
      WHERE l.loan_no = ANY($1)`,
    [[...loans.keys()]],
  );
  return found.map((each) => ({ ...each, line: loans.get(each.loanNo) ?? 0 }));
}
