/** The verbs that a person does on the bank's own pages: what is shown, what is asked, what happens then. */
import type pg from 'pg';
import { z } from 'zod';
import { unusable } from './accounts.js';
import type { Account } from './accounts.js';
import { grant } from './authorisations.js';
import { dateOf } from './calendar.js';
import { isCardNumber, openIfUnknown } from './cards.js';
import { deposit } from './deposits.js';
import { DoorError, refuse } from './errors.js';
import type { Refusal } from './errors.js';
import { amount, authorisationType, failTime, instant, number, order, text, tradeType, withdrawType } from './fields.js';
import { freeze } from './holds.js';
import { showYuan } from './money.js';
import { hashPassword, passwordPattern } from './passwords.js';
import { startPayout } from './payouts.js';
import { done } from './requests.js';
import type { Verdict } from './requests.js';

/** What the person typed. */
export interface Typed { password: string; passwordAgain: string; cardNumber: string; bankName: string }

export type Ask = 'password' | 'new-password' | 'card';

/** One person's act, read from its signed form; read again from the record when the page comes back. */
export interface PersonalOrder {
  requestNo: string; userNo: string; amountFen: number | null; atMs: number; redirectUrl: string;
  /** Wall-clock end (ms) given by the platform; null = the bank's own page lifetime only. */
  expiresMs: number | null;
  title: string;
  /** The button, named by what it does. */
  action: string;
  facts: [string, string][];
  asks: Ask[];
  /** Notification and callback tell what the bank now holds of the person. */
  tellsUser: boolean;
  /** Why this cannot begin at all. `account` is locked, null when there is none yet. */
  opening(tx: pg.PoolClient, account: Account | null): Promise<Refusal | null>;
  /** Does it; `stay` = nothing happened, the person corrects something. */
  apply(tx: pg.PoolClient, typed: Typed, atMs: number): Promise<Verdict | { stay: string }>;
}

const personalFields = order.extend({
  platformUserNo: number,
  redirectUrl: z.url({ protocol: /^https?$/ }).max(2_000),
});
type PersonalFields = z.infer<typeof personalFields>;
type Special = Pick<PersonalOrder, 'title' | 'action' | 'facts' | 'asks' | 'apply'> & Partial<Pick<PersonalOrder, 'opening' | 'tellsUser' | 'expiresMs' | 'amountFen'>>;

async function mustExist(_tx: pg.PoolClient, account: Account | null): Promise<Refusal | null> {
  return account ? unusable(account) : refuse('noUser');
}

export type ReadPersonal = (data: Record<string, unknown>) => PersonalOrder;

function personal<T extends PersonalFields>(schema: z.ZodType<T>, special: (input: T) => Special): ReadPersonal {
  return (data) => {
    const parsed = schema.safeParse(data);
    if (!parsed.success) throw new DoorError('json', z.prettifyError(parsed.error).slice(0, 500));
    const input = parsed.data;
    return {
      requestNo: input.requestNo, userNo: input.platformUserNo, atMs: input.businessTime, redirectUrl: input.redirectUrl,
      amountFen: null, expiresMs: null, tellsUser: false, opening: mustExist, ...special(input),
    };
  };
}

const register = personal(
  personalFields.extend({ userRole: z.enum(['BORROWERS', 'INVESTOR', 'GUARANTEECORP']), realName: text(60), idCardNo: z.string().regex(/^\d{17}[\dX]$/), mobile: z.string().regex(/^\+?\d{6,15}$/) }),
  (input) => ({
    title: 'Open a custody account', action: 'Open the account', asks: ['new-password', 'card'], tellsUser: true,
    facts: [['Name', maskName(input.realName)], ['Identity number', maskMiddle(input.idCardNo, 4)], ['Mobile', maskMiddle(input.mobile, 3)], ['Role', roles[input.userRole]]],
    async opening(tx, account) {
      if (account) return refuse('refused', 'USER_EXISTS', `user ${input.platformUserNo} has an account already`);
      const { rowCount } = await tx.query('SELECT 1 FROM account WHERE id_card_no = $1 AND role = $2', [input.idCardNo, input.userRole]);
      return rowCount === 0 ? null : refuse('refused', 'USER_EXISTS', 'this person has an account in this role already');
    },
    async apply(tx, typed, atMs) {
      if (!passwordPattern.test(typed.password)) return { stay: 'The trading password has exactly six digits.' };
      if (typed.password !== typed.passwordAgain) return { stay: 'The two trading passwords differ.' };
      if (!isCardNumber(typed.cardNumber)) return { stay: 'This is not a card number: check its digits.' };
      const { rowCount } = await tx.query(
        'INSERT INTO account (user_no, role, real_name, id_card_no, mobile, password_hash) VALUES ($1,$2,$3,$4,$5,$6) ON CONFLICT DO NOTHING',
        [input.platformUserNo, input.userRole, input.realName, input.idCardNo, input.mobile, await hashPassword(typed.password)]);
      if (rowCount !== 1) return { status: 'FAIL', refusal: refuse('refused', 'USER_EXISTS') };
      await bind(tx, input.platformUserNo, typed, atMs);
      return done(0);
    },
  }));

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

async function bind(tx: pg.PoolClient, userNo: string, typed: Typed, atMs: number): Promise<void> {
  await openIfUnknown(tx, typed.cardNumber, typed.bankName, dateOf(atMs));
  await tx.query('INSERT INTO bound_card (user_no, card_number, bound_at) VALUES ($1,$2,$3)', [userNo, typed.cardNumber, new Date(atMs)]);
}

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

const changeMobile = personal(personalFields.extend({ mobile: z.string().regex(/^\+?\d{6,15}$/) }), (input) => ({
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

const withdraw = personal(personalFields.extend({ amount, withdrawType }), (input) => ({
  title: 'Pay out to your card', action: `Pay out ${showYuan(input.amount)}`, asks: ['password'], amountFen: input.amount,
  facts: [['Amount', showYuan(input.amount)], ['From', 'your own custody account'], ['To', 'your bound card'], ['Arrives', input.withdrawType === 'URGENT' ? 'at once' : 'the next working day at 10:00'], ['Costs', showYuan(0)]],
  apply: (tx, _typed, atMs) => startPayout(tx, { requestNo: input.requestNo, userNo: input.platformUserNo, amountFen: input.amount, urgency: input.withdrawType, atMs, byAuthorisation: false }),
}));

const preTransaction = personal(personalFields.extend({ projectNo: number, bizType: tradeType, amount, expireTime: instant }), (input) => ({
  title: input.bizType === 'TENDER' ? 'Freeze money for a bid' : 'Freeze money for a repayment', action: `Freeze ${showYuan(input.amount)}`, asks: ['password'], amountFen: input.amount, expiresMs: input.expireTime,
  facts: [['Amount', showYuan(input.amount)], ['For project', input.projectNo], ['Where it stays', 'in your own custody account, frozen'], ['Costs', showYuan(0)]],
  apply: (tx, _typed, atMs) => freeze(tx, { requestNo: input.requestNo, projectNo: input.projectNo, userNo: input.platformUserNo, bizType: input.bizType, amountFen: input.amount, atMs, byAuthorisation: false }),
}));

const roles = { BORROWERS: 'borrower', INVESTOR: 'lender', GUARANTEECORP: 'guarantor' } as const;
const authorisations = {
  RECHARGE: 'pull money from your bound card into your account', TENDER: 'freeze money of yours for bids', REPAYMENT: 'freeze money of yours for instalments',
  WITHDRAW: 'pay out to your own bound card', CREDIT_ASSIGNMENT: 'buy claims with money of yours', COMPENSATORY: 'pay for loans you guarantee',
} as const;

function maskName(name: string): string {
  return `${name.slice(0, 1)}${'*'.repeat(Math.max(1, Math.min(4, name.length - 1)))}`;
}

function maskMiddle(value: string, shown: number): string {
  return `${value.slice(0, shown)}${'*'.repeat(Math.max(0, value.length - 2 * shown))}${value.slice(-shown)}`;
}

export const personalVerbs: Readonly<Record<string, ReadPersonal>> = {
  PERSONAL_REGISTER_EXPAND: register,
  PERSONAL_BIND_BANKCARD_EXPAND: bindCard,
  UNBIND_BANKCARD: unbindCard,
  MODIFY_MOBILE_EXPAND: changeMobile,
  USER_AUTHORIZATION: authorise,
  RECHARGE: recharge,
  WITHDRAW: withdraw,
  USER_PRE_TRANSACTION: preTransaction,
};
