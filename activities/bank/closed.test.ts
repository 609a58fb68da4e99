/** A bank that is closed for the night refuses every number for good; what was ordered is done when it opens, under the next one. */
import { find, intend, markSent } from '../../db/instructions.js';
import { recordOutcome } from '../../db/outcomes.js';
import { row, rows } from '../../db/pool.js';
import { lookAtPayoutActivity } from '../record/look-at-payout.js';
import { createMoneySide, wholeInstalment, type MoneySide } from '../../test/money-side.js';

let side: MoneySide;
beforeEach(async () => { side = await createMoneySide(); });
afterEach(() => side.close());

/** Half past ten in the evening in Beijing, and the hours after it. */
const evening = '2025-03-03T14:30:00.000Z';
const opening = '2025-03-03T15:00:00.000Z';
const later = '2025-03-03T16:00:00.000Z';

const close = (): void => { side.bank.trouble = () => ({ refuse: 'bank-closed' }); };
const open = (): void => { side.bank.trouble = () => null; };
const clean = { trialBalanceFen: 0, bankDifferences: [], openInstructions: 0, unbalancedJournals: [] };
const triesOf = (businessKey: string) => rows<{ no: string; state: string; reason: string | null }>(side.pool, 'SELECT request_no AS no, state, reason FROM instruction WHERE business_key = $1 ORDER BY try', [businessKey]);

async function listed(lenders = 2): Promise<string> {
  await side.person('P1', 'borrower');
  for (let n = 0; n < lenders; n += 1) await side.person(`P1${n}`, 'lender', 500_000);
  await side.listed({ loanNo: 'LN1', borrowerId: 'P1', amountFen: 100_000 * lenders, termMonths: 3 });
  for (let n = 0; n < lenders; n += 1) await side.bid('LN1', `P1${n}`, 100_000);
  return 'LN1';
}

describe('when the bank is closed', () => {
  it('bids by authorisation stay set aside, and are frozen when it opens', async () => {
    const loanNo = await listed();
    close();
    const putOff = { until: opening, fen: 200_000 };
    expect(await side.activities.freezeBids({ loanNo, asOf: evening })).toEqual({ targetFen: 200_000, reservedFen: 200_000, frozenFen: 0, waiting: 0, byHand: 0, putOff });
    expect(await side.money('L-P10')).toEqual([400_000, 100_000, 0]);
    const asked = side.bank.calls.length;
    await side.activities.freezeBids({ loanNo, asOf: evening });
    expect(side.bank.calls).toHaveLength(asked);
    // Still closed an hour later, then open.
    expect(await side.activities.freezeBids({ loanNo, asOf: opening })).toMatchObject({ reservedFen: 200_000, putOff: { until: later } });
    open();
    expect(await side.activities.freezeBids({ loanNo, asOf: later })).toEqual({ targetFen: 200_000, reservedFen: 0, frozenFen: 200_000, waiting: 0, byHand: 0 });
    expect(await triesOf('BID1')).toEqual([{ no: 'BID1', state: 'refused', reason: 'bank-closed' }, { no: 'BID1-t2', state: 'refused', reason: 'bank-closed' }, { no: 'BID1-t3', state: 'done', reason: null }]);
    expect(await side.books()).toMatchObject(clean);
    expect((await row<{ left: number }>(side.pool, `SELECT extract(epoch FROM expires_at - now())::int AS left FROM bid WHERE id = 1`))?.left).toBeGreaterThan(3_600);
  });

  it('a bid that was put off ends with its listing, and its money is free', async () => {
    const loanNo = await listed();
    close();
    await side.activities.freezeBids({ loanNo, asOf: evening });
    open();
    expect(await side.activities.failListing({ loanNo, code: 'not-funded', asOf: evening })).toEqual({ status: 'done' });
    expect(await side.money('L-P10')).toEqual([500_000, 0, 0]);
    expect(await side.books()).toMatchObject(clean);
  });

  it('a bid by hand is refused, and only its person can do it again', async () => {
    const loanNo = await listed();
    await side.pool.query(`UPDATE bid SET by = 'password' WHERE id = 1`);
    await recordOutcome(side.pool, { requestNo: 'BID1', at: evening, outcome: { status: 'refused', code: 'bank-closed', reason: '' } });
    expect(await triesOf('BID1')).toEqual([{ no: 'BID1', state: 'refused', reason: 'bank-closed' }]);
    expect(await row(side.pool, 'SELECT state, reason FROM bid WHERE id = 1')).toEqual({ state: 'refused', reason: 'bank-closed' });
    expect(await side.activities.fundingSums({ loanNo, asOf: evening })).toMatchObject({ reservedFen: 100_000, byHand: 0 });
  });

  it('a release, a payout, a payment and its sharing wait for the opening, each done once', async () => {
    const loanNo = await listed();
    await side.persist(async () => ((await side.activities.freezeBids({ loanNo, asOf: evening })).waiting > 0 ? { status: 'pending' } : { status: 'done' }));
    await side.activities.conclude({ loanNo, asOf: '2025-03-03', at: evening });

    close();
    const release = (asOf: string) => side.activities.release({ loanNo, attempt: 1, asOf });
    const waits = { status: 'pending', expectedAt: opening, unsent: true };
    expect(await release(evening)).toEqual({ ...waits, requestNo: 'LN1-release-a1-b1-t2' });
    expect(await release(evening)).toEqual({ ...waits, requestNo: 'LN1-release-a1-b1-t2' });
    open();
    const released = await side.persist(() => release(opening));
    expect(released).toMatchObject({ status: 'done', valueDate: '2025-03-03' });
    if (released.status !== 'done') return;
    expect(await rows(side.pool, `SELECT request_no AS no, state FROM instruction_detail ORDER BY 1`)).toEqual([
      { no: 'LN1-release-a1-b1-bid1', state: 'refused' }, { no: 'LN1-release-a1-b1-bid2', state: 'refused' }, { no: 'LN1-release-a1-b1-t2-bid1', state: 'done' }, { no: 'LN1-release-a1-b1-t2-bid2', state: 'done' },
    ]);
    expect(await side.books()).toMatchObject(clean);

    close();
    const payOut = (asOf: string) => side.activities.payOut({ loanNo, attempt: 1, asOf });
    expect(await payOut(evening)).toEqual({ ...waits, requestNo: 'LN1-payout-a1-t2' });
    open();
    // An order of 23:00 arrives on the next working morning.
    expect(await payOut(opening)).toEqual({ status: 'pending', requestNo: 'LN1-payout-a1-t2', expectedAt: '2025-03-04T02:00:00.000Z' });
    side.bank.finishPayouts();
    expect(await payOut('2025-03-04T02:00:00.000Z')).toEqual({ status: 'done', paidFen: 200_000 });
    expect(await lookAtPayoutActivity({ pool: side.pool })({ loanNo, attempt: 1 })).toEqual({ paidFen: 200_000 });

    side.bank.cards.set('B-P1', 1_000_000);
    const parts = [wholeInstalment(released.instalments[0]!)];
    const amountFen = parts[0]!.principalFen + parts[0]!.interestFen;
    const take = (asOf: string) => side.activities.takePayment({ loanNo, paymentNo: 'LN1:p1', n: 1, source: 'debit', amountFen, pull: true, partial: false, whole: null, asOf });
    close();
    expect(await take(evening)).toEqual({ ...waits, requestNo: 'LN1-p1-pull-t2' });
    side.bank.trouble = (verb) => (verb === 'hold' ? { refuse: 'bank-closed' } : null);
    expect(await take(opening)).toEqual({ ...waits, requestNo: 'LN1-p1-hold-t2', expectedAt: later });
    open();
    expect(await take(later)).toMatchObject({ status: 'done', frozenFen: amountFen, countsOn: '2025-03-03' });
    close();
    const share = (asOf: string) => side.activities.distribute({ loanNo, paymentNo: 'LN1:p1', parts, forgivenInterest: [], afterWriteOff: false, asOf });
    expect(await share(evening)).toEqual({ ...waits, requestNo: 'LN1-p1-batch1-t2' });
    expect(await rows(side.pool, `SELECT key FROM journal WHERE kind = 'undelivered'`)).toEqual([]);
    open();
    expect(await side.persist(() => share(opening))).toEqual({ status: 'done', undelivered: 0 });
    expect(await side.books()).toMatchObject(clean);
    expect(1_000_000 - side.bank.cards.get('B-P1')!).toBe(amountFen);
  });

  it('a project ends when it opens', async () => {
    await side.person('P1', 'borrower');
    await side.listed({ loanNo: 'LN1', borrowerId: 'P1', amountFen: 100_000, termMonths: 3 });
    close();
    const fail = (asOf: string) => side.activities.failListing({ loanNo: 'LN1', code: 'not-funded', asOf });
    expect(await fail(evening)).toEqual({ status: 'pending', requestNo: 'LN1-miscarry-t2', expectedAt: opening, unsent: true });
    open();
    expect(await fail(opening)).toEqual({ status: 'done' });
    expect(side.bank.projects.get('LN1')?.state).toBe('MISCARRY');
  });

  it('the end of an authorisation is sent when it opens; a deposit by hand is refused', async () => {
    await side.person('P1', 'lender', 500_000);
    await intend(side.pool, { requestNo: 'A1', businessKey: 'P1:form-1', verb: 'cancel-authorisation', userNo: 'L-P1', amountFen: 0, workflowId: 'A1', step: 'movement', asOf: evening, details: { type: 'TENDER' } });
    const follow = (asOf: string) => side.activities.followMovement({ requestNo: 'A1', attempts: 0, asOf });
    close();
    expect(await follow(evening)).toEqual({ status: 'pending', expectedAt: opening });
    open();
    expect(await follow(opening)).toMatchObject({ status: 'done' });
    expect(side.bank.calls.filter(({ verb }) => verb === 'cancelAuthorisation').map(({ input }) => input['requestNo'])).toEqual(['A1', 'A1-t2']);

    await intend(side.pool, { requestNo: 'D1', businessKey: 'D1', verb: 'deposit', userNo: 'L-P1', amountFen: 5, workflowId: 'D1', step: 'deposit', asOf: evening });
    await markSent(side.pool, 'D1');
    await recordOutcome(side.pool, { requestNo: 'D1', at: evening, outcome: { status: 'refused', code: 'bank-closed', reason: '' } });
    expect(await find(side.pool, 'D1')).toMatchObject({ state: 'refused', reason: 'bank-closed' });
    expect(await triesOf('D1')).toHaveLength(1);
  });
});
