/**
 * People with accounts at the bank, for tests of the money side: written straight into the record, with a deposit for
 * which the bank's word is recorded as it would be in life.
 */
import { intend } from '../db/instructions.js';
import { outside, personal } from '../db/chart.js';
import { moved, postJournals } from '../db/ledger.js';
import { openListing, type NewListing } from '../db/listings.js';
import { recordOutcome } from '../db/outcomes.js';
import { newLoan, type LoanApplication } from '../domain/loan.js';
import { loanTerms } from '../domain/loan-terms.js';
import { defaultProduct } from '../domain/product.js';
import { inTransaction, type Pool } from '../db/pool.js';

export const someMoment = '2025-03-03T02:00:00.000Z';

export interface TestPerson { personId: string; userNo: string }

/** A person who lends (`L-…`) or borrows (`B-…`), identified, with card and authorisations. */
export async function addPerson(pool: Pool, personId: string, role: 'lender' | 'borrower'): Promise<TestPerson> {
  const userNo = `${role === 'lender' ? 'L' : 'B'}-${personId}`;
  await pool.query(
    `INSERT INTO person (id, email, email_index, phone_cipher, phone_index, phone_last4, password_hash, identification_state) VALUES ($1, $1 || '@example.test', $1, 'x', $1, '0000', 'x', 'verified') ON CONFLICT DO NOTHING`, [personId]);
  await pool.query(
    `INSERT INTO custody_account (user_no, person_id, bank_role, state, card_last4, card_bank, card_bound_at, opened_at) VALUES ($1, $2, $3, 'active', '1234', 'Test Bank', $4, $4)`,
    [userNo, personId, role === 'lender' ? 'INVESTOR' : 'BORROWERS', someMoment]);
  const types = role === 'lender' ? ['TENDER'] : ['RECHARGE', 'REPAYMENT', 'WITHDRAW'];
  await pool.query(`INSERT INTO authorisation (user_no, type, max_fen, fail_time, state) SELECT $1, t, 1000000000000, '2035-01-01T00:00:00Z', 'active' FROM unnest($2::text[]) t`, [userNo, types]);
  return { personId, userNo };
}

/** Money that the bank says has come in from the person's card. */
export async function deposit(pool: Pool, userNo: string, amountFen: number, requestNo = `D-${userNo}-${amountFen}`): Promise<void> {
  await intend(pool, { requestNo, businessKey: requestNo, verb: 'deposit', userNo, amountFen, workflowId: requestNo, step: 'deposit', asOf: someMoment });
  await recordOutcome(pool, { requestNo, at: someMoment, outcome: { status: 'done', amountFen, at: someMoment, bankNo: `BK-${requestNo}` } });
}

/** Many lenders at once, each with so much money in our books. */
export async function addLenders(pool: Pool, personIds: readonly string[], fen: number): Promise<void> {
  const lists = [personIds];
  await pool.query(
    `INSERT INTO person (id, email, email_index, phone_cipher, phone_index, phone_last4, password_hash, identification_state) SELECT id, id || '@example.test', id, 'x', id, '0000', 'x', 'verified' FROM unnest($1::text[]) id`, lists);
  await pool.query(`INSERT INTO custody_account (user_no, person_id, bank_role, state) SELECT 'L-' || id, id, 'INVESTOR', 'active' FROM unnest($1::text[]) id`, lists);
  await pool.query(
    `INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, as_of) SELECT 'D-' || id, 'D-' || id, 'deposit', 'L-' || id, $2, 'D-' || id, 'deposit', 'done', $3 FROM unnest($1::text[]) id`,
    [personIds, fen, someMoment]);
  await inTransaction(pool, (tx) => postJournals(tx, personIds.map((id) => ({
    key: `D-${id}`, kind: 'deposit' as const, requestNo: `D-${id}`, businessAt: someMoment, postings: moved(outside, personal(`L-${id}`, 'available'), fen),
  }))));
}

/** A loan with an accepted offer. Product `replay`: no fees; `consumer`: with the service fee and the lender's fee. */
export async function addLoan(pool: Pool, loan: { loanNo: string; borrowerId: string; amountFen: number; productId?: 'replay' | 'consumer'; termMonths?: number; annualRateBps?: number; serviceFeeFen?: number }): Promise<void> {
  const product = defaultProduct(loan.productId ?? 'replay')!;
  const application: LoanApplication = {
    loanNo: loan.loanNo, borrowerId: loan.borrowerId, profile: product.profile, productId: product.id, productVersion: product.version, segment: product.segment,
    requestedFen: loan.amountFen, termMonths: loan.termMonths ?? 36, purpose: 'other', appliedAt: someMoment, terms: loanTerms(product),
  };
  const rateBps = loan.annualRateBps ?? 1_200;
  await pool.query(
    `INSERT INTO loan (loan_no, borrower_id, idempotency_key, profile, product_id, product_version, segment, requested_fen, term_months, purpose, applied_at, state, owner, carried, amount_fen, annual_rate_bps, grade)
     VALUES ($1, $2, $1, $3, $4, $5, $6, $7, $8, 'other', $9, 'fundraising', 'lenders', $10, $7, $11, 'B')`,
    [loan.loanNo, loan.borrowerId, product.profile, product.id, product.version, product.segment, loan.amountFen, application.termMonths, someMoment, JSON.stringify(newLoan(application)), rateBps]);
  await pool.query(
    `INSERT INTO offer (loan_no, version, amount_fen, term_months, method, annual_rate_bps, grade, service_fee_fen, all_in_percent, valid_until, made_on) VALUES ($1, 1, $2, $3, $4, $5, 'B', $6, '12.0000', '2025-04-01', '2025-03-01')`,
    [loan.loanNo, loan.amountFen, application.termMonths, product.method, rateBps, loan.serviceFeeFen ?? 0]);
}

export async function addListing(pool: Pool, loanNo: string, targetFen: number, changes: Partial<NewListing> = {}): Promise<void> {
  await openListing(pool, { loanNo, projectNo: loanNo, targetFen, minBidFen: 10_000, stepFen: 10_000, maxShareBps: 10_000, openedAt: someMoment, deadline: '2025-03-31T10:00:00.000Z', ...changes });
}
