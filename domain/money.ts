/**
 * Money is an integer of the currency's minor unit (fen, cents) held in a `number`: exact up to 2^53,
 * which is ninety trillion yuan. Nothing in this house computes with fractions of a fen except the
 * rounding functions below.
 */
export type Fen = number;

export type Rounding = 'half-up' | 'half-even';

/** Throws when the value is not an exact integer: a fraction or an overflow here is a broken invariant. */
export function assertFen(value: number, what = 'amount'): Fen {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${what} is not a whole number of fen: ${value}`);
  return value;
}

/** As `assertFen`, and not negative. */
export function assertNotNegativeFen(value: number, what = 'amount'): Fen {
  if (assertFen(value, what) < 0) throw new RangeError(`${what} is negative: ${value}`);
  return value;
}

export type ParsedYuan = { fen: Fen } | { refused: 'not-an-amount' | 'too-many-decimals' | 'too-large' };

/**
 * Reads what a person types into an amount field: digits, thousands separators (western or full-width), a sign of
 * currency in front, at most two decimals. `parseYuan('¥12,345.6')` → `{fen: 1234560}`.
 */
export function parseYuan(text: string): ParsedYuan {
  const plain = text.trim().replace(/^[¥￥$€]\s*/, '').replace(/[,，\s]/g, '');
  const found = /^(\d+)(?:\.(\d*))?$/.exec(plain);
  if (!found) return { refused: 'not-an-amount' };
  const [, whole = '0', decimals = ''] = found;
  if (/[1-9]/.test(decimals.slice(2))) return { refused: 'too-many-decimals' };
  const fen = Number(whole) * 100 + Number(decimals.slice(0, 2).padEnd(2, '0'));
  return Number.isSafeInteger(fen) ? { fen } : { refused: 'too-large' };
}

const CURRENCY_SIGNS: Record<string, string> = { CNY: '¥', EUR: '€', USD: '$' };

/** An amount for people: separators, two decimals, the minus before the sign. `formatFen(-123456, {currency: 'CNY'})` → `-¥1,234.56`. */
export function formatFen(fen: Fen, options: { currency?: string } = {}): string {
  assertFen(fen);
  const absolute = Math.abs(fen);
  const whole = String(Math.floor(absolute / 100)).replace(/\B(?=(\d{3})+$)/g, ',');
  const sign = options.currency ? (CURRENCY_SIGNS[options.currency] ?? `${options.currency} `) : '';
  return `${fen < 0 ? '-' : ''}${sign}${whole}.${String(absolute % 100).padStart(2, '0')}`;
}

/** An amount as the bank's wire and exports want it: `1234.56`, no separators. */
export function decimalYuan(fen: Fen): string {
  return formatFen(fen).replaceAll(',', '');
}

/**
 * `numerator ÷ denominator`, rounded to a whole number; exact for every size. The denominator is positive.
 * `half-even` breaks ties towards the even neighbour, `half-up` away from zero.
 */
export function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding = 'half-up'): bigint {
  const negative = numerator < 0n;
  const absolute = negative ? -numerator : numerator;
  const quotient = absolute / denominator;
  const twice = (absolute - quotient * denominator) * 2n;
  const up = twice > denominator || (twice === denominator && (rounding === 'half-up' || quotient % 2n === 1n));
  const rounded = up ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}

/** `amount × numerator ÷ denominator` rounded; all whole numbers, amount and factors not negative, denominator positive. */
export function proportionRounded(amount: Fen, numerator: number, denominator: number, rounding: Rounding = 'half-up'): Fen {
  const product = amount * numerator;
  if (!Number.isSafeInteger(product)) {
    return Number(divideRounded(BigInt(amount) * BigInt(numerator), BigInt(denominator), rounding));
  }
  const quotient = Math.floor(product / denominator);
  const rest = product - quotient * denominator;
  const up = rest * 2 > denominator || (rest * 2 === denominator && (rounding === 'half-up' || quotient % 2 === 1));
  return up ? quotient + 1 : quotient;
}

/** As `proportionRounded`, rounded down. */
export function proportionFloor(amount: Fen, numerator: number, denominator: number): Fen {
  const product = amount * numerator;
  if (Number.isSafeInteger(product)) return Math.floor(product / denominator);
  return Number((BigInt(amount) * BigInt(numerator)) / BigInt(denominator));
}
