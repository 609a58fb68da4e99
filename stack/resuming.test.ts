import { placeBids } from '../db/bids.js';
import { carriedState } from '../db/loans.js';
import { latestOffer } from '../db/reports.js';
import { poke } from '../db/waiting.js';
import { acceptOffer, bidsWaiting, cancelLoan, decideReview, fundWorkflowId, pay } from '../workflows/contract.js';
import { openLivePlatform } from '../test/live-platform.js';
import type { LivePlatform } from '../test/live-platform.js';
import { resumeAll, resumeLoan } from './resuming.js';

const startsAt = '2026-03-02T02:00:00.000Z';

describe('a loan that is lost in Temporal', () => {
  let platform: LivePlatform;
  const lostIn: string[] = [];
  const resumedChildren: string[] = [];

  beforeAll(async () => { platform = await openLivePlatform(startsAt); });
  beforeEach(() => {
    platform.before = async (_activity, { loanNo, workflowId }) => {
      if (typeof loanNo === 'string') return loseOnce(loanNo);
      if (typeof workflowId === 'string' && workflowId.startsWith('identify:')) await loseIdentifying();
    };
  });
  afterAll(() => platform.close());

  const deps = (): Parameters<typeof resumeLoan>[0] => ({ pool: platform.pool, client: platform.client, wallNow: Date.now });

  /** Terminates the loan's workflow once in each state, with what is open beside it, and starts it again from the record. */
  const loseOnce = async (loanNo: string): Promise<void> => {
    const [{ state }, carried] = [await platform.loan(loanNo), await carriedState(platform.pool, loanNo)];
    const open = carried?.openChildren ?? [];
    const lost = [`${loanNo} ${state}`, ...open.map((child) => `${loanNo} ${child}`)].filter((each) => !lostIn.includes(each));
    if (lost.length === 0) return;
    lostIn.push(...lost);
    const terminate = (workflowId: string): Promise<boolean> => platform.client.workflow.getHandle(workflowId).terminate('lost').then(() => true, () => false);
    if (!(await terminate(loanNo))) return;
    for (const child of open) await terminate(child);
    const resumed = await resumeLoan(deps(), loanNo);
    if (resumed.status === 'resumed') resumedChildren.push(...resumed.children);
  };

  const fundedLoan = async (): Promise<{ loanNo: string; borrowerId: string; userNo: string }> => {
    const borrowerId = await platform.person();
    const userNo = await platform.account(borrowerId, 'borrower');
    const lenderId = await platform.person({ language: 'en' });
    const lenderNo = await platform.account(lenderId, 'lender', 2_000_000);
    const loanNo = await platform.application(borrowerId, { requestedFen: 600_000, termMonths: 3 });
    await platform.start(loanNo);
    await platform.stepUntil('an offer', loanNo, ({ state }) => state === 'offered');
    await loseOnce(loanNo);
    const offer = await latestOffer(platform.pool, loanNo);
    await platform.client.workflow.getHandle(loanNo).executeUpdate(acceptOffer, { args: [{ personId: borrowerId, offerVersion: offer?.version ?? 0 }] });
    await platform.stepUntil('the market', loanNo, ({ state }) => state === 'fundraising');
    await loseOnce(loanNo);
    await platform.pool.query('UPDATE listing SET max_share_bps = 10000 WHERE loan_no = $1', [loanNo]);
    const placed = await placeBids(platform.pool, loanNo, [{ key: 'b1', lenderId, userNo: lenderNo, amountFen: 600_000, by: 'authorisation', riskNoticeVersion: '1' }], await platform.now());
    expect(placed).toEqual([expect.objectContaining({ state: 'reserved' })]);
    await poke(platform.pool, fundWorkflowId(loanNo));
    await platform.client.workflow.getHandle(fundWorkflowId(loanNo)).signal(bidsWaiting).catch(() => undefined);
    return { loanNo, borrowerId, userNo };
  };

  it('goes on where the record says, from every state of a healthy life, and no money moves twice', async () => {
    const { loanNo, userNo } = await fundedLoan();
    await platform.stepUntil('repaying', loanNo, ({ state }) => state === 'repaying');
    platform.bank.cards.set(userNo, 10_000_000);
    const closed = await platform.stepUntil('its end', loanNo, ({ state }) => state === 'closed');
    expect(closed).toMatchObject({ outstandingFen: 0, daysPastDue: 0 });
    const states = lostIn.filter((lost) => lost.startsWith(loanNo)).map((lost) => lost.split(' ')[1]);
    expect(states).toEqual(expect.arrayContaining(['applied', 'identifying', 'screening', 'offered', 'preparing', 'fundraising', 'concluding', 'disbursing', 'payingOut', 'repaying']));
    const { rows: paid } = await platform.pool.query<{ principal: number; payments: number }>(`SELECT sum(principal_fen)::bigint AS principal, count(*) AS payments FROM payment WHERE loan_no = $1 AND state = 'distributed'`, [loanNo]);
    expect(paid).toEqual([{ principal: 600_000, payments: 3 }]);
    const { rows: holdings } = await platform.pool.query('SELECT principal_fen = paid_principal_fen AS whole FROM holding WHERE loan_no = $1', [loanNo]);
    expect(holdings).toEqual([{ whole: true }]);
  }, 240_000);

  it('goes on from arrears, law and loss too, with the collection and the case that were open', async () => {
    const { loanNo, borrowerId, userNo } = await fundedLoan();
    await platform.stepUntil('law', loanNo, ({ state }) => state === 'inLegal');
    await platform.stepUntil('the write-off', loanNo, ({ state }) => state === 'writtenOff');
    await loseOnce(loanNo);
    platform.bank.cards.set(userNo, 10_000_000);
    const { amountFen } = await platform.loan(loanNo);
    await platform.client.workflow.getHandle(loanNo).executeUpdate(pay, { args: [{ key: 'r1', personId: borrowerId, kind: 'amount', amountFen: amountFen ?? 0 }] });
    const states = lostIn.filter((lost) => lost.startsWith(loanNo)).map((lost) => lost.split(' ')[1]);
    expect(states).toEqual(expect.arrayContaining(['repaying', 'overdue', 'inLegal', 'writtenOff']));
    expect(resumedChildren).toEqual(expect.arrayContaining([`collect:${loanNo}:1`, `legal:${loanNo}:1`]));
    const { rows: cases } = await platform.pool.query('SELECT state, jsonb_array_length(evidence) > 5 AS proved FROM legal_case WHERE loan_no = $1', [loanNo]);
    expect(cases).toEqual([expect.objectContaining({ proved: true })]);
  }, 240_000);

  it('waits for its reviewer again, who decides on it as if nothing had been', async () => {
    const borrowerId = await platform.person();
    await platform.account(borrowerId, 'borrower');
    const loanNo = await platform.application(borrowerId, { requestedFen: 19_000_000, termMonths: 12 });
    await platform.start(loanNo);
    await platform.stepUntil('a review', loanNo, ({ state }) => state === 'inReview');
    await loseOnce(loanNo);
    expect(lostIn).toContain(`${loanNo} inReview`);
    await platform.client.workflow.getHandle(loanNo).executeUpdate(decideReview, { args: [{ reviewerId: 'P-reviewer', decision: 'approve', reason: 'as-assessed', amountFen: 600_000 }] });
    const { rows: tasks } = await platform.pool.query(`SELECT state FROM task WHERE loan_no = $1 AND kind = 'review'`, [loanNo]);
    expect(tasks).toEqual([{ state: 'done' }]);
    expect(await platform.stepUntil('the offer', loanNo, ({ state }) => state === 'offered')).toMatchObject({ amountFen: 600_000 });
    platform.before = async () => undefined;
    await platform.client.workflow.getHandle(loanNo).executeUpdate(cancelLoan, { args: [{ personId: borrowerId, reason: 'test-over' }] });
  }, 240_000);

  it('is left alone while it runs, when it has ended, and when nobody knows it', async () => {
    platform.before = async () => undefined;
    const loanNo = await platform.application(await platform.person());
    await platform.start(loanNo);
    expect(await resumeLoan(deps(), loanNo)).toEqual({ loanNo, status: 'still-running' });
    expect(await resumeLoan(deps(), 'LN1')).toEqual({ loanNo: 'LN1', status: 'no-such-loan' });
    await platform.client.workflow.getHandle(loanNo).terminate('lost');
    expect((await resumeAll(deps())).find((each) => each.loanNo === loanNo)).toMatchObject({ status: 'resumed' });
  }, 60_000);

  async function loseIdentifying(): Promise<void> {
    const { rows } = await platform.pool.query<{ loan_no: string }>(`SELECT loan_no FROM loan WHERE state = 'identifying'`);
    for (const { loan_no } of rows) await loseOnce(loan_no);
  }
});
