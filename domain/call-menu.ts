/**
 * The spoken menu of a call to a late borrower: what is said, which key means what. Who answers is not known, so neither
 * the debt nor its amount is spoken before the person has said who they are (GB/T 45251: never reveal the debt to others).
 */
export type CallOutcome = 'promised' | 'already-paid' | 'not-me' | 'disputed' | 'cannot-pay' | 'operator';
export type CallLanguage = 'en' | 'zh';

export interface MenuChoice {
  key: string;
  outcome: CallOutcome;
  /** What the menu offers. */
  offer: Record<CallLanguage, string>;
  /** What is said once the key is pressed. */
  answer: Record<CallLanguage, string>;
}

export const callMenu: readonly MenuChoice[] = [
  {
    key: '1', outcome: 'promised',
    offer: { en: 'If you will pay within three days, press 1.', zh: '如果您将在三天内还款，请按 1。' },
    answer: { en: 'Thank you. We have noted your promise to pay within three days. Your loan page shows what is due.', zh: '谢谢，我们已记录您三天内还款的承诺。应还金额请见您的借款页面。' },
  },
  {
    key: '2', outcome: 'already-paid',
    offer: { en: 'If you have already paid, press 2.', zh: '如果您已经还款，请按 2。' },
    answer: { en: 'Thank you. We will not call again while a colleague checks your payment.', zh: '谢谢。核实您的还款期间，我们不会再致电。' },
  },
  {
    key: '3', outcome: 'not-me',
    offer: { en: 'If you are not the person we want to reach, press 3.', zh: '如果您不是我们要联系的人，请按 3。' },
    answer: { en: 'We are sorry to have disturbed you. We will not call this number again.', zh: '很抱歉打扰您，我们不会再拨打此号码。' },
  },
  {
    key: '4', outcome: 'disputed',
    offer: { en: 'If you dispute this, press 4.', zh: '如果您有异议，请按 4。' },
    answer: { en: 'We have noted that you dispute this. We will not call again until a colleague has answered you in writing.', zh: '我们已记录您的异议，在书面答复您之前不会再致电。' },
  },
  {
    key: '5', outcome: 'cannot-pay',
    offer: { en: 'If you cannot pay at present, press 5.', zh: '如果您目前无力还款，请按 5。' },
    answer: { en: 'Thank you for telling us. A colleague will look for an arrangement with you; we will not call until then.', zh: '感谢您告知。同事会与您商议还款安排，在此之前我们不会再致电。' },
  },
  {
    key: '0', outcome: 'operator',
    offer: { en: 'To speak with a person, press 0.', zh: '如需人工服务，请按 0。' },
    answer: { en: 'A colleague will call you back today within the permitted hours.', zh: '同事将在今天允许的时段内给您回电。' },
  },
];

/** The choice of a key, or undefined when the key means nothing. Only the first key counts. */
export function choiceOf(digits: string): MenuChoice | undefined {
  return callMenu.find((choice) => choice.key === digits.charAt(0));
}

export interface CallNames { platformName: string; loanNo: string; complaintsContact: string }

/** What is said when the call is answered, sentence by sentence: who calls, for whom, and that the call is recorded. */
export function greeting(names: CallNames, language: CallLanguage): string[] {
  const contract = spoken(names.loanNo);
  return language === 'zh'
    ? [`您好，这里是${names.platformName}的自动语音，想联系本号码的登记人，事关合同 ${contract}。`, '本次通话会被记录。']
    : [`Hello. This is an automatic call from ${names.platformName} for the person who registered this number, about contract ${contract}.`, 'This call is recorded.'];
}

/** The offers of the menu, in order. */
export function menuSentences(language: CallLanguage): string[] {
  return callMenu.map((choice) => choice.offer[language]);
}

/** What is said last: how to complain or dispute. */
export function farewell(names: CallNames, language: CallLanguage): string {
  return language === 'zh'
    ? `如需投诉或提出异议，请联系 ${names.complaintsContact}。再见。`
    : `To complain or to dispute, contact ${names.complaintsContact}. Goodbye.`;
}

/** What is said after no key, or a key that means nothing, before the menu is repeated. */
export const notUnderstood: Record<CallLanguage, string> = { en: 'We did not understand your choice.', zh: '没有识别到您的选择。' };

/** Codes are spelt out, so that a voice does not read LN42 as a word: `L N 4 2`. */
function spoken(code: string): string {
  return Array.from(code).join(' ');
}
