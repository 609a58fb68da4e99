/** What people are told about their own account and money outside a loan, in English and Chinese. Each text says what to do if it was not them. */
import type { PersonTemplate } from '../../workflows/contract.js';
import type { Language, Text } from './texts.js';

export interface PersonFacts { platformName: string; complaintsContact: string; url: string; amount: string; until: string }

type Said = readonly [subject: string, sentences: string];

const words: Record<PersonTemplate, Record<Language, (facts: PersonFacts) => Said>> = {
  'trading-password-reset': {
    en: () => ['Trading password reset', 'the trading password of your custody account was reset at the bank; the old one no longer works.'],
    zh: () => ['交易密码已重置', '您的存管账户交易密码已在银行重置，原密码已失效。'],
  },
  'withdrawal-held': {
    en: ({ amount, until }) => ['Your withdrawal is looked at once more', `your withdrawal of ${amount} is set aside at the bank and looked at by a person, because card, phone or trading password was changed a short while ago. It is decided by ${until}; if nobody has confirmed it by then, it is cancelled and the money is available again.`],
    zh: ({ amount, until }) => ['提现正在复核', `您近期更换过银行卡、手机号或交易密码，${amount} 的提现已在银行冻结并由人工复核，最迟 ${until} 处理完毕；逾期未确认将自动取消，资金恢复可用。`],
  },
  'withdrawal-confirmed': {
    en: ({ amount }) => ['Your withdrawal goes on', `your withdrawal of ${amount} is confirmed and on its way to your card.`],
    zh: ({ amount }) => ['提现已确认', `您 ${amount} 的提现已确认，正在转入您的银行卡。`],
  },
  'withdrawal-cancelled': {
    en: ({ amount }) => ['Your withdrawal was cancelled', `we did not confirm your withdrawal of ${amount}; the money is available in your custody account again. Your page says what to do.`],
    zh: ({ amount }) => ['提现已取消', `您 ${amount} 的提现未获确认，资金已恢复可用，详情见您的页面。`],
  },
  'withdrawal-not-confirmed': {
    en: ({ amount }) => ['Your withdrawal was cancelled', `nobody confirmed your withdrawal of ${amount} in time, so it was cancelled; the money is available in your custody account again. You may withdraw it again.`],
    zh: ({ amount }) => ['提现已取消', `您 ${amount} 的提现未在时限内确认，已自动取消，资金已恢复可用，您可以重新提现。`],
  },
};

export function personText(template: PersonTemplate, language: Language, facts: PersonFacts): Text {
  const [subject, sentences] = words[template][language](facts);
  const { platformName, complaintsContact, url } = facts;
  return language === 'zh'
    ? { subject: `${platformName}：${subject}`, sms: `【${platformName}】${sentences}如非本人操作，请立即联系 ${complaintsContact}。`, mail: `您好：\n\n${sentences}\n\n查看：${url}\n\n如非本人操作，或需投诉、提出异议，请立即联系 ${complaintsContact}。\n` }
    : { subject: `${platformName}: ${subject}`, sms: `${platformName}: ${sentences} If it was not you, contact ${complaintsContact} at once.`, mail: `Hello,\n\n${sentences}\n\nSee: ${url}\n\nIf it was not you, or to complain or to dispute, contact ${complaintsContact} at once.\n` };
}
