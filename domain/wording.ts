import { profileOf, type ProfileId } from './regulation.js';

/** Denials make a promise's words lawful: "不保本", "not guaranteed return". */
const DENIALS = ['不承诺', '不保证', '不提供', '并非', '不是', '不', '非', '无法', 'no', 'not', 'never', 'without'];

/**
 * The promises in a text that no listing may make (Interim Measures, Art. 10(3)), as they stand in the profile's list. Spaces, punctuation and
 * full-width letters between the characters of a Chinese word do not hide it; a denial directly before it excuses it.
 */
export function bannedWordsIn(profile: ProfileId, text: string): string[] {
  const plain = ` ${text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ')} `;
  const dense = plain.replace(/[^\p{Letter}\p{Number}]/gu, '');
  return profileOf(profile).bannedWords.value.filter((word) => promised(/\p{Script=Han}/u.test(word) ? dense : plain, word));
}

function promised(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!denied(text.slice(0, at))) return true;
  }
  return false;
}

function denied(before: string): boolean {
  const latin = before.trimEnd();
  return DENIALS.some((denial) => (/^[a-z]/.test(denial) ? latin.endsWith(` ${denial}`) : before.endsWith(denial)));
}
