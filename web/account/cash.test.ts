import { recordOutcome } from '../../db/outcomes.js';
import { recordReturnedPayout } from '../../db/outcomes/cash.js';
import type { Page, Visitor } from '../../stack/visitor.js';
import { deposit } from '../../test/people-with-money.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';

let web: TestWeb;
beforeAll(async () => { web = await startTestWeb(); });
afterAll(() => web.close());

const later = (hours: number): string => new Date(web.now.ms + hours * 3_600_000).toISOString();

/** A lender with an account and money that came in long ago. */
async function lender(options: { fen?: number; card?: string | null; state?: string; payoutsFrom?: string } = {}): Promise<{ id: string; visitor: Visitor }> {
  const { id } = await web.person('lender');
  await web.pool.query("INSERT INTO custody_account (user_no, person_id, bank_role, state, card_last4, card_bank, payouts_from) VALUES ($1, $2, 'INVESTOR', $3, $4, 'Test Bank', $5)",
    [`L-${id}`, id, options.state ?? 'active', options.card === undefined ? '1234' : options.card, options.payoutsFrom ?? null]);
  await deposit(web.pool, `L-${id}`, options.fen ?? 1_000_00);
  return { id, visitor: await web.loggedIn(id) };
}

const formOf = (act: string): string => `/account/custody/lender/${act}`;
/** Presses the button; what comes back is the page that carries to the bank (which is not there), or the form again. */
async function press(visitor: Visitor, act: 'deposit' | 'withdraw', values: Record<string, string>): Promise<Page | null> {
  const form = await visitor.open(formOf(act));
  try {
    return await visitor.submit(form, act, values);
  } catch {
    return null;
  }
}

const requests = async (id: string, verb: string): Promise<string[]> =>
  (await web.pool.query<{ request_no: string }>("SELECT request_no FROM instruction WHERE user_no = $1 AND verb = $2 AND workflow_id LIKE '%' || request_no AND request_no NOT LIKE 'D-%' ORDER BY intended_at", [`L-${id}`, verb])).rows.map((each) => each.request_no);
const done = (requestNo: string, amountFen: number) => recordOutcome(web.pool, { requestNo, at: later(0), outcome: { status: 'done', amountFen, at: later(0), bankNo: 'BK' } });

describe('before money moves', () => {
  it.each(['deposit', 'withdraw'])('a %s says what moves, from whom to whom, what it costs, when it is final, and the limits', async (act) => {
    const page = await (await lender()).visitor.open(formOf(act));
    expect(page.$('.money-act dt').map((_, term) => page.$(term).text()).get()).toEqual(['What moves', 'From whom to whom', 'What it costs', 'When it is final']);
    expect(page.$('.money-act').text()).toMatch(/ending in 1234.*Nothing: neither we nor the custody bank/);
    expect(page.text).toContain('From ¥1 to ¥10,000,000 at once');
  });

  it.each<[string, Parameters<typeof lender>[0], string]>([
    ['no card', { card: null }, 'Bind a bank card first'], ['a frozen account', { state: 'frozen' }, 'The bank has frozen your custody account'], ['a cooling period', { payoutsFrom: '2999-01-01T00:00:00Z' }, 'a cooling period after a change of card or phone'],
  ])('%s is said before an amount is typed, and a form sent all the same moves nothing', async (_, options, says) => {
    const { id, visitor } = await lender(options);
    const page = await visitor.open(formOf('withdraw'));
    expect(page.text).toContain(says);
    expect(page.has('withdraw')).toBe(false);
    const { _csrf } = page.form('log-out').fields;
    const body = new URLSearchParams({ _csrf: _csrf!, key: 'a-key-of-a-form', amount: '1', urgency: 'normal' });
    const forced = await (visitor as unknown as { send(url: string, method: string, body: string): Promise<Page> }).send(`${web.url}${formOf('withdraw')}`, 'POST', body.toString());
    expect(forced.status).toBe(422);
    expect(await requests(id, 'withdraw')).toEqual([]);
  });

  it('a cooling period that is over is not spoken of', async () => {
    const page = await (await lender({ payoutsFrom: '2025-01-01T00:00:00Z' })).visitor.open(formOf('withdraw'));
    expect(page.text).not.toContain('cooling');
    expect(page.has('withdraw')).toBe(true);
  });

  it.each([
    ['deposit', '0.99', 'At least ¥1.00'], ['deposit', '10,000,000.01', 'At most ¥10,000,000.00 at once'], ['deposit', '1e3', 'amount in yuan'], ['deposit', '0.005', 'two decimals'],
    ['withdraw', '1,000.01', 'Only ¥1,000.00 is available'], ['withdraw', '', 'Enter how much'],
  ] as const)('a %s of "%s" is refused beside the field', async (act, amount, says) => {
    const { id, visitor } = await lender();
    const page = await press(visitor, act, { amount });
    expect(page?.status).toBe(422);
    expect(page?.$('#e-amount').text()).toContain(says);
    expect(await requests(id, act)).toEqual([]);
  });

  it.each([['deposit', '10,000,000', 5], ['withdraw', '400', 2]] as const)('of many a %s sent at the same moment only as many pass as the limit allows, and the others are told why', async (act, amount, fit) => {
    const { id } = await lender();
    const visitors = await Promise.all(Array.from({ length: 9 }, () => web.loggedIn(id)));
    const forms = await Promise.all(visitors.map((visitor) => visitor.open(formOf(act))));
    const answers = await Promise.all(visitors.map((visitor, n) => visitor.submit(forms[n]!, act, { amount }).catch(() => null)));
    expect(await requests(id, act)).toHaveLength(fit);
    const refused = answers.filter((page) => page !== null);
    expect(refused.map((page) => page.status)).toEqual(Array.from({ length: 9 - fit }, () => 422));
    for (const page of refused) expect(page.$('#e-amount').text()).toMatch(act === 'deposit' ? /today/ : /Only ¥/);
  });

  it('deposits of one day stay within the limit of a day, refused ones left out', async () => {
    const { id, visitor } = await lender();
    for (let n = 0; n < 5; n += 1) await press(visitor, 'deposit', { amount: '10,000,000' });
    const begun = await requests(id, 'deposit');
    expect(begun).toHaveLength(5);
    expect((await press(visitor, 'deposit', { amount: '1' }))?.$('#e-amount').text()).toContain('At most ¥50,000,000.00 a day; today it was ¥50,000,000.00 already');
    await recordOutcome(web.pool, { requestNo: begun[0]!, at: later(0), outcome: { status: 'refused', code: 'card-limit', reason: '' } });
    await press(visitor, 'deposit', { amount: '1' });
    expect(await requests(id, 'deposit')).toHaveLength(6);
  });

  it('money that is being withdrawn cannot be withdrawn again, but the same form twice is one withdrawal', async () => {
    const { id, visitor } = await lender();
    const form = await visitor.open(formOf('withdraw'));
    for (let twice = 0; twice < 2; twice += 1) await visitor.submit(form, 'withdraw', { amount: '800' }).catch(() => null);
    expect(await requests(id, 'withdraw')).toHaveLength(1);
    const again = await press(visitor, 'withdraw', { amount: '300' });
    expect(again?.$('#e-amount').text()).toContain('Only ¥200.00 is free: ¥800.00 of what is available is being withdrawn already');
    expect((await visitor.open(formOf('withdraw'))).$('.facts').first().text()).toContain('You can withdraw¥200.00');
  });
});

describe('the page of an act', () => {
  const begin = async (act: 'deposit' | 'withdraw', amount: string): Promise<{ id: string; visitor: Visitor; requestNo: string; open: () => Promise<Page> }> => {
    const { id, visitor } = await lender();
    await press(visitor, act, { amount });
    const requestNo = (await requests(id, act)).at(-1)!;
    return { id, visitor, requestNo, open: () => visitor.open(`/account/bank/${requestNo}`) };
  };
  const badge = (page: Page): string => page.$('.state .badge').text();
  const looksAgain = (page: Page): boolean => page.$('main').attr('hx-trigger') === 'every 3s' && page.text.includes('http-equiv="refresh"');

  it('looks again by itself, with and without JavaScript, until the bank has spoken', async () => {
    const { id, visitor, requestNo, open } = await begin('deposit', '500');
    const waiting = await open();
    expect([badge(waiting), looksAgain(waiting)]).toEqual(['Waiting for the bank', true]);
    await recordOutcome(web.pool, { requestNo, at: later(0), outcome: { status: 'accepted' } });
    expect(badge(await open())).toBe('Pending');
    await done(requestNo, 500_00);
    const page = await open();
    expect([badge(page), looksAgain(page)]).toEqual(['Done', false]);
    expect(await visitor.read('/account/custody')).toMatchObject({ accounts: [{ availableFen: 1_500_00, cashActs: [{ requestNo, state: 'done', amountFen: 500_00 }, { amountFen: 1_000_00 }] }] });
    expect(await visitor.read(`/account/statement?account=L-${id}`)).toMatchObject({ totals: { lines: 1 }, lines: [{ requestNo }] });
  });

  it.each([
    ['card-refused', 'is closed or blocked', 'bind another card'], ['card-limit', 'limit of your bank card', 'Withdraw in parts'], ['insufficient-funds', 'less was available', 'withdraw less'], ['refused', 'You turned back at the bank', 'Begin again'],
  ])('a withdrawal refused for %s says why, where the money is, and what to do', async (code, why, next) => {
    const { visitor, requestNo, open } = await begin('withdraw', '500');
    await recordOutcome(web.pool, { requestNo, at: later(0), outcome: { status: 'refused', code, reason: '' } });
    const page = await open();
    expect(badge(page)).toBe('Failed');
    for (const words of [why, next, 'The money is available in your custody account', code]) expect(page.$('.state').text()).toContain(words);
    expect(page.$(`a[href="${formOf('withdraw')}"]`).text()).toBe('Try again');
    expect(await visitor.read('/account/custody')).toMatchObject({ accounts: [{ availableFen: 1_000_00 }] });
  });

  it('a withdrawal that comes back days later says so, and the money is available again', async () => {
    const { visitor, requestNo, open } = await begin('withdraw', '500');
    await done(requestNo, 500_00);
    expect(badge(await open())).toBe('Done');
    await recordReturnedPayout(web.pool, { requestNo, at: later(72), bankNo: 'BK2' });
    const page = await open();
    expect(badge(page)).toBe('Came back');
    expect(page.$('.state').text()).toContain('bind another card of yours; then withdraw again');
    expect(await visitor.read(`/account/bank/${requestNo}`)).toMatchObject({ state: 'done', cameBackAt: later(72) });
    expect(await visitor.read('/account/custody')).toMatchObject({ accounts: [{ availableFen: 1_000_00, cashActs: [{ state: 'came-back' }, { state: 'done' }] }] });
  });

  it('is nobody else\'s', async () => {
    const { requestNo } = await begin('withdraw', '5');
    expect((await (await lender()).visitor.open(`/account/bank/${requestNo}`)).status).toBe(404);
  });
});
