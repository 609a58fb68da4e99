/** Applications, loans and tasks as the workflows would have written them, for tests of the pages of the desks. */
import { insertApplication, project } from '../db/loans.js';
import { inTransaction } from '../db/pool.js';
import { saveReport, saveScore } from '../db/reports.js';
import { projectCollection } from '../db/pursuit.js';
import { openTask, type TaskKind } from '../db/tasks.js';
import { addDays, dateAt } from '../domain/dates.js';
import { loanTerms } from '../domain/loan-terms.js';
import { newLoan, type LoanState } from '../domain/loan.js';
import { defaultProduct } from '../domain/product.js';
import type { TestWeb } from './web.js';

let serial = 0;

/** A borrower with an application in the record, scored and asked about. */
export async function applied(web: TestWeb, options: { productId?: 'consumer' | 'replay'; employer?: string } = {}): Promise<{ loan: LoanState; borrower: { id: string; email: string; phone: string } }> {
  const product = defaultProduct(options.productId ?? 'consumer')!;
  const borrower = await web.person('borrower');
  serial += 1;
  const appliedAt = new Date(web.now.ms).toISOString();
  const { application } = await inTransaction(web.pool, (tx) => insertApplication(tx, {
    key: `application-${serial}`, borrowerId: borrower.id, profile: product.profile, productId: product.id, productVersion: product.version, segment: product.segment,
    requestedFen: 1_000_000, termMonths: product.termMonths[3] ?? product.termMonths[0]!, purpose: 'car', appliedAt, terms: loanTerms(product),
    facts: {
      annualIncomeFen: 12_000_000, employmentYears: 4, employerCipher: web.vault.seal(options.employer ?? 'Dongfang Works'), homeOwnership: 'RENT', debtToIncomeBps: 1_200, elsewhereFen: 0, student: false,
      description: 'A small car for the way to work', region: 'Zhejiang',
    },
  }));
  await saveScore(web.pool, {
    loanNo: application.loanNo, model: 'card-1', points: 612, pdBps: 840, grade: 'D', decision: 'refer', decidedOn: appliedAt.slice(0, 10),
    reasons: { codes: ['weak-grade'], byDimension: { history: -14 }, points: [{ code: 'inquiries6m', dimension: 'history', points: -14 }] }, inputs: { affordableFen: 2_000_000, proposedFen: 1_000_000 },
  });
  await saveReport(web.pool, { personId: borrower.id, loanNo: application.loanNo, bureau: 'credit', reference: `${application.loanNo}:credit`, status: 'answered', reportNo: 'R1', facts: { openAccounts: 3, revolvingBalanceFen: 250_000 }, why: null, expiresOn: null });
  return { loan: newLoan(application), borrower };
}

/** The loan as its workflow would tell it, changed; the record is written like the workflow's own. */
export async function told(web: TestWeb, loan: LoanState, changes: Partial<LoanState>): Promise<LoanState> {
  const changed: LoanState = { ...loan, ...changes, revision: loan.revision + 1 };
  await project(web.pool, { workflowId: loan.loanNo, summary: 'told', nextAt: changed.nextAt, seen: 0, loan: changed, acts: [], closed: false });
  return changed;
}

/** A task about a loan or a person. */
export async function task(web: TestWeb, input: { kind: TaskKind; role: string; workflowId: string; loanNo: string | null; personId: string | null; title?: string; details?: Record<string, unknown>; dueAt?: string | null }): Promise<number> {
  serial += 1;
  const opened = await openTask(web.pool, {
    key: `${input.workflowId}:${input.kind}:${serial}`, kind: input.kind, role: input.role, workflowId: input.workflowId, loanNo: input.loanNo, personId: input.personId,
    title: input.title ?? `Task ${serial}`, details: input.details ?? {}, dueAt: input.dueAt ?? null, asOf: new Date(web.now.ms).toISOString(),
  });
  return opened.taskId;
}

/** A loan two instalments of which are overdue, with a running collection episode. */
export async function overdue(web: TestWeb, options: { days?: number; principalFen?: number } = {}): Promise<{ loan: LoanState; borrower: { id: string; email: string; phone: string }; episode: string }> {
  const { loan, borrower } = await applied(web);
  const days = options.days ?? 20;
  const today = dateAt(web.now.ms, loan.terms.zoneOffsetMinutes);
  const instalments = [addDays(today, -days), addDays(today, 30 - days), addDays(today, 60)].map((dueDate, index) => ({
    no: index + 1, dueDate, dueDay: dueDate, principalFen: options.principalFen ?? 100_000, interestFen: 5_000, feeFen: 1_000, paidPrincipalFen: 0, paidInterestFen: 0, paidFeeFen: 0, paidLateInterestFen: 0,
    forgivenInterestFen: 0, latePrincipalDays: 0, lateComputedTo: null, reminded: [], debited: [],
  }));
  const late = await told(web, loan, { state: 'overdue', step: 'service', owner: 'borrower', valueDate: addDays(today, -days - 30), daysPastDue: days, instalments, pursuit: 'collection', episodes: 1 });
  const episode = `collect:${loan.loanNo}:1`;
  await episodeTold(web, loan.loanNo, {});
  return { loan: late, borrower, episode };
}

/** The episode as its workflow would tell it. */
export async function episodeTold(web: TestWeb, loanNo: string, changes: { state?: 'running' | 'on-hold'; holdReason?: string | null }): Promise<void> {
  serial += 1;
  await projectCollection(web.pool, {
    workflowId: `collect:${loanNo}:1`, loanNo, episode: 1, state: changes.state ?? 'running', holdReason: changes.holdReason ?? null, openedOn: '2026-01-01', closedOn: null,
    revision: serial, nextAt: '2030-01-01T02:00:00.000Z', summary: 'The debtor pays', seen: 0,
  });
}

/** A lender's part of payment 3 that the bank refused, with the day of the next try. */
export async function undeliveredShare(web: TestWeb, reason: string): Promise<{ lenderId: string; loanNo: string; nextTryOn: string }> {
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
