import fc from 'fast-check';
import { dateOf, endOf, instantOf, normalPayoutTimes } from './calendar.js';
import { balanceOn, exampleCard, isCardNumber, profileOf } from './cards.js';

const card = { balance_fen: 100_000, salary_fen: 700_000, salary_day: 10, expenses_fen: 620_000, lived_until: '2026-01-31' };

describe('a card\'s life', () => {
  it('earns once a month and spends the month\'s expenses over its days', () => {
    expect(balanceOn({ ...card, balance_fen: 10_000_000 }, '2026-02-28')).toBe(10_000_000 + 700_000 - 620_000);
    expect(balanceOn({ ...card, balance_fen: 10_000_000 }, '2026-02-09')).toBe(10_000_000 - Math.floor((620_000 * 9) / 28));
  });

  it('never spends what is not there', () => {
    expect(balanceOn(card, '2026-02-09')).toBe(0);
    expect(balanceOn(card, '2026-02-10')).toBeGreaterThan(600_000);
  });

  it('is paid on the last day of a month that has no such day', () => {
    const late = { ...card, salary_day: 31, expenses_fen: 0 };
    expect(balanceOn(late, '2026-02-27')).toBe(100_000);
    expect(balanceOn(late, '2026-02-28')).toBe(800_000);
  });

  it('is the same however often somebody looks', () => {
    fc.assert(fc.property(fc.array(fc.nat({ max: 40 }), { maxLength: 12 }), (steps) => {
      let now = card;
      let date = card.lived_until;
      for (const step of steps) {
        date = new Date(Date.parse(date) + step * 86_400_000).toISOString().slice(0, 10);
        now = { ...now, balance_fen: balanceOn(now, date), lived_until: date };
      }
      expect(balanceOn(card, date)).toBe(now.balance_fen);
    }));
  });

  it('does not go backwards', () => {
    expect(balanceOn(card, '2025-12-01')).toBe(100_000);
  });
});

describe('card numbers', () => {
  it('carry a check digit', () => {
    expect(['4111111111111111', '6222020000000004', '79927398713000'].map(isCardNumber)).toEqual([true, false, false]);
    expect(['', '0', 'abcdefghijklmnop', '4111 1111 1111 1111', '4'.repeat(20)].map(isCardNumber)).toEqual([false, false, false, false, false]);
  });

  it('say how their owner lives by the digit before it', () => {
    const [poor, wealthy] = [profileOf('6222000000000007', 'B'), profileOf('6222000000000098', 'B')];
    expect(poor.balanceFen).toBeLessThan(400_000);
    expect(poor.expensesFen / poor.salaryFen).toBeCloseTo(0.9, 2);
    expect(wealthy.balanceFen).toBeGreaterThan(100_000_000);
    expect(profileOf('6222000000000098', 'B')).toEqual(wealthy);
  });
});

describe('the bank\'s days', () => {
  it('are dates in Beijing', () => {
    expect(dateOf(Date.parse('2026-03-01T15:59:59Z'))).toBe('2026-03-01');
    expect(dateOf(Date.parse('2026-03-01T16:00:00Z'))).toBe('2026-03-02');
    expect(new Date(instantOf('2026-03-02', 10)).toISOString()).toBe('2026-03-02T02:00:00.000Z');
  });

  it.each([
    ['a Monday morning', '2026-03-02T02:00:00Z', '2026-03-03T02:00:00.000Z'],
    ['a Friday', '2026-03-06T02:00:00Z', '2026-03-09T02:00:00.000Z'],
    ['the eve of the National Day holidays', '2026-09-30T02:00:00Z', '2026-10-08T02:00:00.000Z'],
    ['late evening in Beijing, already the next day in no other zone', '2026-03-02T15:59:00Z', '2026-03-03T02:00:00.000Z'],
  ])('a normal payout ordered on %s arrives at ten on the next working day', (_name, ordered, arrives) => {
    expect(new Date(normalPayoutTimes(Date.parse(ordered)).dueAt).toISOString()).toBe(arrives);
  });

  it('an authorisation until a date is good through its end in Beijing', () => {
    expect(new Date(endOf('2026-03-02')).toISOString()).toBe('2026-03-02T16:00:00.000Z');
    expect(endOf('2026-03-02T01:00:00Z')).toBe(Date.parse('2026-03-02T01:00:00Z'));
  });
});

it('the example that a page gives is a card number, and another for each request', () => {
  const examples = ['R20261127492111732', 'R20261127492111733', 'short-7', ''].map(exampleCard);
  expect(examples.every(isCardNumber)).toBe(true);
  expect(new Set(examples).size).toBe(examples.length);
});
