import { bidsOfLoan } from '../../db/bids.js';
import { payeeOf } from '../../db/entrusted-payments.js';
import { batchesOf, type Instruction } from '../../db/instructions.js';
import { inTransaction, row, type Transaction } from '../../db/pool.js';
import { firstSchedule, writeSchedule } from '../../db/schedules.js';
import { dateAt, parseInstant, type IsoDate } from '../../domain/dates.js';
import { dueDay } from '../../domain/lateness.js';
import { scheduleFor } from '../../domain/offer.js';
import type { BankActivities } from '../../workflows/contract.js';
import { NotInRecord } from '../failures.js';
import { carryOutBatches, planBatches, type PlannedDetail } from './batches.js';
import { pendingOf, unlessDone, type BankDeps } from './carry-out.js';
import { calendarOf, loanFacts, type LoanFacts } from './loan-facts.js';
import { changeProject } from './projects.js';
import { tendFreezes } from './tend-freezes.js';

/**
 * 放款: every freeze becomes the borrower's money, or that of the supplier whom the borrower has authorised; the schedule starts on the bank day of the last one. A detail that the
 * bank refuses leaves the others done; after the repair a new attempt sends only what is left, under new numbers.
 */
export function releaseActivity(deps: BankDeps): BankActivities['release'] {
  return async ({ loanNo, attempt, asOf }) => {
    const loan = await loanFacts(deps.pool, loanNo);
    await tendFreezes(deps, loanNo, asOf);
    const planned = await planRelease(deps, loan, attempt, asOf);
    const batches = await carryOutBatches(deps, planned, loanNo, asOf);
    const pending = pendingOf(...batches);
    if (pending) return pending;
    if ((await bidsOfLoan(deps.pool, loanNo, ['frozen'])).length > 0) return { status: 'refused', code: await refusalOf(deps, loanNo) };
    const repaying = await changeProject(deps, { loanNo, state: 'REPAYING', step: 'disburse', asOf });
    const notYet = unlessDone(repaying);
    if (notYet) return notYet;
    const valueDate = await valueDateOf(deps, loan);
    return { status: 'done', valueDate, instalments: await startSchedule(deps, loan, valueDate) };
  };
}

function planRelease({ pool }: BankDeps, loan: LoanFacts, attempt: number, asOf: string): Promise<Instruction[]> {
  const { loanNo, borrowerUserNo } = loan;
  return inTransaction(pool, async (tx) => {
    await tx.query('SELECT 1 FROM listing WHERE loan_no = $1 FOR UPDATE', [loanNo]);
    await mustBeConcluded(tx, loanNo);
    const businessKey = `${loanNo}:release:a${attempt}:b`;
    const known = await batchesOf(tx, businessKey);
    if (known.length > 0) return known;
    const bids = await bidsOfLoan(tx, loanNo, ['frozen']);
    const toUserNo = (await payeeOf(tx, loanNo)) ?? borrowerUserNo;
    const details = bids.map((bid): PlannedDetail => ({
      name: `bid${bid.id}`, holdRequestNo: bid.requestNo, fromUserNo: bid.userNo, toUserNo, kind: 'principal', purpose: 'release', amountFen: bid.amountFen, holdingId: null, bidId: bid.id,
    }));
    return planBatches(tx, { businessKey, verb: 'batch-release', userNo: borrowerUserNo, loanNo, workflowId: loanNo, step: 'disburse', asOf }, details);
  });
}

async function mustBeConcluded(tx: Transaction, loanNo: string): Promise<void> {
  if (!(await row(tx, 'SELECT 1 FROM contract WHERE loan_no = $1', [loanNo]))) throw new NotInRecord('contract', loanNo);
}

async function refusalOf({ pool }: BankDeps, loanNo: string): Promise<string> {
  const refused = await row<{ reason: string }>(
    pool, `SELECT d.reason FROM instruction_detail d JOIN instruction i ON i.request_no = d.batch_no WHERE i.loan_no = $1 AND i.verb = 'batch-release' AND d.state = 'refused' ORDER BY i.intended_at DESC, d.request_no LIMIT 1`, [loanNo]);
  return refused?.reason ?? 'refused';
}

/** 起息日: the bank day on which the last lender's money has reached the borrower. */
async function valueDateOf({ pool }: BankDeps, { loanNo, zoneOffsetMinutes }: LoanFacts): Promise<IsoDate> {
  const last = await row<{ at: string | null }>(
    pool, `SELECT max(i.done_at) AS at FROM instruction i WHERE i.loan_no = $1 AND i.verb = 'batch-release' AND EXISTS (SELECT 1 FROM instruction_detail d WHERE d.batch_no = i.request_no AND d.state = 'done')`, [loanNo]);
  if (!last?.at) throw new NotInRecord('settled release of', loanNo);
  return dateAt(parseInstant(last.at), zoneOffsetMinutes);
}

async function startSchedule({ pool }: BankDeps, loan: LoanFacts, valueDate: IsoDate): ReturnType<typeof firstSchedule> {
  const { loanNo, product, profile, offer } = loan;
  const calendar = calendarOf(profile);
  const rows = scheduleFor(product, offer.amountFen, offer.termMonths, offer.annualRateBps, valueDate);
  await writeSchedule(pool, loanNo, 1, rows.map(({ dueDate, principalMinor, interestMinor }) => ({
    dueDate, dueDay: dueDay(dueDate, calendar, profile), principalFen: principalMinor, interestFen: interestMinor, feeFen: offer.serviceFeeFen,
  })));
  return firstSchedule(pool, loanNo);
}
