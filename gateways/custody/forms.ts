/** Signs the form with which a person's browser is carried to the bank's own pages. */
import { fenToYuan } from './amounts.js';
import type { PersonalAct, SignedForm } from './port.js';
import { createSigner, signRequest } from './wire.js';

export interface CustodyFormsSettings {
  /** The bank as the person's browser reaches it, e.g. `http://localhost:4400`. */
  url: string;
  platformNo: string;
  keySerial: string;
  privateKeyPem: string;
  /** Wall clock, milliseconds: the bank refuses a form older than ten minutes. */
  now: () => number;
}

export interface CustodyForms {
  sign(act: PersonalAct): SignedForm;
}

/** Sign at the moment the person presses the button, not when the page before it is shown: the form ages. */
export function createCustodyForms(settings: CustodyFormsSettings): CustodyForms {
  const signer = createSigner(settings.keySerial, settings.privateKeyPem);
  const action = `${settings.url.replace(/\/$/, '')}/gateway`;
  return {
    sign(act) {
      const { serviceName, data } = requestOf(act);
      const common = { requestNo: act.requestNo, platformUserNo: act.userNo, redirectUrl: act.returnUrl, businessTime: act.businessTime };
      return { action, fields: signRequest(serviceName, settings.platformNo, { ...common, ...data }, signer, settings.now()) };
    },
  };
}

/** The verb and its own fields, per act (docs/custody-protocol.md). */
function requestOf(act: PersonalAct): { serviceName: string; data: Record<string, unknown> } {
  switch (act.act) {
    case 'register':
      return { serviceName: 'PERSONAL_REGISTER_EXPAND', data: { userRole: act.role, realName: act.realName, idCardNo: act.idNumber, mobile: act.mobile } };
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
      return { serviceName: 'WITHDRAW', data: { amount: fenToYuan(act.amountFen), withdrawType: act.urgency === 'urgent' ? 'URGENT' : 'NORMAL' } };
    case 'hold':
      return { serviceName: 'USER_PRE_TRANSACTION', data: { projectNo: act.projectNo, bizType: act.purpose === 'bid' ? 'TENDER' : 'REPAYMENT', amount: fenToYuan(act.amountFen), expireTime: act.expiresAt } };
  }
}
