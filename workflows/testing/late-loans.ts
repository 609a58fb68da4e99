/** Loans that are not paid, for the tests of lateness. */
import type { LoanTerms } from '../../domain/loan.js';
import { pay, type PayResult } from '../contract.js';
import { repayingLoan, stateOf, type LoanHandle, type Stage } from './stage.js';

/** A loan whose card is empty from the start. */
export async function brokeLoan(stage: Stage, n: number, terms: Partial<LoanTerms> = {}): Promise<LoanHandle> {
  stage.world(n).on('takePayment', () => ({ status: 'refused', code: 'insufficient-funds' }));
  return repayingLoan(stage, n, { terms });
}

export function payBy(n: number, loan: LoanHandle, key: string, kind: 'due' | 'amount' | 'payoff' = 'due', amountFen = 0): Promise<PayResult> {
  return loan.executeUpdate(pay, { args: [{ key, personId: `P${n}`, kind, amountFen }] });
}

/** Who was told what, in order. */
export const toldOf = (stage: Stage, n: number): string[] => stage.world(n).inputs('tell').map(({ template, audience }) => `${template} → ${audience}`);

/** The day that counts of the first instalment. */
export const firstDueDay = async (loan: LoanHandle): Promise<string> => (await stateOf(loan)).instalments[0]!.dueDay;
