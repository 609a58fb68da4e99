import fc from 'fast-check';
import { ageOn, bankCard, idCheckCharacter, idNumber, luhnDigit, maskCard, maskIdNumber, maskMobile, maskName, mobile, organisationCheckCharacter, uscc, usccCheckCharacter } from './identity.js';

describe('identity numbers', () => {
  it('read birth date and sex from the specimens of the standard', () => {
    expect(idNumber('11010519491231002X')).toEqual({ valid: true, birthDate: '1949-12-31', sex: 'F' });
    expect(idNumber('440524188001010014')).toEqual({ valid: true, birthDate: '1880-01-01', sex: 'M' });
    expect(idNumber('11010519491231002x')).toMatchObject({ valid: true });
  });

  it.each(['110105194912310021', '110105490123100', '11010519490230002X', '99010519491231002X', '', '1101051949123100２X', ' 11010519491231002X'])(
    '%j is not one', (text) => expect(idNumber(text)).toEqual({ valid: false }),
  );

  it('refuse a birth in the future', () => {
    const seventeen = '11010120300101001';
    const number = seventeen + idCheckCharacter(seventeen);
    expect(idNumber(number).valid).toBe(true);
    expect(idNumber(number, '2026-01-01').valid).toBe(false);
  });

  it('notice every single wrong digit', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 16 }), fc.integer({ min: 1, max: 9 }), (place, change) => {
      const specimen = '110105194912310021'.slice(0, 17);
      const digits = [...specimen];
      digits[place] = String((Number(digits[place]) + change) % 10);
      expect(idCheckCharacter(digits.join(''))).not.toBe(idCheckCharacter(specimen));
    }));
  });

  it('count age in completed years', () => {
    expect([ageOn('2007-03-02', '2025-03-01'), ageOn('2007-03-02', '2025-03-02')]).toEqual([17, 18]);
  });
});

describe('unified social credit codes', () => {
  it('accept the specimen and notice a wrong check of either kind', () => {
    expect(uscc('91350100M000100Y43')).toBe(true);
    expect(uscc('91350100M000100Y44')).toBe(false);
    const wrongInside = '91350100M000100Z4'.replace('Z', 'X');
    expect(uscc(wrongInside + usccCheckCharacter(wrongInside))).toBe(false);
    expect(uscc('9135010OM000100Y43')).toBe(false);
  });

  it('write an organisation check of ten as X and of eleven as 0', () => {
    expect(organisationCheckCharacter('M000100Y')).toBe('4');
    const checks = Array.from({ length: 200 }, (_, n) => organisationCheckCharacter(String(n).padStart(8, '0')));
    expect(checks).toEqual(expect.arrayContaining(['X', '0']));
  });
});

describe('cards and phones', () => {
  it('know a card by length and check digit', () => {
    fc.assert(fc.property(fc.stringMatching(/^\d{11,18}$/), fc.integer({ min: 1, max: 9 }), (digits, change) => {
      const check = luhnDigit(digits);
      expect(bankCard(digits + check)).toBe(true);
      expect(bankCard(digits + String((Number(check) + change) % 10))).toBe(false);
    }));
    expect([bankCard('00000000000'), bankCard('0'.repeat(20)), bankCard('6222 0212')]).toEqual([false, false, false]);
  });

  it('know a mainland mobile number', () => {
    expect(['13812345678', '12812345678', '1381234567', '+8613812345678'].map(mobile)).toEqual([true, false, false, false]);
  });

  it('show only enough to recognise oneself', () => {
    expect([maskName('王小明'), maskIdNumber('11010519491231002X'), maskMobile('13812345678'), maskCard('6222021234567890128'), maskMobile('12345')])
      .toEqual(['王**', '110*************2X', '138****5678', '***************0128', '*****']);
  });
});
