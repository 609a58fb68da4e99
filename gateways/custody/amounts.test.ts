import fc from 'fast-check';
import { fenToYuan, yuanToFen } from './amounts.js';

describe('amounts on the wire', () => {
  it('every amount comes back as it went out', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 999_999_999_999_999 }), (fen) => {
      expect(yuanToFen(fenToYuan(fen))).toBe(fen);
    }));
  });

  it('are yuan with exactly two places', () => {
    expect([1, 10, 100, 123_450, 100_000_000].map(fenToYuan)).toEqual(['0.01', '0.10', '1.00', '1234.50', '1000000.00']);
  });

  it.each([0, -1, 0.5, NaN, Infinity, 2 ** 53])('never send %p fen', (fen) => {
    expect(() => fenToYuan(fen)).toThrow(RangeError);
  });

  it.each(['1e3', '-0.01', '0.005', 'NaN', '1', '1.0', '01.00', '+1.00', '1,000.00', '1.00 ', '１.00', '', null, 1, undefined, ['1.00']])('read %p as nothing', (text) => {
    expect(yuanToFen(text)).toBeNull();
  });

  it('read no other text as an amount', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      const fen = yuanToFen(text);
      if (fen !== null) expect(text).toMatch(/^\d+\.\d\d$/);
    }));
  });
});
