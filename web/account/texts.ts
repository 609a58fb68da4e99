/** What is written to people about their account, in their language. Each text names the platform and says what to do if it was not them. */
import type { AuthorisationType } from '../../db/accounts.js';
import type { Language } from '../../db/people.js';

export interface AccountText { template: string; subject: string; body: string }

interface Names { platformName: string; complaintsContact: string }
type Words = Record<Language, [subject: string, body: string]>;

const said = (template: string, language: Language, words: Words): AccountText => {
  const [subject, body] = words[language];
  return { template, subject, body };
};

export const codeText = (language: Language, { platformName }: Names, code: string, minutes: number): AccountText => said('code', language, {
  en: [`${platformName}: your code`, `${platformName}: your code is ${code}. It holds for ${minutes} minutes. We never ask for it by telephone; if you did not ask for it, do nothing.`],
  zh: [`${platformName}：验证码`, `【${platformName}】您的验证码是 ${code}，${minutes} 分钟内有效。我们不会来电索要。如非本人操作，请忽略。`],
});

export const alreadyText = (language: Language, { platformName }: Names): AccountText => said('already-signed-up', language, {
  en: [`${platformName}: you have an account`, `${platformName}: somebody asked to sign up with this number, which has an account already. Log in, or use "forgotten password". If it was not you, do nothing.`],
  zh: [`${platformName}：您已有账户`, `【${platformName}】有人申请用此号码注册，但该号码已有账户。请直接登录或找回密码。如非本人操作，请忽略。`],
});

export const passwordChangedText = (language: Language, { platformName, complaintsContact }: Names): AccountText => said('password-changed', language, {
  en: [`${platformName}: password changed`, `${platformName}: the password of your account was changed, and everybody was logged out. If it was not you, contact ${complaintsContact} at once.`],
  zh: [`${platformName}：密码已修改`, `【${platformName}】您的账户密码已修改，所有登录已失效。如非本人操作，请立即联系 ${complaintsContact}。`],
});

export const phoneChangingText = (language: Language, { platformName, complaintsContact }: Names, newLast4: string, hours: number): AccountText => said('phone-changing', language, {
  en: [`${platformName}: your phone is being changed`, `${platformName}: the phone of your account is being changed to one ending in ${newLast4}. Nothing is paid out for ${hours} hours after it. If it was not you, contact ${complaintsContact} at once.`],
  zh: [`${platformName}：正在更换手机号`, `【${platformName}】您的账户正在更换为尾号 ${newLast4} 的手机号，更换后 ${hours} 小时内不可提现。如非本人操作，请立即联系 ${complaintsContact}。`],
});

export const cardChangingText = (language: Language, { platformName, complaintsContact }: Names, hours: number): AccountText => said('card-changing', language, {
  en: [`${platformName}: your bank card is being changed`, `${platformName}: the bank card of your custody account is being changed. Nothing is paid out for ${hours} hours after a new one is bound. If it was not you, contact ${complaintsContact} at once.`],
  zh: [`${platformName}：正在更换银行卡`, `【${platformName}】您的存管账户正在更换银行卡，新卡绑定后 ${hours} 小时内不可提现。如非本人操作，请立即联系 ${complaintsContact}。`],
});

const endingWords: Record<AuthorisationType, Record<Language, string>> = {
  REPAYMENT: { en: 'pay instalments', zh: '还款' }, RECHARGE: { en: 'pull from your card', zh: '代扣充值' }, WITHDRAW: { en: 'pay out to your card', zh: '提现' },
  TENDER: { en: 'freeze for bids', zh: '投标' }, CREDIT_ASSIGNMENT: { en: 'buy claims', zh: '债权受让' }, COMPENSATORY: { en: 'pay as guarantor', zh: '代偿' },
};

export const authorisationEndingText = (language: Language, { platformName, complaintsContact }: Names, type: AuthorisationType): AccountText => said('authorisation-ending', language, {
  en: [`${platformName}: an authorisation is taken back`, `${platformName}: you have taken back the standing authorisation to ${endingWords[type].en}, and the bank is told to end it. Your contracts stay as they are: what falls due is still due. If it was not you, contact ${complaintsContact} at once.`],
  zh: [`${platformName}：授权正在撤销`, `【${platformName}】您已撤销“${endingWords[type].zh}”自动授权，我们已通知存管银行。合同不受影响，到期款项仍须按期支付。如非本人操作，请立即联系 ${complaintsContact}。`],
});
