import { isValidDate, type IsoDate } from './dates.js';

export type IdNumberCheck = { valid: true; birthDate: IsoDate; sex: 'M' | 'F' } | { valid: false };

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS = '10X98765432';
const CREDIT_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];
const ORGANISATION_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** First two digits of the place of registration (GB/T 2260); 71, 81–83 Taiwan, Hong Kong, Macau and their residents' permits. */
const REGIONS = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(' '),
);
const EARLIEST_BIRTH = '1800-01-01';

/**
 * 公民身份号码 (GB 11643-1999): seventeen digits with birth date and sequence, and a check character. Fifteen-digit numbers are no longer
 * valid documents. Pass `on` to refuse births later than that day.
 */
export function idNumber(text: string, on?: IsoDate): IdNumberCheck {
  const number = text.toUpperCase();
  if (!/^[1-9]\d{16}[\dX]$/.test(number) || !REGIONS.has(number.slice(0, 2))) return { valid: false };
  const birthDate = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
  if (!isValidDate(birthDate) || birthDate < EARLIEST_BIRTH || (on !== undefined && birthDate > on)) return { valid: false };
  if (idCheckCharacter(number.slice(0, 17)) !== number[17]) return { valid: false };
  return { valid: true, birthDate, sex: Number(number[16]) % 2 === 1 ? 'M' : 'F' };
}

/** The eighteenth character of the first seventeen digits. */
export function idCheckCharacter(seventeen: string): string {
  const sum = ID_WEIGHTS.reduce((total, weight, index) => total + weight * Number(seventeen[index]), 0);
  return ID_CHECKS[sum % 11] ?? '';
}

/** Completed years of age on a day. */
export function ageOn(birthDate: IsoDate, on: IsoDate): number {
  const years = Number(on.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return on.slice(5) < birthDate.slice(5) ? years - 1 : years;
}

/**
 * 统一社会信用代码 (GB 32100-2015): eighteen characters with a check of their own, and inside, characters 9–17, an organisation code
 * (GB 11714) with its check.
 */
export function uscc(text: string): boolean {
  const code = text.toUpperCase();
  if (!/^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/.test(code)) return false;
  return usccCheckCharacter(code.slice(0, 17)) === code[17] && organisationCheckCharacter(code.slice(8, 16)) === code[16];
}

/** The eighteenth character: weights 3^(i−1) mod 31. */
export function usccCheckCharacter(seventeen: string): string {
  let weight = 1;
  let sum = 0;
  for (const character of seventeen) {
    sum += CREDIT_ALPHABET.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return CREDIT_ALPHABET[(31 - (sum % 31)) % 31] ?? '';
}

/** The ninth character of an organisation code: 10 is written X, 11 is written 0. */
export function organisationCheckCharacter(eight: string): string {
  const sum = ORGANISATION_WEIGHTS.reduce((total, weight, index) => total + weight * ORGANISATION_ALPHABET.indexOf(eight[index] ?? ''), 0);
  const check = 11 - (sum % 11);
  return check === 10 ? 'X' : check === 11 ? '0' : String(check);
}

/** A bank card number: 12 to 19 digits with Luhn's check (ISO/IEC 7812-1). */
export function bankCard(text: string): boolean {
  return /^\d{12,19}$/.test(text) && luhnSum(text) % 10 === 0;
}

/** The digit that makes `digits` a valid card number. */
export function luhnDigit(digits: string): string {
  return String((10 - (luhnSum(`${digits}0`) % 10)) % 10);
}

function luhnSum(digits: string): number {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place]);
    const doubled = place % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum;
}

/** A mainland mobile number without country code. */
export function mobile(text: string): boolean {
  return /^1[3-9]\d{9}$/.test(text);
}

/** `王小明` → `王**`, `Ada Lovelace` → `A**`: enough to recognise oneself, not to be recognised. */
export function maskName(name: string): string {
  const first = Array.from(name.trim())[0] ?? '';
  return `${first}**`;
}

/** Keeps the region's first three and the last two characters: `110***********02X` shows neither birth date nor sequence. */
export function maskIdNumber(number: string): string {
  return masked(number, 3, 2);
}

/** `13812345678` → `138****5678`. */
export function maskMobile(number: string): string {
  return masked(number, 3, 4);
}

/** The last four digits, as banks print them. */
export function maskCard(number: string): string {
  return masked(number, 0, 4);
}

function masked(text: string, head: number, tail: number): string {
  if (text.length <= head + tail) return '*'.repeat(text.length);
  return text.slice(0, head) + '*'.repeat(text.length - head - tail) + text.slice(text.length - tail);
}
