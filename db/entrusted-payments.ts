/** Entrusted payment (受托支付): to whose account the bank releases a loan in the borrower's stead. */
import type { Instruction } from './instructions.js';
import { row, type Db, type Transaction } from './pool.js';
import type { Done } from './outcomes/word.js';

/** The supplier's account, or null: the borrower's own. */
export async function payeeOf(db: Db, loanNo: string): Promise<string | null> {
  return (await row<{ userNo: string }>(db, 'SELECT payee_user_no AS "userNo" FROM entrusted_payment WHERE loan_no = $1', [loanNo]))?.userNo ?? null;
}

/** The bank has it: until the release a later authorisation replaces the one before. */
export async function paymentEntrusted(tx: Transaction, { requestNo, loanNo, details }: Instruction, { at }: Done): Promise<void> {
  await tx.query(
    `INSERT INTO entrusted_payment (loan_no, payee_user_no, request_no, authorised_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (loan_no) DO UPDATE SET payee_user_no = EXCLUDED.payee_user_no, request_no = EXCLUDED.request_no, authorised_at = EXCLUDED.authorised_at
     WHERE entrusted_payment.authorised_at <= EXCLUDED.authorised_at`, [loanNo, details['payeeUserNo'], requestNo, at]);
}
