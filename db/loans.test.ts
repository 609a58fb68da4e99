import { createApplicants, appliedAt } from '../test/applicants.js';
import type { Applicants } from '../test/applicants.js';
import { actsOn } from './acts.js';
import { carriedState, findApplication, findLoan, insertApplication, livingLoans, outstandingPrincipalOf, project } from './loans.js';
import type { LoanProjection, NewApplication } from './loans.js';
import { inTransaction, row } from './pool.js';
import { poke, recordWaiting } from './waiting.js';
import { defaultProduct } from '../domain/product.js';
import { loanTerms } from '../domain/loan-terms.js';
import type { LoanState } from '../domain/loan.js';

describe('loans in the record', () => {
  let side: Applicants;
  let borrowerId: string;
  beforeAll(async () => {
    side = await createApplicants();
    borrowerId = await side.person();
  });
  afterAll(() => side.close());

  const waitingOf = (workflowId: string): Promise<{ pokes: number; seen: number; next_at: string } | null> =>
    row(side.pool, 'SELECT pokes, seen, next_at FROM waiting WHERE workflow_id = $1', [workflowId]);
  const projection = (loan: LoanState, more: Partial<LoanProjection> = {}): LoanProjection =>
    ({ workflowId: loan.loanNo, summary: 'waits', nextAt: loan.nextAt, seen: loan.seen, loan, acts: [], closed: false, ...more });
  const carried = async (loanNo: string): Promise<LoanState> => (await carriedState(side.pool, loanNo)) as LoanState;

  it('writes an application with its loan and a wait that holds the clock until the workflow has begun', async () => {
    const loanNo = await side.application(borrowerId);
    expect(await findLoan(side.pool, loanNo)).toMatchObject({ loanNo, borrowerId, state: 'applied', owner: 'platform', requestedFen: 5_000_000, appliedAt, revision: 0, outstandingFen: 0 });
    expect(await findApplication(side.pool, loanNo)).toMatchObject({ annualIncomeFen: 24_000_000, employmentYears: 6, description: 'A new kitchen' });
    expect(await waitingOf(loanNo)).toMatchObject({ pokes: 1, seen: 0, next_at: '1970-01-01T00:00:00.000Z' });
    expect((await carried(loanNo)).terms).toMatchObject({ zoneOffsetMinutes: 480, fundraisingWorkingDays: 20, lateInterestBps: 1095, debitDays: [0, 1, 2, 3] });
  });

  it('answers the loan of the first time when an application is pressed twice', async () => {
    const product = defaultProduct('consumer');
    if (!product) throw new Error('no product');
    const facts = { annualIncomeFen: 1, employmentYears: null, employerCipher: null, homeOwnership: 'RENT' as const, debtToIncomeBps: null, elsewhereFen: 0, student: false, description: '', region: '' };
    const wish: NewApplication = {
      key: 'pressed-twice', borrowerId, profile: 'cn', productId: product.id, productVersion: product.version, segment: product.segment, requestedFen: 1_000_000, termMonths: 12,
      purpose: 'car', appliedAt, terms: loanTerms(product), facts,
    };
    const first = await inTransaction(side.pool, (tx) => insertApplication(tx, wish));
    const second = await inTransaction(side.pool, (tx) => insertApplication(tx, wish));
    expect(first.created).toBe(true);
    expect(second).toEqual({ application: first.application, created: false });
    expect(Object.keys(first.application)).not.toContain('facts');
  });

  it('takes a rising revision only: a late retry never undoes what came after it', async () => {
    const loanNo = await side.application(borrowerId);
    const loan = await carried(loanNo);
    const first = { ...loan, revision: 1, state: 'identifying' as const };
    const second = { ...loan, revision: 2, state: 'screening' as const, nextAt: '2026-03-05T02:00:00.000Z' };
    await project(side.pool, projection(second));
    await project(side.pool, projection(first));
    expect(await findLoan(side.pool, loanNo)).toMatchObject({ state: 'screening', revision: 2, nextAt: '2026-03-05T02:00:00.000Z' });
    expect(await carried(loanNo)).toEqual(second);
    expect(await waitingOf(loanNo)).toMatchObject({ next_at: '2026-03-05T02:00:00.000Z' });
  });

  it('writes state, wait and acts together, and a repeat of the same projection decides nothing twice', async () => {
    const loanNo = await side.application(borrowerId);
    const loan = { ...(await carried(loanNo)), revision: 1, seen: 1 };
    const act = { actor: `workflow:${loanNo}`, role: 'platform', verb: 'declined', subject: loanNo, before: { state: 'applied' }, after: { code: 'grade-not-lent' }, why: 'policy', businessAt: appliedAt };
    await project(side.pool, projection(loan, { acts: [act] }));
    await project(side.pool, projection(loan, { acts: [act] }));
    expect(await actsOn(side.pool, loanNo)).toEqual([expect.objectContaining({ verb: 'declined', why: 'policy', after: { code: 'grade-not-lent' }, businessAt: appliedAt })]);
    expect(await waitingOf(loanNo)).toMatchObject({ pokes: 1, seen: 1 });
  });

  it('answers the pokes in the record, so that the workflow sees that there is news', async () => {
    const loanNo = await side.application(borrowerId);
    await poke(side.pool, loanNo);
    expect(await project(side.pool, projection({ ...(await carried(loanNo)), revision: 1 }))).toEqual({ pokes: 2 });
    expect(await project(side.pool, projection({ ...(await carried(loanNo)), revision: 2, seen: 2 }))).toEqual({ pokes: 2 });
    expect(await waitingOf(loanNo)).toMatchObject({ pokes: 2, seen: 2 });
  });

  it('wakes the workflows that were told something, and an ended one waits for nothing', async () => {
    const loanNo = await side.application(borrowerId);
    const loan = { ...(await carried(loanNo)), revision: 1 };
    const [running, ended] = [`collect:${loanNo}:2`, `collect:${loanNo}:1`];
    await recordWaiting(side.pool, { workflowId: running, nextAt: appliedAt, summary: 'runs', seen: 0 });
    await project(side.pool, projection(loan, { closed: true, wakes: [running, ended] }));
    expect(await waitingOf(loanNo)).toBeNull();
    expect(await waitingOf(running)).toMatchObject({ pokes: 1, seen: 0 });
    expect(await waitingOf(ended)).toBeNull();
  });

  it('says when there is no such loan', async () => {
    const loan = { ...(await carried(await side.application(borrowerId))), loanNo: 'LN999999' };
    expect(await project(side.pool, projection(loan))).toBeNull();
  });

  it('knows what is outstanding, and which loans live', async () => {
    const loan = await side.repaying(borrowerId);
    expect(outstandingPrincipalOf(loan)).toBe(1_200_000);
    const [first] = loan.instalments;
    if (first) first.paidPrincipalFen = 100_000;
    await side.show(loan);
    expect(await findLoan(side.pool, loan.loanNo)).toMatchObject({ outstandingFen: 1_100_000, amountFen: 1_200_000, annualRateBps: 720, grade: 'A', valueDate: '2026-03-15' });
    expect(await livingLoans(side.pool)).toContain(loan.loanNo);
    loan.state = 'closed';
    await side.show(loan);
    expect(await livingLoans(side.pool)).not.toContain(loan.loanNo);
  });
});
