import { startTestWeb, type TestWeb } from '../../test/web.js';
import { answerLine, longestLine } from './lines.js';
import { askRule, RuleError, ruleNames } from './rules.js';

const loan = { principalMinor: 1_000_000, annualRatePercent: '12', method: 'equal-instalments', every: { months: 1 }, count: 12, startDate: '2026-01-31' };
const asked = (rule: string, input: unknown): { ok: boolean; output?: Record<string, unknown>; error?: { code: string; message: string } } => JSON.parse(answerLine(JSON.stringify({ id: 'a', rule, input }))) as never;

describe('a case on a line', () => {
  it('is answered under its own id', () => {
    expect(JSON.parse(answerLine('{"id": 7, "rule": "bank-card", "input": {"number": "4111111111111111"}}'))).toEqual({ id: 7, ok: true, output: { valid: true } });
  });

  it.each([
    ['{"id": "a", "rule"', 'not-json'], ['[]', 'invalid-input'], ['"text"', 'invalid-input'], ['{"id": "a"}', 'invalid-input'],
    ['{"id": "a", "rule": "no-such", "input": {}}', 'unknown-rule'], ['{"id": "a", "rule": "constructor", "input": {}}', 'unknown-rule'], ['{"id": "a", "rule": "schedule"}', 'invalid-input'],
    [`"${'x'.repeat(longestLine)}"`, 'too-long'],
  ])('that says nothing sensible gets a line that says so: %.40s', (line, code) => {
    expect(JSON.parse(answerLine(line))).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(/^\w+: /) } });
  });

  it('keeps the id of a case that is refused', () => {
    expect(JSON.parse(answerLine('{"id": {"row": 3}, "rule": "schedule", "input": {}}'))).toMatchObject({ id: { row: 3 }, ok: false });
  });
});

describe('a rule that is asked from outside', () => {
  it('gives the same schedule as the loan has', () => {
    const { instalments } = askRule('schedule', loan) as { instalments: { dueDate: string; principalMinor: number }[] };
    expect(instalments.reduce((sum, each) => sum + each.principalMinor, 0)).toBe(1_000_000);
    expect(instalments[0]?.dueDate).toBe('2026-02-28');
  });

  it.each([
    ['schedule', { ...loan, count: 0 }, 'count: must be at least 1'],
    ['schedule', { ...loan, count: '12' }, /^count: /],
    ['schedule', { ...loan, rounding: 'down' }, /^rounding: /],
    ['schedule', { ...loan, every: { months: 1, days: 2 } }, /^every: must be one of/],
    ['schedule', { ...loan, principalMinor: 0.5 }, /^principalMinor: must be a whole number/],
    ['schedule', { ...loan, startDate: '2026-02-30' }, /^startDate: must be a date/],
    ['xirr', { flows: [{ date: '2026-01-01', amount: '1e3' }] }, /^flows.0.amount: must be a decimal number/],
    ['rate-cap', { profile: 'xx', contractDate: '2026-01-01', annualRateBps: 1 }, /^profile: /],
    ['contact-frequency', { profile: 'us', callDates: [] }, /^on: is needed/],
    ['contact-hours', { profile: 'us', at: '2026-01-01T10:00', zone: 'America/New_York' }, /^at: must be an instant with its zone/],
    ['contact-hours', { profile: 'us', at: '2026-01-01T10:00:00Z', zone: 'Mars/Base' }, /^zone: must be a time zone/],
    ['share', { sharesFen: [6, 6, 2], totalsFen: [5, 4] }, /^totalsFen: must not fall/],
    ['share', { sharesFen: [0], totalsFen: [1] }, /^sharesFen: must hold a share/],
    ['waterfall', { costsFen: -1, interestFen: 0, principalFen: 0, payFen: 0 }, 'costsFen: must not be negative'],
    ['score', { amount: 0, termMonths: 36, annualIncome: 1 }, 'amount: must be more than 0'],
    ['score', { amount: 10, termMonths: 36, annualIncome: 1, revolvingBalance: 'much' }, /^revolvingBalance: /],
  ])('%s refuses what is missing or absurd, and names the field (%#)', (rule, input, message) => {
    const { error } = asked(rule, input);
    expect(error).toEqual({ code: 'invalid-input', message: typeof message === 'string' ? message : expect.stringMatching(message) });
  });

  it('says when a profile has no such rule, and when there is no answer', () => {
    expect(asked('offer-warning', { profile: 'cn', netWorthCents: 1, offerCents: 1 }).error?.code).toBe('not-in-profile');
    expect(asked('rate-cap', { profile: 'cn', contractDate: '2019-01-01', annualRateBps: 1 }).error?.code).toBe('no-cap-known');
    expect(asked('all-in-cost', { receivedFen: [0], paidFen: [100], feesFen: [], periodsPerYear: 12 }).error?.code).toBe('no-rate');
    expect(asked('apr', { convention: 'eu', advances: [], payments: [{ amount: '1', atYear: 1 }] }).error?.code).toBe('no-rate');
  });

  it('takes null for unknown, as in a score', () => {
    const known = { amount: 10_000, termMonths: 36, annualIncome: 60_000 };
    expect(asked('score', { ...known, delinquencies2y: null, homeOwnership: null }).output).toEqual(asked('score', known).output);
    expect(asked('score', known).output).toMatchObject({ grade: expect.stringMatching(/^[A-F]$/), probabilityOfDefault: expect.any(Number), reasons: expect.any(Array) });
  });

  it('shares one fen at a time by the quota method', () => {
    expect(askRule('share', { sharesFen: [6, 6, 2], totalsFen: [1, 2, 3, 4, 5, 6, 7] })).toEqual({ steps: [[1, 0, 0], [1, 1, 0], [2, 1, 0], [2, 2, 0], [3, 2, 0], [3, 3, 0], [3, 3, 1]] });
  });

  it('never answers with an error of its own making, whatever it is given', () => {
    for (const rule of ruleNames) {
      for (const input of [null, [], 'x', 1, {}, { profile: 'cn' }, { flows: null }, { loans: [{}] }]) {
        expect(() => {
          try { askRule(rule, input); } catch (error) { if (!(error instanceof RuleError)) throw error; }
        }).not.toThrow();
      }
    }
  });
});

describe('the rules over HTTP', () => {
  let web: TestWeb;
  beforeAll(async () => { web = await startTestWeb(); });
  afterAll(() => web.close());

  it('answer without a session, and list themselves', async () => {
    const answer = await web.raw.post('/api/v1/rules/uscc').send({ code: '91350100M000100Y43' });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ ok: true, output: { valid: true } });
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect((await web.raw.get('/api/v1/rules')).body).toEqual({ rules: ruleNames });
  });

  it('say in JSON what is wrong', async () => {
    expect(await web.raw.post('/api/v1/rules/schedule').send({ ...loan, count: 0 })).toMatchObject({ status: 422, body: { ok: false, error: { code: 'invalid-input', message: 'count: must be at least 1' } } });
    expect(await web.raw.post('/api/v1/rules/nothing').send({})).toMatchObject({ status: 404, body: { error: { code: 'unknown-rule' } } });
    expect(await web.raw.post('/api/v1/rules/schedule').set('Content-Type', 'application/json').send('{')).toMatchObject({ status: 400, body: { error: { code: 'not-json' } } });
    expect(await web.raw.post('/api/v1/rules/schedule').send({ text: 'x'.repeat(3_000_000) })).toMatchObject({ status: 413, body: { error: { code: 'too-long' } } });
  });
});
