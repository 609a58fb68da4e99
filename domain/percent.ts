/** A percentage as an exact fraction of one: 12.3 % is 123 ÷ 1000. */
export interface Percent {
  numerator: bigint;
  denominator: bigint;
}

/** Basis points: 1 % = 100 bps. */
export type Bps = number;

export const BPS_PER_UNIT = 10_000;

/** Reads a decimal string of per cent exactly (0 to 10,000 %, at most thirty decimals), or undefined: `'12.3'` → 123 ÷ 1000. */
export function readPercent(text: unknown): Percent | undefined {
  const found = typeof text === 'string' ? /^(\d{1,5})(?:\.(\d{1,30}))?$/.exec(text.trim()) : null;
  if (!found) return undefined;
  const [, whole = '0', decimals = ''] = found;
  const significant = decimals.replace(/0+$/, '');
  const numerator = BigInt(whole + significant);
  const denominator = 100n * 10n ** BigInt(significant.length);
  return numerator <= 100n * denominator ? { numerator, denominator } : undefined;
}

/** Basis points as a decimal string of per cent: 1123 → `"11.23"`, 1200 → `"12"`. */
export function percentOfBps(bps: Bps): string {
  if (!Number.isSafeInteger(bps) || bps < 0) throw new RangeError(`not basis points: ${bps}`);
  const decimals = String(bps % 100).padStart(2, '0').replace(/0+$/, '');
  return `${Math.floor(bps / 100)}${decimals ? `.${decimals}` : ''}`;
}

/** Per cent as whole basis points, or undefined when it is not a decimal or finer than a basis point. */
export function bpsOfPercent(text: string): Bps | undefined {
  const percent = readPercent(text);
  if (!percent) return undefined;
  const scaled = percent.numerator * BigInt(BPS_PER_UNIT);
  return scaled % percent.denominator === 0n ? Number(scaled / percent.denominator) : undefined;
}
