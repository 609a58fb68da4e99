import { addListing, addLoan, addPerson, deposit } from '../../test/people-with-money.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';
import type { Visitor } from '../../stack/visitor.js';

let web: TestWeb;
let visitor: Visitor;
let lenderId: string;
beforeAll(async () => {
  web = await startTestWeb();
  // Somebody who borrows as well: that money is not to lend.
  ({ id: lenderId } = await web.person('lender', 'borrower'));
  for (const [userNo, role] of [[`L-${lenderId}`, 'INVESTOR'], [`B-${lenderId}`, 'BORROWERS']]) {
    await web.pool.query(`INSERT INTO custody_account (user_no, person_id, bank_role, state, card_last4, card_bank) VALUES ($1, $2, $3, 'active', '1234', 'Test Bank')`, [userNo, lenderId, role]);
  }
  await deposit(web.pool, `L-${lenderId}`, 100_000);
  await deposit(web.pool, `B-${lenderId}`, 5_000);
  await addPerson(web.pool, 'P801', 'borrower');
  await addLoan(web.pool, { loanNo: 'LN801', borrowerId: 'P801', amountFen: 500_000 });
  await web.pool.query(`INSERT INTO application (loan_no, annual_income_fen, home_ownership, debt_to_income_bps, elsewhere_fen, student, description, region) VALUES ('LN801', 100, 'RENT', 0, 0, false, 'x', 'Zhejiang') ON CONFLICT DO NOTHING`);
  await addListing(web.pool, 'LN801', 500_000, { deadline: '2999-01-01T00:00:00.000Z' });
  await web.pool.query(
    `INSERT INTO reconciliation_case (day, file, request_no, result, reasons, user_no, doubt_fen, due_at, opened_at) VALUES ('2025-03-03', 'deposits', 'D', 'different', '{amount}', $1, 30000, '2030-03-05T10:00:00Z', '2025-03-04T01:00:00Z')`, [`L-${lenderId}`]);
  visitor = await web.loggedIn(lenderId);
});
afterAll(() => web.close());

const why = 'the custody bank\'s file of a day tells otherwise';

it('the header shows what can be used, and beside it what waits', async () => {
  const page = await visitor.open('/account/custody');
  expect(page.$('.who').text()).toContain('¥750.00');
  expect(page.$('.who a.small').text()).toBe('¥300.00 waits');
  expect(page.$('.who a.small').attr('title')).toContain(why);
});

it('the form of a bid says what the account for lending can lend, without what is in doubt, and why', async () => {
  const page = await visitor.open('/lender/bid/LN801');
  const text = page.$('main').text();
  expect(text).toContain('To lend from your custody account: ¥700.00.');
  expect(page.$('.notice.warn').text()).toContain(`¥300.00 more is in our books and waits, because ${why}`);
});

it('the custody page and the withdrawal say the same, and no more than the rest can be withdrawn', async () => {
  for (const path of ['/account/custody', '/account/custody/lender/withdraw']) expect((await visitor.open(path)).$('main .notice.warn').text()).toContain(why);
  const refused = await visitor.submit(await visitor.open('/account/custody/lender/withdraw'), 'withdraw', { amount: '800' });
  expect([refused.status, refused.$('#e-amount').text()]).toEqual([422, expect.stringContaining('Only ¥700.00')]);
});

it('nothing is said once the case is decided', async () => {
  await web.pool.query(`UPDATE reconciliation_case SET state = 'resolved', resolution = 'explained', resolved_by = 'P1', resolved_at = now()`);
  const page = await visitor.open('/lender/bid/LN801');
  expect([page.text.includes(why), page.text.includes('waits'), page.$('main').text().includes('¥1,000.00')]).toEqual([false, false, true]);
});
