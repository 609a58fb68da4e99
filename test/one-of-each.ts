/** A platform with one of each thing that has a page, and a visitor of each kind to look at it. */
import { enterOrder, enterPaper, markStanding, setOrderState } from '../db/court-orders.js';
import { enterEstate } from '../db/estates.js';
import { keepDocument } from '../db/documents.js';
import { insertPromise, openLegalCase } from '../db/pursuit.js';
import { findLoan } from '../db/loans.js';
import { inTransaction } from '../db/pool.js';
import { recordIdentityData, type Role } from '../db/people.js';
import { saveOffer } from '../db/reports.js';
import { addDays, dateAt } from '../domain/dates.js';
import type { Visitor } from '../stack/visitor.js';
import { applied, overdue, task, told } from './desks.js';
import { addListing, deposit } from './people-with-money.js';
import type { TestWeb } from './web.js';

const roles: readonly Role[] = ['reviewer', 'operations', 'collector', 'supervisor', 'finance', 'compliance', 'administrator', 'auditor'];

export interface OneOfEach {
  /** By what they are: `stranger`, `borrower`, `lender`, `newcomer` (a lender of today), and the roles of staff. */
  visitors: Map<string, Visitor>;
  /** Values for the names in addresses: `loanNo` of several loans, `id` by the path before it. */
  loans: string[];
  /** Addresses with something to see, of those that name a thing. */
  examples: string[];
}

export async function oneOfEach(web: TestWeb): Promise<OneOfEach> {
  const { pool } = web;
  const today = dateAt(web.now.ms, 480);
  const late = await overdue(web);
  const offered = await anOffer(web);
  const lender = await aLender(web);
  const listed = await aListing(web);
  await aBid(web, lender, listed);
  await aClaim(web, lender, late.loan.loanNo);
  const review = await applied(web);
  await told(web, review.loan, { state: 'inReview', step: 'review', owner: 'reviewer', referred: 'weak-grade', grade: 'D' });
  const taskId = await task(web, { kind: 'review', role: 'reviewer', workflowId: review.loan.loanNo, loanNo: review.loan.loanNo, personId: review.borrower.id, title: `Review of ${review.loan.loanNo}`, details: { code: 'weak-grade' }, dueAt: '2030-01-01T00:00:00.000Z' });
  const identityTask = await task(web, { kind: 'identity-review', role: 'reviewer', workflowId: `identify:${lender}:1`, loanNo: null, personId: lender, title: 'Identification needs a decision', details: { code: 'bureau-silent' } });
  const stuck = await applied(web);
  await told(web, stuck.loan, { state: 'disbursing', step: 'disburse', owner: 'operations', reason: 'bank-silent' });
  for (const kind of ['stuck-step', 'undelivered'] as const) await task(web, { kind, role: 'operations', workflowId: stuck.loan.loanNo, loanNo: stuck.loan.loanNo, personId: null, title: `A ${kind} of ${stuck.loan.loanNo}`, details: { code: 'bank-silent' } });
  await insertPromise(pool, { key: 'each-promise', loanNo: late.loan.loanNo, episode: 1, amountFen: 100_00, promisedOn: today, dueOn: addDays(today, 3), takenBy: 'P1' });
  const workflowId = `legal:${late.loan.loanNo}:1`;
  await openLegalCase(pool, {
    workflowId, loanNo: late.loan.loanNo, episode: 1, claimant: 'enforcement agent', route: 'court', principalFen: 300_000, interestFen: 15_000, lateInterestFen: 700, feeFen: 3_000,
    evidence: [{ kind: 'contract', reference: 'sha-of-it', at: '2026-01-01 00:00:00+00' }, { kind: 'schedule', reference: 'version 1', at: '2026-02-01' }], limitationOn: '2029-01-01', nextDeadline: addDays(today, 30), openedOn: today,
  });
  const caseId = await aDay(web);
  await aHeldWithdrawal(web, lender);
  const orderNo = await anOrder(web, lender);
  const estateNo = await anEstate(web, lender);
  const [account] = (await pool.query<{ id: number }>('SELECT id FROM account ORDER BY id LIMIT 1')).rows;
  const [journal] = (await pool.query<{ id: number }>('SELECT id FROM journal ORDER BY id LIMIT 1')).rows;
  const [bid] = (await pool.query<{ id: number }>('SELECT id FROM bid ORDER BY id LIMIT 1')).rows;
  const loans = [late.loan.loanNo, offered, listed, review.loan.loanNo, stuck.loan.loanNo];
  for (const loanNo of loans) if (!(await findLoan(pool, loanNo))) throw new Error(`${loanNo} is not there`);
  const examples = [
    ...loans.flatMap((loanNo) => [`/loans/${loanNo}`, `/loans/${loanNo}/offer`, `/loans/${loanNo}/offer/accept`, `/loans/${loanNo}/pay`, `/loans/${loanNo}/cancel`, `/loans/${loanNo}/prepare`, `/operations/loans/${loanNo}`, `/collector/loans/${loanNo}`]),
    `/market/${listed}`, `/lender/bid/${listed}`, `/lender/bids/${bid!.id}`, `/lender/claims/${late.loan.loanNo}`, '/account/bank/D-each', '/documents/user-agreement',
    ...['borrower', 'lender'].flatMap((side) => ['deposit', 'withdraw', 'authorise', 'card/change', 'password', 'authorisations', 'authorisations/TENDER/revoke', 'authorisations/REPAYMENT/revoke'].map((act) => `/account/custody/${side}/${act}`)),
    `/reviewer/tasks/${taskId}`, `/reviewer/tasks/${identityTask}`, `/collector/cases/${encodeURIComponent(workflowId)}`,
    `/operations/accounts/${account!.id}`, `/operations/journals/${journal!.id}`, '/operations/instructions/D-each', `/operations/instructions/${late.loan.loanNo}-p1-b1`, `/operations/payments/${late.loan.loanNo}:p1`,
    `/operations/custody-accounts/L-${lender}`, '/operations/reconciliation/2026-03-02', '/operations/withdrawals/W-each', `/operations/cases/${caseId}`,
    ...['', '/renewal', '/release'].map((page) => `/operations/orders/${orderNo}${page}`), `/operations/estates/${estateNo}`, '/nowhere',
  ];
  const visitors = new Map<string, Visitor>([['stranger', web.visitor()], ['borrower', await web.loggedIn(late.borrower.id)], ['offered', await web.loggedIn((await findLoan(pool, offered))!.borrowerId)], ['lender', await web.loggedIn(lender)], ['newcomer', await web.loggedIn((await web.person('lender', 'borrower')).id)]]);
  for (const role of roles) visitors.set(role, await web.loggedIn((await web.person(role)).id));
  return { visitors, loans, examples };
}

async function anOffer(web: TestWeb): Promise<string> {
  const { loan, borrower } = await applied(web);
  await web.pool.query("INSERT INTO custody_account (user_no, person_id, bank_role, state, card_last4, card_bank) VALUES ('B-' || $1::text, $1, 'BORROWERS', 'active', '1234', 'Test Bank')", [borrower.id]);
  const instalment = (no: number, dueDate: string) => ({
    no, dueDate, dueDay: dueDate, principalFen: 600_000, interestFen: 8_000, feeFen: 1_200, paidPrincipalFen: 0, paidInterestFen: 0, paidFeeFen: 0, paidLateInterestFen: 0, forgivenInterestFen: 0, latePrincipalDays: 0, lateComputedTo: null, reminded: [], debited: [],
  });
  const offer = { version: 1, amountFen: 1_200_000, termMonths: 2, method: 'equal-instalments' as const, annualRateBps: 800, grade: 'B', serviceFeeFen: 1_200, validUntil: '2099-01-01' };
  await inTransaction(web.pool, (tx) => saveOffer(tx, { loanNo: loan.loanNo, ...offer, allInPercent: '9.4321', capBps: 1_200, madeOn: '2026-01-01' }, [instalment(1, '2099-02-01'), instalment(2, '2099-03-01')]));
  await told(web, loan, { state: 'offered', step: 'offer', owner: 'borrower', nextAt: '2099-01-01T16:00:00.000Z', offer });
  return loan.loanNo;
}

async function aLender(web: TestWeb): Promise<string> {
  const { id } = await web.person('lender');
  await recordIdentityData(web.pool, web.vault, id, { name: 'Lin Tao', idNumber: '11010519491231002X', birthDate: '1949-12-31' });
  await web.pool.query("UPDATE person SET identification_state = 'verified' WHERE id = $1", [id]);
  await web.pool.query("INSERT INTO custody_account (user_no, person_id, bank_role, state, card_last4, card_bank) VALUES ('L-' || $1::text, $1, 'INVESTOR', 'active', '1234', 'Test Bank')", [id]);
  await web.pool.query("INSERT INTO authorisation (user_no, type, max_fen, fail_time, state) VALUES ('L-' || $1::text, 'TENDER', 100000000, '2099-01-01T00:00:00Z', 'active')", [id]);
  await deposit(web.pool, `L-${id}`, 5_000_000, 'D-each');
  return id;
}

async function aListing(web: TestWeb): Promise<string> {
  const { loan } = await applied(web);
  await web.pool.query("INSERT INTO offer (loan_no, version, amount_fen, term_months, method, annual_rate_bps, grade, all_in_percent, valid_until, made_on) VALUES ($1, 1, 1000000, 12, 'equal-instalments', 900, 'D', '11.2000', '2099-01-01', '2026-01-01')", [loan.loanNo]);
  await addListing(web.pool, loan.loanNo, 1_000_000, { maxShareBps: 5_000, deadline: new Date(web.now.ms + 86_400_000).toISOString() });
  return loan.loanNo;
}

async function aBid(web: TestWeb, lenderId: string, loanNo: string): Promise<void> {
  await web.pool.query("INSERT INTO instruction (request_no, business_key, verb, loan_no, user_no, amount_fen, workflow_id, step, state, as_of) VALUES ('each-bid', 'each-bid', 'hold', $1, 'L-' || $2::text, 100000, 'fund:' || $1, 'fund', 'done', now())", [loanNo, lenderId]);
  await web.pool.query(
    "INSERT INTO bid (loan_no, lender_id, user_no, idempotency_key, amount_fen, request_no, by, state, expires_at, business_at) VALUES ($1, $2, 'L-' || $2, 'each-bid', 100000, 'each-bid', 'authorisation', 'frozen', now(), now())", [loanNo, lenderId]);
}

/** A claim, a payment, and the lender's part of it that the bank refused. */
async function aClaim(web: TestWeb, lenderId: string, loanNo: string): Promise<void> {
  const { rows: [holding] } = await web.pool.query<{ id: number }>("INSERT INTO holding (loan_no, lender_id, user_no, principal_fen) VALUES ($1, $2, 'L-' || $2, 5000) RETURNING id", [loanNo, lenderId]);
  const parts = JSON.stringify([{ no: 1, costsFen: 0, feeFen: 0, lateInterestFen: 0, interestFen: 700, principalFen: 5_000 }]);
  await web.pool.query("INSERT INTO payment (payment_no, loan_no, n, source, asked_fen, frozen_fen, as_of, state, parts, principal_fen, interest_fen) VALUES ($1 || ':p1', $1, 1, 'debit', 5700, 5700, '2026-03-01', 'distributed', $2, 5000, 700)", [loanNo, parts]);
  await web.pool.query("INSERT INTO distribution (payment_no, holding_id, principal_fen, interest_fen, late_interest_fen, fee_fen, state) VALUES ($1 || ':p1', $2, 5000, 700, 0, 70, 'undelivered')", [loanNo, holding!.id]);
  await web.pool.query("INSERT INTO instruction (request_no, business_key, verb, loan_no, payment_no, workflow_id, step, state, as_of) VALUES ($1 || '-p1-b1', $1 || ':p1:b1', 'batch-repayment', $1, $1 || ':p1', $1, 'service', 'done', now())", [loanNo]);
  await web.pool.query(
    `INSERT INTO instruction_detail (request_no, batch_no, hold_request_no, from_user_no, to_user_no, kind, purpose, amount_fen, holding_id, state, reason)
     VALUES ($1 || '-p1-b1-principal', $1 || '-p1-b1', 'H', 'B-P1', 'L-' || $2, 'principal', 'principal', 5000, $3, 'refused', 'account-unusable')`, [loanNo, lenderId, holding!.id]);
}

/** A withdrawal that the bank holds until finance decides, and an enterprise whose account is to be opened. */
async function aHeldWithdrawal(web: TestWeb, lenderId: string): Promise<void> {
  await web.pool.query(`INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, stage, as_of) VALUES ('W-each', 'W-each', 'withdraw', 'L-' || $1::text, 6000000, 'W-each', 'movement', 'accepted', 'confirming', now())`, [lenderId]);
  await web.pool.query(`INSERT INTO withdrawal_look (request_no, changed_at, due_at) VALUES ('W-each', now(), '2099-01-01T08:00:00Z')`);
  await web.pool.query(`INSERT INTO enterprise (enterprise_no, name, uscc, agent_id, registered_by, registered_at) VALUES ('E1', 'Harbour Guarantee Co., Ltd.', '91350100M000100Y43', $1, $1, now())`, [lenderId]);
  await web.pool.query(`INSERT INTO custody_account (user_no, person_id, enterprise_no, bank_role, state) VALUES ('G-E1', $1, 'E1', 'GUARANTEECORP', 'opening')`, [lenderId]);
}

/** An order of a court that is in force for the lender's claims, with a paper that waits for a second person. */
async function anOrder(web: TestWeb, lenderId: string): Promise<string> {
  const asOf = new Date(web.now.ms).toISOString();
  const today = dateAt(web.now.ms, 480);
  const { id: by } = await web.person('compliance');
  const { id: second } = await web.person('supervisor');
  return inTransaction(web.pool, async (tx) => {
    const { id: documentId } = await keepDocument(tx, web.vault, { content: Buffer.from('%PDF-1.7'), mediaType: 'application/pdf', uploadedBy: by, at: asOf });
    const paper = { documentId, enteredBy: by, enteredRole: 'compliance', enteredAt: asOf, dueAt: asOf };
    const { orderNo } = await enterOrder(tx, { ...paper, key: 'each-order', personId: lenderId, court: 'Hangzhou Intermediate Court', caseNumber: '(2026) Zhe 01 Zhi 1', covers: 'claims', userNo: null, sumFen: null, fromDate: today, expiresOn: addDays(today, 300) });
    await tx.query(`UPDATE court_paper SET decision = 'approved', decided_by = $2, decided_at = $3 WHERE order_no = $1`, [orderNo, second, asOf]);
    await setOrderState(tx, orderNo, 'placing');
    await markStanding(tx, orderNo, asOf);
    await enterPaper(tx, { ...paper, key: 'each-renewal', orderNo, kind: 'renewal', expiresOn: addDays(today, 500), amountFen: null });
    return orderNo;
  });
}

/** A certificate of inheritance that waits for a second person. */
async function anEstate(web: TestWeb, personId: string): Promise<string> {
  const asOf = new Date(web.now.ms).toISOString();
  const [{ id: by }, { id: heir }] = [await web.person('compliance'), await web.person('lender')];
  return inTransaction(web.pool, async (tx) => {
    const { id: documentId } = await keepDocument(tx, web.vault, { content: Buffer.from('%PDF-1.7 certificate'), mediaType: 'application/pdf', uploadedBy: by, at: asOf });
    return enterEstate(tx, { key: 'each-estate', personId, notary: 'Hangzhou Notary Office', certificate: '(2026) 1', documentId, heirs: [{ personId: heir, numerator: 1, denominator: 1 }], enteredBy: by, enteredRole: 'compliance', enteredAt: asOf, dueAt: asOf });
  });
}

/** A day of the bank's files with a difference; answers the case's number. */
async function aDay(web: TestWeb): Promise<number> {
  await web.pool.query(`INSERT INTO reconciliation_day (day, state, reason, asked_at, matched_at, confirmed_at) VALUES ('2026-03-02', 'differences', NULL, '2026-03-03T01:00:00Z', '2026-03-03T01:00:00Z', NULL)`);
  await web.pool.query(`INSERT INTO reconciliation_file (day, file, sha256, lines, amount_fen, equal, in_transit, different, bank_only) VALUES ('2026-03-02', 'deposits', 'abcdef0123456789', 5, 55500, 2, 1, 1, 1)`);
  const side = (amountFen: number) => JSON.stringify({ kind: 'deposit', amountFen, userNo: 'L-P901', toUserNo: null, at: '2026-03-02T02:00:00.000Z' });
  const { rows } = await web.pool.query<{ id: number }>(
    `INSERT INTO reconciliation_case (day, file, request_no, result, reasons, ours, bank, user_no, doubt_fen, due_at, opened_at) VALUES ('2026-03-02', 'deposits', 'D-901', 'different', '{amount}', $1, $2, 'L-P901', 300, '2030-03-05T10:00:00Z', '2026-03-03T01:00:00Z') RETURNING id`, [side(1_300), side(1_000)]);
  return rows[0]!.id;
}
