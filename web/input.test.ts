import { Input } from './input.js';

const limits = { minFen: 100, maxFen: 1_000_000, missing: 'missing', tooSmall: 'too small', tooLarge: 'too large' };

describe('what arrives in a form', () => {
  it('is text only: nested, repeated and foreign values are no surprise', () => {
    const input = new Input({ a: ' x ', b: ['first', 'second'], c: { nested: 'no' }, d: 5 });
    expect(input.typed).toEqual({ a: 'x', b: 'first' });
    for (const body of [undefined, null, 'text', 7, []]) expect(new Input(body).typed).toEqual({});
  });

  it('keeps a password as it was typed and out of what is shown again', () => {
    const input = new Input({ password: '  with spaces  ', email: 'e' });
    expect(input.secret('password')).toBe('  with spaces  ');
    expect(new Input({ password: ['a'] }).secret('password')).toBe('');
    expect(input.typed).toEqual({ email: 'e' });
  });

  it.each<[string, number, string | undefined]>([
    ['1,234.56', 123_456, undefined], ['￥12', 1_200, undefined], ['', 0, 'missing'], ['0.99', 99, 'too small'], ['10000.01', 1_000_001, 'too large'],
    ['1.234', 0, 'At most two decimals: there is nothing smaller than a fen.'], ['12 apples', 0, 'Type an amount in yuan, for example 12,000 or 350.50.'], ['9'.repeat(5_000), 0, 'Type an amount in yuan, for example 12,000 or 350.50.'],
  ])('reads the amount "%s"', (text, fen, error) => {
    const input = new Input({ amount: text });
    expect([input.amount('amount', limits), input.errors['amount']]).toEqual([fen, error]);
  });

  it('takes a choice only from the list, and a number only within its limits', () => {
    const input = new Input({ side: 'admin', years: '61', half: '0.5', text: '1e3' });
    input.choice('side', ['borrower', 'lender'], 'choose');
    input.number('years', { min: 0, max: 60, missing: 'years' });
    expect(input.number('half', { min: 0, max: 60, missing: 'half', decimals: 1 })).toBe(0.5);
    input.number('text', { min: 0, max: 10_000, missing: 'number' });
    expect(input.errors).toEqual({ side: 'choose', years: 'years', text: 'number' });
  });

  it('without a usable key is not sent by our form', () => {
    for (const key of [undefined, '', 'short', 'x'.repeat(65), 'a b c d e f g h', '<script>alert</script>']) {
      const input = new Input({ key });
      void input.key;
      expect(input.ok).toBe(false);
    }
    const input = new Input({ key: '0b3d1c9e-5a65-4a2f-9f25-2a8c1f1f9d11' });
    void input.key;
    expect(input.ok).toBe(true);
  });

  it('keeps the first error of a field', () => {
    const input = new Input({});
    input.wrong('a', 'first');
    input.wrong('a', 'second');
    expect(input.errors).toEqual({ a: 'first' });
  });
});
