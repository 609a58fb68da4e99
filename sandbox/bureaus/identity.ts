/** What a citizen's number (公民身份号码, GB 11643) says by itself. */
export interface ReadIdNumber { valid: boolean; birthDate: string; sequence: number; male: boolean }

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const checks = '10X98765432';

export function readIdNumber(idNumber: string): ReadIdNumber {
  const sum = weights.reduce((total, weight, index) => total + weight * Number(idNumber[index]), 0);
  const birthDate = `${idNumber.slice(6, 10)}-${idNumber.slice(10, 12)}-${idNumber.slice(12, 14)}`;
  const valid = /^\d{17}[\dX]$/.test(idNumber) && checks[sum % 11] === idNumber[17] && isDate(birthDate);
  return { valid, birthDate, sequence: Number(idNumber.slice(14, 17)), male: Number(idNumber[16]) % 2 === 1 };
}

function isDate(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
