import { undeliveredShare } from '../../test/desks.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';

let web: TestWeb;
beforeAll(async () => { web = await startTestWeb(); });
afterAll(() => web.close());

describe('a part of a payment that the bank could not credit', () => {
  it('is shown to its lender with the amount, the reason and the next try, in the portfolio and at the claim', async () => {
    const { lenderId, loanNo, nextTryOn } = await undeliveredShare(web, 'account-unusable');
    const visitor = await web.loggedIn(lenderId);
    for (const path of ['/lender', `/lender/claims/${loanNo}`]) {
      const notice = (await visitor.open(path)).$('.notice.warn').text();
      expect(notice).toContain(`Your part of payment 3 of ${loanNo}, ¥56.30, could not be credited, because the bank refused: The bank has blocked your custody account.`);
      expect(notice).toContain(`It is tried again by itself, next on ${nextTryOn} (tomorrow).`);
    }
    expect(await visitor.read('/lender')).toMatchObject({ undelivered: [{ loanNo, paymentNo: `${loanNo}:p3`, amountFen: 5_630, reason: 'account-unusable', nextTryOn }] });
  });

  it('is nobody else\'s, and is no longer spoken of once it has been delivered', async () => {
    const { lenderId, loanNo } = await undeliveredShare(web, 'no-such-user');
    const stranger = await web.loggedIn((await web.person('lender')).id);
    expect((await stranger.open('/lender')).text).not.toContain('could not be credited');
    await web.pool.query("UPDATE distribution SET state = 'delivered' WHERE payment_no = $1 || ':p3'", [loanNo]);
    expect((await (await web.loggedIn(lenderId)).open('/lender')).text).not.toContain('could not be credited');
  });

  it('stands in the list of operations with the day on which it is sent again', async () => {
    const { loanNo, nextTryOn } = await undeliveredShare(web, 'account-unusable');
    const finance = await web.loggedIn((await web.person('finance')).id);
    const { shares } = await finance.read<{ shares: { loanNo: string; nextTryOn: string }[] }>('/operations/undelivered');
    expect(shares.find((share) => share.loanNo === loanNo)).toMatchObject({ nextTryOn });
    expect((await finance.open('/operations/undelivered')).text).toContain(nextTryOn);
  });
});
