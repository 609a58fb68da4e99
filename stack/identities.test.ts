import { bankCard, idNumber, mobile } from '../domain/identity.js';
import { identity } from './identities.js';

const make = (family: number, number: number) => identity({ family, number, password: 'p', tradingPassword: 't' });

describe('made-up people', () => {
  it('have papers that are valid in form', () => {
    for (let number = 0; number < 10_000; number += 97) {
      const person = make(number % 80, number);
      expect(idNumber(person.idNumber).valid).toBe(true);
      expect(bankCard(person.cardNumber)).toBe(true);
      expect(mobile(person.mobile)).toBe(true);
    }
  });
  it('are different people, in a family and between families', () => {
    const all = [0, 1, 2, 50].flatMap((family) => Array.from({ length: 2500 }, (_, number) => make(family, number)));
    for (const field of ['idNumber', 'mobile', 'email', 'cardNumber'] as const) expect(new Set(all.map((person) => person[field])).size).toBe(all.length);
  });
  it('are the same people again', () => {
    expect(make(3, 41)).toEqual(make(3, 41));
  });
  it('refuses a number that has no person', () => {
    expect(() => make(0, 10_000)).toThrow(RangeError);
    expect(() => make(80, 0)).toThrow(RangeError);
  });
});
