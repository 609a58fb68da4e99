/** Opening of sub-accounts: a person's (PERSONAL_REGISTER_EXPAND), an enterprise's (ENTERPRISE_REGISTER), each with its card and trading password. */
import type pg from 'pg';
import { dateOf } from './calendar.js';
import { isCardNumber, openIfUnknown } from './cards.js';
import { refuse } from './errors.js';
import type { Refusal } from './errors.js';
import { text } from './fields.js';
import { hashPassword, newPasswordProblem } from './passwords.js';
import { idCardNo, maskMiddle, maskName, mobile, personal, personalFields } from './personal-order.js';
import type { PersonalOrder, Typed } from './personal-order.js';
import { done } from './requests.js';
import { unifiedCode } from './unified-code.js';
import { z } from 'zod';

const roles = { BORROWERS: 'borrower', INVESTOR: 'lender', GUARANTEECORP: 'guarantor', SUPPLIERS: 'supplier' } as const;

/** `identity`: a person's ID number, an enterprise's unified social credit code. `owner`: in whose name the account is. */
interface Opening { userNo: string; role: keyof typeof roles; type: 'PERSONAL' | 'ENTERPRISE'; owner: string; identity: string; mobile: string; agent: string | null }

function opens(account: Opening, already: string): Pick<PersonalOrder, 'opening' | 'apply'> {
  return {
    async opening(tx, known): Promise<Refusal | null> {
      if (known) return refuse('refused', 'USER_EXISTS', `user ${account.userNo} has an account already`);
      const { rowCount } = await tx.query('SELECT 1 FROM account WHERE id_card_no = $1 AND role = $2', [account.identity, account.role]);
      return rowCount === 0 ? null : refuse('refused', 'USER_EXISTS', already);
    },
    async apply(tx, typed, atMs) {
      const problem = newPasswordProblem(typed.password, typed.passwordAgain) ?? (isCardNumber(typed.cardNumber) ? null : 'This is not a card number: check its digits.');
      if (problem !== null) return { stay: problem };
      const { rowCount } = await tx.query(
        'INSERT INTO account (user_no, role, user_type, real_name, id_card_no, agent, mobile, password_hash) VALUES ($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT DO NOTHING',
        [account.userNo, account.role, account.type, account.owner, account.identity, account.agent, account.mobile, await hashPassword(typed.password)]);
      if (rowCount !== 1) return { status: 'FAIL', refusal: refuse('refused', 'USER_EXISTS') };
      await bind(tx, account.userNo, typed, atMs);
      return done(0);
    },
  };
}

export async function bind(tx: pg.PoolClient, userNo: string, typed: Typed, atMs: number): Promise<void> {
  await openIfUnknown(tx, typed.cardNumber, typed.bankName, dateOf(atMs));
  await tx.query('INSERT INTO bound_card (user_no, card_number, bound_at) VALUES ($1,$2,$3)', [userNo, typed.cardNumber, new Date(atMs)]);
}

export const register = personal(
  personalFields.extend({ userRole: z.enum(['BORROWERS', 'INVESTOR', 'GUARANTEECORP', 'SUPPLIERS']), realName: text(60), idCardNo, mobile }),
  (input) => ({
    title: 'Open a custody account', action: 'Open the account', asks: ['new-password', 'card'], tellsUser: true,
    facts: [['Name', maskName(input.realName)], ['Identity number', maskMiddle(input.idCardNo, 4)], ['Mobile', maskMiddle(input.mobile, 3)], ['Role', roles[input.userRole]]],
    ...opens({ userNo: input.platformUserNo, role: input.userRole, type: 'PERSONAL', owner: input.realName, identity: input.idCardNo, mobile: input.mobile, agent: null }, 'this person has an account in this role already'),
  }));

/** The legal representative or whoever it has sent (`contact`) types for the enterprise; codes go to `contactPhone`. */
export const enterpriseRegister = personal(
  personalFields.extend({ userRole: z.enum(['BORROWERS', 'INVESTOR', 'GUARANTEECORP', 'SUPPLIERS']), enterpriseName: text(120), unifiedCode, contact: text(60), contactIdCardNo: idCardNo, contactPhone: mobile }),
  (input) => ({
    title: "Open an enterprise's custody account", action: 'Open the account', asks: ['new-password', 'card'], tellsUser: true,
    facts: [['Enterprise', input.enterpriseName], ['Unified social credit code', input.unifiedCode], ['Role', roles[input.userRole]], ['Acting for it', maskName(input.contact)], ['Identity number', maskMiddle(input.contactIdCardNo, 4)], ['Mobile', maskMiddle(input.contactPhone, 3)]],
    ...opens({ userNo: input.platformUserNo, role: input.userRole, type: 'ENTERPRISE', owner: input.enterpriseName, identity: input.unifiedCode, mobile: input.contactPhone, agent: input.contactIdCardNo }, 'this enterprise has an account in this role already'),
  }));
