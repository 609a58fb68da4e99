import { addDays, dateAt } from '../../domain/dates.js';
import { overdue, told } from '../../test/desks.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';

let web: TestWeb;
beforeAll(async () => { web = await startTestWeb(); });
afterAll(() => web.close());

/** A lender's part of payment 3 that the bank refused, with the day of the next try. */
async function undelivered(reason: string): Promise<{ lenderId: string; loanNo: string; nextTryOn: string }> {
  const { loan } = await overdue(web);
  const { loanNo } = loan;
  const { id: lenderId } = await web.person('lender');
  await web.pool.query("INSERT INTO custody_account (user_no, person_id, bank_role, state) VALUES ('L-' || $1::text, $1, 'INVESTOR', 'frozen')", [lenderId]);
  const nextTryOn = addDays(dateAt(web.now.ms, 480), 1);
  await told(web, loan, { undelivered: 1, redeliverOn: nextTryOn });
  const { rows: [holding] } = await web.pool.query<{ id: number }>("INSERT INTO holding (loan_no, lender_id, user_no, principal_fen) VALUES ($1, $2, 'L-' || $2, 5000) RETURNING id", [loanNo, lenderId]);
  const parts = JSON.stringify([{ no: 1, costsFen: 0, feeFen: 0, lateInterestFen: 0, interestFen: 700, principalFen: 5_000 }]);
  await web.pool.query(
    "INSERT INTO payment (payment_no, loan_no, n, source, asked_fen, frozen_fen, as_of, state, parts, principal_fen, interest_fen) VALUES ($1 || ':p3', $1, 3, 'debit', 5700, 5700, '2026-03-01', 'distributed', $2, 5000, 700)", [loanNo, parts]);
  await web.pool.query("INSERT INTO distribution (payment_no, holding_id, principal_fen, interest_fen, late_interest_fen, fee_fen, state) VALUES ($1 || ':p3', $2, 5000, 700, 0, 70, 'undelivered')", [loanNo, holding!.id]);
  await web.pool.query(
    "INSERT INTO instruction (request_no, business_key, verb, loan_no, payment_no, workflow_id, step, state, as_of) VALUES ($1 || '-p3-b1', $1 || ':p3:b1', 'batch-repayment', $1, $1 || ':p3', $1, 'service', 'done', now())", [loanNo]);
  await web.pool.query(
    `INSERT INTO instruction_detail (request_no, batch_no, hold_request_no, from_user_no, to_user_no, kind, purpose, amount_fen, holding_id, state, reason)
     VALUES ($1 || '-p3-b1-principal', $1 || '-p3-b1', 'H', 'B-P1', 'L-' || $2, 'principal', 'principal', 5000, $3, 'refused', $4)`, [loanNo, lenderId, holding!.id, reason]);
  return { lenderId, loanNo, nextTryOn };
}

describe('a part of a payment that the bank could not credit', () => {
  it('is shown to its lender with the amount, the reason and the next try, in the portfolio and at the claim', async () => {
    const { lenderId, loanNo, nextTryOn } = await undelivered('account-unusable');
    const visitor = await web.loggedIn(lenderId);
    for (const path of ['/lender', `/lender/claims/${loanNo}`]) {
      const notice = (await visitor.open(path)).$('.notice.warn').text();
      expect(notice).toContain(`Your part of payment 3 of ${loanNo}, ¥56.30, could not be credited, because the bank refused: The bank has blocked your custody account.`);
      expect(notice).toContain(`It is tried daily, next on ${nextTryOn} (tomorrow).`);
    }
    expect(await visitor.read('/lender')).toMatchObject({ undelivered: [{ loanNo, paymentNo: `${loanNo}:p3`, amountFen: 5_630, reason: 'account-unusable', nextTryOn }] });
  });

  it('is nobody else\'s, and is no longer spoken of once it has been delivered', async () => {
    const { lenderId, loanNo } = await undelivered('no-such-user');
    const stranger = await web.loggedIn((await web.person('lender')).id);
    expect((await stranger.open('/lender')).text).not.toContain('could not be credited');
    await web.pool.query("UPDATE distribution SET state = 'delivered' WHERE payment_no = $1 || ':p3'", [loanNo]);
    expect((await (await web.loggedIn(lenderId)).open('/lender')).text).not.toContain('could not be credited');
  });

  it('stands in the list of operations with the day on which it is sent again', async () => {
    const { loanNo, nextTryOn } = await undelivered('account-unusable');
    const finance = await web.loggedIn((await web.person('finance')).id);
    const { shares } = await finance.read<{ shares: { loanNo: string; nextTryOn: string }[] }>('/operations/undelivered');
    expect(shares.find((share) => share.loanNo === loanNo)).toMatchObject({ nextTryOn });
    expect((await finance.open('/operations/undelivered')).text).toContain(nextTryOn);
  });
});
