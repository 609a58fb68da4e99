/**
 * Unified social credit code (统一社会信用代码), as GB 32100-2015 makes it: 18 characters of a 31-character alphabet, the last
 * one a check (weights 3^(i-1) mod 31); characters 9 to 17 are an organisation code with a check of its own (GB 11714-1997,
 * mod 11).
 */
import { z } from 'zod';

const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const organisationAlphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const organisationWeights = [3, 7, 9, 10, 5, 8, 4, 2];

export function isUnifiedCode(code: string): boolean {
  if (!/^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/.test(code)) return false;
  return checkOf(code.slice(0, 17)) === code[17] && organisationCheckOf(code.slice(8, 16)) === code[16];
}

function checkOf(body: string): string | undefined {
  let weight = 1;
  let sum = 0;
  for (const character of body) {
    sum += alphabet.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return alphabet[(31 - (sum % 31)) % 31];
}

function organisationCheckOf(body: string): string {
  const sum = [...body].reduce((total, character, place) => total + organisationAlphabet.indexOf(character) * (organisationWeights[place] ?? 0), 0);
  const check = 11 - (sum % 11);
  return check === 11 ? '0' : check === 10 ? 'X' : String(check);
}

export const unifiedCode = z.string().refine(isUnifiedCode, 'not a unified social credit code: its check characters do not fit');
