/** RESET_PASSWORD: who has forgotten the trading password proves the phone that the bank knows, and chooses another one. */
import { refuse } from './errors.js';
import { hashPassword, newPasswordProblem } from './passwords.js';
import { mustExist, personal, personalFields } from './personal-order.js';
import { checkCode, sendCode } from './phone-codes.js';
import { done } from './requests.js';

export const resetPassword = personal(personalFields, (input) => ({
  title: 'Choose another trading password', action: 'Reset the trading password', asks: ['code', 'new-password'], tellsUser: true, facts: [],
  async opening(tx, account) {
    const refusal = await mustExist(tx, account);
    if (refusal || !account) return refusal;
    if (account.mobile === null) return refuse('refused', 'MOBILE_MISSING', 'the bank knows no phone of this person');
    await sendCode(tx, input.requestNo, account.mobile, 'choose another trading password');
    return null;
  },
  async apply(tx, typed) {
    const problem = newPasswordProblem(typed.password, typed.passwordAgain);
    if (problem !== null) return { stay: problem };
    const wrong = await checkCode(tx, input.requestNo, typed.code);
    if (wrong !== null) return wrong;
    await tx.query('UPDATE account SET password_hash = $2, failed_passwords = 0, locked_until = NULL WHERE user_no = $1', [input.platformUserNo, await hashPassword(typed.password)]);
    return done(0);
  },
}));
