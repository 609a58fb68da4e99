/**
 * Yuan on the wire, fen in the code.
 *
 * The protocol writes amounts as yuan decimals with exactly two places (`"1234.50"`); everything of ours is whole fen.
 */

/** No sign, no exponent, no leading zeros, two places; at most 13 digits of yuan keeps every sum inside 2^53 fen. */
const yuanPattern = /^(0|[1-9]\d{0,12})\.(\d{2})$/;

/**
 * 123450 → `"1234.50"`.
 * @throws RangeError for anything but a whole, positive number of fen: such an amount must never leave the house.
 */
export function fenToYuan(fen: number): string {
  if (!Number.isSafeInteger(fen) || fen <= 0) throw new RangeError(`not an amount in fen: ${fen}`);
  const digits = String(fen).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** `"1234.50"` → 123450; null for anything that is not exactly of that form (`1e3`, `-0.01`, `0.005`, `NaN`). */
export function yuanToFen(yuan: unknown): number | null {
  if (typeof yuan !== 'string') return null;
  const match = yuanPattern.exec(yuan);
  if (!match) return null;
  return Number(`${match[1]}${match[2]}`);
}
