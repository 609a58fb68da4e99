/** Signs the form with which a person's browser is carried to the bank's own pages. */
import { fenToYuan } from './amounts.js';
import { freezeTypes } from './trades.js';
import type { PersonalAct, SignedForm } from './port.js';
import { createSigners } from './keys.js';
import { signRequest } from './wire.js';

export interface CustodyFormsSettings {
  /** The bank as the person's browser reaches it, e.g. `http://localhost:4400`. */
  url: string;
  platformNo: string;
  keySerial: string;
  /** One private key (PEM), or a ring of them as JSON (`keys.ts`). */
  privateKeyPem: string;
  /** Wall clock, milliseconds: the bank refuses a form older than ten minutes. */
  now: () => number;
}

export interface CustodyForms {
  sign(act: PersonalAct): SignedForm;
}

/** Sign at the moment the person presses the button, not when the page before it is shown: the form ages. */
export function createCustodyForms(settings: CustodyFormsSettings): CustodyForms {
  const signers = createSigners(settings.keySerial, settings.privateKeyPem);
  const action = `${settings.url.replace(/\/$/, '')}/gateway`;
  return {
    sign(act) {
      const { serviceName, data } = requestOf(act);
      const common = { requestNo: act.requestNo, platformUserNo: act.userNo, redirectUrl: act.returnUrl, businessTime: act.businessTime };
      return { action, fields: signRequest(serviceName, settings.platformNo, { ...common, ...data }, signers(settings.now()), settings.now()) };
    },
  };
}

/** The verb and its own fields, per act (docs/custody-protocol.md). */
function requestOf(act: PersonalAct): { serviceName: string; data: Record<string, unknown> } {
  switch (act.act) {
    case 'register':
      return { serviceName: 'PERSONAL_REGISTER_EXPAND', data: { userRole: act.role, realName: act.realName, idCardNo: act.idNumber, mobile: act.mobile } };
    case 'open-enterprise':
      return {
        serviceName: 'ENTERPRISE_REGISTER',
        data: { userRole: act.role, enterpriseName: act.name, unifiedCode: act.creditCode, contact: act.agentName, contactIdCardNo: act.agentIdNumber, contactPhone: act.agentMobile },
      };
    case 'reset-password':
      return { serviceName: 'RESET_PASSWORD', data: {} };
    case 'bind-card':
      return { serviceName: 'PERSONAL_BIND_BANKCARD_EXPAND', data: {} };
    case 'unbind-card':
      return { serviceName: 'UNBIND_BANKCARD', data: {} };
    case 'change-mobile':
      return { serviceName: 'MODIFY_MOBILE_EXPAND', data: { mobile: act.mobile } };
    case 'authorise':
      return { serviceName: 'USER_AUTHORIZATION', data: { authList: act.types, amount: fenToYuan(act.maxFen), failTime: act.failTime } };
    case 'deposit':
      return { serviceName: 'RECHARGE', data: { amount: fenToYuan(act.amountFen) } };
    case 'withdraw':
      return { serviceName: 'WITHDRAW', data: { amount: fenToYuan(act.amountFen), withdrawType: act.urgency === 'urgent' ? 'URGENT' : 'NORMAL', withdrawForm: act.toBeConfirmed ? 'CONFIRMED' : 'IMMEDIATE' } };
    case 'hold':
      return { serviceName: 'USER_PRE_TRANSACTION', data: { projectNo: act.projectNo, bizType: freezeTypes[act.purpose], amount: fenToYuan(act.amountFen), expireTime: act.expiresAt } };
    case 'sell-claim':
      return { serviceName: 'DEBENTURE_SALE', data: { projectNo: act.projectNo, share: fenToYuan(act.shareFen) } };
    case 'authorise-entrusted-pay':
      return { serviceName: 'AUTHORIZATION_ENTRUST_PAY', data: { projectNo: act.projectNo, entrustedPlatformUserNo: act.payeeUserNo } };
  }
}
