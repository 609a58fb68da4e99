/** One loan, from application to close: read it top to bottom as the loan's biography. */
import { allHandlersFinished, condition } from '@temporalio/workflow';
import type { LoanStateName } from '../domain/loan.js';
import type { LoanInput } from './contract.js';
import { refuseAll } from './inbox.js';
import { openLife } from './life.js';
import { follow } from './recipe.js';
import { close } from './steps/close.js';
import { conclude } from './steps/conclude.js';
import { disburse } from './steps/disburse.js';
import { fundLoan } from './steps/fund-loan.js';
import { identifyBorrower } from './steps/identify-borrower.js';
import { list } from './steps/list.js';
import { offer } from './steps/offer.js';
import { payOut } from './steps/pay-out.js';
import { preScreen } from './steps/pre-screen.js';
import { prepare } from './steps/prepare.js';
import { review } from './steps/review.js';
import { score } from './steps/score.js';
import { screen } from './steps/screen.js';
import { service } from './steps/service.js';

export interface LoanResult { loanNo: string; state: LoanStateName; reason: string | null }

export async function loan(input: LoanInput): Promise<LoanResult> {
  const life = openLife(input);
  await follow(life, [
    ['preScreen', preScreen],
    ['identify', identifyBorrower],
    ['screen', screen],
    ['score', score],
    ['review', review],
    ['offer', offer],
    ['prepare', prepare],
    ['list', list],
    ['fund', fundLoan],
    ['conclude', conclude],
    ['disburse', disburse],
    ['payOut', payOut],
    ['service', service],
    ['close', close],
  ]);
  refuseAll(life.inbox, 'loan-ended');
  await condition(allHandlersFinished);
  const { loanNo, state, reason } = life.loan;
  return { loanNo, state, reason };
}
