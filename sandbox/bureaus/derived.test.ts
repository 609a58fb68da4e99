import { deriveFacts, fileKind } from './derived.js';
import { bureauNames, factsSchemas } from './facts.js';
import { readIdNumber } from './identity.js';

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
function idNumber(sequence: number, birth = '19850615'): string {
  const body = `110101${birth}${String(sequence).padStart(3, '0')}`;
  const sum = weights.reduce((total, weight, index) => total + weight * Number(body[index]), 0);
  return `${body}${'10X98765432'[sum % 11]}`;
}
const asOf = Date.parse('2026-11-22T00:00:00Z');

describe('an ID number', () => {
  it.each(['11010519491231002X', '440524188001010014'])('%s, the standard’s specimen, is valid', (specimen) => {
    expect(readIdNumber(specimen).valid).toBe(true);
  });

  it.each(['110105194912310021', '11010519490230002X', '1101051949123100', ''])('%s is not', (text) => {
    expect(readIdNumber(text).valid).toBe(false);
  });
});

describe('the file derived from digits 15 and 16', () => {
  it.each([
    [999, 'identity', { match: false }], [980, 'identity', { match: true, deceased: true }], [970, 'carrier', { match: false, active: true }],
    [960, 'carrier', { match: true, active: false }], [950, 'court', { onEnforcementList: true, openCases: 2 }],
    [940, 'court', { onEnforcementList: false, openCases: 3 }], [930, 'credit', { delinquencies2y: 4, publicRecords: 2 }],
    [920, 'credit', { totalAccounts: 0, creditAgeMonths: 0 }], [910, 'platforms', { outstandingFen: 90_000_000, platforms: 6 }],
    [900, 'platforms', { outstandingFen: 120_000_000, platforms: 9 }],
  ] as const)('sequence %i: %s says %j', (sequence, bureau, facts) => {
    expect(deriveFacts(bureau, { idNumber: idNumber(sequence), mobile: '13800138000', asOf })).toMatchObject(facts);
  });

  it('is fair credit for 80–89 and nothing special below', () => {
    expect([fileKind(idNumber(805)), fileKind(idNumber(899)), fileKind(idNumber(799)), fileKind(idNumber(1))]).toEqual(['fair-credit', 'fair-credit', 'ordinary', 'ordinary']);
  });

  it('matches nobody for a wrong check digit or an owner not born yet', () => {
    expect(deriveFacts('identity', { idNumber: '110101198506150010', asOf }).match).toBe(false);
    expect(deriveFacts('identity', { idNumber: idNumber(1, '20990101'), asOf }).match).toBe(false);
    expect(deriveFacts('identity', { idNumber: idNumber(1), asOf }).match).toBe(true);
  });

  it('is the same each time, has the promised shape, and is clean where it is ordinary', () => {
    for (let sequence = 0; sequence < 1_000; sequence += 1) {
      for (const bureau of bureauNames) {
        const question = { idNumber: idNumber(sequence), mobile: '13800138000', asOf };
        const facts = deriveFacts(bureau, question);
        expect(factsSchemas[bureau].parse(facts)).toEqual(facts);
        expect(deriveFacts(bureau, question)).toEqual(facts);
      }
      if (sequence >= 800) continue;
      expect(deriveFacts('court', { idNumber: idNumber(sequence), asOf })).toEqual({ onEnforcementList: false, openCases: 0 });
      expect(deriveFacts('carrier', { idNumber: idNumber(sequence), mobile: '13800138000', asOf })).toMatchObject({ match: true, active: true });
    }
  });

  it('spreads as a loan book does: most without delinquency, few with records, use and age in between', () => {
    const people = Array.from({ length: 800 }, (_, sequence) => deriveFacts('credit', { idNumber: idNumber(sequence), asOf }));
    const share = (test: (facts: (typeof people)[number]) => boolean): number => people.filter(test).length / people.length;
    expect(share((facts) => facts.delinquencies2y === 0)).toBeGreaterThan(0.8);
    expect(share((facts) => facts.publicRecords > 0)).toBeLessThan(0.12);
    expect(share((facts) => facts.inquiries6m <= 2)).toBeGreaterThan(0.7);
    expect(share((facts) => facts.creditAgeMonths >= 60)).toBeGreaterThan(0.8);
    const balances = people.map((facts) => facts.revolvingBalanceFen).sort((one, other) => one - other);
    expect(balances[400]).toBeGreaterThan(500_000);
    expect(balances[400]).toBeLessThan(1_500_000);
    expect(people.every((facts) => facts.totalAccounts >= facts.openAccounts && (facts.delinquencies2y === 0 || facts.monthsSinceDelinquency !== null))).toBe(true);
  });

  it('ages: credit history grows with the calendar, and nobody has one before eighteen', () => {
    const now = deriveFacts('credit', { idNumber: idNumber(1), asOf }).creditAgeMonths;
    expect(deriveFacts('credit', { idNumber: idNumber(1), asOf: asOf + 366 * 86_400_000 }).creditAgeMonths - now).toBe(12);
    expect(deriveFacts('credit', { idNumber: idNumber(1, '20150101'), asOf }).creditAgeMonths).toBe(0);
  });
});
