/**
 * What the platform says to people about their loans, in English and Chinese. Every text names the platform, the loan and
 * how to complain or dispute; none promises a return.
 */
import { formatFen } from '../../domain/money.js';
import type { TellTemplate } from '../../workflows/contract.js';

export type Language = 'en' | 'zh';

export interface TextFacts {
  platformName: string;
  loanNo: string;
  /** The page where the person acts. */
  url: string;
  complaintsContact: string;
  currency: string;
  /** What the event is about, in fen: principal, payment, what is due. */
  amountFen: number;
  /** The lender's own part; 0 for borrowers. */
  shareFen: number;
  /** A date that matters: due day, deadline, last day of an offer. */
  on: string | null;
  days: number;
}

export interface Text { subject: string; sms: string; mail: string }

/** Subject and the sentences in between. */
type Said = readonly [subject: string, sentences: string];
type Wording = Record<Language, (facts: Shown) => Said>;
interface Shown { no: string; amount: string; share: string; on: string; days: string }

export type Template = TellTemplate | 'reminder-ahead' | 'reminder-today' | 'reminder-late' | 'collection';

const borrower: Record<Template, Wording> = {
  'application-received': {
    en: ({ no, amount }) => ['We have your application', `your application ${no} for ${amount} has arrived. We tell you as soon as it is decided.`],
    zh: ({ no, amount }) => ['已收到您的借款申请', `您的借款申请 ${no}（${amount}）已收到，审核结果将及时通知您。`],
  },
  refused: {
    en: ({ no }) => ['Your application was not approved', `we cannot offer you the loan of application ${no}. Your page names the reasons; you may ask that a person looks at the decision again.`],
    zh: ({ no }) => ['您的借款申请未通过', `您的借款申请 ${no} 未获通过。原因见您的页面，您可以要求人工复核。`],
  },
  'identity-failed': {
    en: ({ no }) => ['We could not identify you', `we could not confirm your identity for application ${no}. Please look at what you gave us and apply again.`],
    zh: ({ no }) => ['身份核验未通过', `申请 ${no} 的身份核验未通过，请核对您填写的信息后重新申请。`],
  },
  'offer-ready': {
    en: ({ no, amount, on }) => ['Your offer is ready', `our offer for loan ${no} is ready: ${amount}. Please read it and decide until ${on}.`],
    zh: ({ no, amount, on }) => ['授信方案已生成', `借款 ${no} 的授信方案已生成：${amount}，请于 ${on} 前查看并确认。`],
  },
  'offer-lapsed': {
    en: ({ no }) => ['Your offer has lapsed', `the offer for loan ${no} was not accepted in time and has lapsed. Nothing is owed; you may apply again.`],
    zh: ({ no }) => ['授信方案已失效', `借款 ${no} 的授信方案未在期限内确认，已失效。您不欠任何款项，可重新申请。`],
  },
  cancelled: {
    en: ({ no }) => ['Your loan is cancelled', `loan ${no} is cancelled as you wished. Nothing is owed.`],
    zh: ({ no }) => ['借款已取消', `借款 ${no} 已按您的要求取消，您不欠任何款项。`],
  },
  'prepare-account': {
    en: ({ no, on }) => ['Please prepare your custody account', `for loan ${no} the custody bank needs your account, card and authorisations until ${on}. Your page leads you there.`],
    zh: ({ no, on }) => ['请开通存管账户', `借款 ${no} 需要您在 ${on} 前完成存管开户、绑卡和授权，请从您的页面进入。`],
  },
  listed: {
    en: ({ no, amount, on }) => ['Your loan is open for lenders', `loan ${no} for ${amount} is open for lenders until ${on}.`],
    zh: ({ no, amount, on }) => ['借款已上线募集', `借款 ${no}（${amount}）已开始募集，截止 ${on}。`],
  },
  'not-funded': {
    en: ({ no }) => ['Your loan was not funded', `loan ${no} was not fully funded in time. Nothing is owed; every lender has the money back.`],
    zh: ({ no }) => ['借款流标', `借款 ${no} 未在期限内满标，已流标。您不欠任何款项，出借人资金已全部解冻。`],
  },
  concluded: {
    en: ({ no, amount }) => ['The contract is concluded', `the contract of loan ${no} for ${amount} is concluded. The bank now brings the money together.`],
    zh: ({ no, amount }) => ['合同已成立', `借款 ${no}（${amount}）的合同已成立，存管银行正在放款。`],
  },
  disbursed: {
    en: ({ no, amount, on }) => ['Your loan is disbursed', `the contract of loan ${no} is concluded. The lenders' money, ${amount}, is in your custody account since ${on} and goes on to your card. Interest runs from that day.`],
    zh: ({ no, amount, on }) => ['放款成功', `借款 ${no} 的合同已成立，${amount} 已于 ${on} 到达您的存管账户，正在转入绑定银行卡，自当日起息。`],
  },
  'disbursement-late': {
    en: ({ no }) => ['The disbursement takes longer', `the bank has not yet brought together all the money for loan ${no}. We follow it up; nothing is owed and no interest runs until it has.`],
    zh: ({ no }) => ['放款延迟', `借款 ${no} 的放款尚未全部完成，我们正在跟进；完成前不计息。`],
  },
  'paid-out': {
    en: ({ no, amount }) => ['Paid out to your card', `${amount} of loan ${no} has been paid out to your card.`],
    zh: ({ no, amount }) => ['提现到账', `借款 ${no} 的 ${amount} 已到达您的银行卡。`],
  },
  'payout-returned': {
    en: ({ no }) => ['The payout came back', `your bank returned the payout of loan ${no}. Please look at your bound card; we try again. The value date stays.`],
    zh: ({ no }) => ['提现退回', `借款 ${no} 的提现被银行退回，请检查绑定银行卡，我们将再次划转。起息日不变。`],
  },
  'payment-received': {
    en: ({ no, amount }) => ['We have your payment', `your payment of ${amount} for loan ${no} has arrived and is shared among your lenders.`],
    zh: ({ no, amount }) => ['还款成功', `借款 ${no} 的还款 ${amount} 已收到，正在分配给出借人。`],
  },
  'debit-failed': {
    en: ({ no, amount }) => ['The debit did not succeed', `your bank did not give us ${amount} that is due for loan ${no}. Please put money on your card or pay from your page.`],
    zh: ({ no, amount }) => ['代扣未成功', `借款 ${no} 应还 ${amount}，代扣未成功。请在银行卡存入足够资金或在页面上还款。`],
  },
  closed: {
    en: ({ no }) => ['Your loan is repaid', `loan ${no} is repaid and closed. Thank you.`],
    zh: ({ no }) => ['借款已结清', `借款 ${no} 已结清，谢谢。`],
  },
  'written-off': {
    en: ({ no, amount }) => ['Your loan is written off', `loan ${no} is written off in our books; ${amount} remains owed to your lenders and may be claimed in court.`],
    zh: ({ no, amount }) => ['借款已核销', `借款 ${no} 已作核销处理，您仍欠出借人 ${amount}，可能被诉讼追偿。`],
  },
  'legal-notice': {
    en: ({ no, amount }) => ['Legal notice', `${amount} is overdue for loan ${no}. The case is handed over for legal action under the lenders' mandate. You can still pay from your page.`],
    zh: ({ no, amount }) => ['法律催告', `借款 ${no} 逾期 ${amount}，根据出借人授权已移交法律程序，您仍可在页面上还款。`],
  },
  recovered: {
    en: ({ no, amount }) => ['We have your payment', `your payment of ${amount} for the written-off loan ${no} has arrived.`],
    zh: ({ no, amount }) => ['已收到还款', `已核销借款 ${no} 的还款 ${amount} 已收到。`],
  },
  'reminder-ahead': {
    en: ({ no, amount, on, days }) => ['Your instalment is due soon', `${amount} for loan ${no} is due on ${on}, in ${days} day(s). It is debited from your card on that day.`],
    zh: ({ no, amount, on, days }) => ['还款提醒', `借款 ${no} 将于 ${on}（${days} 天后）到期应还 ${amount}，当日从绑定银行卡代扣。`],
  },
  'reminder-today': {
    en: ({ no, amount }) => ['Your instalment is due today', `${amount} for loan ${no} is due today and is debited from your card.`],
    zh: ({ no, amount }) => ['今日还款提醒', `借款 ${no} 今日到期应还 ${amount}，将从绑定银行卡代扣。`],
  },
  'reminder-late': {
    en: ({ no, amount, on }) => ['Your instalment is late', `${amount} for loan ${no} was due on ${on} and is not paid. Please put money on your card or pay from your page.`],
    zh: ({ no, amount, on }) => ['逾期提醒', `借款 ${no} 应于 ${on} 还款 ${amount}，至今未还。请在银行卡存入足够资金或在页面上还款。`],
  },
  collection: {
    en: ({ no, amount, on }) => ['Payment overdue', `${amount} for loan ${no} is overdue since ${on}. Please pay from your page, or tell us if you dispute it or cannot pay.`],
    zh: ({ no, amount, on }) => ['逾期催收', `借款 ${no} 自 ${on} 起逾期，应还 ${amount}。请在页面上还款；如有异议或无力偿还请告知我们。`],
  },
};

const lender: Partial<Record<Template, Wording>> = {
  'not-funded': {
    en: ({ no }) => ['A loan was not funded', `loan ${no} was not fully funded in time. Your frozen money is available again.`],
    zh: ({ no }) => ['标的流标', `标的 ${no} 未在期限内满标，您冻结的资金已解冻。`],
  },
  cancelled: {
    en: ({ no }) => ['A loan was cancelled', `the borrower withdrew loan ${no}. Your frozen money is available again.`],
    zh: ({ no }) => ['借款人已取消', `借款人已取消标的 ${no}，您冻结的资金已解冻。`],
  },
  concluded: {
    en: ({ no, share }) => ['The contract is concluded', `the contract of loan ${no} is concluded; your share is ${share}. You bear the risk that the borrower does not pay.`],
    zh: ({ no, share }) => ['合同已成立', `标的 ${no} 的合同已成立，您的出借份额为 ${share}，借款人违约的风险由您承担。`],
  },
  'disbursement-late': {
    en: ({ no }) => ['The disbursement takes longer', `the bank has not yet brought together all the money for loan ${no}. Your share stays frozen; interest runs from the day all of it is there.`],
    zh: ({ no }) => ['放款延迟', `标的 ${no} 的放款尚未全部完成，您的份额仍处于冻结状态，全部到账之日起息。`],
  },
  disbursed: {
    en: ({ no, share, on }) => ['The loan is disbursed', `the contract of loan ${no} is concluded. Your share, ${share}, went to the borrower on ${on}; interest runs from that day. You bear the risk that the borrower does not pay.`],
    zh: ({ no, share, on }) => ['已放款', `标的 ${no} 的合同已成立，您的份额 ${share} 已于 ${on} 放款，自当日起息，借款人违约的风险由您承担。`],
  },
  'payment-received': {
    en: ({ no, share }) => ['A payment came in', `the borrower of loan ${no} has paid; your part is ${share}, before the lender's fee.`],
    zh: ({ no, share }) => ['收到回款', `标的 ${no} 的借款人已还款，您的回款为 ${share}（未扣出借人服务费）。`],
  },
  closed: {
    en: ({ no }) => ['A loan is repaid', `loan ${no} is repaid and closed.`],
    zh: ({ no }) => ['标的已结清', `标的 ${no} 已结清。`],
  },
  'written-off': {
    en: ({ no, share }) => ['A loan is written off', `loan ${no} is shown as a loss from today on; of your share ${share} is not repaid. You stay creditor, and recoveries go on.`],
    zh: ({ no, share }) => ['标的已核销', `标的 ${no} 自今日起列为坏账，您尚有 ${share} 本金未收回。您仍为债权人，追偿继续进行。`],
  },
  'legal-notice': {
    en: ({ no }) => ['Legal steps', `loan ${no} is more than ninety days late and was handed over for legal action under your mandate.`],
    zh: ({ no }) => ['已移交法律程序', `标的 ${no} 逾期超过九十天，已根据您的授权移交法律程序。`],
  },
  recovered: {
    en: ({ no, share }) => ['A recovery came in', `a payment came in for the written-off loan ${no}; your part is ${share}.`],
    zh: ({ no, share }) => ['收到追偿款', `已核销标的 ${no} 收到还款，您的部分为 ${share}。`],
  },
};

/** Lenders are told these by SMS too; the rest by e-mail alone: a month's payments to many lenders are no alarm. */
export const urgentForLenders: ReadonlySet<Template> = new Set<Template>(['not-funded', 'cancelled', 'written-off', 'legal-notice']);

/** The texts of one event for one person; null where this audience is told nothing about it. */
export function textsOf(template: Template, audience: 'borrower' | 'lenders', language: Language, facts: TextFacts): Text | null {
  const wording = audience === 'borrower' ? borrower[template] : lender[template];
  if (!wording) return null;
  const money = (fen: number): string => formatFen(fen, { currency: facts.currency });
  const shown: Shown = { no: facts.loanNo, amount: money(facts.amountFen), share: money(facts.shareFen), on: facts.on ?? '', days: String(Math.abs(facts.days)) };
  const [subject, sentences] = wording[language](shown);
  const { platformName, complaintsContact, url, loanNo } = facts;
  return language === 'zh'
    ? {
      subject: `${platformName}：${subject}（${loanNo}）`,
      sms: `【${platformName}】${sentences}投诉或异议：${complaintsContact}`,
      mail: `您好：\n\n${sentences}\n\n查看：${url}\n\n如需投诉或提出异议，请联系 ${complaintsContact}。\n${platformName} 是信息中介，不承诺本金或收益。\n`,
    }
    : {
      subject: `${platformName}: ${subject} (${loanNo})`,
      sms: `${platformName}: ${sentences} Complaints or disputes: ${complaintsContact}`,
      mail: `Hello,\n\n${sentences}\n\nSee: ${url}\n\nTo complain or to dispute: ${complaintsContact}.\n${platformName} is an intermediary; it promises neither principal nor return.\n`,
    };
}
