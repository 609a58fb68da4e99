/** The verbs that a person does on the bank's own pages: what is shown, what is asked, what happens then. */
import { z } from 'zod';
import { grant } from './authorisations.js';
import { isCardNumber } from './cards.js';
import { entrustPayment, sellClaim } from './claim-pages.js';
import { deposit } from './deposits.js';
import { refuse } from './errors.js';
import { amount, authorisationType, failTime, freezeType, instant, number, withdrawForm, withdrawType } from './fields.js';
import { freeze } from './holds.js';
import { showYuan } from './money.js';
import { startPayout } from './payouts.js';
import { maskMiddle, mobile, mustExist, personal, personalFields } from './personal-order.js';
import type { ReadPersonal } from './personal-order.js';
import { bind, enterpriseRegister, register } from './registering.js';
import { done } from './requests.js';
import { resetPassword } from './reset-password.js';

const bindCard = personal(personalFields, (input) => ({
  title: 'Bind a bank card', action: 'Bind this card', asks: ['card', 'password'], tellsUser: true, facts: [],
  async opening(tx, account) {
    const { rowCount } = await tx.query('SELECT 1 FROM bound_card WHERE user_no = $1', [input.platformUserNo]);
    return (await mustExist(tx, account)) ?? (rowCount === 0 ? null : refuse('refused', 'CARD_BOUND', 'a card is bound already; unbind it first'));
  },
  async apply(tx, typed, atMs) {
    if (!isCardNumber(typed.cardNumber)) return { stay: 'This is not a card number: check its digits.' };
    await bind(tx, input.platformUserNo, typed, atMs);
    return done(0);
  },
}));

const unbindCard = personal(personalFields, (input) => ({
  title: 'Unbind your bank card', action: 'Unbind the card', asks: ['password'], tellsUser: true, facts: [],
  async opening(tx, account) {
    const payouts = await tx.query('SELECT 1 FROM payout WHERE user_no = $1 AND open', [input.platformUserNo]);
    return (await mustExist(tx, account)) ?? (payouts.rowCount === 0 ? null : refuse('refused', 'PAYOUT_OPEN', 'a payout to this card is under way'));
  },
  async apply(tx) {
    const { rowCount } = await tx.query('DELETE FROM bound_card WHERE user_no = $1', [input.platformUserNo]);
    return rowCount === 1 ? done(0) : { status: 'FAIL', refusal: refuse('refused', 'CARD_MISSING', 'no card is bound') };
  },
}));

const changeMobile = personal(personalFields.extend({ mobile }), (input) => ({
  title: 'Change your mobile number', action: 'Change the number', asks: ['password'], tellsUser: true, facts: [['New number', maskMiddle(input.mobile, 3)]],
  async apply(tx) {
    await tx.query('UPDATE account SET mobile = $2 WHERE user_no = $1', [input.platformUserNo, input.mobile]);
    return done(0);
  },
}));

const authorise = personal(personalFields.extend({ authList: z.array(authorisationType).min(1).max(6), amount, failTime }), (input) => ({
  title: 'Give a standing authorisation', action: 'Authorise', asks: ['password'], tellsUser: true,
  facts: [...input.authList.map((type): [string, string] => ['The platform may', authorisations[type]]), ['Up to, in all and for each', showYuan(input.amount)], ['Until', input.failTime]],
  async apply(tx) {
    await grant(tx, input.requestNo, input.platformUserNo, [...new Set(input.authList)], input.amount, input.failTime);
    return done(0);
  },
}));

const recharge = personal(personalFields.extend({ amount }), (input) => ({
  title: 'Pay in from your card', action: `Pay in ${showYuan(input.amount)}`, asks: ['password'], amountFen: input.amount,
  facts: [['Amount', showYuan(input.amount)], ['From', 'your bound card'], ['To', 'your own custody account'], ['Costs', showYuan(0)]],
  apply: (tx, _typed, atMs) => deposit(tx, { requestNo: input.requestNo, userNo: input.platformUserNo, amountFen: input.amount, atMs, byAuthorisation: false }),
}));

const withdraw = personal(personalFields.extend({ amount, withdrawType, withdrawForm }), (input) => ({
  title: 'Pay out to your card', action: `Pay out ${showYuan(input.amount)}`, asks: ['password'], amountFen: input.amount,
  facts: [['Amount', showYuan(input.amount)], ['From', 'your own custody account'], ['To', 'your bound card'], ['Arrives', arrival(input)], ['Costs', showYuan(0)]],
  apply: (tx, _typed, atMs) => startPayout(tx, { requestNo: input.requestNo, userNo: input.platformUserNo, amountFen: input.amount, urgency: input.withdrawType, toBeConfirmed: input.withdrawForm === 'CONFIRMED', atMs, byAuthorisation: false }),
}));

function arrival({ withdrawType: urgency, withdrawForm: form }: { withdrawType: 'NORMAL' | 'URGENT'; withdrawForm: 'IMMEDIATE' | 'CONFIRMED' }): string {
  const soon = urgency === 'URGENT' ? 'at once' : 'the next working day at 10:00';
  return form === 'CONFIRMED' ? `after the platform has confirmed it: ${soon}` : soon;
}

const preTransaction = personal(personalFields.extend({ projectNo: number, bizType: freezeType, amount, expireTime: instant }), (input) => ({
  title: `Freeze money for ${purposes[input.bizType]}`, action: `Freeze ${showYuan(input.amount)}`, asks: ['password'], amountFen: input.amount, expiresMs: input.expireTime,
  facts: [['Amount', showYuan(input.amount)], ['For project', input.projectNo], ['Where it stays', 'in your own custody account, frozen'], ['Costs', showYuan(0)]],
  apply: (tx, _typed, atMs) => freeze(tx, { requestNo: input.requestNo, projectNo: input.projectNo, userNo: input.platformUserNo, bizType: input.bizType, amountFen: input.amount, atMs, byAuthorisation: false }),
}));

const purposes = { TENDER: 'a bid', REPAYMENT: 'a repayment', CREDIT_ASSIGNMENT: 'the purchase of a claim', COMPENSATORY: 'a payment in the borrower\'s place' } as const;
const authorisations = {
  RECHARGE: 'pull money from your bound card into your account', TENDER: 'freeze money of yours for bids', REPAYMENT: 'freeze money of yours for instalments',
  WITHDRAW: 'pay out to your own bound card', CREDIT_ASSIGNMENT: 'buy claims with money of yours, and put claims of yours up for sale', COMPENSATORY: 'pay for loans you guarantee',
} as const;

export const personalVerbs: Readonly<Record<string, ReadPersonal>> = {
  PERSONAL_REGISTER_EXPAND: register,
  ENTERPRISE_REGISTER: enterpriseRegister,
  PERSONAL_BIND_BANKCARD_EXPAND: bindCard,
  UNBIND_BANKCARD: unbindCard,
  RESET_PASSWORD: resetPassword,
  MODIFY_MOBILE_EXPAND: changeMobile,
  USER_AUTHORIZATION: authorise,
  RECHARGE: recharge,
  WITHDRAW: withdraw,
  USER_PRE_TRANSACTION: preTransaction,
  DEBENTURE_SALE: sellClaim,
  AUTHORIZATION_ENTRUST_PAY: entrustPayment,
};
