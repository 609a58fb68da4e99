import { loansWithUnsentBids } from '../../db/bids.js';
import { waitFor } from '../../stack/parts/waiting.js';
import { addListing, deposit } from '../../test/people-with-money.js';
import { applied } from '../../test/desks.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';
import { suitabilityQuestions } from '../../domain/suitability.js';
import type { Visitor } from '../../stack/visitor.js';
import { productionLimits } from '../limits.js';

let web: TestWeb;
beforeAll(async () => { web = await startTestWeb({ limits: { ...productionLimits, 'log-in-by-address': { points: 1_000, seconds: 900 } } }); });
afterAll(() => web.close());
beforeEach(() => { web.temporal.told.length = 0; });

const boldest = Object.fromEntries(suitabilityQuestions.map((question) => [question.id, question.answers.at(-1)!.value]));

/** Has given name and ID number. */
async function named(id: string): Promise<void> {
  await web.pool.query('UPDATE person SET name_cipher = $2, id_number_cipher = $3, id_number_index = $1 WHERE id = $1', [id, web.vault.seal('Lin Tao'), web.vault.seal('11010519491231002X')]);
}

/** A lender whose identity and account are in the record; notice and questionnaire are done on the pages. */
async function lender(options: { fen?: number; authorised?: boolean } = {}): Promise<{ id: string; visitor: Visitor }> {
  const { id } = await web.person('lender');
  await named(id);
  await web.pool.query("UPDATE person SET identification_state = 'verified' WHERE id = $1", [id]);
  await web.pool.query("INSERT INTO custody_account (user_no, person_id, bank_role, state, card_last4, card_bank) VALUES ($1, $2, 'INVESTOR', 'active', '1234', 'Test Bank')", [`L-${id}`, id]);
  if (options.authorised ?? true) await web.pool.query("INSERT INTO authorisation (user_no, type, max_fen, fail_time, state) VALUES ($1, 'TENDER', 100000000, '2099-01-01T00:00:00Z', 'active')", [`L-${id}`]);
  await deposit(web.pool, `L-${id}`, options.fen ?? 5_000_000);
  return { id, visitor: await web.loggedIn(id) };
}

async function assessed(visitor: Visitor): Promise<void> {
  await visitor.submit(await visitor.open('/lender/risk-notice'), 'risk-notice', { confirm: 'yes' });
  await visitor.submit(await visitor.open('/lender/questionnaire'), 'questionnaire', boldest);
}

/** A loan open for bids for a day. */
async function listed(targetFen = 1_000_000): Promise<{ loanNo: string; borrowerId: string }> {
  const { loan, borrower } = await applied(web);
  await web.pool.query(
    "INSERT INTO offer (loan_no, version, amount_fen, term_months, method, annual_rate_bps, grade, all_in_percent, valid_until, made_on) VALUES ($1, 1, $2, 12, 'equal-instalments', 900, 'D', '11.2000', '2099-01-01', '2026-01-01')",
    [loan.loanNo, targetFen]);
  await addListing(web.pool, loan.loanNo, targetFen, { maxShareBps: 5_000, deadline: new Date(web.now.ms + 86_400_000).toISOString() });
  return { loanNo: loan.loanNo, borrowerId: borrower.id };
}

const bids = async (loanNo: string) => (await web.pool.query<{ state: string; amount_fen: number; by: string }>('SELECT state, amount_fen, by FROM bid WHERE loan_no = $1 ORDER BY id', [loanNo])).rows;

async function bid(visitor: Visitor, loanNo: string, amount: string, by = 'authorisation') {
  const check = await visitor.submit(await visitor.open(`/lender/bid/${loanNo}`), 'bid', { amount, by });
  return check.has('confirm-bid') ? visitor.submit(check, 'confirm-bid', { risk: 'yes' }) : check;
}

describe('becoming a lender', () => {
  it('shows what is still to do, in order, until nothing is', async () => {
    const { visitor } = await lender();
    expect((await visitor.open('/lender')).text).toContain('Before you can lend');
    await assessed(visitor);
    expect((await visitor.open('/lender')).text).not.toContain('Before you can lend');
  });
  it('starts one identification, however often it is pressed', async () => {
    const { id } = await web.person('lender');
    await named(id);
    const visitor = await web.loggedIn(id);
    const page = await visitor.open('/lender');
    await visitor.submit(page, 'identify');
    expect((await visitor.submit(page, 'identify')).text).toContain('being confirmed');
    expect(web.temporal.of('identify').map((told) => told.workflowId)).toEqual([`identify:${id}:1`]);
  });
  it('wants the risk notice ticked and every question answered', async () => {
    const { visitor } = await lender();
    expect((await visitor.submit(await visitor.open('/lender/risk-notice'), 'risk-notice')).status).toBe(422);
    const page = await visitor.submit(await visitor.open('/lender/questionnaire'), 'questionnaire', { age: 'eternal' });
    expect(page.status).toBe(422);
    expect(page.text).toContain('Choose the answer that fits you best.');
  });
  it('is for lenders', async () => {
    const { id } = await web.person('borrower');
    expect((await (await web.loggedIn(id)).open('/lender')).status).toBe(403);
    expect(new URL((await web.visitor().open('/lender')).url).pathname).toBe('/log-in');
  });
});

describe('bidding', () => {
  it('reserves the share, tells the funding, and shows the bid to its lender only', async () => {
    const { visitor } = await lender();
    await assessed(visitor);
    const { loanNo } = await listed();
    const page = await bid(visitor, loanNo, '2,000');
    expect(new URL(page.url).pathname).toMatch(/^\/lender\/bids\/\d+$/);
    expect(await bids(loanNo)).toEqual([{ state: 'reserved', amount_fen: 200_000, by: 'authorisation' }]);
    await waitFor('the funding told', 10, async () => (web.temporal.of('bidsWaiting').some((told) => told.workflowId === `fund:${loanNo}`) ? true : undefined));
    const other = await lender();
    expect((await other.visitor.open(new URL(page.url).pathname)).status).toBe(404);
  });
  it('is told to the funding again by the next web server, should the one that took it have died before', async () => {
    const { visitor } = await lender();
    await assessed(visitor);
    const { loanNo } = await listed();
    await bid(visitor, loanNo, '1,000');
    const times = () => web.temporal.of('bidsWaiting').filter((told) => told.workflowId === `fund:${loanNo}`).length;
    await waitFor('the funding told', 10, async () => (times() === 1 ? true : undefined));
    await web.web.tellMissedBids();
    await waitFor('the funding told again', 10, async () => (times() === 2 ? true : undefined));
    await web.pool.query(`UPDATE instruction SET state = 'sent' WHERE loan_no = $1`, [loanNo]);
    expect(await loansWithUnsentBids(web.pool)).not.toContain(loanNo);
  });
  it('carries a bid by password to the bank', async () => {
    const { visitor } = await lender({ authorised: false });
    await assessed(visitor);
    const { loanNo } = await listed();
    const check = await visitor.submit(await visitor.open(`/lender/bid/${loanNo}`), 'bid', { amount: '1000', by: 'password' });
    await expect(visitor.submit(check, 'confirm-bid', { risk: 'yes' })).rejects.toThrow('fetch failed'); // http://bank.test is not there
    expect(await bids(loanNo)).toEqual([{ state: 'reserved', amount_fen: 100_000, by: 'password' }]);
  });
  it('is one bid when the same form is sent twice', async () => {
    const { visitor } = await lender();
    await assessed(visitor);
    const { loanNo } = await listed();
    const check = await visitor.submit(await visitor.open(`/lender/bid/${loanNo}`), 'bid', { amount: '1000', by: 'authorisation' });
    await visitor.submit(check, 'confirm-bid', { risk: 'yes' });
    await visitor.submit(check, 'confirm-bid', { risk: 'yes' });
    expect(await bids(loanNo)).toHaveLength(1);
  });
  it('wants the risk of the loan confirmed', async () => {
    const { visitor } = await lender();
    await assessed(visitor);
    const { loanNo } = await listed();
    const check = await visitor.submit(await visitor.open(`/lender/bid/${loanNo}`), 'bid', { amount: '1000', by: 'authorisation' });
    expect((await visitor.open(check.$('form[data-form=confirm-bid] .actions a').attr('href')!)).form('bid').fields).toMatchObject({ amount: '1000', by: 'authorisation' });
    expect(check.$('.money-act').text()).toContain('Our fee: 10.00 % of the interest that you really receive');
    const again = await visitor.submit(check, 'confirm-bid');
    expect([again.status, again.$('.error').text()]).toEqual([422, 'Confirm that you know the risk of this loan.']);
    expect(await bids(loanNo)).toEqual([]);
    expect(new URL((await visitor.submit(again, 'confirm-bid', { risk: 'yes' })).url).pathname).toMatch(/^\/lender\/bids\/\d+$/);
  });
  it.each([
    ['', 'How much do you want to lend?'], ['1e3', 'Type an amount in yuan'], ['-5', 'Type an amount in yuan'], ['10.005', 'At most two decimals'], ['99999999999', 'more than any loan'],
    ['6000', 'above it'], ['155.50', 'one of the steps'],
  ])('refuses the amount “%s” and says why', async (amount, why) => {
    const { visitor } = await lender({ fen: 50_000_000 });
    await assessed(visitor);
    const { loanNo } = await listed();
    const page = await bid(visitor, loanNo, amount);
    expect(page.status).toBe(422);
    expect(page.$('main').text()).toContain(why);
    expect(await bids(loanNo)).toEqual([]);
  });
  it('is refused without notice and questionnaire, without money, and after the time is over', async () => {
    const { visitor } = await lender({ fen: 50_000 });
    const { loanNo } = await listed();
    expect((await bid(visitor, loanNo, '1000')).text).toContain('risk notice');
    await assessed(visitor);
    expect((await bid(visitor, loanNo, '1000')).text).toContain('not enough free money');
    await web.pool.query("UPDATE listing SET deadline = '2026-01-01T00:00:00Z' WHERE loan_no = $1", [loanNo]);
    expect((await bid(visitor, loanNo, '100')).text).toContain('no longer open');
    expect(await bids(loanNo)).toEqual([]);
  });
  it('leads nowhere for a loan that is not on the market', async () => {
    const { visitor } = await lender();
    expect((await visitor.open('/lender/bid/LN999999')).status).toBe(404);
    expect((await visitor.open('/lender/bids/abc')).status).toBe(404);
    expect((await visitor.open('/lender/claims/LN999999')).status).toBe(404);
  });
});

describe('the portfolio', () => {
  it('lists bids with what became of them, by state and loan, with their sum, and as CSV', async () => {
    const { visitor } = await lender();
    await assessed(visitor);
    const [one, two] = [await listed(), await listed()];
    await bid(visitor, one.loanNo, '1000');
    await bid(visitor, two.loanNo, '2000');
    await web.pool.query("UPDATE bid SET state = 'refused', reason = 'insufficient-funds' WHERE loan_no = $1", [two.loanNo]);
    const home = await visitor.open('/lender');
    expect([home.text.includes(`/market/${two.loanNo}`), home.$('tbody').first().text().includes(one.loanNo), home.$('tbody').first().text().includes(two.loanNo)]).toEqual([false, true, false]);
    const found = async (query: string) => (await visitor.read<{ bids: { loanNo: string }[]; totals: { bids: number; amountFen: number } }>(`/lender/bids?${query}`));
    expect((await found('sort=-amount')).bids.map((each) => each.loanNo)).toEqual([two.loanNo, one.loanNo]);
    expect((await found('state=refused')).totals).toEqual({ bids: 1, amountFen: 200_000 });
    expect((await found(`loan=${one.loanNo.toLowerCase()}`)).bids).toHaveLength(1);
    const page = await visitor.open('/lender/bids');
    for (const shown of ['All 2', '¥3,000.00', 'There is not enough money in your custody account']) expect(page.$('main').text()).toContain(shown);
    expect((await visitor.open('/lender/bids?format=csv&state=refused')).text).toContain(`${two.loanNo},2000.00,refused,insufficient-funds`);
  });

  it('is sorted, added up and downloaded, and shows nobody else\'s claims', async () => {
    const { id, visitor } = await lender();
    const [one, two] = [await listed(), await listed()];
    for (const [{ loanNo }, fen] of [[one, 300_000], [two, 100_000]] as const) {
      await web.pool.query('UPDATE loan SET annual_rate_bps = 900 WHERE loan_no = $1', [loanNo]);
      await web.pool.query("INSERT INTO holding (loan_no, lender_id, user_no, principal_fen) VALUES ($1, $2, 'L-' || $2, $3)", [loanNo, id, fen]);
    }
    const order = async (query: string) => (await visitor.read<{ holdings: { loanNo: string }[] }>(`/lender?${query}`)).holdings.map((each) => each.loanNo);
    expect([await order('sort=lent'), await order('sort=-lent'), await order('sort=nonsense')]).toEqual([[two.loanNo, one.loanNo], [one.loanNo, two.loanNo], [two.loanNo, one.loanNo]]);
    expect((await visitor.open('/lender')).$('tfoot').last().text()).toContain('All 2');
    expect((await visitor.open('/lender')).$('tfoot').last().text()).toContain('¥4,000.00');
    const csv = (await visitor.open('/lender?format=csv&sort=lent')).text.trim().split('\r\n');
    expect(csv.slice(1).map((line) => line.split(',')[4])).toEqual(['1000.00', '3000.00']);
    expect((await (await lender()).visitor.open('/lender?format=csv')).text.trim().split('\r\n')).toHaveLength(1);
  });
});

describe('the market', () => {
  it('is open to everybody, filters and sorts, and never says who borrows', async () => {
    const { loanNo, borrowerId } = await listed();
    const stranger = web.visitor();
    const list = await stranger.open('/market?grade=D&sort=-rate&term=24&rate=1');
    expect(list.text).toContain(loanNo);
    expect((await stranger.open('/market?grade=A')).text).not.toContain(`/market/${loanNo}`);
    const page = await stranger.open(`/market/${loanNo}`);
    expect(page.text).toContain('You may lose part or all of what you lend');
    const json = JSON.stringify(await stranger.read(`/market/${loanNo}`));
    for (const text of [page.text, list.text, json]) expect(text).not.toContain(borrowerId);
    expect((await stranger.open('/market/LN999999')).status).toBe(404);
  });
  it('keeps its filters from page to page, says what of them it could not read, and is downloaded without who borrows', async () => {
    const { loanNo, borrowerId } = await listed();
    const page = await web.visitor().open('/market?grade=D&term=soon');
    expect(page.$('.notice.warn').text()).toContain('the term: whole months');
    expect(page.$('input[name=term]').attr('value')).toBe('soon');
    expect(page.$('.pager a').attr('href')).toContain('grade=D');
    const csv = (await web.visitor().open('/market?grade=D&format=csv')).text;
    expect(csv).toContain(`${loanNo},car,D,10000.00,9,11.2000,12,0.00,0.00,10000.00,`);
    expect(csv).not.toContain(borrowerId);
  });
  it('survives nonsense in its filters', async () => {
    expect((await web.visitor().open('/market?grade=%27%3B&sort=evil&page=-3&term=abc&rate=1e9')).status).toBe(200);
  });
  it('has a first page and figures', async () => {
    expect((await web.visitor().open('/')).text).toContain('Many lenders fund one loan');
    expect((await web.visitor().open('/figures')).text).toContain('Outstanding');
  });
});
