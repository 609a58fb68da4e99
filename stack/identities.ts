/**
 * Made-up people whose papers are valid in form: identity numbers, cards and phone numbers with right check digits.
 * The same seed and number always make the same person, so that a replay started again meets the people it left.
 */
import { idCheckCharacter, luhnDigit } from '../domain/identity.js';

export interface Identity { name: string; idNumber: string; mobile: string; email: string; cardNumber: string; password: string; tradingPassword: string }

const surnames = ['Wang', 'Li', 'Zhang', 'Liu', 'Chen', 'Yang', 'Zhao', 'Huang', 'Zhou', 'Wu', 'Xu', 'Sun', 'Hu', 'Zhu', 'Gao', 'Lin', 'He', 'Guo', 'Ma', 'Luo'];
const givenNames = ['Wei', 'Fang', 'Na', 'Min', 'Jing', 'Lei', 'Qiang', 'Yan', 'Jun', 'Yong', 'Jie', 'Juan', 'Tao', 'Ming', 'Chao', 'Xia', 'Ping', 'Gang', 'Hua', 'Yu'];
/** Area codes of GB/T 2260: Beijing, Shanghai, Guangzhou, Hangzhou, Chengdu. */
const areas = ['110105', '310104', '440103', '330106', '510104'];
const people = 10_000;

export interface IdentityOptions {
  /** Keeps the people of one purpose apart from another's; 0 to 79. */
  family: number;
  /** Which of the family; 0 to 9,999. */
  number: number;
  password: string;
  tradingPassword: string;
}

/** @throws RangeError outside the stated ranges. */
export function identity({ family, number, password, tradingPassword }: IdentityOptions): Identity {
  if (!Number.isInteger(number) || number < 0 || number >= people) throw new RangeError(`number: must be 0 to ${people - 1}`);
  if (!Number.isInteger(family) || family < 0 || family > 79) throw new RangeError('family: must be 0 to 79');
  const name = `${pick(surnames, number * 7 + family)} ${pick(givenNames, Math.floor(number / 20) + number * 3 + family)}`;
  const body = `${digits(10 + family, 2)}${digits(number, 4)}`;
  const card = `622588${body}000`;
  return {
    name, idNumber: idNumberOf(family, number), mobile: `139${body}00`, cardNumber: `${card}${luhnDigit(card)}`,
    email: `${name.toLowerCase().replace(' ', '.')}.${body}@example.org`, password, tradingPassword,
  };
}

/**
 * Born 1962 to 1986; the family and the number stand in the place and the day, the sequence stays below 800, where the
 * sandbox's bureaus derive an ordinary file (sandbox/bureaus/derived.ts).
 */
function idNumberOf(family: number, number: number): string {
  const area = pick(areas, number + family);
  const year = 1962 + (number % 25);
  const month = 1 + (Math.floor(number / 25) % 12);
  const day = 1 + ((Math.floor(number / 300) + family) % 28);
  const seventeen = `${area}${year}${digits(month, 2)}${digits(day, 2)}${digits(500 + ((family * 7 + Math.floor(number / 8400)) % 290), 3)}`;
  return `${seventeen}${idCheckCharacter(seventeen)}`;
}

const pick = <T>(from: readonly T[], index: number): T => from[index % from.length]!;
const digits = (value: number, count: number): string => String(value).padStart(count, '0');
