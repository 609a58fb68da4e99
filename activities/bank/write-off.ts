import { recordAct } from '../../db/acts.js';
import { inTransaction } from '../../db/pool.js';
import type { BankActivities } from '../../workflows/contract.js';
import type { BankDeps } from './carry-out.js';

/**
 * 核销: changes what lenders are shown and how hard the debt is pursued, nothing else. No journal: the lenders stay
 * creditors and the claims book goes on saying so until the loan is paid, settled or extinguished.
 */
export function writeOffActivity({ pool }: BankDeps): BankActivities['writeOff'] {
  return async ({ loanNo, asOf, daysPastDue, principalFen, interestFen }) => {
    await inTransaction(pool, async (tx) => {
      const written = await tx.query(
        'INSERT INTO write_off (loan_no, on_date, principal_fen, interest_fen, days_past_due) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING', [loanNo, asOf, principalFen, interestFen, daysPastDue]);
      if (written.rowCount === 0) return;
      await recordAct(tx, { actor: `workflow:${loanNo}`, role: 'platform', verb: 'write-off', subject: loanNo, after: { asOf, daysPastDue, principalFen, interestFen } });
    });
  };
}
