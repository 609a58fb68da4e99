import { profileOf, type ProfileId } from './regulation.js';

/** What a loan may be for; the codes are those of LendingClub's public loan book, so that recorded loans fit. */
export const PURPOSES = [
  'debt_consolidation', 'credit_card', 'home_improvement', 'major_purchase', 'small_business', 'car', 'wedding', 'medical', 'moving',
  'vacation', 'house', 'educational', 'renewable_energy', 'other',
] as const;

export type Purpose = (typeof PURPOSES)[number];

/**
 * What no loan may be for (Interim Measures, Art. 10(11): stocks, margin, futures, structured products, derivatives; notice 57 of 2017:
 * down payments on homes; lending on).
 */
export const PROHIBITED_PURPOSES = [
  'stocks', 'margin', 'futures', 'structured_products', 'derivatives', 'home_down_payment', 'lending_on', 'gambling',
] as const;

export type ProhibitedPurpose = (typeof PROHIBITED_PURPOSES)[number];

export type PurposeRefusal = 'purpose-missing' | 'purpose-prohibited' | 'purpose-unknown';

const PROHIBITED_WORDS_ZH = /炒股|股票|配资|期货|期权|场外|衍生品|首付|赌|转贷|虚拟货币|比特币/;
const PROHIBITED_WORDS_EN = /\b(stocks?|margin trading|futures|options trading|derivatives?|crypto|bitcoin|gambl\w*|down payment)\b/i;

/** Whether a purpose, as code and in the borrower's own words, may be lent for. `other` needs words. */
export function checkPurpose(profile: ProfileId, code: string, words = ''): { allowed: true } | { refused: PurposeRefusal } {
  const stated = words.trim().length > 0;
  if ((PROHIBITED_PURPOSES as readonly string[]).includes(code)) return { refused: 'purpose-prohibited' };
  if (code === '' && profileOf(profile).purposeRequired.value) return { refused: 'purpose-missing' };
  if (code !== '' && !(PURPOSES as readonly string[]).includes(code)) return { refused: 'purpose-unknown' };
  if (profile === 'us') return { allowed: true };
  if (code === 'other' && !stated) return { refused: 'purpose-missing' };
  return prohibitedWordIn(words) ? { refused: 'purpose-prohibited' } : { allowed: true };
}

/** The word in an applicant's own text that names a forbidden use, so that who meant something else can say it otherwise; null without one. */
export function prohibitedWordIn(words: string): string | null {
  return (PROHIBITED_WORDS_ZH.exec(words) ?? PROHIBITED_WORDS_EN.exec(words))?.[0] ?? null;
}
