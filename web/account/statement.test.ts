import { inflateSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { placeBids } from '../../db/bids.js';
import { recordOutcome } from '../../db/outcomes.js';
import { addDays, dateAt } from '../../domain/dates.js';
import { applied } from '../../test/desks.js';
import { addListing, deposit } from '../../test/people-with-money.js';
import { password, startTestWeb, type TestWeb } from '../../test/web.js';
import type { Statement } from '../../db/statement.js';

let web: TestWeb;
beforeAll(async () => { web = await startTestWeb(); });
afterAll(() => web.close());

/** The period of the deposits of `test/people-with-money.ts` and of what happens after. */
const period = 'from=2025-03-01&to=2025-03-31';
const at = '2025-03-04T02:00:00.000Z';

/** Somebody with accounts for these sides, and money in each. */
async function holder(sides: ('borrower' | 'lender')[], fen = 5_000_00): Promise<string> {
  const { id } = await web.person(...sides);
  for (const side of sides) {
    const userNo = `${side === 'lender' ? 'L' : 'B'}-${id}`;
    await web.pool.query("INSERT INTO custody_account (user_no, person_id, bank_role, state, card_last4, card_bank) VALUES ($1, $2, $3, 'active', '1234', 'Test Bank')", [userNo, id, side === 'lender' ? 'INVESTOR' : 'BORROWERS']);
    await deposit(web.pool, userNo, fen);
  }
  return id;
}

async function bidFrozen(lenderId: string, amountFen: number): Promise<string> {
  const { loan } = await applied(web);
  await addListing(web.pool, loan.loanNo, 1_000_000);
  const [placed] = await placeBids(web.pool, loan.loanNo, [{ key: `bid-${lenderId}`, lenderId, userNo: `L-${lenderId}`, amountFen, by: 'authorisation', riskNoticeVersion: '1' }], at);
  if (!placed || 'refused' in placed) throw new Error(JSON.stringify(placed));
  await recordOutcome(web.pool, { requestNo: placed.requestNo, at, outcome: { status: 'done', amountFen, at, bankNo: 'BK' } });
  return loan.loanNo;
}

/** A file that is not text, as bytes. */
async function download(personId: string, address: string): Promise<{ status: number; headers: Record<string, string>; body: Buffer }> {
  const { rows } = await web.pool.query<{ email: string }>('SELECT email FROM person WHERE id = $1', [personId]);
  const agent = (await import('supertest')).agent(web.server);
  const page = await agent.get('/log-in');
  const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.text)?.[1] ?? '';
  await agent.post('/log-in').type('form').send({ _csrf: field('_csrf'), key: field('key'), email: rows[0]!.email, password });
  const answer = await agent.get(address).buffer(true).parse((response, done) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('end', () => done(null, Buffer.concat(parts)));
  });
  return { status: answer.status, headers: answer.headers, body: answer.body as Buffer };
}

/** Everything that a PDF keeps compressed. */
function inflated(pdf: Buffer): string {
  const parts: string[] = [];
  for (let start = pdf.indexOf('stream\n'); start >= 0; start = pdf.indexOf('stream\n', start + 7)) {
    if (pdf.subarray(start - 3, start).toString() === 'end') continue;
    const end = pdf.indexOf('endstream', start);
    try { parts.push(inflateSync(pdf.subarray(start + 7, end)).toString('latin1')); } catch { /* Not compressed. */ }
  }
  return parts.join('\n');
}

describe('the statement of a custody account', () => {
  it('shows each movement with its loan and request, running balances, and totals that add up', async () => {
    const id = await holder(['lender']);
    const loanNo = await bidFrozen(id, 1_000_00);
    const visitor = await web.loggedIn(id);
    const page = await visitor.open(`/account/statement?${period}`);
    expect(page.status).toBe(200);
    const rows = page.$('tbody tr').map((_, tr) => page.$(tr).text()).get();
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(/Deposit from the bank card.*\+¥5,000\.00.*¥5,000\.00¥0\.00/);
    expect(rows[1]).toMatch(new RegExp(`Bid placed.*${loanNo}.*-¥1,000\\.00\\+¥1,000\\.00¥4,000\\.00¥1,000\\.00`));
    expect(rows[2]).toMatch(/Bid frozen at the bank \(¥1,000\.00\)/);
    expect(page.$('tfoot').text()).toBe('3 movements+¥4,000.00+¥1,000.00¥4,000.00¥1,000.00');
    expect(page.$(`a[href^="/lender/bids/"]`).length).toBe(2);
    const [request] = page.$('a[href^="/account/bank/"]').map((_, a) => page.$(a).attr('href')).get();
    expect((await visitor.open(request!)).text).toContain('Your deposit');
    const told = await visitor.read<Statement>(`/account/statement?${period}`);
    expect(told).toMatchObject({ account: `L-${id}`, totals: { lines: 3, inFen: 5_000_00, outFen: 0 }, closing: { availableFen: 4_000_00, frozenFen: 1_000_00 }, hasMore: false });
  });

  it('begins with this month, carries the balance over, and says why it is empty', async () => {
    const id = await holder(['borrower']);
    const page = await (await web.loggedIn(id)).open('/account/statement');
    const today = dateAt(web.now.ms, 480);
    expect(page.form('period').fields).toEqual({ from: `${today.slice(0, 7)}-01`, to: today });
    expect(page.text).toContain('No movement from');
    expect(page.$('.facts').text()).toContain('¥5,000.00 available');
    const before = await (await web.loggedIn(id)).open(`/account/statement?from=2024-01-01&to=2024-12-31`);
    expect(before.$('.facts').text()).toContain('Closing balance¥0.00 available');
  });

  it('is of one account at a time, and somebody else\'s is not found', async () => {
    const [both, other] = [await holder(['borrower', 'lender'], 70_000), await holder(['lender'])];
    const visitor = await web.loggedIn(both);
    for (const userNo of [`B-${both}`, `L-${both}`]) expect(await visitor.read(`/account/statement?account=${userNo}&${period}`)).toMatchObject({ account: userNo, totals: { inFen: 70_000 } });
    for (const format of ['', '&format=csv', '&format=pdf']) expect((await visitor.open(`/account/statement?account=L-${other}&${period}${format}`)).status).toBe(404);
    expect((await visitor.open('/account/statement?account=PLATFORM_INCOME')).status).toBe(404);
    expect((await web.raw.get('/account/statement').set('Accept', 'application/json')).status).toBe(401);
  });

  it('shows fifty at a time, each once', async () => {
    const id = await holder(['lender']);
    for (let n = 1; n <= 60; n += 1) await deposit(web.pool, `L-${id}`, n);
    const visitor = await web.loggedIn(id);
    const pages = await Promise.all([1, 2].map((page) => visitor.read<Statement & { hasMore: boolean }>(`/account/statement?${period}&page=${page}`)));
    expect(pages.map((page) => [page.lines.length, page.hasMore])).toEqual([[50, true], [11, false]]);
    expect(new Set(pages.flatMap((page) => page.lines.map((line) => line.requestNo))).size).toBe(61);
    expect((await visitor.open(`/account/statement?${period}`)).$('.pager a').attr('href')).toContain('from=2025-03-01');
  });

  it.each([['from=2025-02-30', 'Write the day'], ['from=2025-03-31&to=2025-03-01', 'exchanged'], ['from=1&to=2', 'Write the day']])('says what is wrong with the period %s', async (query, says) => {
    const page = await (await web.loggedIn(await holder(['lender']))).open(`/account/statement?${query}`);
    expect(page.status).toBe(422);
    expect(page.summary()).toContain(says);
  });

  it('tells who has no account where to open one', async () => {
    const { id } = await web.person('lender');
    const visitor = await web.loggedIn(id);
    expect((await visitor.open('/account/statement')).text).toContain('no account at the custody bank');
    expect(await visitor.read('/account/statement')).toEqual({ accounts: [] });
  });

  it('downloads as CSV with the balances, for spreadsheets, without a formula', async () => {
    const id = await holder(['lender']);
    await deposit(web.pool, `L-${id}`, 1, `=1+1-${id}`);
    const { status, headers, body } = await download(id, `/account/statement?${period}&format=csv`);
    expect([status, headers['content-type'], headers['content-disposition']]).toEqual([200, 'text/csv; charset=utf-8', `attachment; filename="statement-L-${id}-2025-03-01-2025-03-31.csv"`]);
    expect([...body.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const lines: string[][] = parse(body, { bom: true });
    expect(lines.map((cells) => cells.slice(4))).toEqual([
      ['Request 流水号', 'Available 可用变动', 'Bound 占用变动', 'Available after 可用余额', 'Bound after 占用余额'], ['', '', '', '0.00', '0.00'],
      [`D-L-${id}-500000`, '5000.00', '0.00', '5000.00', '0.00'], [`'=1+1-${id}`, '0.01', '0.00', '5000.01', '0.00'], ['', '', '', '5000.01', '0.00'],
    ]);
    expect(lines[2]!.slice(0, 3)).toEqual(['2025-03-03 10:00', 'Deposit from the bank card', '充值']);
  });

  it('downloads as PDF over several pages, in which Chinese is text', async () => {
    const id = await holder(['lender']);
    await web.pool.query('UPDATE person SET name_cipher = $2 WHERE id = $1', [id, web.vault.seal('王小明')]);
    for (let n = 1; n <= 60; n += 1) await deposit(web.pool, `L-${id}`, n);
    const { status, headers, body } = await download(id, `/account/statement?${period}&format=pdf`);
    expect([status, headers['content-type']]).toEqual([200, 'application/pdf']);
    expect(body.subarray(0, 5).toString()).toBe('%PDF-');
    expect(body.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBe(3);
    const unicode = inflated(body).toLowerCase();
    for (const character of '存管账户流水王小明充值') expect(unicode).toContain(`<${character.charCodeAt(0).toString(16)}>`);
  });

  it('refuses a file that would leave movements out, rather than leave them out', async () => {
    const id = await holder(['lender']);
    await web.pool.query(
      `INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, as_of) SELECT 'M-' || n, 'M-' || n, 'deposit', $1, 1, 'M', 'deposit', 'done', $2 FROM generate_series(1, 2000) n`, [`L-${id}`, at]);
    await web.pool.query(
      `SELECT post_journals('[]', (SELECT json_agg(json_build_object('key', 'M-' || n, 'book', 'custody', 'kind', 'deposit', 'requestNo', 'M-' || n, 'businessAt', $2::text))::jsonb FROM generate_series(1, 2000) n),
         (SELECT json_agg(json_build_object('key', 'M-' || n, 'book', 'custody', 'code', c.code, 'fen', c.fen))::jsonb FROM generate_series(1, 2000) n, (VALUES ('outside', -1), ($1 || ':available', 1)) c(code, fen)))`, [`L-${id}`, at]);
    const visitor = await web.loggedIn(id);
    const refused = await visitor.open(`/account/statement?${period}&format=pdf`);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('2001 movements');
    expect((await visitor.open(`/account/statement?${period}&format=csv`)).text.trim().split('\r\n')).toHaveLength(2_004);
    expect((await visitor.open(`/account/statement?from=2025-03-01&to=${addDays('2025-03-04', -1)}&format=pdf`)).status).toBe(200);
  });
});
