import { idCheckCharacter } from '../../domain/identity.js';
import { recordAct } from '../../db/acts.js';
import { carriedState } from '../../db/loans.js';
import { recordIdentityData } from '../../db/people.js';
import { saveOffer } from '../../db/reports.js';
import { inTransaction } from '../../db/pool.js';
import type { LoanState } from '../../domain/loan.js';
import type { Page, Visitor } from '../../stack/visitor.js';
import { refuse, startTestWeb, type TestWeb } from '../../test/web.js';
import { demonstrationLimits } from '../limits.js';

let web: TestWeb;
beforeAll(async () => { web = await startTestWeb({ limits: demonstrationLimits, settings: { confirmWithinMs: 300 } }); });
afterAll(() => web.close());
beforeEach(() => { web.temporal.answer = () => ({ loanState: 'applied' }); });

let serial = 100;
async function borrower(): Promise<{ id: string; visitor: Visitor }> {
  const { id } = await web.person('borrower');
  const seventeen = `11010119900307${String((serial += 1)).padStart(3, '0')}`;
  await recordIdentityData(web.pool, web.vault, id, { name: 'Zhang Wei', idNumber: `${seventeen}${idCheckCharacter(seventeen)}`, birthDate: '1990-03-07' });
  return { id, visitor: await web.loggedIn(id) };
}

const application = {
  amount: '12,000', termMonths: '12', purpose: 'car', description: 'A used car for work', annualIncome: '90,000', employer: 'Secret Employer Ltd', employmentYears: '3.5',
  homeOwnership: 'RENT', region: 'Zhejiang', monthlyDebts: '900', elsewhere: '0', student: 'no',
};

async function applied(visitor: Visitor, typed: Record<string, string> = {}): Promise<string> {
  const check = await visitor.submit(await visitor.open('/borrower/apply'), 'apply', { ...application, ...typed });
  const page = await visitor.submit(check, 'apply-confirm', { 'credit-consent': 'yes' });
  return new URL(page.url).pathname.split('/')[2]!;
}

/** Brings a loan's record into a state, as its workflow would. */
async function become(loanNo: string, change: Partial<LoanState>): Promise<void> {
  const carried = { ...(await carriedState(web.pool, loanNo))!, ...change };
  await web.pool.query(
    `UPDATE loan SET state = $2, owner = $3, next_at = $4, reason = $5, carried = $6, value_date = $7, amount_fen = $8, annual_rate_bps = $9, days_past_due = $10 WHERE loan_no = $1`,
    [loanNo, carried.state, carried.owner, carried.nextAt, carried.reason, JSON.stringify(carried), carried.valueDate, carried.offer?.amountFen ?? null, carried.offer?.annualRateBps ?? null, carried.daysPastDue],
  );
}

const instalment = (no: number, dueDate: string) => ({
  no, dueDate, dueDay: dueDate, principalFen: 600_000, interestFen: 8_000, feeFen: 1_200, paidPrincipalFen: 0, paidInterestFen: 0, paidFeeFen: 0, paidLateInterestFen: 0,
  forgivenInterestFen: 0, latePrincipalDays: 0, lateComputedTo: null, reminded: [], debited: [],
});

async function offered(loanNo: string): Promise<void> {
  const offer = { version: 1, amountFen: 1_200_000, termMonths: 2, method: 'equal-instalments' as const, annualRateBps: 800, grade: 'B', serviceFeeFen: 1_200, validUntil: '2099-01-01' };
  await inTransaction(web.pool, (tx) => saveOffer(tx, { loanNo, ...offer, allInPercent: '9.4321', capBps: 1_200, madeOn: '2026-01-01' }, [instalment(1, '2099-02-01'), instalment(2, '2099-03-01')]));
  await become(loanNo, { state: 'offered', owner: 'borrower', nextAt: '2099-01-01T16:00:00.000Z', offer });
}

describe('applying', () => {
  it('shows everything once more, writes the application, and starts the loan\'s workflow under its number', async () => {
    const { id, visitor } = await borrower();
    const check = await visitor.submit(await visitor.open('/borrower/apply'), 'apply', application);
    expect(check.text).toContain('¥12,000.00');
    expect(check.text).toContain('All-in cost a year');
    const page = await visitor.submit(check, 'apply-confirm', { 'credit-consent': 'yes' });
    const loanNo = new URL(page.url).pathname.split('/')[2]!;
    expect(loanNo).toMatch(/^LN\d+$/);
    expect(page.text).toContain('has been received');
    const [start] = web.temporal.told.filter((told) => told.workflowId === loanNo);
    expect(start).toEqual({
      what: 'start', workflowId: loanNo, name: 'loan',
      args: [{
        application: expect.objectContaining({ loanNo, borrowerId: id, requestedFen: 1_200_000, termMonths: 12, purpose: 'car', profile: 'cn', productId: 'consumer', terms: expect.objectContaining({ writeOffAfterDays: 180, zoneOffsetMinutes: 480 }) }),
        clock: expect.objectContaining({ governed: false }),
      }],
    });
    const { rows } = await web.pool.query(`SELECT a.debt_to_income_bps, a.employer_cipher, w.pokes FROM application a JOIN waiting w ON w.workflow_id = a.loan_no WHERE a.loan_no = $1`, [loanNo]);
    expect(rows[0]).toMatchObject({ debt_to_income_bps: 1_200, pokes: 1 });
    expect(web.vault.open(rows[0].employer_cipher)).toBe('Secret Employer Ltd');
    expect((await web.pool.query(`SELECT verb, actor FROM act WHERE subject = $1`, [loanNo])).rows).toEqual([{ verb: 'apply', actor: id }]);
    expect((await web.pool.query(`SELECT document FROM acceptance WHERE person_id = $1`, [id])).rows).toContainEqual({ document: 'credit-consent' });
  });

  it('sent twice is one application', async () => {
    const { id, visitor } = await borrower();
    const check = await visitor.submit(await visitor.open('/borrower/apply'), 'apply', application);
    const [first, second] = await Promise.all([visitor.submit(check, 'apply-confirm', { 'credit-consent': 'yes' }), visitor.submit(check, 'apply-confirm', { 'credit-consent': 'yes' })]);
    expect(first.url).toBe(second.url);
    expect((await web.pool.query('SELECT 1 FROM loan WHERE borrower_id = $1', [id])).rowCount).toBe(1);
  });

  it('says "not confirmed yet" when Temporal is silent, and pressing again goes on under the same number', async () => {
    const { id, visitor } = await borrower();
    web.temporal.answer = () => new Promise(() => undefined);
    const check = await visitor.submit(await visitor.open('/borrower/apply'), 'apply', application);
    const page = await visitor.submit(check, 'apply-confirm', { 'credit-consent': 'yes' });
    expect(page.status).toBe(503);
    expect(page.text).toContain('nothing happens twice');
    web.temporal.answer = () => ({});
    const again = await visitor.submit(page, 'apply-confirm');
    expect(again.status).toBe(200);
    expect((await web.pool.query('SELECT 1 FROM loan WHERE borrower_id = $1', [id])).rowCount).toBe(1);
  });

  it.each([
    ['nothing', Object.fromEntries(Object.keys(application).map((name) => [name, ''])), 'Enter how much'],
    ['too little', { amount: '999' }, 'at least ¥1,000.00'],
    ['too much', { amount: '200,100' }, 'at most ¥200,000.00'],
    ['an odd amount', { amount: '1,050.50' }, 'In steps of'],
    ['no number', { amount: 'a lot' }, 'Type an amount in yuan'],
    ['a term of our own making', { termMonths: '13' }, 'Choose a term'],
    ['a forbidden purpose', { description: 'I will buy stocks with it' }, 'securities'],
    ['a promise', { description: 'risk-free, really' }, 'leave out'],
    ['a novel', { description: 'x'.repeat(2_001) }, 'At most 2000'],
    ['an income beyond belief', { annualIncome: '999999999999' }, 'more than we can work with'],
  ])('refuses %s beside the field and keeps the rest', async (_, typed: Record<string, string>, says) => {
    const { visitor } = await borrower();
    const page = await visitor.submit(await visitor.open('/borrower/apply'), 'apply', { ...application, ...typed });
    expect(page.status).toBe(422);
    expect(page.text).toContain(says);
    if (typed['employer'] === undefined) expect(page.form('apply').fields['employer']).toBe('Secret Employer Ltd');
  });

  it('needs the consent to ask the bureaus', async () => {
    const { id, visitor } = await borrower();
    const check = await visitor.submit(await visitor.open('/borrower/apply'), 'apply', application);
    expect((await visitor.submit(check, 'apply-confirm')).status).toBe(422);
    expect((await web.pool.query('SELECT 1 FROM loan WHERE borrower_id = $1', [id])).rowCount).toBe(0);
  });

  it('asks for name and ID number first', async () => {
    const { id } = await web.person('borrower');
    const visitor = await web.loggedIn(id);
    expect(new URL((await visitor.open('/borrower/apply')).url).pathname).toBe('/account/identity');
  });

  it('is not for lenders and not for strangers', async () => {
    const { id } = await web.person('lender');
    expect((await (await web.loggedIn(id)).open('/borrower/apply')).status).toBe(403);
    expect(new URL((await web.visitor().open('/borrower/apply')).url).pathname).toBe('/log-in');
  });
});

it('names the word that stands for a forbidden use, beside the field in which it was typed', async () => {
  const { visitor } = await borrower();
  const page = await visitor.submit(await visitor.open('/borrower/apply'), 'apply', { ...application, description: 'Stock for my shop' });
  expect([page.status, page.$('#e-description').text()]).toEqual([422, expect.stringContaining('Your words name “Stock”')]);
});

it('goes back from the check page with all that was typed', async () => {
  const { visitor } = await borrower();
  const check = await visitor.submit(await visitor.open('/borrower/apply'), 'apply', application);
  const again = await visitor.submit(check, 'apply-change');
  expect([again.status, again.form('apply').fields]).toEqual([200, expect.objectContaining(application)]);
  expect(again.form('apply').fields['key']).toBe(check.form('apply-confirm').fields['key']);
  expect((await visitor.submit(again, 'apply', { amount: '13,000' })).text).toContain('¥13,000.00');
});

describe('a loan\'s page', () => {
  it('is its borrower\'s and staff\'s, and for everybody else not there', async () => {
    const { visitor } = await borrower();
    const loanNo = await applied(visitor);
    expect((await visitor.open(`/loans/${loanNo}`)).status).toBe(200);
    for (const path of ['', '/offer', '/prepare', '/pay', '/cancel']) {
      expect([path, (await (await borrower()).visitor.open(`/loans/${loanNo}${path}`)).status]).toEqual([path, 404]);
    }
    const lender = await web.person('lender');
    expect((await (await web.loggedIn(lender.id)).open(`/loans/${loanNo}`)).status).toBe(404);
    const reviewer = await web.person('reviewer');
    const seen = await (await web.loggedIn(reviewer.id)).open(`/loans/${loanNo}`);
    expect(seen.text).toContain(`http://temporal.test/namespaces/default/workflows/${loanNo}`);
    expect((await (await web.loggedIn(reviewer.id)).open(`/loans/${loanNo}/cancel`)).status).toBe(404);
    expect((await visitor.open('/loans/LN999999')).status).toBe(404);
    expect((await visitor.open('/loans/drop%20table')).status).toBe(404);
  });

  it('tells its life once and in order, to the borrower without colleagues\' own words and inner works', async () => {
    const { visitor } = await borrower();
    const loanNo = await applied(visitor);
    await offered(loanNo);
    const act = (verb: string, at: string, more: Partial<Parameters<typeof recordAct>[1]> = {}) => recordAct(web.pool, { actor: `workflow:${loanNo}`, role: 'platform', verb, subject: loanNo, businessAt: at, ...more });
    await act('payment', '2098-03-01T02:00:00.000Z', { after: { frozenFen: 123_456 } });
    await act('conclude', '2098-01-02T02:00:00.000Z');
    await act('conclude', '2098-01-02T02:30:00.000Z');
    await act('step-stopped', '2098-01-02T03:00:00.000Z');
    await act('review-approve', '2098-01-01T02:00:00.000Z', { actor: 'P900', role: 'reviewer', why: 'Looks honest to me' });
    const life = (page: Page) => page.$('ol.timeline li').map((_, each) => page.$(each).text()).get();
    const mine = life(await visitor.open(`/loans/${loanNo}`));
    expect(mine.map((line) => line.replace(/^\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?/, ''))).toEqual([
      expect.stringMatching(/^Applied, ¥12,000.00 — you/), expect.stringMatching(/^Offer made: ¥12,000.00 for 2 months/), 'Approved by a reviewer — reviewer',
      expect.stringMatching(/^Contract concluded/), 'Payment, ¥1,234.56 — the platform',
    ]);
    const reviewer = await web.person('reviewer');
    const theirs = life(await (await web.loggedIn(reviewer.id)).open(`/loans/${loanNo}`)).join();
    expect(theirs).toContain('Looks honest to me — reviewer P900');
    expect(theirs).toContain('A step stopped');
  });

  it('is told in the order of a life, also where the business clock puts all of it into one moment', async () => {
    const { visitor } = await borrower();
    const loanNo = await applied(visitor);
    await offered(loanNo);
    const { rows: [{ at }] } = await web.pool.query("UPDATE loan SET applied_at = now() + interval '1 year' WHERE loan_no = $1 RETURNING applied_at AS at", [loanNo]);
    await web.pool.query(`INSERT INTO listing (loan_no, project_no, target_fen, min_bid_fen, step_fen, max_share_bps, opened_at, deadline, state) VALUES ($1, $1, 1, 1, 1, 10000, $2, $2, 'full')`, [loanNo, at]);
    for (const verb of ['disburse', 'conclude', 'fully-funded', 'accept-offer', 'apply']) await recordAct(web.pool, { actor: `workflow:${loanNo}`, role: 'platform', verb, subject: loanNo, businessAt: at });
    const page = await visitor.open(`/loans/${loanNo}`);
    const told = page.$('ol.timeline li span:nth-child(2)').map((_, each) => page.$(each).text()).get().slice(-6).map((each) => each.split(' ').slice(0, 2).join(' '));
    expect(told).toEqual(['Offer made:', 'Offer accepted', 'Put on', 'Fully funded', 'Contract concluded', 'Disbursed (放款)']);
  });

  it('answers programs with state, dates and sums', async () => {
    const { visitor } = await borrower();
    const loanNo = await applied(visitor);
    await offered(loanNo);
    expect(await visitor.read(`/loans/${loanNo}`)).toMatchObject({
      loanNo, state: 'offered', owner: 'borrower', nextAt: '2099-01-01T16:00:00.000Z', outstandingFen: 0, daysPastDue: 0, payments: [],
      offer: { version: 1, amountFen: 1_200_000, allInPercent: '9.4321' }, instalments: [{ no: 1, dueDate: '2099-02-01', principalFen: 600_000 }, { no: 2 }],
    });
    expect(await visitor.read('/borrower')).toMatchObject({ loans: [{ loanNo, state: 'offered' }] });
  });

  it('says how far away the day is by which somebody has to act, and what is due next', async () => {
    const { visitor } = await borrower();
    const loanNo = await applied(visitor);
    await offered(loanNo);
    expect((await visitor.open(`/loans/${loanNo}`)).$('.state p').text()).toMatch(/by 2099-01-02 \(in \d+ days\); otherwise it lapses/);
    await become(loanNo, { state: 'repaying', valueDate: '2099-01-01' });
    expect((await visitor.open(`/loans/${loanNo}`)).$('.state p').text()).toMatch(/is due on 2099-02-01 \(in \d+ days\); it is debited/);
    const home = (await visitor.open('/borrower')).$('table').text();
    expect(home).toMatch(/¥6,092.002099-02-01 \(in \d+ days\)/);
  });

  it('that was paid off early has nothing more to come', async () => {
    const { visitor } = await borrower();
    const loanNo = await applied(visitor);
    await offered(loanNo);
    await web.pool.query('UPDATE instalment SET paid_principal_fen = principal_fen, forgiven_interest_fen = interest_fen WHERE loan_no = $1', [loanNo]);
    await become(loanNo, { state: 'closed', owner: 'nobody', valueDate: '2026-01-02' });
    const schedule = (await visitor.open(`/loans/${loanNo}`)).$('table').first();
    expect([schedule.text().includes('paid early'), schedule.text().includes('to come'), schedule.text().includes('in ')]).toEqual([true, false, false]);
  });

  it('says for every state what is going on', async () => {
    const { visitor } = await borrower();
    const loanNo = await applied(visitor);
    for (const state of ['applied', 'identifying', 'screening', 'inReview', 'offered', 'preparing', 'fundraising', 'concluding', 'disbursing', 'payingOut', 'repaying', 'overdue', 'inLegal', 'writtenOff', 'refused', 'declined', 'cancelled', 'lapsed', 'notFunded', 'closed'] as const) {
      await become(loanNo, { state, reason: state === 'declined' ? 'overall-cap' : null });
      const page = await visitor.open(`/loans/${loanNo}`);
      expect(page.$('.state .badge').text().length).toBeGreaterThan(3);
      expect(page.$('.state p').text().length).toBeGreaterThan(20);
      expect((await visitor.open('/borrower')).status).toBe(200);
    }
  });
});

describe('an offer', () => {
  it('is signed on a page that shows what moves, as an Update under the form\'s key', async () => {
    const { id, visitor } = await borrower();
    const loanNo = await applied(visitor);
    await offered(loanNo);
    const offer = await visitor.open(`/loans/${loanNo}/offer`);
    for (const figure of ['¥12,000.00', '9.43 %', '8.00 %', '¥12,184.00', '2099-01-01']) expect(offer.text).toContain(figure);
    const sign = await visitor.open(`/loans/${loanNo}/offer/accept`);
    expect((await visitor.submit(sign, 'accept-offer')).status).toBe(422);
    const page = await visitor.submit(sign, 'accept-offer', { signed: 'yes' });
    expect(new URL(page.url).pathname).toBe(`/loans/${loanNo}/prepare`);
    expect(web.temporal.of('acceptOffer').at(-1)).toEqual({ what: 'update', workflowId: loanNo, name: 'acceptOffer', updateId: sign.form('accept-offer').fields['key'], args: [{ personId: id, offerVersion: 1 }] });
  });

  it('that has changed is refused with the reason', async () => {
    const { visitor } = await borrower();
    const loanNo = await applied(visitor);
    await offered(loanNo);
    web.temporal.answer = () => refuse('offer-changed');
    const page = await visitor.submit(await visitor.open(`/loans/${loanNo}/offer/accept`), 'accept-offer', { signed: 'yes' });
    expect(page.status).toBe(409);
    expect(page.text).toContain('changed after you opened');
    expect(page.text).toContain('Code offer-changed');
  });

  it('can be declined, for a reason that is a code', async () => {
    const { id, visitor } = await borrower();
    const loanNo = await applied(visitor);
    await offered(loanNo);
    const form = await visitor.open(`/loans/${loanNo}/cancel`);
    expect((await visitor.submit(form, 'cancel-loan')).status).toBe(422);
    await visitor.submit(form, 'cancel-loan', { reason: 'too-dear' });
    expect(web.temporal.of('cancelLoan').at(-1)).toMatchObject({ workflowId: loanNo, args: [{ personId: id, reason: 'too-dear' }] });
  });

  it('cannot be answered by another, nor withdrawn from after the contract', async () => {
    const { visitor } = await borrower();
    const loanNo = await applied(visitor);
    await offered(loanNo);
    const other = (await borrower()).visitor;
    const token = (await other.open('/borrower/apply')).form('apply').fields['_csrf']!;
    const before = web.temporal.told.length;
    const form = await visitor.open(`/loans/${loanNo}/cancel`);
    const raw = form.form('cancel-loan');
    expect(raw.fields['_csrf']).not.toBe(token);
    const attempt = await other.submit({ ...form, form: () => ({ ...raw, fields: { ...raw.fields, _csrf: token, reason: 'other' } }) } as unknown as typeof form, 'cancel-loan');
    expect(attempt.status).toBe(404);
    expect(web.temporal.told).toHaveLength(before);
    await become(loanNo, { state: 'concluding', concludedOn: '2026-02-01' });
    expect((await visitor.open(`/loans/${loanNo}/cancel`)).status).toBe(409);
  });
});

describe('paying', () => {
  async function repaying(): Promise<{ id: string; visitor: Visitor; loanNo: string }> {
    const { id, visitor } = await borrower();
    const loanNo = await applied(visitor);
    await offered(loanNo);
    const [today, later] = ['2026-01-01', '2099-03-01'];
    await become(loanNo, { state: 'overdue', owner: 'borrower', valueDate: '2025-12-01', concludedOn: '2025-12-01', instalments: [instalment(1, today), instalment(2, later)], daysPastDue: 20 });
    return { id, visitor, loanNo };
  }

  it('takes what is due after a page that shows what moves', async () => {
    const { id, visitor, loanNo } = await repaying();
    web.temporal.answer = () => ({ status: 'paid', paidFen: 609_200, code: null });
    const choose = await visitor.open(`/loans/${loanNo}/pay`);
    const check = await visitor.submit(choose, 'pay', { kind: 'due' });
    expect(check.text).toContain('From whom to whom');
    const key = check.form('pay-confirm').fields['key'];
    const page = await visitor.submit(check, 'pay-confirm');
    expect(page.text).toContain('Your payment is frozen at the bank');
    expect(web.temporal.of('pay').at(-1)).toEqual({ what: 'update', workflowId: loanNo, name: 'pay', updateId: key, args: [{ key, personId: id, kind: 'due', amountFen: 0 }] });
  });

  it('takes another amount to the fen, and everything at once', async () => {
    const { visitor, loanNo } = await repaying();
    web.temporal.answer = () => ({ status: 'asked', paidFen: 0, code: null });
    await visitor.submit(await visitor.submit(await visitor.open(`/loans/${loanNo}/pay`), 'pay', { kind: 'amount', amount: '1,234.56' }), 'pay-confirm');
    expect(web.temporal.of('pay').at(-1)!.args).toEqual([expect.objectContaining({ kind: 'amount', amountFen: 123_456 })]);
    await visitor.submit(await visitor.submit(await visitor.open(`/loans/${loanNo}/pay`), 'pay', { kind: 'payoff' }), 'pay-confirm');
    expect(web.temporal.of('pay').at(-1)!.args).toEqual([expect.objectContaining({ kind: 'payoff', amountFen: 0 })]);
  });

  it.each([['', 'Enter how much'], ['0', 'More than nothing'], ['1e3', 'Type an amount'], ['-5', 'Type an amount'], ['99,999,999', 'At most'], ['1.234', 'two decimals']])('refuses the amount "%s"', async (amount, says) => {
    const { visitor, loanNo } = await repaying();
    const page = await visitor.submit(await visitor.open(`/loans/${loanNo}/pay`), 'pay', { kind: 'amount', amount });
    expect(page.status).toBe(422);
    expect(page.text).toContain(says);
  });

  it('says why the bank refused, and that nothing moved', async () => {
    const { visitor, loanNo } = await repaying();
    web.temporal.answer = () => ({ status: 'refused', paidFen: 0, code: 'insufficient-funds' });
    const page = await visitor.submit(await visitor.submit(await visitor.open(`/loans/${loanNo}/pay`), 'pay', { kind: 'due' }), 'pay-confirm');
    expect(page.status).toBe(409);
    expect(page.text).toContain('not enough money in your custody account');
  });

  it('is not possible before there is a debt', async () => {
    const { visitor } = await borrower();
    expect((await visitor.open(`/loans/${await applied(visitor)}/pay`)).status).toBe(409);
  });
});

describe('the cost of a loan', () => {
  it('is shown to everybody, by grade, before any data is given', async () => {
    const page = await web.visitor().open('/borrower/calculator?amount=10000&termMonths=12');
    expect(page.$('tbody tr').length).toBe(5);
    expect(page.text).toContain('All-in cost');
    expect((await web.visitor().open('/borrower/calculator?amount=nothing&termMonths=12')).status).toBe(422);
    expect((await web.visitor().open('/borrower/calculator?amount=10000&termMonths=7')).status).toBe(422);
  });
});

it('nothing personal reaches Temporal or the log', () => {
  const said = `${JSON.stringify(web.temporal.told)}${web.logged()}`;
  for (const personal of ['Zhang Wei', '1101011990', 'Secret Employer', 'A used car', 'example.com', '139100']) expect(said).not.toContain(personal);
});
