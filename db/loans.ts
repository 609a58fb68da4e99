/**
 * Loans in the record. What stands in a loan's row is written by its own workflow alone, with a rising revision; its
 * whole state is kept beside it, so that a lost workflow can be started again.
 */
import { newLoan } from '../domain/loan.js';
import type { LoanApplication, LoanState } from '../domain/loan.js';
import { endWaiting, poke, pokeWaiting, pokesOf, recordWaiting } from './waiting.js';
import { inTransaction, row, rows } from './pool.js';
import type { Db, Pool, Transaction } from './pool.js';

/** What the applicant said, beside what the workflow is told. Texts stay here; `employerCipher` is sealed by the vault. */
export interface ApplicationFacts {
  annualIncomeFen: number;
  employmentYears: number | null;
  employerCipher: string | null;
  homeOwnership: 'RENT' | 'OWN' | 'MORTGAGE' | 'OTHER';
  debtToIncomeBps: number | null;
  /** Owed on other platforms, as declared. */
  elsewhereFen: number;
  student: boolean;
  description: string;
  region: string;
}

export type NewApplication = Omit<LoanApplication, 'loanNo'> & { key: string; facts: ApplicationFacts };

/**
 * Writes an application with its loan and a wait for the loan's workflow, which is started after the commit under the
 * loan's number. The same `key` answers the loan of the first time (`created: false`), whatever else is different.
 */
export async function insertApplication(tx: Transaction, application: NewApplication): Promise<{ application: LoanApplication; created: boolean }> {
  const existing = await row<{ carried: LoanState }>(tx, 'SELECT carried FROM loan WHERE idempotency_key = $1', [application.key]);
  if (existing) return { application: applicationOf(existing.carried), created: false };
  const { key, facts, ...asked } = application;
  const loanNo = await nextLoanNo(tx);
  const loan = newLoan({ loanNo, ...asked });
  await tx.query(
    `INSERT INTO loan (loan_no, borrower_id, idempotency_key, profile, product_id, product_version, segment, requested_fen, term_months, purpose,
       applied_at, state, owner, next_at, carried)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [loanNo, loan.borrowerId, key, loan.profile, loan.productId, loan.productVersion, loan.segment, loan.requestedFen, loan.termMonths, loan.purpose,
      loan.appliedAt, loan.state, loan.owner, loan.nextAt, JSON.stringify(loan)],
  );
  await tx.query(
    `INSERT INTO application (loan_no, annual_income_fen, employment_years, employer_cipher, home_ownership, debt_to_income_bps, elsewhere_fen, student,
       description, region)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [loanNo, facts.annualIncomeFen, facts.employmentYears, facts.employerCipher, facts.homeOwnership, facts.debtToIncomeBps, facts.elsewhereFen,
      facts.student, facts.description, facts.region],
  );
  await poke(tx, loanNo);
  return { application: { loanNo, ...asked }, created: true };
}

async function nextLoanNo(tx: Transaction): Promise<string> {
  const next = await row<{ no: number }>(tx, `SELECT nextval('loan_no') AS no`);
  if (!next) throw new RangeError('the sequence of loan numbers gave none');
  return `LN${next.no}`;
}

/** The part of a loan's state that its application was. */
export function applicationOf(loan: LoanState): LoanApplication {
  const { loanNo, borrowerId, profile, productId, productVersion, segment, requestedFen, termMonths, purpose, appliedAt, terms } = loan;
  return { loanNo, borrowerId, profile, productId, productVersion, segment, requestedFen, termMonths, purpose, appliedAt, terms };
}

/** One decision, as workflows hand it over; ids, dates, fen and codes only. */
export interface ActToRecord {
  actor: string; role: string; verb: string; subject: string; before?: unknown; after?: unknown; why?: string; businessAt: string;
}

export interface LoanProjection {
  workflowId: string;
  summary: string;
  nextAt: string | null;
  seen: number;
  takesAll?: boolean;
  strideMs?: number | null;
  knownAt?: string | null;
  /** Null for workflows that are not a loan. */
  loan: LoanState | null;
  acts: readonly ActToRecord[];
  /** The workflow ends: its wait is removed. */
  closed: boolean;
  /** Other workflows that are told something because of this: poked with it. */
  wakes?: readonly string[];
}

/**
 * Writes what a workflow wants known: the loan's row, its wait and its acts, in one transaction. An older revision than
 * the record's changes nothing; the same one again changes nothing but the wait.
 * @returns the pokes in the record, or null when the loan is not there.
 */
export async function project(pool: Pool, projection: LoanProjection): Promise<{ pokes: number } | null> {
  return inTransaction(pool, async (tx) => {
    if (projection.loan) {
      const known = await row<{ revision: number }>(tx, 'SELECT revision FROM loan WHERE loan_no = $1 FOR UPDATE', [projection.loan.loanNo]);
      if (!known) return null;
      if (projection.loan.revision < known.revision) return { pokes: await pokesOf(tx, projection.workflowId) };
      if (projection.loan.revision > known.revision) await writeLoan(tx, projection.loan);
    }
    await recordActsOnce(tx, projection.acts);
    await pokeWaiting(tx, projection.wakes ?? []);
    if (!projection.closed) return recordWaiting(tx, projection);
    const pokes = await pokesOf(tx, projection.workflowId);
    await endWaiting(tx, projection.workflowId);
    return { pokes };
  });
}

async function writeLoan(tx: Transaction, loan: LoanState): Promise<void> {
  await tx.query(
    `UPDATE loan SET state = $2, owner = $3, next_at = $4, revision = $5, reason = $6, carried = $7, grade = $8, amount_fen = $9, annual_rate_bps = $10,
       outstanding_fen = $11, days_past_due = $12, value_date = $13, closed_on = $14
     WHERE loan_no = $1`,
    [loan.loanNo, loan.state, loan.owner, loan.nextAt, loan.revision, loan.reason, JSON.stringify(loan), loan.offer?.grade ?? loan.grade,
      loan.offer?.amountFen ?? null, loan.offer?.annualRateBps ?? null, outstandingPrincipalOf(loan), loan.daysPastDue, loan.valueDate, loan.closedOn],
  );
}

/** Principal lent and not yet repaid; nothing before the value date. */
export function outstandingPrincipalOf(loan: LoanState): number {
  if (!loan.valueDate) return 0;
  return loan.instalments.reduce((sum, instalment) => sum + instalment.principalFen - instalment.paidPrincipalFen, 0);
}

/** A repeated projection must not decide twice: the same decision at the same business moment is one act. */
async function recordActsOnce(tx: Transaction, acts: readonly ActToRecord[]): Promise<void> {
  if (acts.length === 0) return;
  await tx.query(
    `INSERT INTO act (business_at, actor, role, verb, subject, before, after, why)
     SELECT new.business_at, new.actor, new.role, new.verb, new.subject, new.before, new.after, new.why
     FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS given (fact, position),
       LATERAL (SELECT (fact->>'businessAt')::timestamptz AS business_at, fact->>'actor' AS actor, fact->>'role' AS role, fact->>'verb' AS verb,
         fact->>'subject' AS subject, fact->'before' AS before, fact->'after' AS after, fact->>'why' AS why) AS new
     WHERE NOT EXISTS (SELECT 1 FROM act known WHERE known.subject = new.subject AND known.verb = new.verb AND known.actor = new.actor
       AND known.business_at = new.business_at AND known.after IS NOT DISTINCT FROM new.after)
     ORDER BY given.position`,
    [JSON.stringify(acts)],
  );
}

/** A loan's row, as lists and pages read it. */
export interface LoanRow {
  loanNo: string; borrowerId: string; profile: LoanState['profile']; productId: string; productVersion: number; segment: string;
  requestedFen: number; termMonths: number; purpose: string; appliedAt: string;
  state: LoanState['state']; owner: LoanState['owner']; nextAt: string | null; revision: number; reason: string | null;
  grade: string | null; amountFen: number | null; annualRateBps: number | null; outstandingFen: number; daysPastDue: number;
  valueDate: string | null; closedOn: string | null;
}

const loanColumns = `loan_no AS "loanNo", borrower_id AS "borrowerId", profile, product_id AS "productId", product_version AS "productVersion", segment,
  requested_fen AS "requestedFen", term_months AS "termMonths", purpose, applied_at AS "appliedAt", state, owner, next_at AS "nextAt", revision, reason,
  grade, amount_fen AS "amountFen", annual_rate_bps AS "annualRateBps", outstanding_fen AS "outstandingFen", days_past_due AS "daysPastDue",
  value_date AS "valueDate", closed_on AS "closedOn"`;

/** Null when there is no such loan. */
export async function findLoan(db: Db, loanNo: string): Promise<LoanRow | null> {
  return row<LoanRow>(db, `SELECT ${loanColumns} FROM loan WHERE loan_no = $1`, [loanNo]);
}

/** A borrower's loans, newest first. */
export async function loansOfBorrower(db: Db, borrowerId: string): Promise<LoanRow[]> {
  return rows<LoanRow>(db, `SELECT ${loanColumns} FROM loan WHERE borrower_id = $1 ORDER BY applied_at DESC, loan_no DESC`, [borrowerId]);
}

/** What the applicant said of a loan, or null. */
export async function findApplication(db: Db, loanNo: string): Promise<ApplicationFacts | null> {
  return row<ApplicationFacts>(db,
    `SELECT annual_income_fen AS "annualIncomeFen", employment_years::float8 AS "employmentYears", employer_cipher AS "employerCipher",
       home_ownership AS "homeOwnership", debt_to_income_bps AS "debtToIncomeBps", elsewhere_fen AS "elsewhereFen", student, description, region
     FROM application WHERE loan_no = $1`, [loanNo]);
}

/** The state from which a lost workflow is started again; null when there is no such loan. */
export async function carriedState(db: Db, loanNo: string): Promise<LoanState | null> {
  return (await row<{ carried: LoanState }>(db, 'SELECT carried FROM loan WHERE loan_no = $1', [loanNo]))?.carried ?? null;
}

/** Numbers of the loans that have not ended. */
export async function livingLoans(db: Db): Promise<string[]> {
  const found = await rows<{ loanNo: string }>(db,
    `SELECT loan_no AS "loanNo" FROM loan WHERE state NOT IN ('refused', 'declined', 'cancelled', 'lapsed', 'notFunded', 'closed') ORDER BY loan_no`);
  return found.map((loan) => loan.loanNo);
}
