import fc from 'fast-check';
import { assertFen, decimalYuan, divideRounded, formatFen, parseYuan, proportionFloor, proportionRounded } from './money.js';

describe('amounts that people type', () => {
  it.each([
    ['1234.5', 123_450], ['¥ 12,345.60', 1_234_560], ['￥１'.normalize('NFKC'), 100], ['0', 0], ['12，345', 1_234_500], ['7.', 700], ['0.10', 10], ['5.000', 500],
  ])('%s is read as %i fen', (text, fen) => expect(parseYuan(text)).toEqual({ fen }));

  it.each([
    ['', 'not-an-amount'], ['-5', 'not-an-amount'], ['1e5', 'not-an-amount'], ['abc', 'not-an-amount'], ['1.2.3', 'not-an-amount'],
    ['0.001', 'too-many-decimals'], ['99999999999999999', 'too-large'],
  ])('%j is refused as %s', (text, refused) => expect(parseYuan(text)).toEqual({ refused }));

  it('come back from what is shown', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (fen) => {
      expect(parseYuan(formatFen(fen, { currency: 'CNY' }))).toEqual({ fen });
      expect(parseYuan(decimalYuan(fen))).toEqual({ fen });
    }));
  });

  it('are shown with separators, two decimals and the minus in front', () => {
    expect([formatFen(-123_456_789, { currency: 'CNY' }), formatFen(5), formatFen(100_000, { currency: 'EUR' }), decimalYuan(123_456_789)])
      .toEqual(['-¥1,234,567.89', '0.05', '€1,000.00', '1234567.89']);
  });

  it('are never fractions', () => {
    expect(() => assertFen(0.5)).toThrow('not a whole number');
    expect(() => assertFen(2 ** 53)).toThrow('not a whole number');
  });
});

describe('rounding', () => {
  it('breaks ties away from zero or to the even neighbour', () => {
    expect([5n, 15n, -5n, 25n].map((n) => divideRounded(n, 10n, 'half-up'))).toEqual([1n, 2n, -1n, 3n]);
    expect([5n, 15n, -5n, 25n].map((n) => divideRounded(n, 10n, 'half-even'))).toEqual([0n, 2n, 0n, 2n]);
  });

  it('is the same in small and in large numbers', () => {
    const whole = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(fc.property(whole, fc.integer({ min: 0, max: 2 ** 30 }), fc.integer({ min: 1, max: 2 ** 30 }), fc.constantFrom('half-up', 'half-even'), (a, n, d, rounding) => {
      const exact = BigInt(a) * BigInt(n);
      fc.pre(exact / BigInt(d) < 2n ** 53n - 1n);
      expect(proportionRounded(a, n, d, rounding)).toBe(Number(divideRounded(exact, BigInt(d), rounding)));
      expect(proportionFloor(a, n, d)).toBe(Number(exact / BigInt(d)));
    }));
  });
});
