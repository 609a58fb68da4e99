/** Yuan as the protocol writes them, fen as the books keep them. */

const yuanPattern = /^(0|[1-9]\d{0,12})\.(\d{2})$/;

/** `"1234.50"` → 123450; null for every other spelling. */
export function readYuan(text: string): number | null {
  const match = yuanPattern.exec(text);
  return match ? Number(`${match[1]}${match[2]}`) : null;
}

/** 123450 → `"1234.50"`; zero is a balance, too. */
export function writeYuan(fen: number): string {
  const digits = String(fen).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** 123456789 → `¥1,234,567.89`, for pages. */
export function showYuan(fen: number): string {
  const sign = fen < 0 ? '−' : '';
  return `${sign}¥${writeYuan(Math.abs(fen)).replace(/\B(?=(\d{3})+\.)/g, ',')}`;
}
